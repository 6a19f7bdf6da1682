"""What the verbs have in common: the locks, the one place that writes a status, and the history."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import IntegrityError, OperationalError
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from booking import deadlines
from booking.errors import SlotTaken, WrongState
from booking.lifecycle import Status, may_move
from booking.models import Booking, Move
from booking.signals import booking_expired
from common import audit
from common.audit import Actor
from common.busy import is_busy
from practitioners.models import Practitioner, Service, Terms

_SLOT_CONSTRAINT = "one_booking_at_a_time"


def locked(booking: Booking) -> Booking:
    """A booking to write to, after the practitioner's queue.

    Whatever changes in the row of an active booking, PostgreSQL compares its time with its neighbours' anew; two that
    compare at once would wait for each other.
    """
    practitioner = Practitioner.objects.locked().get(pk=booking.practitioner_id)
    row = Booking.objects.locked().select_related("patient", "service").get(pk=booking.pk)
    row.practitioner = practitioner
    row.service.practitioner = practitioner
    return row


def begin(
    practitioner: Practitioner, service: Service, span: DateTimeTZRange, *, by: Actor, now: datetime, **facts: Any
) -> Booking:
    """A new booking is a hold, with a snapshot of what is agreed. The practitioner must be locked."""
    booking = Booking.objects.create(
        practitioner=practitioner,
        service=service,
        status=Status.PENDING_PAYMENT,
        span=span,
        held_at=now,
        service_name=service.name,
        amount=service.amount,
        currency=service.currency,
        mode=service.mode,
        location_id=service.location_id,
        needs_approval=service.needs_approval,
        pay_when=service.pay_when,
        **{name: getattr(practitioner, name) for name in Terms.names()},
        **{"hold_expires_at": deadlines.hold_until(now), **facts},
    )
    write_history(booking, before="", after=Status.PENDING_PAYMENT, by=by, now=now, reason="")
    return booking


def move(booking: Booking, after: Status, *, by: Actor, now: datetime, reason: str = "", **facts: Any) -> None:
    """Take one step of the table in lifecycle.py, with its history. The booking must be locked.

    `facts` are other columns that change with it.
    """
    before = Status(booking.status)
    if not may_move(before, after):
        raise WrongState
    booking.status = after
    for name, value in facts.items():
        setattr(booking, name, value)
    booking.save(update_fields=["status", *facts])
    write_history(booking, before=before, after=after, by=by, now=now, reason=reason)


def write_history(
    booking: Booking,
    *,
    before: str,
    after: str,
    by: Actor,
    now: datetime,
    reason: str,
    action: str = "",
    moved: tuple[datetime, datetime] | None = None,
) -> None:
    """One row for each step: in the booking's own history, and in the audit trail, there under the name of `action`."""
    old, new = moved or (None, None)
    Move.objects.create(
        booking=booking,
        at=now,
        actor=by.kind,
        user_id=by.user_id,
        before=before,
        after=after,
        reason=reason,
        moved_from=old,
        moved_to=new,
    )
    facts: list[dict[str, str]] = [{"status": before}, {"status": after}]
    for fact, instant in zip(facts, moved or (), strict=False):
        fact["start"] = instant.isoformat()
    name = f"booking.{action or after}"
    audit.record(name, booking, by=by, now=now, before=facts[0], after=facts[1], reason=reason)


def retire_lapsed(practitioner: Practitioner, span: DateTimeTZRange, *, now: datetime, but: int | None = None) -> None:
    """Free the time of what lapsed, but for one booking: the constraint can't know what time it is."""
    in_the_way = Booking.objects.locked().of(practitioner.pk).overlapping(span).lapsed(now)
    for booking in (each for each in in_the_way if each.pk != but):
        expire(booking, now=now)


def expire(booking: Booking, *, now: datetime) -> None:
    """The booking and its practitioner must be locked."""
    before = Status(booking.status)
    move(booking, Status.EXPIRED, by=Actor.SYSTEM, now=now)
    booking_expired.send(sender=Booking, booking=booking, before=before, now=now)


@contextmanager
def taken_means_refused() -> Iterator[None]:
    """Overlaps, deadlocks and waits that took too long all mean the same to a person: the time has just gone."""
    try:
        yield
    except IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        if diagnosis is None or diagnosis.constraint_name != _SLOT_CONSTRAINT:
            raise
        raise SlotTaken from error
    except OperationalError as error:
        if not is_busy(error):
            raise
        raise SlotTaken from error
