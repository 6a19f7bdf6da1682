"""Clocks on walls: which instants a zone's clock shows as a day, or between two readings. No Django inside.

Instants are Unix seconds, local days are counted since 1970. Each stretch of constant UTC offset is resolved by itself,
so a spring gap holds no instant, and an autumn hour holds each instant once.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

Interval = tuple[int, int]
WallMoment = tuple[int, int]  # a local day, and minutes after its midnight

MINUTE = 60
DAY = 24 * 60 * MINUTE
_EPOCH_DAY = date(1970, 1, 1).toordinal()
# No zone is further from UTC than this, and no interval is longer than a day past its midnight.
_WIDEST_OFFSET = 16 * 60 * MINUTE
_PROBE = 6 * 60 * MINUTE


def seconds(instant: datetime) -> int:
    return int(instant.timestamp())


def instant(value: int) -> datetime:
    return datetime.fromtimestamp(value, UTC)


def day_number(day: date) -> int:
    return day.toordinal() - _EPOCH_DAY


def day_of(number: int) -> date:
    return date.fromordinal(number + _EPOCH_DAY)


def weekday(day: int) -> int:
    """0 is Monday; 1 January 1970 was a Thursday."""
    return (day + 3) % 7


def week(day: int) -> int:
    """A number that all days from a Monday to its Sunday share."""
    return (day + 3) // 7


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
    """(from, to, offset) of the stretches of constant offset around a local day."""
    low, high = day * DAY - _WIDEST_OFFSET, (day + 2) * DAY + _WIDEST_OFFSET
    changes = _changes(zone_name, day_of(day).year)
    first = bisect_right(changes, (low, 10**9)) - 1
    last = bisect_left(changes, (high, -(10**9)))
    mine = changes[first:last]
    starts = [low, *(at for at, _ in mine[1:]), high]
    return tuple((begin, end, offset) for (begin, end), (_, offset) in zip(pairwise(starts), mine, strict=True))


def local_day(zone_name: str, at: int) -> int:
    """The local calendar day of an instant."""
    for begin, end, offset in _stretches(zone_name, at // DAY):
        if begin <= at < end:
            return (at + offset) // DAY
    raise ValueError("an instant lies outside its own day")


def resolve(zone_name: str, day: int, start: int, end: int) -> list[Interval]:
    """The instants at which a wall clock of `day` reads from `start` to before `end` (minutes after midnight)."""
    wall_start, wall_end = day * DAY + start * MINUTE, day * DAY + end * MINUTE
    pieces: list[Interval] = []
    for begin, stop, offset in _stretches(zone_name, day):
        low, high = max(wall_start - offset, begin), min(wall_end - offset, stop)
        if low < high:
            pieces.append((low, high))
    return joined(pieces)


def between(zone_name: str, first: WallMoment, last: WallMoment) -> Interval | None:
    """From the first instant at or after a reading to the last one before another, whatever the clock did meanwhile.

    None if no instant lies between them: the clock may have skipped it all.
    """
    low = _edge(zone_name, first)[0]
    high = _edge(zone_name, last)[1]
    return (low, high) if low < high else None


def _edge(zone_name: str, moment: WallMoment) -> Interval:
    """The first instant at which a clock reads `moment` or later, and the end of the last at which it reads earlier."""
    day, minutes = moment
    wall = day * DAY + minutes * MINUTE
    stretches = _stretches(zone_name, day)
    low = min(max(wall - offset, begin) for begin, stop, offset in stretches if wall - offset < stop)
    high = max(min(wall - offset, stop) for begin, stop, offset in stretches if wall - offset > begin)
    return low, high


def window_of(zone_name: str, first: date, last: date) -> Interval:
    """From the first instant of `first` to the last of `last`, as a calendar in the zone shows them."""
    opening = resolve(zone_name, day_number(first), 0, 24 * 60)
    closing = resolve(zone_name, day_number(last), 0, 24 * 60)
    # A day that a zone skipped altogether has no instants; its neighbours close around it.
    start = opening[0][0] if opening else window_of(zone_name, first + timedelta(1), first + timedelta(1))[0]
    end = closing[-1][1] if closing else window_of(zone_name, last - timedelta(1), last - timedelta(1))[1]
    return start, end


def joined(pieces: Iterable[Interval]) -> list[Interval]:
    """Sorted pieces; those that touch become one."""
    found: list[Interval] = []
    for low, high in pieces:
        if found and low <= found[-1][1]:
            found[-1] = (found[-1][0], max(high, found[-1][1]))
        else:
            found.append((low, high))
    return found


def cut(a: Interval, b: Interval) -> Interval:
    """What two intervals share; backwards or empty if nothing."""
    return max(a[0], b[0]), min(a[1], b[1])
