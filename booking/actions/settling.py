"""Making a booking firm: it is paid, costs nothing, or is paid at the visit."""

from datetime import datetime

from django.db import transaction

from booking import calendars, queries, wallclock
from booking.actions import answering, rows
from booking.errors import HoldLapsed, SlotTaken, WrongState
from booking.hours.changes import is_worked
from booking.lifecycle import Status
from booking.models import Booking
from booking.signals import booking_confirmed
from booking.ways import ways_of
from common.audit import Actor


def confirm(booking: Booking, *, by: Actor, now: datetime, reason: str = "") -> Booking:
    """Make a booking firm, taking its time again if the hold had expired. Raises SlotTaken, WrongState."""
    with rows.taken_means_refused(), transaction.atomic():
        booking = rows.locked(booking)
        if booking.has_lapsed(now):
            _must_still_be_offered(booking, now=now)
        if booking.status == Status.EXPIRED:
            rows.retire_lapsed(booking.practitioner, booking.occupied, now=now)
        rows.move(booking, Status.CONFIRMED, by=by, now=now, reason=reason)
        booking_confirmed.send(sender=Booking, booking=booking, by=by, now=now)
        return booking


def _must_still_be_offered(booking: Booking, *, now: datetime) -> None:
    """A time that was given up counts as gone once its practitioner is off, or sees as many others as they take."""
    visit = wallclock.seconds(booking.starts_at), wallclock.seconds(booking.ends_at)
    rules = calendars.rules_of(booking.practitioner, booking.service, visit)
    if not is_worked(rules, visit) or queries.is_full(rules, booking.practitioner_id, booking.starts_at, now=now):
        raise SlotTaken


@transaction.atomic
def settle(booking: Booking, *, now: datetime, at_visit: bool = False, by: Actor = Actor.PATIENT) -> Booking:
    """What the patient does on the last page where no money moves now.

    A visit that needs the practitioner's word is asked for; one that costs nothing, or is paid `at_visit` where the
    practice allows it and has sent no link to pay, is confirmed. Raises HoldLapsed, WrongState.
    """
    booking = rows.locked(booking)
    if booking.patient_id is None or booking.status != Status.PENDING_PAYMENT:
        raise WrongState
    if not booking.is_held(now):
        raise HoldLapsed
    ways = ways_of(booking)
    later = ways.at_visit and (at_visit or not ways.online)
    if later != booking.pays_at_visit:
        booking.pays_at_visit = later
        booking.save(update_fields=["pays_at_visit"])
    if booking.awaits_request:
        return answering.request(booking, by=by, now=now)
    if booking.amount and not later:
        raise WrongState
    return confirm(booking, by=by, now=now)
