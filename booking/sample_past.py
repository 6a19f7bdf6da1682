"""Invented visits of the weeks before, and what invented patients said of them."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

from django.db import transaction

from booking import availability, calendars, wallclock
from booking.lifecycle import Status
from booking.models import Booking, Move, Patient, Review, ReviewState, Source
from booking.spans import occupied_by, span_of
from common.audit import Actor
from practitioners.models import Practitioner, Service, Terms

_SAID = (
    (5, "Took the time to listen, and explained every step."),
    (4, ""),
    (5, "I knew what to do at home after the first visit."),
    (3, "Good, but it began ten minutes late."),
    (5, ""),
    (4, "Friendly and clear."),
)
_MISSED = 6  # of the visits, this one


@transaction.atomic
def make_past(practitioners: list[Practitioner], patients: list[Patient], *, now: datetime) -> list[Booking]:
    """A few visits of each that took place, one that was missed, and reviews: one of them nobody has read yet."""
    made = [
        _visit(service, start, patients[number % len(patients)], is_missed=number == _MISSED)
        for practitioner in practitioners
        for service in practitioner.services.order_by("duration")[:1]
        for number, start in enumerate(islice(_starts_before(practitioner, service, now=now), len(_SAID) + 1))
    ]
    Booking.objects.bulk_create(made)
    for after in (Status.CONFIRMED, None):
        Move.objects.bulk_create(_step(booking, after or Status(booking.status)) for booking in made)
    Review.objects.bulk_create(_reviews(made))
    return made


def _starts_before(practitioner: Practitioner, service: Service, *, now: datetime) -> Iterator[datetime]:
    """The first start of every second working day, the latest first."""
    service.practitioner = practitioner
    rules = calendars.rules_of(practitioner, service)
    day = wallclock.local_day(practitioner.zone, wallclock.seconds(now)) - 2
    while True:
        for low, _high in availability.working(rules, day)[:1]:
            yield wallclock.instant(low)
        day -= 2


def _visit(service: Service, start: datetime, patient: Patient, *, is_missed: bool) -> Booking:
    return Booking(
        practitioner=service.practitioner,
        service=service,
        patient=patient,
        status=Status.NO_SHOW if is_missed else Status.COMPLETED,
        span=span_of(service, start),
        occupied=occupied_by(service, start),
        held_at=start - timedelta(days=3),
        service_name=service.name,
        amount=service.amount,
        currency=service.currency,
        mode=service.mode,
        location_id=service.location_id,
        pays_at_visit=service.amount > 0,
        source=Source.SEED,
        **{name: getattr(service.practitioner, name) for name in Terms.names()},
    )


def _step(booking: Booking, after: Status) -> Move:
    before, at = ("", booking.held_at) if after == Status.CONFIRMED else (Status.CONFIRMED, booking.ends_at)
    return Move(booking=booking, at=at, actor=Actor.SYSTEM.kind, before=before, after=after, reason="sample data")


def _reviews(bookings: list[Booking]) -> Iterator[Review]:
    seen = [booking for booking in bookings if booking.status == Status.COMPLETED]
    for number, booking in enumerate(seen):
        stars, words = _SAID[number % len(_SAID)]
        state = ReviewState.WAITING if number == len(seen) - 1 else ReviewState.SHOWN
        written = booking.ends_at + timedelta(days=1)
        yield Review(
            booking=booking,
            practitioner_id=booking.practitioner_id,
            stars=stars,
            words=words,
            state=state,
            written_at=written,
        )
