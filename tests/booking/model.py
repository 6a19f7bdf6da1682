"""Availability said again, slowly: every minute is asked what the clock on the wall shows. Nothing is shared with the
arithmetic under test but its vocabulary."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from booking.availability import Rules, State
from booking.wallclock import WallMoment

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


class Taken(NamedTuple):
    """Another visit, and all that it takes."""

    start: datetime
    end: datetime
    taken_from: datetime
    taken_to: datetime


def states(
    rules: Rules, *, first: date, last: date, zone: str, duration: int, visits: Iterable[Taken], now: datetime
) -> dict[datetime, State]:
    """The state of every start that a calendar in `zone` shows from `first` to `last`."""
    taken = list(visits)
    away = [_away(rules.zone, *off) for off in rules.off]
    found: dict[datetime, State] = {}
    breaks: list[datetime] = []
    for day in _days(first - timedelta(days=3), last + timedelta(days=2)):
        runs = _runs(_working_minutes(rules, day))
        for run in runs:
            for start in _on_grid(rules, run):
                visit = [start + n * MINUTE for n in range(duration)]
                if set(visit) <= run and not any(low <= minute < high for minute in visit for low, high in away):
                    found[start] = State.AVAILABLE if _is_free(rules, start, duration, taken) else State.BOOKED
        for before, after in pairwise(runs):
            gap = [min(before) + len(before) * MINUTE]
            while gap[-1] < min(after):
                gap.append(gap[-1] + rules.step * MINUTE)
            breaks += [start for start in gap[:-1] if not any(low <= start < high for low, high in away)]
    for start in breaks:
        found.setdefault(start, State.BREAK)
    return {
        start: state
        for start, state in sorted(found.items())
        if _is_shown(rules, start, first=first, last=last, zone=zone, now=now)
    }


def open_counts(shown: dict[datetime, State], zone: str) -> dict[date, int]:
    face = ZoneInfo(zone)
    open_starts = (start for start, state in shown.items() if state is State.AVAILABLE)
    return dict(Counter(start.astimezone(face).date() for start in open_starts))


def _is_free(rules: Rules, start: datetime, duration: int, taken: Sequence[Taken]) -> bool:
    low, high = start - rules.before * MINUTE, start + (duration + rules.after) * MINUTE
    home = ZoneInfo(rules.zone)
    days = [visit.start.astimezone(home).date() for visit in taken]
    day = start.astimezone(home).date()
    week = [each for each in days if each.isocalendar()[:2] == day.isocalendar()[:2]]
    return (
        not any(visit.taken_from < high and low < visit.taken_to for visit in taken)
        and (rules.daily_cap is None or days.count(day) < rules.daily_cap)
        and (rules.weekly_cap is None or len(week) < rules.weekly_cap)
    )


def _is_shown(rules: Rules, start: datetime, *, first: date, last: date, zone: str, now: datetime) -> bool:
    home = ZoneInfo(rules.zone)
    last_day = now.astimezone(home).date() + timedelta(days=rules.horizon)
    return (
        first <= start.astimezone(ZoneInfo(zone)).date() <= last
        and start >= now + rules.notice * MINUTE
        and start.astimezone(home).date() <= last_day
    )


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += timedelta(days=1)


@lru_cache(maxsize=24)
def _readings(zone: str, day: date) -> list[tuple[datetime, datetime]]:
    """(minute, what a wall clock shows then) of all the minutes at which it may show `day`, or the night after."""
    home = ZoneInfo(zone)
    minute = datetime(day.year, day.month, day.day, tzinfo=UTC) - 16 * HOUR
    minutes = [minute + n * MINUTE for n in range((48 + 32) * 60)]
    return [(each, each.astimezone(home).replace(tzinfo=None)) for each in minutes]


def _wall(moment: WallMoment) -> datetime:
    # A wall clock knows no zone.
    return datetime(1970, 1, 1) + timedelta(days=moment[0], minutes=moment[1])  # noqa: DTZ001


def _away(zone: str, begins: WallMoment, ends: WallMoment) -> tuple[datetime, datetime]:
    """From the first minute at which a clock shows `begins` or later, through the last before it shows `ends`."""
    shows_begin, shows_end = _wall(begins), _wall(ends)
    first = min(minute for minute, shown in _readings(zone, shows_begin.date()) if shown >= shows_begin)
    last = max(minute for minute, shown in _readings(zone, shows_end.date()) if shown < shows_end)
    return first, last + MINUTE


def _working_minutes(rules: Rules, day: date) -> list[datetime]:
    """The minutes at which a wall clock, read as time since the midnight that began `day`, is within its hours."""
    midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - a wall clock knows no zone
    number = (day - date(1970, 1, 1)).days
    hours = rules.dates[number] if number in rules.dates else rules.weekly.get(day.weekday(), ())
    return [
        minute
        for minute, shown in _readings(rules.zone, day)
        if any(start <= (shown - midnight) // MINUTE < end for start, end in hours)
    ]


def _runs(minutes: list[datetime]) -> list[set[datetime]]:
    runs: list[set[datetime]] = []
    previous = None
    for minute in minutes:
        if previous is None or minute - previous != MINUTE:
            runs.append(set())
        runs[-1].add(minute)
        previous = minute
    return runs


def _on_grid(rules: Rules, run: set[datetime]) -> Iterator[datetime]:
    start = min(run)
    while start in run:
        yield start
        start += rules.step * MINUTE
