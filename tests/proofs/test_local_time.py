"""Every zone there is, around both changes of its clock in two years, against the model that asks every minute."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest

from booking import availability
from booking.availability import Rules
from tests.booking import model
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


def rules_in(zone: str) -> Rules:
    return Rules(zone=zone, weekly=WEEKLY, step=30, buffer=0, notice=0, horizon=400)


def differences(zone: str, day: date) -> list[str]:
    rules = rules_in(zone)
    first, last = day - timedelta(days=1), day + timedelta(days=1)
    now = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=30)
    within = availability.window_of(zone, first, last)
    slots = availability.slots(rules, within, 60, (), availability.seconds(now))
    found = {slot.start: slot.state for slot in slots}
    expected = model.states(rules, first=first, last=last, zone=zone, duration=60, busy=(), now=now)
    assert len(slots) == len(found)
    assert expected
    return [] if found == expected else [f"{zone} {day}"]


def test_no_zone_and_no_change_of_the_clock_makes_a_difference() -> None:
    tried = [(zone, day) for zone in zones() for day in changes(zone)]
    print(f"{len({zone for zone, _ in tried})} zones, {len(tried)} changes of the clock")  # noqa: T201

    assert [difference for zone, day in tried for difference in differences(zone, day)] == []


def test_control_arithmetic_that_knows_one_offset_a_day_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if noon's offset held for the whole day: the mistake that is usually made."""

    def naive(zone_name: str, day: int, start: int, end: int) -> list[availability.Interval]:
        midnight = day * availability.DAY
        offset = availability._offset(ZoneInfo(zone_name), midnight + availability.DAY // 2)
        return [(midnight + start * 60 - offset, midnight + end * 60 - offset)]

    monkeypatch.setattr(availability, "resolve", naive)

    assert differences("Europe/London", date(2027, 3, 28))
    assert not differences("Asia/Kolkata", date(2027, 3, 28))
