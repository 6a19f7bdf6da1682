"""The verbs that write bookings. Each is one transaction, takes the time as `now`, and refuses with booking.errors.

Locks are taken in one order everywhere: practitioner, booking, payment. The practitioner's lock turns a rush into a
queue; the database's exclusion constraint is what guarantees that a time is sold once.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import IntegrityError, OperationalError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from booking import availability, calendars, deadlines, queries, wallclock
from booking.availability import Rules
from booking.errors import FullyBooked, HoldLapsed, NotOffered, PriceChanged, SlotTaken, TooLate, WrongState
from booking.hours.changes import is_worked
from booking.lifecycle import Status, may_move
from booking.models import Booking, Move, Patient
from booking.signals import booking_cancelled, booking_confirmed, booking_expired
from booking.spans import occupied_by, span_of
from common import audit
from common.audit import Actor
from common.busy import is_busy
from common.money import Money
from practitioners.models import Practitioner, Service

_SLOT_CONSTRAINT = "one_booking_at_a_time"


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
        with taken_means_refused(), transaction.atomic():
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
    _retire_lapsed(practitioner, occupied, now=now)
    if queries.is_full(rules, practitioner.pk, start, now=now):
        raise FullyBooked
    if patient is not None:
        patient.save()
    booking = Booking.objects.create(
        practitioner=practitioner,
        service=offer,
        patient=patient,
        status=Status.PENDING_PAYMENT,
        span=span_of(offer, start),
        occupied=occupied,
        held_at=now,
        hold_expires_at=deadlines.hold_until(now),
        service_name=offer.name,
        amount=offer.amount,
        currency=offer.currency,
        mode=offer.mode,
        location_id=offer.location_id,
        cancel_cutoff=practitioner.cancel_cutoff,
        note=note or None,
        source=source,
    )
    _write_history(booking, before="", after=Status.PENDING_PAYMENT, by=by, now=now, reason="")
    return booking


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
        _move(booking, Status.CANCELLED, by=by, now=now, reason="another time was chosen")
        booking_cancelled.send(sender=Booking, booking=booking, before=Status.PENDING_PAYMENT, by=by, now=now)


def _retire_lapsed(practitioner: Practitioner, span: DateTimeTZRange, *, now: datetime) -> None:
    """Free the time of holds that lapsed: the constraint can't know what time it is."""
    in_the_way = Booking.objects.locked().of(practitioner.pk).overlapping(span).lapsed(now)
    for booking in in_the_way:
        _expire(booking, now=now)


def _expire(booking: Booking, *, now: datetime) -> None:
    _move(booking, Status.EXPIRED, by=Actor.SYSTEM, now=now, reason="")
    booking_expired.send(sender=Booking, booking=booking, now=now)


def expire_lapsed(*, now: datetime, limit: int = 100) -> int:
    """Retire holds whose time is over; answers how many."""
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
        _expire(booking, now=now)
    return len(lapsed)


def _locked(booking: Booking) -> Booking:
    """A booking to write to, after the practitioner's queue.

    Whatever changes in the row of an active booking, PostgreSQL compares its time with its neighbours' anew; two that
    compare at once would wait for each other.
    """
    practitioner = Practitioner.objects.locked().get(pk=booking.practitioner_id)
    locked = Booking.objects.locked().select_related("patient", "service").get(pk=booking.pk)
    locked.practitioner = practitioner
    return locked


@transaction.atomic
def give_details(
    booking: Booking, *, name: str, email: str, phone: str, zone: str, note: str, consent: str, now: datetime
) -> Booking:
    """Say who a held time is for. `consent` is the version of the text that was agreed to. Raises HoldLapsed."""
    booking = _locked(booking)
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
    booking = _locked(booking)
    if not booking.is_held(now) or booking.hold_expires_at is None:
        raise HoldLapsed
    booking.hold_expires_at = deadlines.hold_extended(booking.hold_expires_at, booking.held_at)
    booking.save(update_fields=["hold_expires_at"])
    return booking


@transaction.atomic
def keep_while_paying(booking: Booking, *, now: datetime) -> Booking:
    """Someone presses Pay: the time is kept at least as long as a payment may take. Raises HoldLapsed, WrongState."""
    booking = _locked(booking)
    if booking.patient_id is None or (booking.status not in {Status.PENDING_PAYMENT, Status.EXPIRED}):
        raise WrongState
    if not booking.is_held(now) or booking.hold_expires_at is None:
        raise HoldLapsed
    booking.hold_expires_at = deadlines.hold_once_paying(booking.hold_expires_at, booking.held_at, now)
    booking.pay_pressed_at = booking.pay_pressed_at or now
    booking.save(update_fields=["hold_expires_at", "pay_pressed_at"])
    return booking


@transaction.atomic
def keep_after_failure(booking: Booking, *, now: datetime) -> None:
    """A payment failed: a time that is still kept is kept long enough for another try."""
    booking = _locked(booking)
    if booking.is_held(now) and booking.hold_expires_at is not None:
        booking.hold_expires_at = deadlines.hold_after_failure(booking.hold_expires_at, booking.held_at, now)
        booking.save(update_fields=["hold_expires_at"])


def confirm(booking: Booking, *, by: Actor, now: datetime, reason: str = "") -> Booking:
    """Make a booking firm, taking its time again if the hold had expired. Raises SlotTaken, WrongState."""
    with taken_means_refused(), transaction.atomic():
        booking = _locked(booking)
        if booking.has_lapsed(now):
            _must_still_be_offered(booking, now=now)
        if booking.status == Status.EXPIRED:
            _retire_lapsed(booking.practitioner, booking.occupied, now=now)
        _move(booking, Status.CONFIRMED, by=by, now=now, reason=reason)
        booking_confirmed.send(sender=Booking, booking=booking, now=now)
        return booking


def _must_still_be_offered(booking: Booking, *, now: datetime) -> None:
    """A time that was given up counts as gone once its practitioner is off, or sees as many others as they take."""
    visit = wallclock.seconds(booking.starts_at), wallclock.seconds(booking.ends_at)
    rules = calendars.rules_of(booking.practitioner, booking.service, visit)
    if not is_worked(rules, visit) or queries.is_full(rules, booking.practitioner_id, booking.starts_at, now=now):
        raise SlotTaken


@transaction.atomic
def confirm_free(booking: Booking, *, now: datetime) -> Booking:
    """A visit that costs nothing needs no payment. Raises HoldLapsed, WrongState."""
    booking = keep_while_paying(booking, now=now)
    if booking.amount:
        raise WrongState
    return confirm(booking, by=Actor.PATIENT, now=now)


@transaction.atomic
def cancel(booking: Booking, *, by: Actor, reason: str, now: datetime) -> Booking:
    """Give the time back. What is owed to whom follows from the signal. Raises WrongState, TooLate."""
    booking = _locked(booking)
    if by.kind == Actor.PATIENT.kind and booking.status == Status.CONFIRMED and now > booking.cancellable_until:
        raise TooLate
    before = Status(booking.status)
    _move(booking, Status.CANCELLED, by=by, now=now, reason=reason)
    booking_cancelled.send(sender=Booking, booking=booking, before=before, by=by, now=now)
    return booking


def _move(booking: Booking, after: Status, *, by: Actor, now: datetime, reason: str) -> None:
    """Take one step of the table in lifecycle.py, with its history. The booking must be locked."""
    before = Status(booking.status)
    if not may_move(before, after):
        raise WrongState
    booking.status = after
    booking.save(update_fields=["status"])
    _write_history(booking, before=before, after=after, by=by, now=now, reason=reason)


def _write_history(booking: Booking, *, before: str, after: str, by: Actor, now: datetime, reason: str) -> None:
    Move.objects.create(
        booking=booking, at=now, actor=by.kind, user_id=by.user_id, before=before, after=after, reason=reason
    )
    audit.record(
        f"booking.{after}", booking, by=by, now=now, before={"status": before}, after={"status": after}, reason=reason
    )


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
