"""What is read of a practitioner's calendar: as much as matters, by the index that is there for it."""

import json
import os
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bench.history import PAST
from booking import calendars, queries, wallclock
from booking.availability import Visit
from booking.finding import next_times
from booking.lifecycle import Status
from practitioners.models import DateOverride, OverrideHours, Service, TimeOff
from tests.factories import NOW, TOMORROW_AT_TEN, make_booking, make_practitioner, make_service

TOMORROW = date(2026, 12, 1)
NUMBER = wallclock.day_number(TOMORROW)
WITHIN = wallclock.window_of("Asia/Kolkata", TOMORROW, TOMORROW)
MINUTE = timedelta(minutes=1)


@pytest.mark.django_db
def test_a_service_has_its_own_notice_and_buffers_or_the_practitioners() -> None:
    practitioner = make_practitioner(notice=60, buffer_before=5, buffer_after=10)
    plain, own = make_service(practitioner), make_service(practitioner, notice=0, buffer_before=0, buffer_after=20)

    rules = [calendars.rules_of(practitioner, each, WITHIN) for each in (plain, own)]

    assert [(each.notice, each.before, each.after) for each in rules] == [(60, 5, 10), (0, 0, 20)]


@pytest.mark.django_db
def test_dates_and_time_off_are_read_around_the_window_alone() -> None:
    service = make_service()
    for days in (-30, -1, 0, 30):
        day = TOMORROW + timedelta(days=days)
        override = DateOverride.objects.create(practitioner=service.practitioner, day=day)
        if days:
            OverrideHours.objects.create(override=override, starts=600, ends=660)
        TimeOff.objects.create(practitioner=service.practitioner, first_day=day, last_day=day, starts=60, ends=120)
    long = {"first_day": TOMORROW - timedelta(days=90), "last_day": TOMORROW + timedelta(days=90)}
    TimeOff.objects.create(practitioner=service.practitioner, starts=0, ends=1440, **long)

    rules = calendars.rules_of(service.practitioner, service, WITHIN)

    assert rules.dates == {NUMBER - 1: [(600, 660)], NUMBER: []}
    assert sorted(rules.off) == [
        ((NUMBER - 90, 0), (NUMBER + 90, 1440)), ((NUMBER - 1, 60), (NUMBER - 1, 120)), ((NUMBER, 60), (NUMBER, 120)),
    ]  # fmt: skip
    assert len(calendars.rules_of(service.practitioner, service).off) == 5


@pytest.mark.django_db
def test_what_stands_says_until_when_it_does() -> None:
    service = make_service(make_practitioner(buffer_after=15))
    firm = make_booking(service=service, status=Status.CONFIRMED)
    hour = timedelta(hours=2)
    held = make_booking(service=service, start=TOMORROW_AT_TEN + hour, hold_expires_at=NOW + 9 * MINUTE)
    make_booking(service=service, start=TOMORROW_AT_TEN + 2 * hour, hold_expires_at=NOW - MINUTE)

    found = calendars.standing(service.practitioner_id, WITHIN, NOW)

    start, length, kept = wallclock.seconds(TOMORROW_AT_TEN), 3600, 900
    assert sorted(found.visits) == [
        Visit(start, start + length, start, start + length + kept, False),
        Visit(start + 7200, start + 7200 + length, start + 7200, start + 7200 + length + kept, True),
    ]
    assert sorted(found.ids) == [firm.pk, held.pk]
    assert (found.since, found.until) == (NOW - MINUTE, NOW + 9 * MINUTE)


# --- A long history ---------------------------------------------------------------------------------------------------


@pytest.fixture
def practice(transactional_db: None) -> Service:
    """Ten thousand visits behind one practitioner, none of them ahead; and a colleague."""
    make_service()
    service = make_service(make_practitioner(daily_cap=5, weekly_cap=20))
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        wish = {"who": service.practitioner_id, "what": service.pk, "first": 0, "last": 10_000, "now": NOW}
        owner.execute(PAST, wish)
        owner.execute("ANALYZE booking_booking")
    return service


def plans(ask: Any) -> list[str]:
    """How PostgreSQL answers what is asked of the bookings."""
    caches["slots"].clear()
    with CaptureQueriesContext(connection) as context:
        ask()
    asked = [query["sql"] for query in context.captured_queries if "booking_booking" in query["sql"]]
    with connection.cursor() as cursor:
        found = []
        for each in asked:
            cursor.execute("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + each.replace("%", "%%"))
            found.append(cursor.fetchone()[0][0]["Plan"])
    assert found
    return [json.dumps(plan) for plan in found]


def test_ten_thousand_past_bookings_are_not_looked_at(practice: Service) -> None:
    """The day, the month, the next open time and the directory's: by the index of the overlap constraint, few pages."""
    asks = {
        "day": lambda: queries.slots_of_day(practice, TOMORROW, zone="Asia/Kolkata", now=NOW),
        "month": lambda: queries.open_days(practice, TOMORROW, zone="Asia/Kolkata", now=NOW),
        "next": lambda: queries.next_open(practice, now=NOW, limit=3),
        "directory": lambda: next_times.next_open_of_each(
            list(Service.objects.select_related("practitioner")), now=NOW
        ),
        "hold": lambda: queries.is_full(
            calendars.rules_of(practice.practitioner, practice, WITHIN),
            practice.practitioner_id,
            TOMORROW_AT_TEN,
            now=NOW,
        ),
    }
    for name, ask in asks.items():
        for plan in plans(ask):
            pages = json.loads(plan)["Shared Hit Blocks"] + json.loads(plan)["Shared Read Blocks"]
            print(f"{name}: {pages} pages")  # noqa: T201
            assert "one_booking_at_a_time" in plan, name
            assert "Seq Scan" not in plan, name
            assert pages < 40, name
