"""Moving a visit to another time: the same booking, never paid twice."""

from datetime import datetime

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from booking import availability, calendars, queries, wallclock
from booking.actions import rows
from booking.deadlines import ALL
from booking.errors import FullyBooked, MovedTooOften, NotOffered, SlotTaken, TooLate, WrongState
from booking.lifecycle import Status
from booking.models import Booking
from booking.signals import booking_moved, move_asked
from booking.spans import around
from common import audit
from common.audit import Actor

MOVABLE = frozenset({Status.REQUESTED, Status.CONFIRMED})
_CHANGED = (
    "span",
    "occupied",
    "sequence",
    "moves_made",
    "moved_late",
    "move_asked_at",
    "move_asked_why",
    "hold_expires_at",
)


def reschedule(
    booking: Booking, *, start: datetime, by: Actor, now: datetime, reason: str = "", sequence: int | None = None
) -> Booking:
    """Move a visit: its old time is free exactly when the new one is taken.

    A patient moves to times that are offered, as often and as late as the terms allow; the practice moves to any time
    that is free and still to come. `sequence` is the one they saw, so that two tabs move it once.

    Raises WrongState, TooLate, MovedTooOften, or NotOffered, FullyBooked, SlotTaken with up to five alternatives.
    """
    try:
        with rows.taken_means_refused(), transaction.atomic():
            return _reschedule(booking, start, by=by, now=now, reason=reason, sequence=sequence)
    except SlotTaken as refusal:
        refusal.alternatives = queries.alternatives(queries.as_booked(booking), start, now=now, instead_of=booking)
        raise


def _reschedule(
    booking: Booking, start: datetime, *, by: Actor, now: datetime, reason: str, sequence: int | None
) -> Booking:
    booking = rows.locked(booking)
    before = booking.starts_at
    if start == before:  # the second press of a double press
        return booking
    if sequence is not None and sequence != booking.sequence:
        raise WrongState
    is_patient = by.kind == Actor.PATIENT.kind
    must_be_movable(booking, is_patient=is_patient, now=now)
    _must_be_possible(booking, start, is_patient=is_patient, now=now)
    if is_patient and booking.refund_percent(now) < ALL:
        booking.moved_late = True  # or a move to a far day, and a cancellation, would bring all of the price back
    booking.span = DateTimeTZRange(start, start + booking.duration)
    booking.occupied = around(booking.service, booking.span)
    rows.retire_lapsed(booking.practitioner, booking.occupied, now=now, but=booking.pk)
    booking.sequence += 1
    if is_patient and not booking.move_asked_at:
        booking.moves_made += 1
    booking.move_asked_at, booking.move_asked_why = None, ""
    if booking.status == Status.REQUESTED and booking.hold_expires_at is not None:
        booking.hold_expires_at = min(booking.hold_expires_at, start)
    booking.save(update_fields=_CHANGED)
    rows.write_history(
        booking,
        before=booking.status,
        after=booking.status,
        by=by,
        now=now,
        reason=reason,
        action="moved",
        moved=(before, start),
    )
    booking_moved.send(sender=Booking, booking=booking, before=before, by=by, now=now)
    return booking


def must_be_movable(booking: Booking, *, is_patient: bool, now: datetime) -> None:
    """Whether it can be moved at all, wherever to. Raises WrongState, TooLate, MovedTooOften."""
    if booking.status not in MOVABLE or booking.has_lapsed(now) or booking.starts_at <= now:
        raise WrongState
    if is_patient and booking.status == Status.CONFIRMED:
        if now > booking.movable_until:
            raise TooLate
        if not booking.moves_left:
            raise MovedTooOften


def _must_be_possible(booking: Booking, start: datetime, *, is_patient: bool, now: datetime) -> None:
    """Whether a visit of this length can begin then; who else has the time is for the constraint to say."""
    begins = wallclock.seconds(start)
    if start != wallclock.instant(begins) or start <= now:
        raise NotOffered
    if not is_patient:
        return
    rules = calendars.rules_of(booking.practitioner, booking.service, (begins, begins + 1))
    minutes = round(booking.duration.total_seconds() / 60)
    if not availability.is_offered(rules, begins, minutes, wallclock.seconds(now)):
        raise NotOffered
    if queries.is_full(rules, booking.practitioner_id, start, now=now, but=booking.pk):
        raise FullyBooked


@transaction.atomic
def ask_to_move(booking: Booking, *, by: Actor, why: str, now: datetime) -> Booking:
    """Ask the patient to choose another time. Until they do, the visit stays where it is. Raises WrongState."""
    booking = rows.locked(booking)
    if booking.status != Status.CONFIRMED or booking.starts_at <= now:
        raise WrongState
    booking.move_asked_at, booking.move_asked_why = now, why
    booking.save(update_fields=["move_asked_at", "move_asked_why"])
    audit.record("booking.move_asked", booking, by=by, now=now, reason=why)
    move_asked.send(sender=Booking, booking=booking, now=now)
    return booking
