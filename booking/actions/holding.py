"""Keeping a time for somebody until it is paid, asked for or given up."""

from datetime import datetime

from django.db import transaction

from booking import availability, calendars, deadlines, queries, wallclock
from booking.actions import rows
from booking.availability import Rules
from booking.errors import FullyBooked, HoldLapsed, NotOffered, PriceChanged, SlotTaken, WrongState
from booking.lifecycle import Status
from booking.models import Booking, Patient
from booking.signals import booking_cancelled
from booking.spans import occupied_by, span_of
from common import audit
from common.audit import Actor
from common.money import Money
from practitioners.models import Practitioner, Service


def hold(
    service: Service,
    *,
    start: datetime,
    by: Actor,
    source: str,
    now: datetime,
    patient: Patient | None = None,
    note: str = "",
    price: Money | None = None,
    instead_of: Booking | None = None,
) -> Booking:
    """Keep a time for someone; a new `patient` is stored with it.

    `price` is the one they saw. `instead_of` is their earlier hold, which is given up in the same transaction.

    Raises NotOffered, PriceChanged, FullyBooked or SlotTaken, all with up to five alternatives.
    """
    try:
        with rows.taken_means_refused(), transaction.atomic():
            return _hold(
                service,
                start,
                by=by,
                source=source,
                now=now,
                patient=patient,
                note=note,
                price=price,
                instead_of=instead_of,
            )
    except SlotTaken as refusal:
        refusal.alternatives = queries.alternatives(service, start, now=now)
        raise


def _hold(
    service: Service,
    start: datetime,
    *,
    by: Actor,
    source: str,
    now: datetime,
    patient: Patient | None,
    note: str,
    price: Money | None,
    instead_of: Booking | None,
) -> Booking:
    # Someone may give up a time with one practitioner for a time with another: both doors, in one order for everybody.
    doors = {service.practitioner_id} | ({instead_of.practitioner_id} if instead_of else set())
    at_the_door = {each.pk: each for each in Practitioner.objects.locked().filter(pk__in=doors).order_by("pk")}
    practitioner = at_the_door[service.practitioner_id]
    offer, rules = _offered(service, practitioner, start, now=now)
    if price is not None and price != offer.price:
        raise PriceChanged(offer.price)
    occupied = occupied_by(offer, start)
    if instead_of is not None:
        _give_up(instead_of, by=by, now=now)
    rows.retire_lapsed(practitioner, occupied, now=now)
    if queries.is_full(rules, practitioner.pk, start, now=now):
        raise FullyBooked
    if patient is not None:
        patient.save()
    return rows.begin(
        practitioner,
        offer,
        span_of(offer, start),
        by=by,
        now=now,
        occupied=occupied,
        patient=patient,
        note=note or None,
        source=source,
    )


def _offered(service: Service, practitioner: Practitioner, start: datetime, *, now: datetime) -> tuple[Service, Rules]:
    """The service as it is now, and the rules that allow the start; NotOffered if they don't."""
    offer = Service.objects.filter(pk=service.pk, practitioner=practitioner, is_active=True).first()
    begins = wallclock.seconds(start)
    if offer is None or not practitioner.is_published or start != wallclock.instant(begins):
        raise NotOffered
    rules = calendars.rules_of(practitioner, offer, (begins, begins + 1))
    if not availability.is_offered(rules, begins, offer.duration, wallclock.seconds(now)):
        raise NotOffered
    return offer, rules


def _give_up(held: Booking, *, by: Actor, now: datetime) -> None:
    booking = Booking.objects.locked().get(pk=held.pk)
    if booking.status == Status.PENDING_PAYMENT:
        rows.move(booking, Status.CANCELLED, by=by, now=now, reason="another time was chosen")
        facts = {"before": Status.PENDING_PAYMENT, "by": by, "now": now, "percent": deadlines.ALL}
        booking_cancelled.send(sender=Booking, booking=booking, **facts)


def expire_lapsed(*, now: datetime, limit: int = 100) -> int:
    """Retire holds and requests whose time is over; answers how many."""
    waiting = Booking.objects.lapsed(now).order_by("hold_expires_at").values_list("practitioner", flat=True)[:limit]
    return sum(_expire_lapsed_of(practitioner, now=now) for practitioner in dict.fromkeys(waiting))


@transaction.atomic
def _expire_lapsed_of(practitioner_id: int, *, now: datetime) -> int:
    """Retire one practitioner's; one whose door is busy is left for the next sweep."""
    at_the_door = Practitioner.objects.select_for_update(skip_locked=True, no_key=True)
    if at_the_door.filter(pk=practitioner_id).first() is None:
        return 0
    lapsed = list(Booking.objects.locked().of(practitioner_id).lapsed(now))
    for booking in lapsed:
        rows.expire(booking, now=now)
    return len(lapsed)


@transaction.atomic
def give_details(
    booking: Booking, *, name: str, email: str, phone: str, zone: str, note: str, consent: str, now: datetime
) -> Booking:
    """Say who a held time is for. `consent` is the version of the text that was agreed to. Raises HoldLapsed."""
    booking = rows.locked(booking)
    if not booking.is_held(now):
        raise HoldLapsed
    patient = booking.patient or Patient()
    patient.name, patient.email, patient.phone, patient.zone = name, email, phone, zone
    patient.consented_at, patient.consent_version = now, consent
    patient.save()
    booking.patient, booking.note = patient, note or None
    booking.save(update_fields=["patient", "note"])
    audit.record("booking.details_given", booking, by=Actor.PATIENT, now=now)
    return booking


@transaction.atomic
def extend_hold(booking: Booking, *, now: datetime) -> Booking:
    """Keep a held time a little longer for someone who needs it. Raises HoldLapsed."""
    booking = rows.locked(booking)
    if not booking.is_held(now) or booking.hold_expires_at is None:
        raise HoldLapsed
    booking.hold_expires_at = deadlines.hold_extended(booking.hold_expires_at, booking.hold_limit)
    booking.save(update_fields=["hold_expires_at"])
    return booking


@transaction.atomic
def keep_while_paying(booking: Booking, *, now: datetime) -> Booking:
    """Someone presses Pay: the time is kept at least as long as a payment may take.

    Raises HoldLapsed; WrongState also where the practitioner has to be asked first.
    """
    booking = rows.locked(booking)
    is_payable = booking.status in {Status.PENDING_PAYMENT, Status.EXPIRED} and not booking.awaits_request
    if booking.patient_id is None or not is_payable:
        raise WrongState
    if not booking.is_held(now) or booking.hold_expires_at is None:
        raise HoldLapsed
    booking.hold_expires_at = deadlines.hold_once_paying(booking.hold_expires_at, booking.hold_limit, now)
    booking.pay_pressed_at = booking.pay_pressed_at or now
    booking.save(update_fields=["hold_expires_at", "pay_pressed_at"])
    return booking


@transaction.atomic
def keep_after_failure(booking: Booking, *, now: datetime) -> None:
    """A payment failed: a time that is still kept is kept long enough for another try."""
    booking = rows.locked(booking)
    if booking.is_held(now) and booking.hold_expires_at is not None:
        booking.hold_expires_at = deadlines.hold_after_failure(booking.hold_expires_at, booking.hold_limit, now)
        booking.save(update_fields=["hold_expires_at"])
