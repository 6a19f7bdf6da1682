"""How someone gets a desk of their own."""

from collections.abc import Collection
from datetime import datetime

from django.db import IntegrityError, transaction

from common.audit import Actor, record
from common.models import User
from practitioners import queries
from practitioners.actions import rows
from practitioners.models import Practitioner
from practitioners.slugs import first_free, readable

_TRIES = 5


@transaction.atomic
def set_up(
    user: User, *, name: str, credential: str, zone: str, currency: str, approved: bool, by: Actor, now: datetime
) -> Practitioner:
    """A page that nobody sees yet, for someone who signs in; the one they have, if they have one."""
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if (mine := Practitioner.objects.filter(user=user).first()) is not None:
        return mine
    practitioner = Practitioner(
        user=user,
        name=name,
        credential=credential,
        email=user.email,
        zone=zone,
        currency=currency,
        is_published=False,
        is_approved=approved,
    )
    _save_under_a_free_slug(practitioner)
    record("practitioner.set_up", practitioner, by=by, now=now, after={"approved": approved})
    return practitioner


def _save_under_a_free_slug(practitioner: Practitioner) -> None:
    """Two people of one name may come at once; the second gets the next number."""
    wish = readable(practitioner.name, otherwise="practitioner")
    for left in reversed(range(_TRIES)):
        practitioner.slug = first_free(wish, is_taken=lambda slug: Practitioner.objects.filter(slug=slug).exists())
        try:
            with transaction.atomic():
                practitioner.save()
        except IntegrityError:
            if not left:
                raise
        else:
            return


@transaction.atomic
def take_over(user: User, *, addresses: Collection[str], by: Actor, now: datetime) -> Practitioner | None:
    """Make the page that the practice prepared for one of someone's proven addresses theirs; None if there is none."""
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if (mine := Practitioner.objects.filter(user=user).first()) is not None:
        return mine
    found = queries.invitation_for(addresses)
    practitioner = rows.locked(found) if found else None
    if practitioner is None or practitioner.user_id is not None:
        return None
    practitioner.user = user
    practitioner.save(update_fields=["user"])
    record("practitioner.taken_over", practitioner, by=by, now=now, after={"user": user.pk})
    return practitioner
