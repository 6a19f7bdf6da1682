"""Booking for somebody who calls or comes by."""

from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction

from booking import availability, calendars, deadlines, queries, wallclock
from booking.actions import rows, settling
from booking.errors import FullyBooked, NotOffered, OutsideHours, SlotTaken, WrongState
from booking.models import Booking, Patient, Source
from booking.signals import payment_asked
from booking.spans import occupied_by, span_of
from common.audit import Actor
from practitioners.models import Practitioner, Service

BEGAN_AT_MOST = timedelta(hours=1)  # ago: somebody came by and is being seen already
FURTHEST = timedelta(days=400)


class Way(StrEnum):
    """How a visit that was booked at the desk is paid. One that costs nothing is confirmed in every way."""

    LINK = "link"  # the patient gets a link to pay, with a deadline
    AT_VISIT = "at_visit"


def book_at_desk(
    service: Service,
    *,
    start: datetime,
    patient: Patient,
    way: Way,
    by: Actor,
    now: datetime,
    note: str = "",
    anyway: bool = False,
) -> Booking:
    """Take a time for somebody; `patient` is stored with it. What the practice books needs nobody's approval.

    `anyway` books outside hours, grid, notice and caps; a time that somebody else has stays theirs.
    Raises OutsideHours, FullyBooked, NotOffered or SlotTaken, all with up to five alternatives; WrongState where a link
    could be sent to nobody.
    """
    try:
        with rows.taken_means_refused(), transaction.atomic():
            return _book(service, start, patient=patient, way=way, by=by, now=now, note=note, anyway=anyway)
    except SlotTaken as refusal:
        refusal.alternatives = queries.alternatives(service, start, now=now)
        raise


def _book(
    service: Service, start: datetime, *, patient: Patient, way: Way, by: Actor, now: datetime, note: str, anyway: bool
) -> Booking:
    practitioner = Practitioner.objects.locked().get(pk=service.practitioner_id)
    offer = Service.objects.filter(pk=service.pk, practitioner=practitioner).first()
    begins = wallclock.seconds(start)
    is_sensible = start == wallclock.instant(begins) and now - BEGAN_AT_MOST <= start <= now + FURTHEST
    if offer is None or not is_sensible:
        raise NotOffered
    offer.practitioner = practitioner
    if not anyway:
        rules = calendars.rules_of(practitioner, offer, (begins, begins + 1))
        if not availability.is_offered(rules, begins, offer.duration, wallclock.seconds(now)):
            raise OutsideHours
        if queries.is_full(rules, practitioner.pk, start, now=now):
            raise FullyBooked
    occupied = occupied_by(offer, start)
    rows.retire_lapsed(practitioner, occupied, now=now)
    asks = way == Way.LINK and offer.amount > 0
    if asks and not patient.email:
        raise WrongState
    patient.save()
    until = deadlines.pay_until(start, now, practitioner.pay_within)
    booking = rows.begin(
        practitioner,
        offer,
        span_of(offer, start),
        by=by,
        now=now,
        occupied=occupied,
        patient=patient,
        note=note or None,
        source=Source.DESK,
        pay_by=until,
        hold_expires_at=until,
        pays_at_visit=offer.amount > 0 and not asks,
    )
    if not asks:
        return settling.confirm(booking, by=by, now=now)
    payment_asked.send(sender=Booking, booking=booking, now=now)
    return booking
