"""What a change of hours does, in numbers: against counts made by hand and by looking at every minute."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from booking.availability import Rules, Visit
from booking.hours.changes import (
    Change,
    NewDate,
    NewRules,
    NewTimeOff,
    NewWeek,
    NoTimeOff,
    Offer,
    UsualDate,
    compare,
    minutes_a_week,
    most_sessions,
    needed,
    stranded,
)
from booking.wallclock import day_number, seconds
from tests.factories import NOW

NINE_TO_FIVE = [(540, 720), (780, 1020)]
WEEK = dict.fromkeys(range(5), NINE_TO_FIVE)
RULES = Rules(zone="Asia/Kolkata", weekly=WEEK, step=15, notice=0, horizon=28)
NOW_S = seconds(NOW)
MONDAY = date(2026, 11, 30)


def at(day: date, minutes: int, zone: str = "Asia/Kolkata") -> int:
    return seconds(datetime.combine(day, time(), tzinfo=ZoneInfo(zone))) + minutes * 60


def visit(day: date, starts: int, ends: int, zone: str = "Asia/Kolkata") -> tuple[int, int]:
    return at(day, starts, zone), at(day, ends, zone)


# --- Times that come and go -------------------------------------------------------------------------------------------


def test_an_hour_less_on_mondays_takes_its_starts_from_each_monday() -> None:
    later = NewWeek({**WEEK, 0: [(600, 720), (780, 1020)]})

    found = compare(Offer(60, RULES), later, [], NOW_S)

    # From 9:00 to 11:00 are nine starts of an hour, from 10:00 to 11:00 five; five Mondays lie within 28 days.
    assert found.gone == {day_number(MONDAY + timedelta(weeks=number)): 4 for number in range(5)}
    assert found.come == {}
    assert (found.fewer, found.more) == (20, 0)
    assert found.open[day_number(MONDAY)] == 5 + 13


def test_times_come_and_go_at_once_and_notice_is_asked_of_both() -> None:
    evening = NewWeek({0: [(1020, 1140)]})
    soon = replace(RULES, notice=7 * 60)  # from half past twelve on

    found = compare(Offer(60, soon, frozenset({"notice"})), evening, [], NOW_S)

    assert found.gone[day_number(MONDAY)] == 13  # the afternoon; the morning was too soon anyway
    assert found.come == {day_number(MONDAY + timedelta(weeks=number)): 5 for number in range(5)}


def test_a_time_that_is_taken_neither_comes_nor_goes() -> None:
    nine = at(MONDAY + timedelta(7), 540)
    taken = Visit(nine, nine + 3600, nine, nine + 3600)
    shut = NewWeek({day: hours for day, hours in WEEK.items() if day})

    found = compare(Offer(60, RULES), shut, [taken], NOW_S)

    assert found.gone[day_number(MONDAY + timedelta(7))] == 22 - 4


def test_a_longer_horizon_brings_whole_days() -> None:
    change = NewRules("Asia/Kolkata", 15, 0, 0, 0, 35, None, None)

    found = compare(Offer(60, RULES), change, [], NOW_S)

    assert (len(found.come), found.fewer, found.more) == (5, 0, 5 * 22)


def test_what_a_service_decides_for_itself_stays_its_own() -> None:
    change = NewRules("Asia/Kolkata", 30, 10, 20, 60, 60, 3, 9)
    own = replace(RULES, before=5, after=7, notice=11)

    assert change.on(own, frozenset()) == replace(
        RULES, step=30, before=10, after=20, notice=60, horizon=60, daily_cap=3, weekly_cap=9
    )
    kept = change.on(own, frozenset({"before", "after", "notice"}))
    assert (kept.before, kept.after, kept.notice, kept.step) == (5, 7, 11, 30)


@pytest.mark.parametrize("cap", [{}, {"daily_cap": 2}, {"weekly_cap": 3}])
def test_the_visits_that_are_asked_for_reach_as_far_as_the_caps_count(cap: dict[str, int]) -> None:
    low, high = needed(
        [Offer(60, RULES)],
        NewRules("Asia/Kolkata", 15, 30, 30, 0, 60, **{"daily_cap": None, "weekly_cap": None, **cap}),
        NOW_S,
    )

    assert low <= NOW_S - 30 * 60
    assert high >= at(MONDAY + timedelta(61), 0)


# --- Who is stranded --------------------------------------------------------------------------------------------------

TUESDAY = MONDAY + timedelta(1)
NIGHTS = replace(RULES, weekly={6: [(1320, 1560)], 0: [(540, 720)]})  # Sunday ten at night to Monday two o'clock
STRANDINGS: dict[str, tuple[Rules, Change, tuple[int, int], bool]] = {
    "the hour goes": (RULES, NewWeek({**WEEK, 1: [(780, 1020)]}), visit(TUESDAY, 600, 660), True),
    "the end is cut": (RULES, NewWeek({**WEEK, 1: [(540, 645)]}), visit(TUESDAY, 600, 660), True),
    "it still fits": (RULES, NewWeek({**WEEK, 1: [(600, 660)]}), visit(TUESDAY, 600, 660), False),
    "the grid no longer meets it": (RULES, NewWeek({**WEEK, 1: [(590, 700)]}), visit(TUESDAY, 600, 660), False),
    "two intervals that touch hold it": (
        RULES,
        NewWeek({**WEEK, 1: [(540, 630), (630, 720)]}),
        visit(TUESDAY, 600, 660),
        False,
    ),
    "it was outside before": (RULES, NewWeek({**WEEK, 1: []}), visit(TUESDAY, 1080, 1140), False),
    "a break is put over it": (RULES, NewWeek({**WEEK, 1: [(540, 615), (645, 1020)]}), visit(TUESDAY, 600, 660), True),
    "the night is cut at midnight": (
        NIGHTS,
        NewWeek({6: [(1320, 1440)], 0: [(540, 720)]}),
        visit(MONDAY + timedelta(7), 30, 60),
        True,
    ),
    "the night is kept": (
        NIGHTS,
        NewWeek({6: [(1380, 1560)], 0: []}),
        visit(MONDAY + timedelta(7), 30, 60),
        False,
    ),
    "the date is closed": (RULES, NewDate(day_number(TUESDAY), ()), visit(TUESDAY, 600, 660), True),
    "another date is closed": (RULES, NewDate(day_number(MONDAY), ()), visit(TUESDAY, 600, 660), False),
    "the date has other hours that hold it": (
        RULES,
        NewDate(day_number(TUESDAY), ((600, 660),)),
        visit(TUESDAY, 600, 660),
        False,
    ),
    "an extra day is taken back": (
        replace(RULES, dates={day_number(date(2026, 12, 5)): [(540, 720)]}),
        UsualDate(day_number(date(2026, 12, 5))),
        visit(date(2026, 12, 5), 600, 660),
        True,
    ),
    "time off covers a minute of it": (
        RULES,
        NewTimeOff((day_number(TUESDAY), 659), (day_number(TUESDAY), 1440)),
        visit(TUESDAY, 600, 660),
        True,
    ),
    "time off begins when it ends": (
        RULES,
        NewTimeOff((day_number(TUESDAY), 660), (day_number(TUESDAY), 1440)),
        visit(TUESDAY, 600, 660),
        False,
    ),
    "time off covers one that was kept outside the hours": (
        RULES,
        NewTimeOff((day_number(TUESDAY), 0), (day_number(TUESDAY), 1440)),
        visit(TUESDAY, 1080, 1140),
        True,
    ),
    "more time off over one that was kept in it": (
        replace(RULES, off=[((day_number(TUESDAY), 0), (day_number(TUESDAY), 1440))]),
        NewTimeOff((day_number(MONDAY), 0), (day_number(TUESDAY), 1440)),
        visit(TUESDAY, 600, 660),
        False,
    ),
    "a sick day asks about that one, too": (
        replace(RULES, off=[((day_number(TUESDAY), 0), (day_number(TUESDAY), 1440))]),
        NewTimeOff((day_number(MONDAY), 0), (day_number(TUESDAY), 1440), sweeping=True),
        visit(TUESDAY, 600, 660),
        True,
    ),
    "time off goes": (
        replace(RULES, off=[((day_number(TUESDAY), 0), (day_number(TUESDAY), 1440))]),
        NoTimeOff(1, (day_number(TUESDAY), 0), (day_number(TUESDAY), 1440)),
        visit(TUESDAY, 600, 660),
        False,
    ),
    "another zone moves the hours away": (
        RULES,
        NewRules("Europe/London", 15, 0, 0, 0, 28, None, None),
        visit(TUESDAY, 600, 660),
        True,
    ),
    "another zone still holds it": (
        RULES,
        NewRules("Asia/Kathmandu", 15, 0, 0, 0, 28, None, None),  # a quarter of an hour ahead
        visit(TUESDAY, 600, 660),
        False,
    ),
    "buffers, notice, horizon and caps strand nobody": (
        RULES,
        NewRules("Asia/Kolkata", 60, 300, 300, 20000, 14, 1, 1),
        visit(MONDAY + timedelta(22), 615, 675),
        False,
    ),
}


@pytest.mark.parametrize("case", STRANDINGS)
def test_whom_a_change_strands(case: str) -> None:
    rules, change, span, expected = STRANDINGS[case]

    assert stranded(rules, change, [span]) == [0] * expected


def fits_by_the_minute(rules: Rules, weekly: dict[int, list[tuple[int, int]]], span: tuple[int, int]) -> bool:
    """Every minute of a visit lies in hours that a clock on the wall would name: slow, and written another way."""
    zone = ZoneInfo(rules.zone)
    for instant in range(span[0], span[1], 60):
        wall = datetime.fromtimestamp(instant, zone)
        minute = wall.hour * 60 + wall.minute
        today = any(low <= minute < high for low, high in weekly.get(wall.weekday(), []))
        before = any(low <= minute + 1440 < high for low, high in weekly.get((wall.weekday() - 1) % 7, []))
        if not (today or before):
            return False
    return True


def test_stranding_agrees_with_a_look_at_every_minute_through_a_spring_change_and_over_midnight() -> None:
    random = Random(1)
    sunday = date(2027, 3, 28)  # clocks in London skip from one to two
    for _ in range(60):
        old, new = _some_week(random), _some_week(random)
        rules = Rules(zone="Europe/London", weekly=old, step=15, notice=0, horizon=400)
        spans = [
            (start, start + random.choice([30, 60, 90]) * 60)
            for start in (
                at(sunday - timedelta(2), 0, "Europe/London") + 900 * random.randrange(5 * 96) for _ in range(20)
            )
        ]

        expected = [
            number
            for number, span in enumerate(spans)
            if fits_by_the_minute(rules, old, span) and not fits_by_the_minute(rules, new, span)
        ]
        assert stranded(rules, NewWeek(new), spans) == expected


def _some_week(random: Random) -> dict[int, list[tuple[int, int]]]:
    week: dict[int, list[tuple[int, int]]] = {}
    for day in range(7):
        first = random.randrange(0, 40) * 15
        second = first + random.randrange(8, 60) * 15
        third = second + random.randrange(1, 8) * 15
        last = min(third + random.randrange(4, 40) * 15, 1440 + first)
        pairs: Sequence[tuple[int, int]] = [(first, second), (third, last)]
        week[day] = [(low, high) for low, high in pairs if low < 1440 and low < high]
    return week


# --- How full a week can be -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("weekly", "fields", "duration", "most"),
    [
        (WEEK, {}, 60, 35),
        (WEEK, {}, 90, 5 * (2 + 2)),
        (WEEK, {"after": 15}, 60, 5 * (2 + 3)),  # 9:00, 10:15 – 1:00, 2:15, 3:30
        (WEEK, {"after": 15, "step": 60}, 60, 5 * (2 + 2)),
        (WEEK, {"before": 30, "after": 30}, 60, 5 * 4),  # 9:00, 11:00 – 1:00, 3:00
        (WEEK, {"daily_cap": 3}, 60, 15),
        (WEEK, {"weekly_cap": 12}, 60, 12),
        ({6: [(1320, 1560)]}, {"daily_cap": 1}, 60, 2),  # one on Sunday, one after midnight on Monday
        ({}, {}, 60, 0),
        ({0: [(540, 580)]}, {}, 60, 0),
    ],
)
def test_how_many_sessions_fit_into_a_week(
    weekly: dict[int, list[tuple[int, int]]], fields: dict[str, int], duration: int, most: int
) -> None:
    assert most_sessions(replace(RULES, weekly=weekly, **fields), duration) == most  # type: ignore[arg-type]  # only numbers


def test_the_minutes_of_a_week() -> None:
    assert minutes_a_week(WEEK) == 35 * 60
    assert minutes_a_week({6: [(1320, 1560)]}) == 240
