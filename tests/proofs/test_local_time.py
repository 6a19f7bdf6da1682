"""Every zone there is, around both changes of its clock in two years, against the model that asks every minute."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest

from booking import availability, wallclock
from booking.availability import Rules
from tests.booking import model
from tests.booking.strategies import as_visit
from tests.proofs.scale import FULL

pytestmark = pytest.mark.proof
YEARS = (2026, 2027)
# Half an hour, a quarter of an hour, both sides of the date line, a change at midnight: tried every time.
ALWAYS = {
    "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Chatham", "Pacific/Kiritimati", "Pacific/Pago_Pago",
    "America/Santiago", "Asia/Beirut", "Africa/Casablanca", "Europe/London", "America/New_York", "Asia/Kolkata",
}  # fmt: skip
# An evening past midnight, a night over every change there is, an ordinary day with a break.
WEEKLY: dict[int, tuple[tuple[int, int], ...]] = dict.fromkeys(
    range(7), ((0, 4 * 60), (9 * 60, 12 * 60), (13 * 60, 17 * 60), (22 * 60, 24 * 60))
)
WEEKLY[5] = ((0, 12 * 60), (20 * 60, 30 * 60))
WEEKLY[6] = ((6 * 60, 26 * 60),)


def zones() -> list[str]:
    known = sorted(available_timezones() - {"localtime"})
    return known if FULL else [name for number, name in enumerate(known) if name in ALWAYS or number % 60 == 0]


def changes(zone: str) -> list[date]:
    """The local days on which a zone changes its clock; an ordinary day where it never does."""
    face = ZoneInfo(zone)
    hours = [datetime(YEARS[0], 1, 1, tzinfo=UTC) + timedelta(hours=n) for n in range(0, 730 * 24, 6)]
    found = [
        later.astimezone(face).date()
        for earlier, later in pairwise(hours)
        if earlier.astimezone(face).utcoffset() != later.astimezone(face).utcoffset()
    ]
    return found or [date(2026, 12, 1)]


def rules_in(zone: str, day: date) -> Rules:
    """Every rule, close around the day: dates that differ, time off that ends at night, buffers, caps, notice."""
    number = wallclock.day_number(day)
    return Rules(
        zone=zone,
        weekly=WEEKLY,
        step=30,
        notice=45,
        horizon=2,
        before=10,
        after=20,
        dates={number + 1: ((0, 3 * 60), (8 * 60 + 15, 11 * 60)), number - 1: ((18 * 60, 26 * 60),)},
        off=[((number - 1, 20 * 60), (number, 90)), ((number, 14 * 60), (number + 1, 100))],
        daily_cap=2,
        weekly_cap=3 if day.day % 2 else None,
    )


def plain_rules_in(zone: str, _day: date) -> Rules:
    return Rules(zone=zone, weekly=WEEKLY, step=30, notice=0, horizon=400)


def visits_around(day: date) -> list[model.Taken]:
    """An hour each, now and then, with what is kept free around it."""
    hour, noon = timedelta(hours=1), datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    starts = [noon + hour * n for n in (-18.4, -11, 3, 21.5)]
    return [model.Taken(start, start + hour, start - hour / 6, start + hour + hour / 3) for start in starts]


def differences(zone: str, day: date, rules_of: Callable[[str, date], Rules] = rules_in) -> list[str]:
    rules = rules_of(zone, day)
    first, last = day - timedelta(days=1), day + timedelta(days=1)
    now = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=6.5)
    within = wallclock.window_of(zone, first, last)
    taken = visits_around(day) if rules_of is rules_in else []
    visits = [as_visit(each) for each in taken]
    slots = availability.slots(rules, within, 60, visits, wallclock.seconds(now))
    found = {slot.start: slot.state for slot in slots}
    expected = model.states(rules, first=first, last=last, zone=zone, duration=60, visits=taken, now=now)
    assert len(slots) == len(found)
    assert expected
    return [] if found == expected else [f"{rules_of.__name__} {zone} {day}"]


def test_no_zone_and_no_change_of_the_clock_makes_a_difference() -> None:
    tried = [(zone, day) for zone in zones() for day in changes(zone)]
    print(f"{len({zone for zone, _ in tried})} zones, {len(tried)} changes of the clock")  # noqa: T201

    each = [(zone, day, kind) for zone, day in tried for kind in (plain_rules_in, rules_in)]
    assert [difference for zone, day, kind in each for difference in differences(zone, day, kind)] == []


def test_control_arithmetic_that_knows_one_offset_a_day_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if noon's offset held for the whole day: the mistake that is usually made."""

    def naive(zone_name: str, day: int, start: int, end: int) -> list[wallclock.Interval]:
        midnight = day * wallclock.DAY
        offset = wallclock._offset(ZoneInfo(zone_name), midnight + wallclock.DAY // 2)
        return [(midnight + start * 60 - offset, midnight + end * 60 - offset)]

    monkeypatch.setattr(availability, "resolve", naive)

    assert differences("Europe/London", date(2027, 3, 28), plain_rules_in)
    assert not differences("Asia/Kolkata", date(2027, 3, 28), plain_rules_in)


@pytest.mark.parametrize("forgotten", ["dates", "off", "before", "after", "daily_cap", "notice"])
def test_control_a_rule_that_is_forgotten_makes_a_difference(monkeypatch: pytest.MonkeyPatch, forgotten: str) -> None:
    whole, nothing = availability.slots, plain_rules_in("UTC", date(2027, 3, 28))

    def forgetful(rules: Rules, *rest: Any) -> list[availability.Slot]:
        return whole(replace(rules, **{forgotten: getattr(nothing, forgotten)}), *rest)

    monkeypatch.setattr(availability, "slots", forgetful)

    assert differences("Europe/London", date(2027, 3, 28))
