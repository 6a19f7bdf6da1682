"""Why a time is not offered: every time of a day with the one reason that decides. No Django inside.

Where several reasons hold, the first of this order is named, so that mending it shows the next:

1. hours: outside them nothing else matters (break, override, closed, does not fit);
2. time off;
3. when it is asked: past, notice, horizon;
4. who has the time: a booking, a hold, then what is kept free around one;
5. caps: the day's, then the week's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import groupby, pairwise

from booking.availability import Caps, Rules, Visit, days_reaching_into, horizon_of, working
from booking.wallclock import MINUTE, Interval, between, day_number, local_day, resolve, weekday


class Verdict(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    OVERRIDE = "override"
    BREAK = "break"
    DOES_NOT_FIT = "does_not_fit"
    TIME_OFF = "time_off"
    PAST = "past"
    NOTICE = "notice"
    HORIZON = "horizon"
    BOOKING = "booking"
    HOLD = "hold"
    BUFFER = "buffer"
    DAILY_CAP = "daily_cap"
    WEEKLY_CAP = "weekly_cap"


@dataclass(frozen=True, slots=True)
class Reason:
    """What decides: of a time off or a visit also which one, by its place in the sequence given."""

    verdict: Verdict
    which: int | None = None


@dataclass(frozen=True, slots=True)
class Stretch:
    """Neighbouring times with one reason, from the first of them to where the next reason begins."""

    start: int
    end: int
    reason: Reason
    starts: tuple[int, ...]  # the times themselves


def explain(rules: Rules, day: date, duration: int, visits: Sequence[Visit], now: int) -> list[Stretch]:
    """Every time of the practitioner's day, in order. A time is open here if and only if it can be booked.

    `visits` must reach as far as `availability.reach` says for the day.
    """
    number = day_number(day)
    judge = _Judge(rules, number, duration, visits, now)
    found: list[Stretch] = []
    for low, high in resolve(rules.zone, number, 0, 24 * 60):
        told = [(start, judge.reason(start)) for start in judge.times(low, high)]
        found += _stretches(told, high)
    return found


def reason_of(rules: Rules, start: int, duration: int, visits: Sequence[Visit], now: int) -> Reason:
    """What decides about one time, which need not lie on a grid."""
    return _Judge(rules, local_day(rules.zone, start), duration, visits, now).reason(start)


def _stretches(told: Sequence[tuple[int, Reason]], end: int) -> Iterator[Stretch]:
    groups = [(reason, [start for start, _ in group]) for reason, group in groupby(told, key=lambda pair: pair[1])]
    firsts = [*(starts[0] for _, starts in groups), end]
    for (reason, starts), following in zip(groups, firsts[1:], strict=True):
        yield Stretch(starts[0], following, reason, tuple(starts))


class _Judge:
    """One day's rules as instants, ready to be asked about each of its times."""

    def __init__(self, rules: Rules, day: int, duration: int, visits: Sequence[Visit], now: int) -> None:
        self._rules, self._visits, self._now = rules, visits, now
        self._length = duration * MINUTE
        pieces = resolve(rules.zone, day, 0, 24 * 60)
        # The evening before may reach into the day.
        days = days_reaching_into(rules, (pieces[0][0], pieces[-1][1])) if pieces else range(0)
        self._hours = [interval for each in days for interval in working(rules, each)]
        self._breaks = [
            (gap_from, gap_to) for each in days for (_, gap_from), (gap_to, _) in pairwise(working(rules, each))
        ]
        self._replaced = [
            piece
            for each in days
            if each in rules.dates
            for start, end in rules.weekly.get(weekday(each), ())
            for piece in resolve(rules.zone, each, start, end)
        ]
        self._off = [between(rules.zone, low, high) for low, high in rules.off]
        self._last = horizon_of(rules.zone, rules.horizon, now)[1]
        self._caps = Caps(rules, (visit.start for visit in visits))

    def times(self, low: int, high: int) -> list[int]:
        """The grids of the working intervals; outside them, one from midnight on."""
        step = self._rules.step * MINUTE
        inside = {start for begin, end in self._hours for start in range(begin, end, step) if low <= start < high}
        outside = {start for start in range(low, high, step) if not _within(self._hours, start)}
        return sorted(inside | outside)

    def reason(self, start: int) -> Reason:
        return (
            self._by_hours(start)
            or self._by_time_off(start)
            or self._by_clock(start)
            or self._by_visits(start)
            or self._by_caps(start)
            or Reason(Verdict.OPEN)
        )

    def _by_hours(self, start: int) -> Reason | None:
        if _within(self._hours, start):
            return None if self._fits(start) else Reason(Verdict.DOES_NOT_FIT)
        if _within(self._breaks, start):
            return Reason(Verdict.BREAK)
        return Reason(Verdict.OVERRIDE if _within(self._replaced, start) else Verdict.CLOSED)

    def _fits(self, start: int) -> bool:
        step = self._rules.step * MINUTE
        return any(
            low <= start and start + self._length <= high and (start - low) % step == 0 for low, high in self._hours
        )

    def _by_time_off(self, start: int) -> Reason | None:
        for which, off in enumerate(self._off):
            if off is not None and off[0] < start + self._length and start < off[1]:
                return Reason(Verdict.TIME_OFF, which)
        return None

    def _by_clock(self, start: int) -> Reason | None:
        if start < self._now:
            return Reason(Verdict.PAST)
        if start >= self._last:
            return Reason(Verdict.HORIZON)
        return Reason(Verdict.NOTICE) if start < self._now + self._rules.notice * MINUTE else None

    def _by_visits(self, start: int) -> Reason | None:
        end = start + self._length
        needs = (start - self._rules.before * MINUTE, end + self._rules.after * MINUTE)
        buffered = None
        for which, visit in enumerate(self._visits):
            if visit.start < end and start < visit.end:
                return Reason(Verdict.HOLD if visit.held else Verdict.BOOKING, which)
            if buffered is None and visit.taken_from < needs[1] and needs[0] < visit.taken_to:
                buffered = Reason(Verdict.BUFFER, which)
        return buffered

    def _by_caps(self, start: int) -> Reason | None:
        if self._caps.day_is_full(start):
            return Reason(Verdict.DAILY_CAP)
        return Reason(Verdict.WEEKLY_CAP) if self._caps.week_is_full(start) else None


def _within(intervals: Sequence[Interval], at: int) -> bool:
    return any(low <= at < high for low, high in intervals)
