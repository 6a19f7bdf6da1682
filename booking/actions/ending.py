"""How a booking ends: it is called off, it took place, or nobody came."""

from datetime import datetime

from django.db import transaction

from booking import deadlines
from booking.actions import rows
from booking.errors import NoReason, TermsChanged, TooEarly, TooLate
from booking.lifecycle import Status
from booking.models import Booking
from booking.signals import booking_cancelled
from common.audit import Actor
from practitioners.models import Practitioner


@transaction.atomic
def cancel(booking: Booking, *, by: Actor, reason: str, now: datetime, percent_shown: int | None = None) -> Booking:
    """Give the time back. What is owed to whom follows from the signal.

    What a patient cancels is refunded by the terms it was booked under, everything else in full. `percent_shown` is
    what they were told. Raises WrongState, TooLate, TermsChanged.
    """
    booking = rows.locked(booking)
    by_patient = by.kind == Actor.PATIENT.kind
    if by_patient and booking.status == Status.CONFIRMED and now > booking.cancellable_until:
        raise TooLate
    percent = booking.refund_percent(now) if by_patient else deadlines.ALL
    if percent_shown is not None and percent != percent_shown:
        raise TermsChanged
    before = Status(booking.status)
    rows.move(booking, Status.CANCELLED, by=by, now=now, reason=reason)
    booking_cancelled.send(sender=Booking, booking=booking, before=before, by=by, percent=percent, now=now)
    return booking


def complete(booking: Booking, *, by: Actor, now: datetime, reason: str = "") -> Booking:
    """The visit took place. To say so of one that was missed takes a reason. Raises TooEarly, NoReason, WrongState."""
    return _look_back(booking, Status.COMPLETED, by=by, now=now, reason=reason)


def miss(booking: Booking, *, by: Actor, now: datetime, reason: str = "") -> Booking:
    """Nobody came. To say so of a visit that took place takes a reason. Raises TooEarly, NoReason, WrongState."""
    return _look_back(booking, Status.NO_SHOW, by=by, now=now, reason=reason)


@transaction.atomic
def _look_back(booking: Booking, after: Status, *, by: Actor, now: datetime, reason: str) -> Booking:
    booking = rows.locked(booking)
    if booking.status == Status.CONFIRMED and now < booking.starts_at:
        raise TooEarly
    if booking.status in {Status.COMPLETED, Status.NO_SHOW} and not reason:
        raise NoReason
    rows.move(booking, after, by=by, now=now, reason=reason)
    return booking


def complete_past(*, now: datetime, limit: int = 200) -> int:
    """Take it that visits took place of which the desk has said nothing for a while; answers how many."""
    past = Booking.objects.filter(status=Status.CONFIRMED, span__endswith__lte=now - deadlines.COMPLETE_AFTER)
    waiting = past.order_by("span__endswith").values_list("practitioner", flat=True)[:limit]
    return sum(_complete_past_of(practitioner, now=now) for practitioner in dict.fromkeys(waiting))


@transaction.atomic
def _complete_past_of(practitioner_id: int, *, now: datetime) -> int:
    at_the_door = Practitioner.objects.select_for_update(skip_locked=True, no_key=True)
    if at_the_door.filter(pk=practitioner_id).first() is None:
        return 0
    theirs = Booking.objects.locked().filter(practitioner=practitioner_id, status=Status.CONFIRMED)
    past = list(theirs.filter(span__endswith__lte=now - deadlines.COMPLETE_AFTER)[:100])
    for booking in past:
        rows.move(booking, Status.COMPLETED, by=Actor.SYSTEM, now=now)
    return len(past)
