"""The arithmetic against an independent model that asks every minute."""

import os
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from booking import availability
from booking.availability import Rules
from tests.booking import model

# Ordinary, half-hour and quarter-hour zones, both hemispheres, a half-hour change, both sides of the date line.
ZONES = (
    "Asia/Kolkata", "Asia/Kathmandu", "Europe/London", "America/New_York", "America/St_Johns", "Australia/Lord_Howe",
    "Pacific/Auckland", "Pacific/Chatham", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Africa/Cairo", "Asia/Gaza",
    "Africa/Casablanca", "Europe/Dublin", "America/Santiago", "UTC",
)  # fmt: skip
# Days on which at least one of the zones changes its clock, with the days around them.
CHANGES = [
    date(2027, 3, 14), date(2027, 3, 28), date(2027, 4, 4), date(2027, 4, 30), date(2027, 9, 5), date(2027, 9, 26),
    date(2027, 10, 3), date(2027, 10, 29), date(2027, 10, 31), date(2027, 11, 7), date(2028, 2, 29),
]  # fmt: skip

days = st.builds(lambda day, by: day + timedelta(days=by), st.sampled_from(CHANGES), st.integers(-1, 1))
# Five minutes are fine enough to be off every grid, and coarse enough that edges often meet.
minutes = st.integers(0, 24 * 12).map(lambda n: n * 5)


@st.composite
def intervals(draw: st.DrawFn) -> tuple[tuple[int, int], ...]:
    """Up to three intervals of a day that don't overlap; the last may run past midnight."""
    edges: list[int] = sorted(draw(st.lists(minutes, min_size=2, max_size=6, unique=True)))
    runs_on: bool = draw(st.booleans())
    pairs = [(low, high) for low, high in zip(edges[::2], edges[1::2], strict=False) if low < 24 * 60]
    if pairs and runs_on:
        low, high = pairs[-1]
        pairs[-1] = (low, min(high + draw(minutes), low + 24 * 60))
    return tuple(pairs)


@st.composite
def all_rules(draw: st.DrawFn) -> Rules:
    weekly = {day: draw(intervals()) for day in range(7)}
    return Rules(
        zone=draw(st.sampled_from(ZONES)),
        weekly=weekly,
        step=draw(st.sampled_from([15, 30, 60])),
        buffer=draw(st.sampled_from([0, 5, 15, 60])),
        notice=draw(st.sampled_from([0, 30, 24 * 60])),
        horizon=draw(st.integers(0, 3)),
    )


@given(
    rules=all_rules(),
    first=days,
    length=st.integers(0, 2),
    zone=st.sampled_from(ZONES),
    duration=st.sampled_from([5, 30, 60, 90, 240]),
    taken=st.lists(st.tuples(st.integers(-12 * 12, 72 * 12), st.integers(1, 36)), max_size=4),
    ago=st.integers(-24 * 60, 48 * 60),
)
@settings(max_examples=2000 if os.environ.get("PROOF") == "full" else 40, deadline=None)
def test_the_arithmetic_agrees_with_a_clock_read_minute_by_minute(
    *,
    rules: Rules,
    first: date,
    length: int,
    zone: str,
    duration: int,
    taken: list[tuple[int, int]],
    ago: int,
) -> None:
    last = first + timedelta(days=length)
    origin = datetime(first.year, first.month, first.day, tzinfo=UTC)
    now = origin - timedelta(minutes=ago)
    busy = [(origin + timedelta(minutes=5 * at), origin + timedelta(minutes=5 * (at + size))) for at, size in taken]
    within = availability.window_of(zone, first, last)
    seconds = [(availability.seconds(low), availability.seconds(high)) for low, high in busy]
    asked = availability.seconds(now)

    slots = availability.slots(rules, within, duration, seconds, asked)
    counts = availability.open_counts(rules, within, duration, seconds, asked, zone=zone)

    expected = model.states(rules, first=first, last=last, zone=zone, duration=duration, busy=busy, now=now)
    assert {slot.start: slot.state for slot in slots} == expected
    assert [slot.start for slot in slots] == list(expected)
    assert counts == model.open_counts(expected, zone)
    for slot in slots:
        assert slot.start.astimezone(ZoneInfo(zone)).date() in {first + timedelta(days=n) for n in range(length + 1)}
