"""What is kept of the times on offer is what would be worked out anew, at every instant and after every change."""

import random
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

import pytest
from django.core.cache import caches
from django.db import IntegrityError, transaction
from django.db.models import Model
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from booking import actions, queries, slot_cache
from booking.finding import next_times
from booking.lifecycle import Status
from booking.models import Booking, Source
from common.audit import Actor
from practitioners.models import DateOverride, OverrideHours, Practitioner, Service, TimeOff, WeeklyHours
from tests.factories import NOW, TOMORROW_AT_TEN, make_booking, make_practitioner, make_service
from tests.proofs.scale import many

pytestmark = pytest.mark.django_db(transaction=True)
ZONES = ("Asia/Kolkata", "America/New_York", "Australia/Lord_Howe")
TOMORROW = TOMORROW_AT_TEN.date()


@pytest.fixture
def service() -> Service:
    caches["slots"].clear()
    return make_service(make_practitioner(slug="asha-rao", notice=60), slug="60-min")


def now_and(service: Service) -> Service:
    """As a request reads it."""
    return Service.objects.select_related("practitioner").get(pk=service.pk)


# --- What it saves ----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("stopped_clock")
@pytest.mark.parametrize("what", ["slots?service=60-min&date=2026-12-01", "dates?service=60-min&month=2026-12"])
def test_a_second_visitor_costs_one_query(
    client: Client, service: Service, django_assert_num_queries: DjangoAssertNumQueries, what: str
) -> None:
    address = f"/api/v1/practitioners/asha-rao/{what}"
    with django_assert_num_queries(4):
        first = client.get(address)
    with django_assert_num_queries(1):
        second = client.get(address)

    assert first.json() == second.json()
    assert first.json().popitem()[1]


def test_a_booking_is_seen_by_the_next_visitor(service: Service) -> None:
    def free() -> int:
        return queries.open_days(now_and(service), TOMORROW, zone="Asia/Kolkata", now=NOW)[TOMORROW]

    before = free()
    actions.hold(service, start=TOMORROW_AT_TEN, by=Actor.PATIENT, source=Source.WEB, now=NOW)

    assert free() < before


def test_a_hold_that_lapses_frees_its_time_though_nobody_wrote_anything(service: Service) -> None:
    make_booking(service=service, hold_expires_at=NOW + timedelta(minutes=10))
    offer = now_and(service)

    def is_free(now: datetime) -> bool:
        slots = queries.slots_of_day(offer, TOMORROW, zone="Asia/Kolkata", now=now)
        return any(slot.start == TOMORROW_AT_TEN and slot.state == "available" for slot in slots)

    assert [is_free(NOW + timedelta(minutes=n)) for n in (0, 9, 10, 11, 9, 10)] == [
        False,
        False,
        True,
        True,
        False,
        True,
    ]


def test_nothing_is_kept_of_a_transaction_that_is_rolled_back(service: Service) -> None:
    """Its version will be used again, for something else."""
    caches["slots"].clear()
    with transaction.atomic():
        Practitioner.objects.update(zone="Asia/Kathmandu")
        queries.slots_of_day(now_and(service), TOMORROW, zone="Asia/Kolkata", now=NOW)
        transaction.set_rollback(True)
    Practitioner.objects.update(zone="America/New_York")

    slots = queries.slots_of_day(now_and(service), TOMORROW, zone="America/New_York", now=NOW)

    assert f"{slots[0].start:%H:%M}" == "14:00"


# --- For any changes --------------------------------------------------------------------------------------------------


def some_booking(service: Service, dice: random.Random) -> None:
    start = NOW + timedelta(minutes=15 * dice.randrange(4 * 24 * 6))
    status = dice.choice([Status.CONFIRMED, Status.PENDING_PAYMENT, Status.PENDING_PAYMENT, Status.REQUESTED])
    try:
        with transaction.atomic():
            until = NOW + timedelta(minutes=dice.randrange(1, 600))
            make_booking(service=now_and(service), start=start, status=status, hold_expires_at=until)
    except IntegrityError:
        pass  # the time is taken; nothing has changed


def some_end(service: Service, dice: random.Random) -> None:
    if (booking := Booking.objects.active().order_by("?").first()) is not None:
        Booking.objects.filter(pk=booking.pk).update(status=dice.choice([Status.CANCELLED, Status.EXPIRED]))


def some_extension(service: Service, dice: random.Random) -> None:
    until = NOW + timedelta(minutes=dice.randrange(1, 600))
    Booking.objects.filter(status=Status.PENDING_PAYMENT).update(hold_expires_at=until)


def some_hours(service: Service, dice: random.Random) -> None:
    hours = WeeklyHours.objects.order_by("?").first()
    if hours is None or dice.random() < 0.3:
        WeeklyHours.objects.all().delete()
        days = [WeeklyHours(practitioner=service.practitioner, weekday=day, starts=540, ends=1020) for day in range(7)]
        WeeklyHours.objects.bulk_create(days)
    elif dice.random() < 0.5:
        hours.delete()
    else:
        WeeklyHours.objects.filter(pk=hours.pk).update(starts=hours.ends - dice.choice([60, 90, 120]))


def some_date(service: Service, dice: random.Random) -> None:
    day = TOMORROW + timedelta(days=dice.randrange(5))
    if (known := DateOverride.objects.filter(day=day).first()) is not None and dice.random() < 0.5:
        known.delete()
        return
    override, _ = DateOverride.objects.get_or_create(practitioner=service.practitioner, day=day)
    if override.hours.exists():
        override.hours.all().delete()
    else:
        OverrideHours.objects.create(override=override, starts=600, ends=dice.choice([720, 900, 1500]))


def some_time_off(service: Service, dice: random.Random) -> None:
    if dice.random() < 0.4:
        TimeOff.objects.all().delete()
    else:
        day = TOMORROW + timedelta(days=dice.randrange(5))
        ends = dice.choice([700, 1440])
        TimeOff.objects.create(practitioner=service.practitioner, first_day=day, last_day=day, starts=600, ends=ends)


def some_rule(service: Service, dice: random.Random) -> None:
    changed: dict[str, list[object]] = {
        "step": [15, 30, 60], "notice": [0, 120, 2000], "horizon": [14, 15], "daily_cap": [None, 1, 2],
        "weekly_cap": [None, 2, 4], "buffer_before": [0, 15], "buffer_after": [0, 30], "zone": list(ZONES),
    }  # fmt: skip
    change(Practitioner, service.practitioner_id, changed, dice)


def some_offer(service: Service, dice: random.Random) -> None:
    changed: dict[str, list[object]] = {
        "duration": [30, 60, 90], "notice": [None, 0, 600], "buffer_before": [None, 30], "buffer_after": [None, 0],
    }  # fmt: skip
    change(Service, service.pk, changed, dice)


def change(model: type[Model], pk: int, fields: dict[str, list[object]], dice: random.Random) -> None:
    name = dice.choice(list(fields))
    model._default_manager.filter(pk=pk).update(**{name: dice.choice(fields[name])})


CHANGES: list[Callable[[Service, random.Random], None]] = [
    some_booking, some_booking, some_booking, some_end, some_extension, some_hours, some_date, some_time_off,
    some_rule, some_offer,
]  # fmt: skip


def answers(day: date, zone: str, now: datetime) -> list[object]:
    """All that is kept: the service with its practitioner, times, whole days, months, next times."""
    service = queries.offered_service("asha-rao", slug="60-min")
    return [
        (service.duration, service.minutes_notice, service.practitioner.version),
        queries.slots_of_day(service, day, zone=zone, now=now),
        queries.whole_day(service, day, zone=zone, now=now),
        queries.open_days(service, day, zone=zone, now=now),
        next_times.next_open_of_each([service], now=now),
    ]


def differences(service: Service, *, changes: int, seed: int) -> Iterator[str]:
    """Where what is kept is not what is worked out, while everything changes and time jumps to and fro."""
    dice = random.Random(seed)
    for number in range(changes):
        change = dice.choice(CHANGES)
        change(service, dice)
        for _ in range(4):
            now = NOW + timedelta(minutes=dice.choice([0, 1, 59, 60, 61, 300, 600, 1439, 1440, 2000]))
            day, zone = TOMORROW + timedelta(days=dice.randrange(-1, 4)), dice.choice(ZONES)
            kept = answers(day, zone, now)
            with transaction.atomic():  # where nothing is kept
                fresh = answers(day, zone, now)
            if kept != fresh:
                yield f"change {number}, {change.__name__}: {day} in {zone} at {now}"


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(many(1, 3)))
def test_what_is_kept_equals_what_is_worked_out_after_every_change_and_at_every_instant(
    service: Service, seed: int
) -> None:
    print(f"{(changes := many(25, 500))} changes, 4 instants each, seed {seed}")  # noqa: T201

    assert list(differences(service, changes=changes, seed=seed)) == []


@pytest.mark.proof
def test_control_a_cache_that_forgets_the_version_is_found_out(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        slot_cache, "_key", lambda service, name, _now: f"{service.practitioner_id}:{service.pk}:{name}"
    )

    assert next(differences(service, changes=300, seed=1), None)


@pytest.mark.proof
def test_control_a_cache_that_forgets_that_holds_lapse_is_found_out(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slot_cache._Month, "is_true", lambda _self, _now: True)

    assert next(differences(service, changes=300, seed=1), None)


@pytest.mark.proof
def test_control_a_cache_that_forgets_the_day_is_found_out(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """The horizon moves on at the practitioner's midnight, and nobody writes anything then."""
    whole = slot_cache._key
    monkeypatch.setattr(slot_cache, "_key", lambda service, name, _now: whole(service, name, NOW))
    last = NOW.date() + timedelta(days=63)

    def times(now: datetime) -> int:
        return len(queries.slots_of_day(now_and(service), last, zone="Asia/Kolkata", now=now))

    assert times(NOW) == 0
    assert times(NOW + timedelta(days=4)) == 0
    monkeypatch.undo()
    assert times(NOW + timedelta(days=4)) > 0
