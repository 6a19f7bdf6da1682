"""Keeping a time for somebody until it is paid, asked for or given up."""

from datetime import datetime

from django.db import transaction

from booking import availability, calendars, deadlines, hoarding, queries, wallclock
from booking.actions import rows
from booking.availability import Rules
from booking.errors import FullyBooked, GivenUp, HoldLapsed, NotOffered, PriceChanged, SlotTaken, WrongState
from booking.hoarding import NOBODY, Asker
from booking.lifecycle import Status
from booking.models import Booking, Patient
from booking.signals import booking_cancelled
from booking.spans import occupied_by, span_of
from common import audit
from common.audit import Actor
from common.models import User
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
    asker: Asker = NOBODY,
) -> Booking:
    """Keep a time for someone; a new `patient` is stored with it.

    `price` is the one they saw. `instead_of` is their earlier hold with the same practitioner, which is given up in the
    same transaction. `asker` is counted: see booking.hoarding.

    Raises NotOffered, PriceChanged, FullyBooked or SlotTaken, all with up to five alternatives; GivenUp where another
    request has given up `instead_of` before; TooManyKept.
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
                asker=asker,
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
    asker: Asker,
) -> Booking:
    hoarding.wait_in_line(asker)
    practitioner = Practitioner.objects.locked().get(pk=service.practitioner_id)
    offer, rules = _offered(service, practitioner, start, now=now)
    if price is not None and price != offer.price:
        raise PriceChanged(offer.price)
    occupied = occupied_by(offer, start)
    if instead_of is not None:
        _give_up(instead_of, practitioner, by=by, now=now)
    hoarding.must_have_room(asker, practitioner.pk, now=now)
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
        asked_as=asker.contact,
        asked_from=asker.network,
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


def _give_up(held: Booking, practitioner: Practitioner, *, by: Actor, now: datetime) -> None:
    """Let a hold go for the one that takes its place, which is counted instead. Raises GivenUp.

    A hold that has come to more meanwhile stays beside the new one.
    """
    booking = Booking.objects.locked().get(pk=held.pk, practitioner=practitioner)
    if booking.status == Status.CANCELLED:
        raise GivenUp
    if booking.status == Status.PENDING_PAYMENT and booking.gives_way:
        reason = "another time was chosen"
        rows.move(booking, Status.CANCELLED, by=by, now=now, reason=reason, asked_as="", asked_from="")
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
    booking: Booking,
    *,
    name: str,
    email: str,
    phone: str,
    zone: str,
    note: str,
    consent: str,
    now: datetime,
    booked_by: str = "",
    relationship: str = "",
    user: User | None = None,
    asker: Asker = NOBODY,
    though_lapsed: bool = False,
) -> Booking:
    """Say who a held time is for. `consent` is the version of the text that was agreed to.

    Where somebody books for somebody else, `name` is who comes, `booked_by` whose the contact is, and `relationship`
    who the first is to the second. `user` is whoever is signed in: the booking is on their list.

    From now on the hold is counted as one of the contact of `asker`. `though_lapsed` keeps the words for the hold that
    comes after this one. Raises HoldLapsed, TooManyKept.
    """
    contact = Asker(contact=asker.contact if asker.contact != booking.asked_as else "")
    hoarding.wait_in_line(contact)
    booking = rows.locked(booking)
    if not booking.is_held(now) and not (though_lapsed and booking.has_lapsed(now)):
        raise HoldLapsed
    hoarding.must_have_room(contact, booking.practitioner_id, now=now)
    patient = booking.patient or Patient()
    patient.user, patient.name, patient.email, patient.phone, patient.zone = user, name, email, phone, zone
    patient.booked_by, patient.relationship = booked_by, relationship if booked_by else ""
    patient.consented_at, patient.consent_version = now, consent
    patient.save()
    booking.patient, booking.note, booking.asked_as = patient, note or None, asker.contact or booking.asked_as
    booking.save(update_fields=["patient", "note", "asked_as"])
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
