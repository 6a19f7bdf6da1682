"""An invented practice to look at, and any number of invented people and bookings to measure with."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import cycle, islice

from django.db import transaction

from booking import availability, calendars, wallclock
from booking.lifecycle import Status
from booking.models import Booking, Move, Patient, Source
from booking.spans import occupied_by, span_of
from common.audit import Actor
from practitioners.models import Location, Mode, PayWhen, Practitioner, Service, WeeklyHours

Hours = tuple[tuple[int, int], ...]


def _at(hour: int, minute: int = 0) -> int:
    return hour * 60 + minute


MORNING_AND_AFTERNOON: Hours = ((_at(9), _at(12)), (_at(13), _at(17)))
WEEKDAYS = range(5)


@dataclass(frozen=True)
class Offer:
    minutes: int
    amount: int
    name: str = "Consultation"
    mode: Mode = Mode.VIDEO
    description: str = ""
    pay_when: PayWhen = PayWhen.ONLINE
    needs_approval: bool = False


@dataclass(frozen=True)
class Place:
    name: str
    address: str


@dataclass(frozen=True)
class Person:
    slug: str
    name: str
    credential: str
    bio: str
    zone: str
    currency: str
    offers: tuple[Offer, ...]
    languages: tuple[str, ...] = ("English",)
    needs: tuple[str, ...] = ()
    hours: Hours = MORNING_AND_AFTERNOON
    days: tuple[int, ...] = tuple(WEEKDAYS)
    step: int = 15
    buffer: int = 0
    place: Place | None = None  # where visits in person take place


PEOPLE = (
    Person(
        "dr-sarah-khan",
        "Dr Sarah Khan",
        "Clinical Psychologist",
        "I work with adults on worry, low mood and sleep. We begin with what you would like to change, and agree on "
        "small steps that fit your week.",
        "Asia/Kolkata",
        "INR",
        (Offer(30, 75_000), Offer(60, 150_000), Offer(90, 225_000), Offer(120, 300_000)),
        ("English", "Hindi", "Urdu"),
        ("Anxiety", "Low mood", "Sleep"),
    ),
    Person(
        "arjun-mehta",
        "Arjun Mehta",
        "Physiotherapist",
        "Back, neck and knees: a thorough first look, then exercises you can keep up at home.",
        "Asia/Kolkata",
        "INR",
        (
            Offer(
                30,
                60_000,
                "Follow-up",
                Mode.IN_PERSON,
                "How it went since last time, and the next exercises.",
                PayWhen.EITHER,
            ),
            Offer(60, 110_000, "First visit", Mode.IN_PERSON, "A thorough look, a plan, and the first exercises."),
        ),
        ("English", "Hindi", "Gujarati"),
        ("Back pain", "Sports injuries"),
        hours=((_at(8), _at(12, 30)), (_at(16), _at(20))),
        days=(0, 1, 2, 3, 4, 5),
        step=30,
        buffer=15,
        place=Place("Rooms in Bandra", "Ground floor, 12 Example Lane, Bandra West, Mumbai 400050"),
    ),
    Person(
        "maya-fernandes",
        "Maya Fernandes",
        "Dietitian",
        "Eating well without counting everything. The first call costs nothing and tells us both whether we fit.",
        "Asia/Kolkata",
        "INR",
        (
            Offer(15, 0, "First call", Mode.PHONE, "What you are looking for, and whether we fit."),
            Offer(45, 90_000, description="Your week of eating, and two or three changes that are easy to keep."),
        ),
        ("English", "Konkani", "Hindi"),
        ("Nutrition", "Diabetes"),
        hours=((_at(10), _at(14)),),
        days=(1, 3, 5),
    ),
    Person(
        "kiran-thapa",
        "Kiran Thapa",
        "Yoga and breathing teacher",
        "Slow, careful sessions for people who think they are too stiff for this.",
        "Asia/Kathmandu",
        "INR",
        (Offer(60, 70_000, "Session"), Offer(90, 95_000, "Session")),
        ("English", "Nepali", "Hindi"),
        ("Stress", "Breathing"),
        hours=((_at(6), _at(9)), (_at(17), _at(20))),
        days=(0, 1, 2, 3, 4, 5, 6),
        step=30,
    ),
    Person(
        "emily-hart",
        "Emily Hart",
        "Psychotherapist",
        "Long-term and short-term work with individuals and couples.",
        "Europe/London",
        "GBP",
        (Offer(60, 7_000), Offer(90, 10_000, "Couples", description="For two, with time for each of you to be heard.")),
        ("English",),
        ("Relationships", "Anxiety"),
        hours=((_at(10), _at(13)), (_at(14), _at(19))),
        days=(0, 2, 3),
        step=30,
    ),
    Person(
        "noa-levin",
        "Dr Noa Levin",
        "Psychiatrist",
        "Assessment and second opinions, evenings included.",
        "America/New_York",
        "USD",
        (
            Offer(30, 12_000, "Follow-up"),
            Offer(60, 22_000, "Assessment", description="I read your request first.", needs_approval=True),
        ),
        ("English", "Hebrew", "Spanish"),
        ("Second opinion", "Low mood"),
        hours=((_at(12), _at(16)), (_at(17), _at(21))),
        days=(0, 1, 2, 3),
        step=30,
    ),
    Person(
        "aroha-walker",
        "Aroha Walker",
        "Osteopath",
        "Hands-on treatment in a quiet room by the harbour.",
        "Pacific/Auckland",
        "NZD",
        (
            Offer(
                45,
                11_000,
                "Treatment",
                Mode.IN_PERSON,
                "Hands-on work on what hurts; wear something loose.",
                PayWhen.AT_VISIT,
            ),
        ),
        ("English", "Māori"),
        ("Back pain",),
        hours=((_at(9), _at(13)), (_at(14), _at(17))),
        buffer=15,
        place=Place("Harbour rooms", "Level 1, 8 Example Quay, Auckland 1010"),
    ),
)


@transaction.atomic
def make_practice() -> list[Practitioner]:
    """The invented practice, made once; people who are there already stay as they are."""
    for person in PEOPLE:
        if not Practitioner.objects.filter(slug=person.slug).exists():
            _make(person)
    return list(Practitioner.objects.filter(slug__in=[person.slug for person in PEOPLE]).order_by("pk"))


def _make(person: Person) -> Practitioner:
    practitioner = Practitioner.objects.create(
        slug=person.slug,
        name=person.name,
        credential=person.credential,
        bio=person.bio,
        email=f"{person.slug}@example.org",
        zone=person.zone,
        currency=person.currency,
        languages=list(person.languages),
        needs=list(person.needs),
        step=person.step,
        buffer_after=person.buffer,
        is_published=True,
    )
    place = None
    if person.place is not None:
        place = Location.objects.create(practitioner=practitioner, name=person.place.name, address=person.place.address)
    Service.objects.bulk_create(
        Service(
            practitioner=practitioner,
            slug=f"{offer.minutes}-min",
            name=offer.name,
            duration=offer.minutes,
            amount=offer.amount,
            currency=person.currency,
            mode=offer.mode,
            description=offer.description,
            pay_when=offer.pay_when,
            needs_approval=offer.needs_approval,
            location=place if offer.mode == Mode.IN_PERSON else None,
        )
        for offer in person.offers
    )
    WeeklyHours.objects.bulk_create(
        WeeklyHours(practitioner=practitioner, weekday=day, starts=starts, ends=ends)
        for day in person.days
        for starts, ends in person.hours
    )
    return practitioner


def make_practitioners(count: int) -> list[Practitioner]:
    """Practitioners to measure with: Dr Khan's week and prices under numbered names."""
    model = PEOPLE[0]
    begin = Practitioner.objects.filter(slug__startswith="sample-").count() + 1
    return [
        _make(
            Person(
                f"sample-{n}",
                f"Sample Practitioner {n}",
                model.credential,
                "",
                model.zone,
                model.currency,
                model.offers,
            )
        )
        for n in range(begin, begin + count)
    ]


def make_patients(count: int) -> list[Patient]:
    return Patient.objects.bulk_create(
        [
            Patient(
                name=f"Sample Patient {n}",
                email=f"patient-{n}@example.org",
                phone=f"+1000000{n:04d}",
                zone="Asia/Kolkata",
            )
            for n in range(1, count + 1)
        ],
        batch_size=1000,
    )


@transaction.atomic
def make_bookings(
    practitioners: list[Practitioner], patients: list[Patient], count: int, *, now: datetime
) -> list[Booking]:
    """Firm bookings, spread evenly over practitioners and, for each, over its working hours from tomorrow on."""
    made: list[Booking] = []
    people = cycle(patients)
    share, rest = divmod(count, len(practitioners))
    for index, practitioner in enumerate(practitioners):
        wanted = share + (index < rest)
        service = practitioner.services.order_by("duration")[:2][::-1][0]
        if wanted:
            starts = islice(_free_starts(practitioner, service, now=now), wanted)
            made += [_booking(service, practitioner, next(people), start, now=now) for start in starts]
    Booking.objects.bulk_create(made, batch_size=1000)
    moves = [
        Move(booking=booking, at=now, actor=Actor.SYSTEM.kind, before="", after=Status.CONFIRMED, reason="sample data")
        for booking in made
    ]
    Move.objects.bulk_create(moves, batch_size=1000)
    return made


def _free_starts(practitioner: Practitioner, service: Service, *, now: datetime) -> Iterator[datetime]:
    rules = calendars.rules_of(practitioner, service)
    length = (service.minutes_before + service.duration + service.minutes_after) * wallclock.MINUTE
    day = wallclock.local_day(practitioner.zone, wallclock.seconds(now)) + 1
    taken = practitioner.bookings.active().order_by("-span").values_list("occupied", flat=True).first()
    free_from = wallclock.seconds(taken.upper) if taken else 0
    while True:
        for low, high in availability.working(rules, day):
            # Leave gaps, so that the days look like a practice and not like a wall.
            for start in range(low, high - length + 1, length * 2):
                if start >= free_from:
                    yield wallclock.instant(start)
        day += 1


def _booking(
    service: Service, practitioner: Practitioner, patient: Patient, start: datetime, *, now: datetime
) -> Booking:
    return Booking(
        practitioner=practitioner,
        service=service,
        patient=patient,
        status=Status.CONFIRMED,
        span=span_of(service, start),
        occupied=occupied_by(service, start),
        held_at=now,
        service_name=service.name,
        amount=service.amount,
        currency=service.currency,
        mode=service.mode,
        location_id=service.location_id,
        needs_approval=service.needs_approval,
        pay_when=service.pay_when,
        pays_at_visit=service.amount > 0,  # nobody has paid for a sample
        source=Source.SEED,
    )
