"""Which times of a practitioner can be booked: arithmetic on half-open intervals, with no Django inside.

Instants are Unix seconds. Hours are wall-clock rules: an instant is within them when a clock on the practitioner's
wall says so. Each stretch of constant UTC offset is resolved by itself, so a spring gap holds no instant, and an
autumn hour holds each instant once.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

Interval = tuple[int, int]

MINUTE = 60
DAY = 24 * 60 * MINUTE
_EPOCH_DAY = date(1970, 1, 1).toordinal()
# No zone is further from UTC than this, and no interval is longer than a day past its midnight.
_WIDEST_OFFSET = 16 * 60 * MINUTE
_PROBE = 6 * 60 * MINUTE


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


@dataclass(frozen=True, slots=True)
class Rules:
    """When someone works. `weekly` maps a weekday (0 is Monday) to (start, end) in minutes after local midnight."""

    zone: str
    weekly: Mapping[int, Sequence[tuple[int, int]]]
    step: int
    buffer: int
    notice: int
    horizon: int


def seconds(instant: datetime) -> int:
    return int(instant.timestamp())


def instant(value: int) -> datetime:
    return datetime.fromtimestamp(value, UTC)


# --- Clocks on walls --------------------------------------------------------------------------------------------------


def _offset(zone: ZoneInfo, at: int) -> int:
    delta = datetime.fromtimestamp(at, zone).utcoffset()
    return round(delta.total_seconds()) if delta is not None else 0


@lru_cache(maxsize=4096)
def _changes(zone_name: str, year: int) -> tuple[tuple[int, int], ...]:
    """(instant, UTC offset from then on) of a zone through a year and a few days on either side."""
    zone = ZoneInfo(zone_name)
    begin = seconds(datetime(year, 1, 1, tzinfo=UTC)) - 3 * DAY
    end = seconds(datetime(year + 1, 1, 1, tzinfo=UTC)) + 3 * DAY
    found = [(begin, _offset(zone, begin))]
    for low, high in pairwise(range(begin, end + _PROBE, _PROBE)):
        if (after := _offset(zone, high)) != found[-1][1]:
            found.append((_first_with(zone, after, low, high), after))
    return tuple(found)


def _first_with(zone: ZoneInfo, offset: int, low: int, high: int) -> int:
    """The second, after `low` and up to `high`, in which a zone begins to keep an offset."""
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _offset(zone, middle) == offset else (middle, high)
    return high


@lru_cache(maxsize=65536)
def _stretches(zone_name: str, day: int) -> tuple[tuple[int, int, int], ...]:
    """(from, to, offset) of the stretches of constant offset around a local day, counted in days since 1970."""
    low, high = day * DAY - _WIDEST_OFFSET, (day + 2) * DAY + _WIDEST_OFFSET
    changes = _changes(zone_name, date.fromordinal(day + _EPOCH_DAY).year)
    first = bisect_right(changes, (low, 10**9)) - 1
    last = bisect_left(changes, (high, -(10**9)))
    mine = changes[first:last]
    starts = [low, *(at for at, _ in mine[1:]), high]
    return tuple((begin, end, offset) for (begin, end), (_, offset) in zip(pairwise(starts), mine, strict=True))


def local_day(zone_name: str, at: int) -> int:
    """The local calendar day of an instant, in days since 1970."""
    guess = at // DAY
    for begin, end, offset in _stretches(zone_name, guess):
        if begin <= at < end:
            return (at + offset) // DAY
    raise ValueError("an instant lies outside its own day")


def day_number(day: date) -> int:
    return day.toordinal() - _EPOCH_DAY


def day_of(number: int) -> date:
    return date.fromordinal(number + _EPOCH_DAY)


def resolve(zone_name: str, day: int, start: int, end: int) -> list[Interval]:
    """The instants at which a wall clock of `day` reads from `start` to before `end` (minutes after midnight)."""
    wall_start, wall_end = day * DAY + start * MINUTE, day * DAY + end * MINUTE
    pieces: list[Interval] = []
    for begin, stop, offset in _stretches(zone_name, day):
        low, high = max(wall_start - offset, begin), min(wall_end - offset, stop)
        if low < high:
            pieces.append((low, high))
    return _joined(pieces)


def window_of(zone_name: str, first: date, last: date) -> Interval:
    """From the first instant of `first` to the last of `last`, as a calendar in the zone shows them."""
    opening = resolve(zone_name, day_number(first), 0, 24 * 60)
    closing = resolve(zone_name, day_number(last), 0, 24 * 60)
    # A day that a zone skipped altogether has no instants; its neighbours close around it.
    start = opening[0][0] if opening else window_of(zone_name, first + timedelta(1), first + timedelta(1))[0]
    end = closing[-1][1] if closing else window_of(zone_name, last - timedelta(1), last - timedelta(1))[1]
    return start, end


def _joined(pieces: Iterable[Interval]) -> list[Interval]:
    """Pieces that touch become one."""
    joined: list[Interval] = []
    for low, high in pieces:
        if joined and low <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(high, joined[-1][1]))
        else:
            joined.append((low, high))
    return joined


# --- Hours, breaks, times ---------------------------------------------------------------------------------------------


def working(rules: Rules, day: int) -> list[Interval]:
    """The working intervals that begin on a local day."""
    hours = rules.weekly.get((day + 3) % 7, ())  # 1 January 1970 was a Thursday
    return _joined(sorted(piece for start, end in hours for piece in resolve(rules.zone, day, start, end)))


def bookable_window(rules: Rules, now: int) -> Interval:
    """From the end of the notice to the end of the horizon's last day."""
    today = day_of(local_day(rules.zone, now))
    end = window_of(rules.zone, today, today + timedelta(rules.horizon))[1]
    return min(now + rules.notice * MINUTE, end), end


def _starts(rules: Rules, within: Interval, duration: int) -> Iterator[int]:
    """Every start on the grid from which a visit fits into working hours, in order."""
    step, length = rules.step * MINUTE, duration * MINUTE
    for day in _days_of(rules, within):
        for low, high in working(rules, day):
            first = low + max(0, -(-(within[0] - low) // step)) * step
            yield from range(first, min(high - length + 1, within[1]), step)


def _days_of(rules: Rules, within: Interval) -> range:
    """The local days whose hours may reach into a window, the night before included."""
    return range(local_day(rules.zone, within[0]) - 1, local_day(rules.zone, max(within[1] - 1, within[0])) + 1)


def _cut(a: Interval, b: Interval) -> Interval:
    return max(a[0], b[0]), min(a[1], b[1])


class _Busy:
    """Sorted busy intervals, asked in rising order."""

    def __init__(self, intervals: Iterable[Interval]) -> None:
        self._rows = _joined(sorted(intervals))
        self._at = 0

    def overlaps(self, low: int, high: int) -> bool:
        while self._at < len(self._rows) and self._rows[self._at][1] <= low:
            self._at += 1
        return self._at < len(self._rows) and self._rows[self._at][0] < high


def _judged(
    rules: Rules, within: Interval, duration: int, busy: Iterable[Interval], now: int
) -> Iterator[tuple[int, bool]]:
    """(start, whether it is free) of every time that may be offered inside a window."""
    taken = _Busy(busy)
    needed = (duration + rules.buffer) * MINUTE
    previous = -1
    for start in sorted(set(_starts(rules, _cut(within, bookable_window(rules, now)), duration))):
        if start > previous:
            yield start, not taken.overlaps(start, start + needed)
        previous = start


def open_starts(rules: Rules, within: Interval, duration: int, busy: Iterable[Interval], now: int) -> Iterator[int]:
    """The starts that can be booked, in order. `duration` in minutes."""
    return (start for start, free in _judged(rules, within, duration, busy, now) if free)


def is_offered(rules: Rules, start: int, duration: int, now: int) -> bool:
    """Whether a time lies on the grid, in hours, after the notice and before the horizon; who has it is not asked."""
    return start in open_starts(rules, (start, start + 1), duration, (), now)


def slots(rules: Rules, within: Interval, duration: int, busy: Iterable[Interval], now: int) -> list[Slot]:
    """Every time of a window that is worth showing, with its state; what is past, too soon or too far is left out."""
    length = duration * MINUTE
    found = {
        start: State.AVAILABLE if free else State.BOOKED for start, free in _judged(rules, within, duration, busy, now)
    }
    for start in _break_starts(rules, _cut(within, bookable_window(rules, now))):
        found.setdefault(start, State.BREAK)
    return [Slot(instant(start), instant(start + length), state) for start, state in sorted(found.items())]


def _break_starts(rules: Rules, within: Interval) -> Iterator[int]:
    step = rules.step * MINUTE
    for day in _days_of(rules, within):
        for (_, gap_start), (gap_end, _) in pairwise(working(rules, day)):
            yield from (start for start in range(gap_start, gap_end, step) if within[0] <= start < within[1])


def open_counts(
    rules: Rules, within: Interval, duration: int, busy: Iterable[Interval], now: int, *, zone: str
) -> dict[date, int]:
    """How many times can be booked on each day that has any, by the calendar of `zone`."""
    counts: dict[int, int] = {}
    for start in open_starts(rules, within, duration, busy, now):
        day = local_day(zone, start)
        counts[day] = counts.get(day, 0) + 1
    return {day_of(day): count for day, count in counts.items()}
