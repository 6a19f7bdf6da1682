"""What is somebody's own: what they booked, with or without an account at the time, and whom they book for.

A booking without an account is theirs who have shown that its address is. Nobody sees anything by a name, or by an
address that they only say is theirs.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import Case, CharField, Count, Exists, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Lower
from django.http import Http404

from booking.lifecycle import WAITING, Status
from booking.models import Booking, Move, Patient, SavedPerson
from common.audit import Actor
from common.models import User
from practitioners.queries import proven_addresses

Shelved = QuerySet[Any]  # of bookings, each with its `shelf`


class Shelf(StrEnum):
    """Where a booking stands in its patient's list. A hold that came to nothing stands nowhere."""

    UPCOMING = "upcoming"
    PAST = "past"
    CANCELLED = "cancelled"


def unclaimed(user: User) -> QuerySet[Patient]:
    """Whoever gave an address that is proven to be this person's, and had no account then. One query asks for those."""
    return Patient.objects.filter(user=None).alias(address=Lower("email")).filter(address__in=proven_addresses(user))


def my_patients(user: User) -> QuerySet[Patient]:
    """Everybody this person booked for, themself included."""
    mine = Q(user=user) | Q(user=None, address__in=proven_addresses(user))
    return Patient.objects.alias(address=Lower("email")).filter(mine)


def my_bookings(user: User, now: datetime) -> Shelved:
    """All that stand on a shelf. One query, for the addresses."""
    return Booking.objects.filter(patient__in=my_patients(user)).annotate(shelf=_shelf(now)).exclude(shelf="")


def _shelf(now: datetime) -> Case:
    kept = Q(status__in=WAITING, hold_expires_at__gt=now)
    lapsed = Q(status=Status.EXPIRED) | Q(status__in=WAITING)
    moves = Move.objects.filter(booking=OuterRef("pk"))
    given_up = moves.filter(before=Status.PENDING_PAYMENT, after=Status.CANCELLED, actor=Actor.PATIENT.kind)
    was_asked_for = Q(status=Status.REQUESTED) | Exists(moves.filter(before=Status.REQUESTED, after=Status.EXPIRED))
    meant = Q(pay_by__isnull=False) | Q(pay_pressed_at__isnull=False)  # more than a look at the last page
    return Case(
        When(kept | Q(status=Status.CONFIRMED, span__endswith__gt=now), then=Value(Shelf.UPCOMING.value)),
        When(status__in=[Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW], then=Value(Shelf.PAST.value)),
        When(Q(status=Status.DECLINED), then=Value(Shelf.CANCELLED.value)),
        When(Q(status=Status.CANCELLED) & (meant | ~Exists(given_up)), then=Value(Shelf.CANCELLED.value)),
        When(lapsed & (meant | was_asked_for), then=Value(Shelf.CANCELLED.value)),
        default=Value(""),
        output_field=CharField(),
    )


def tally(bookings: Shelved) -> Mapping[Shelf, int]:
    """How many stand on each shelf: one query."""
    rows = bookings.order_by().values_list("shelf").annotate(number=Count("pk"))
    return {**dict.fromkeys(Shelf, 0), **{Shelf(shelf): number for shelf, number in rows}}


def on_shelf(bookings: Shelved, shelf: Shelf) -> Shelved:
    """What waits for somebody first, then the next visit first; of what is over the latest first."""
    found: Shelved = bookings.filter(shelf=shelf).select_related("practitioner", "service", "patient", "location")
    if shelf != Shelf.UPCOMING:
        over: Shelved = found.order_by("-span", "-pk")
        return over
    is_firm = Case(When(status=Status.CONFIRMED, then=Value(1)), default=Value(0))
    ahead: Shelved = found.annotate(is_firm=is_firm).order_by("is_firm", "span", "pk")
    return ahead


def newest_patient(user: User) -> Patient | None:
    """As whom they booked last."""
    return my_patients(user).order_by("-pk").first()


# --- Saved people -----------------------------------------------------------------------------------------------------


def owner_of(user: User) -> SavedPerson | None:
    """Themself, with what the next booking need not ask."""
    return SavedPerson.objects.filter(user=user, relationship="").first()


def others_of(user: User) -> QuerySet[SavedPerson]:
    """The people they book for."""
    return SavedPerson.objects.filter(user=user).exclude(relationship="").order_by("name", "pk")


def one_of_theirs(user: User, pk: int) -> SavedPerson:
    """404 for anybody else's, as for one that there is not."""
    person = others_of(user).filter(pk=pk).first()
    if person is None:
        raise Http404
    return person
