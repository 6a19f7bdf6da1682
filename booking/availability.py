"""Which times of a practitioner can be booked: arithmetic on half-open intervals, with no Django inside.

Instants are Unix seconds. Hours and time off are wall-clock rules: an instant is within them when a clock on the
practitioner's wall says so (booking.wallclock). A start is open if and only if

- it lies on the grid of a working interval, `step` minutes from the interval's beginning, and the visit fits into it;
- the visit meets no time off;
- the visit and what is kept free around it meet no other visit with what is kept free around that one;
- it is at least `notice` away, and its day at most `horizon` days ahead;
- its day and its week (Monday first) have room under the caps. A visit counts on the day it starts.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from booking.wallclock import (
    DAY,
    MINUTE,
    Interval,
    WallMoment,
    between,
    cut,
    day_of,
    instant,
    joined,
    local_day,
    resolve,
    week,
    weekday,
    window_of,
)

_A_FEW_DAYS = 7 * DAY


class State(StrEnum):
    AVAILABLE = "available"
    BOOKED = "booked"
    BREAK = "break"


@dataclass(frozen=True, slots=True)
class Slot:
    """A start of a visit, as UTC datetimes."""

    start: datetime
    end: datetime
    state: State


class Visit(NamedTuple):
    """What stands in the calendar: the visit itself, and all that it takes with what is kept free around it."""

    start: int
    end: int
    taken_from: int
    taken_to: int
    held: bool = False  # not firm yet


@dataclass(frozen=True, slots=True)
class Rules:
    """When someone works, and what is asked of a visit of one service. Hours are minutes after local midnight."""

    zone: str
    weekly: Mapping[int, Sequence[tuple[int, int]]]  # weekday (0 is Monday) → intervals
    step: int
    notice: int
    horizon: int  # days
    before: int = 0
    after: int = 0
    dates: Mapping[int, Sequence[tuple[int, int]]] = field(default_factory=dict)  # day → intervals instead; () closed
    off: Sequence[tuple[WallMoment, WallMoment]] = ()
    daily_cap: int | None = None
    weekly_cap: int | None = None


# --- Hours, breaks, windows -------------------------------------------------------------------------------------------


def hours_of(rules: Rules, day: int) -> Sequence[tuple[int, int]]:
    """The intervals that begin on a local day: the date's own, or the weekday's."""
    own = rules.dates.get(day)
    return rules.weekly.get(weekday(day), ()) if own is None else own


def working(rules: Rules, day: int) -> list[Interval]:
    """The working intervals that begin on a local day."""
    hours = hours_of(rules, day)
    return joined(sorted(piece for start, end in hours for piece in resolve(rules.zone, day, start, end)))


def days_reaching_into(rules: Rules, within: Interval) -> range:
    """The local days whose hours may reach into a window, the night before included."""
    return range(local_day(rules.zone, within[0]) - 1, local_day(rules.zone, max(within[1] - 1, within[0])) + 1)


def time_off(rules: Rules) -> list[Interval]:
    """Time off as instants, in order."""
    return joined(sorted(found for low, high in rules.off if (found := between(rules.zone, low, high))))


def horizon_of(zone: str, horizon: int, now: int) -> Interval:
    """From the first instant of the practitioner's today to the end of the last day that can be booked."""
    today = day_of(local_day(zone, now))
    return window_of(zone, today, today + timedelta(horizon))


def bookable_window(zone: str, *, notice: int, horizon: int, now: int) -> Interval:
    """From the end of the notice to the end of the horizon's last day."""
    end = horizon_of(zone, horizon, now)[1]
    return min(now + notice * MINUTE, end), end


def _bookable(rules: Rules, now: int) -> Interval:
    return bookable_window(rules.zone, notice=rules.notice, horizon=rules.horizon, now=now)


def reach(rules: Rules, within: Interval, duration: int) -> Interval:
    """From when to when other visits matter to the starts of a window: as far as a cap counts."""
    low = within[0] - rules.before * MINUTE
    high = within[1] + (duration + rules.after) * MINUTE
    if rules.daily_cap is None and rules.weekly_cap is None:
        return low, high
    first, last = local_day(rules.zone, within[0]), local_day(rules.zone, max(within[1] - 1, within[0]))
    if rules.weekly_cap is not None:
        first, last = first - weekday(first), last + 6 - weekday(last)
    counted = window_of(rules.zone, day_of(first), day_of(last))
    return min(low, counted[0]), max(high, counted[1])


# --- What is in the way -----------------------------------------------------------------------------------------------


class _Busy:
    """Sorted busy intervals, asked in rising order."""

    def __init__(self, intervals: Iterable[Interval]) -> None:
        self._rows = joined(sorted(intervals))
        self._at = 0

    def overlaps(self, low: int, high: int) -> bool:
        while self._at < len(self._rows) and self._rows[self._at][1] <= low:
            self._at += 1
        return self._at < len(self._rows) and self._rows[self._at][0] < high


class Caps:
    """How many visits begin on each day and in each week, beside how many may."""

    def __init__(self, rules: Rules, starts: Iterable[int]) -> None:
        self._rules = rules
        self._any = rules.daily_cap is not None or rules.weekly_cap is not None
        self._days = Counter(local_day(rules.zone, start) for start in starts) if self._any else Counter[int]()
        self._weeks = Counter[int]()
        for day, count in self._days.items():
            self._weeks[week(day)] += count

    def day_is_full(self, start: int) -> bool:
        cap = self._rules.daily_cap
        return cap is not None and self._days[local_day(self._rules.zone, start)] >= cap

    def week_is_full(self, start: int) -> bool:
        cap = self._rules.weekly_cap
        return cap is not None and self._weeks[week(local_day(self._rules.zone, start))] >= cap

    def are_reached(self, start: int) -> bool:
        return self._any and (self.day_is_full(start) or self.week_is_full(start))


# --- Times ------------------------------------------------------------------------------------------------------------


def _starts(rules: Rules, within: Interval, duration: int) -> Iterator[int]:
    """Every start of a window that lies on the grid and from which a visit fits into working hours."""
    step, length = rules.step * MINUTE, duration * MINUTE
    for day in days_reaching_into(rules, within):
        for low, high in working(rules, day):
            first = low + max(0, -(-(within[0] - low) // step)) * step
            yield from range(first, min(high - length + 1, within[1]), step)


def _break_starts(rules: Rules, within: Interval) -> Iterator[int]:
    step = rules.step * MINUTE
    for day in days_reaching_into(rules, within):
        for (_, gap_start), (gap_end, _) in pairwise(working(rules, day)):
            yield from (start for start in range(gap_start, gap_end, step) if within[0] <= start < within[1])


def _in_order(rules: Rules, within: Interval, duration: int) -> Iterator[int]:
    """The starts of a window, each once; worked out a few days at a time, as many ask for the first alone."""
    for low in range(within[0], within[1], _A_FEW_DAYS):
        yield from sorted(set(_starts(rules, (low, min(low + _A_FEW_DAYS, within[1])), duration)))


def _judged(
    rules: Rules, within: Interval, duration: int, visits: Iterable[Visit], off: Iterable[Interval]
) -> Iterator[tuple[int, bool]]:
    """(start, whether it is free) of every time within hours and outside time off."""
    visits = list(visits)
    taken = _Busy((visit.taken_from, visit.taken_to) for visit in visits)
    away, caps = _Busy(off), Caps(rules, (visit.start for visit in visits))
    length, before, after = duration * MINUTE, rules.before * MINUTE, rules.after * MINUTE
    for start in _in_order(rules, within, duration):
        if not away.overlaps(start, start + length):
            busy = taken.overlaps(start - before, start + length + after) or caps.are_reached(start)
            yield start, not busy


def states(rules: Rules, within: Interval, duration: int, visits: Iterable[Visit]) -> list[tuple[int, State]]:
    """The state of every time of a window that is worth showing, whatever notice and horizon say."""
    off = time_off(rules)
    judged = _judged(rules, within, duration, visits, off)
    found = {start: State.AVAILABLE if free else State.BOOKED for start, free in judged}
    away = _Busy(off)
    for start in sorted(_break_starts(rules, within)):
        if not away.overlaps(start, start + 1):
            found.setdefault(start, State.BREAK)
    return sorted(found.items())


def slots(rules: Rules, within: Interval, duration: int, visits: Iterable[Visit], now: int) -> list[Slot]:
    """Every time of a window that is worth showing, with its state; what is past, too soon or too far is left out."""
    return as_slots(states(rules, cut(within, _bookable(rules, now)), duration, visits), duration)


def as_slots(found: Iterable[tuple[int, State]], duration: int) -> list[Slot]:
    length = duration * MINUTE
    return [Slot(instant(start), instant(start + length), state) for start, state in found]


def open_starts(rules: Rules, within: Interval, duration: int, visits: Iterable[Visit], now: int) -> Iterator[int]:
    """The starts that can be booked, in order. `duration` in minutes."""
    judged = _judged(rules, cut(within, _bookable(rules, now)), duration, visits, time_off(rules))
    return (start for start, free in judged if free)


def is_offered(rules: Rules, start: int, duration: int, now: int) -> bool:
    """Whether the rules allow a time: grid, hours, time off, notice, horizon. Who has it, and caps, are not asked."""
    judged = _judged(rules, cut((start, start + 1), _bookable(rules, now)), duration, (), time_off(rules))
    return any(offered == start for offered, _free in judged)


def open_counts(
    rules: Rules, within: Interval, duration: int, visits: Iterable[Visit], now: int, *, zone: str
) -> dict[date, int]:
    """How many times can be booked on each day that has any, by the calendar of `zone`."""
    starts = by_day(open_starts(rules, within, duration, visits, now), zone)
    return {day: len(found) for day, found in starts.items()}


def by_day(starts: Iterable[int], zone: str) -> dict[date, list[int]]:
    """Starts under the days on which a calendar of `zone` shows them."""
    days: dict[int, list[int]] = {}
    for start in starts:
        days.setdefault(local_day(zone, start), []).append(start)
    return {day_of(day): found for day, found in days.items()}
