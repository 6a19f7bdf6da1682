"""Availability said again, slowly: every minute is asked what the clock on the wall shows. Nothing is shared with the
arithmetic under test but its vocabulary."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from booking.availability import Rules, State

MINUTE = timedelta(minutes=1)


def states(
    rules: Rules,
    *,
    first: date,
    last: date,
    zone: str,
    duration: int,
    busy: Iterable[tuple[datetime, datetime]],
    now: datetime,
) -> dict[datetime, State]:
    """The state of every start that a calendar in `zone` shows from `first` to `last`."""
    taken = list(busy)
    found: dict[datetime, State] = {}
    breaks: list[datetime] = []
    for day in _days(first - timedelta(days=3), last + timedelta(days=2)):
        runs = _runs(_working_minutes(rules, day))
        for run in runs:
            for start in _on_grid(rules, run):
                if all(start + n * MINUTE in run for n in range(duration)):
                    end = start + (duration + rules.buffer) * MINUTE
                    free = not any(begins < end and start < ends for begins, ends in taken)
                    found[start] = State.AVAILABLE if free else State.BOOKED
        for before, after in pairwise(runs):
            gap = [min(before) + len(before) * MINUTE]
            while gap[-1] < min(after):
                gap.append(gap[-1] + rules.step * MINUTE)
            breaks += gap[:-1]
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


def _working_minutes(rules: Rules, day: date) -> list[datetime]:
    """The minutes at which a wall clock, read as time since the midnight that began `day`, is within its hours."""
    home = ZoneInfo(rules.zone)
    midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - a wall clock knows no zone
    minute = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=16)
    found = []
    for _ in range((48 + 32) * 60):
        reading = (minute.astimezone(home).replace(tzinfo=None) - midnight) // MINUTE
        if any(start <= reading < end for start, end in rules.weekly.get(day.weekday(), ())):
            found.append(minute)
        minute += MINUTE
    return found


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
