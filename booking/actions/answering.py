"""Visits that need the practitioner's word: asked for, accepted, declined. Unanswered ones lapse like holds do."""

from datetime import datetime

from django.db import transaction

from booking import deadlines
from booking.actions import rows, settling
from booking.errors import HoldLapsed, WrongState
from booking.lifecycle import Status
from booking.models import Booking
from booking.signals import booking_declined, booking_requested, payment_asked
from common.audit import Actor


@transaction.atomic
def request(booking: Booking, *, by: Actor, now: datetime) -> Booking:
    """Ask the practitioner for a held time. Nothing is paid before they answer. Raises HoldLapsed, WrongState."""
    booking = rows.locked(booking)
    if booking.patient_id is None or not booking.awaits_request or booking.status != Status.PENDING_PAYMENT:
        raise WrongState
    if not booking.is_held(now):
        raise HoldLapsed
    until = deadlines.answer_until(booking.starts_at, now, booking.practitioner.answer_within)
    rows.move(booking, Status.REQUESTED, by=by, now=now, hold_expires_at=until)
    booking_requested.send(sender=Booking, booking=booking, now=now)
    return booking


@transaction.atomic
def accept(booking: Booking, *, by: Actor, now: datetime) -> Booking:
    """Say yes. Where something is to be paid online the patient gets a link with a deadline of its own.

    Raises HoldLapsed once the deadline has passed, WrongState.
    """
    booking = _open_request(booking, now=now)
    if not booking.amount or booking.pays_at_visit:
        return settling.confirm(booking, by=by, now=now)
    until = deadlines.pay_until(booking.starts_at, now, booking.practitioner.pay_within)
    rows.move(booking, Status.PENDING_PAYMENT, by=by, now=now, hold_expires_at=until, pay_by=until)
    payment_asked.send(sender=Booking, booking=booking, now=now)
    return booking


@transaction.atomic
def decline(booking: Booking, *, by: Actor, reason: str, now: datetime) -> Booking:
    """Say no, with a reason that the patient reads. Raises HoldLapsed, WrongState."""
    booking = _open_request(booking, now=now)
    rows.move(booking, Status.DECLINED, by=by, now=now, reason=reason)
    booking_declined.send(sender=Booking, booking=booking, now=now)
    return booking


def _open_request(booking: Booking, *, now: datetime) -> Booking:
    booking = rows.locked(booking)
    if booking.status != Status.REQUESTED:
        raise WrongState
    if not booking.is_kept(now):
        raise HoldLapsed
    return booking
