"""Reads about one practitioner: how far their page has come, and who they may be."""

from collections.abc import Collection

from django.apps import apps
from django.conf import settings
from django.db.models import Exists, OuterRef
from django.db.models.functions import Lower

from common.models import User
from practitioners.checklist import Facts
from practitioners.models import OverrideHours, Practitioner, Service, WeeklyHours


def proven_addresses(user: User) -> set[str]:
    """The addresses at which someone has read a code of ours: one query."""
    addresses = apps.get_model("account", "EmailAddress").objects.filter(user=user, verified=True)
    return {address.lower() for address in addresses.values_list("email", flat=True)}


def invitation_for(addresses: Collection[str]) -> Practitioner | None:
    """The page that the practice made for someone who had no login yet."""
    waiting = Practitioner.objects.filter(user=None).alias(address=Lower("email"))
    return waiting.filter(address__in=addresses).order_by("pk").first()


def facts_of(practitioner: Practitioner) -> Facts:
    """What the checklist is made of: one query."""
    active = Service.objects.filter(practitioner=OuterRef("pk"), is_active=True)
    weekly = WeeklyHours.objects.filter(practitioner=OuterRef("pk"))
    dates = OverrideHours.objects.filter(override__practitioner=OuterRef("pk"))
    row = Practitioner.objects.annotate(
        offers=Exists(active), charges=Exists(active.filter(amount__gt=0)), works=Exists(weekly) | Exists(dates)
    ).get(pk=practitioner.pk)
    found = vars(row)
    return Facts(
        says_who=bool(row.credential and row.bio),
        offers=found["offers"],
        works=found["works"],
        can_be_paid=takes_money() or (found["offers"] and not found["charges"]),
        was_previewed=row.previewed_at is not None or row.has_fixed_address,
        is_published=row.is_published,
        is_approved=row.is_approved,
    )


def takes_money() -> bool:
    """Whether the practice has an account to be paid to."""
    return settings.PRACTICE_MODE or bool(settings.RAZORPAY_KEY_ID and settings.RAZORPAY_KEY_SECRET)
