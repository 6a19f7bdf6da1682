"""A calendar as a page shows it: the tiles of a day, and the hours on the wall that they lie in. No Django inside.

Instants are Unix seconds, local days are counted since 1970 (booking.wallclock).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from itertools import groupby
from zoneinfo import ZoneInfo

from booking.wallclock import MINUTE, Interval, cut, resolve

_HOUR = 60 * MINUTE
_QUARTER = 15 * MINUTE
GRAIN = 5  # minutes; how finely a visit is placed within its hour
_LONG_PAUSE = 3  # hours in which nothing happens on any day, and which are shown as one row


class Kind(StrEnum):
    VISIT = "visit"
    KEPT = "kept"  # free around a visit
    OFF = "off"
    BREAK = "break"
    FREE = "free"
    SHUT = "shut"


@dataclass(frozen=True, slots=True)
class Tile:
    """A stretch of a day with one meaning; `which` is the place in the sequence it comes from."""

    kind: Kind
    start: int
    end: int
    which: int = 0


def tiles(within: Interval, layers: Mapping[Kind, Iterable[Interval]]) -> list[Tile]:
    """A window cut up without gaps: where layers meet, the first one counts; the rest is shut."""
    rest, found = [within], []
    for kind, intervals in layers.items():
        for which, interval in enumerate(intervals):
            if _meet(within, interval):
                found += [Tile(kind, *cut(piece, interval), which) for piece in rest if _meet(piece, interval)]
                rest = [part for piece in rest for part in _without(piece, interval)]
    found += [Tile(Kind.SHUT, low, high) for low, high in rest]
    return sorted(found, key=lambda tile: tile.start)


def _meet(a: Interval, b: Interval) -> bool:
    return a[0] < b[1] and b[0] < a[1]


def _without(piece: Interval, taken: Interval) -> list[Interval]:
    if not _meet(piece, taken):
        return [piece]
    return [part for part in ((piece[0], taken[0]), (taken[1], piece[1])) if part[0] < part[1]]


# --- Hours on the wall ------------------------------------------------------------------------------------------------

Reading = tuple[int, bool]  # an hour of the clock, and whether it is shown a second time


@dataclass(frozen=True, slots=True)
class WallHour:
    """One hour of a day as its clock shows it. In spring one may be missing, in autumn one comes again."""

    reading: Reading
    start: int
    end: int
    minute: int  # what the clock shows beside the hour when it begins


@lru_cache(maxsize=4096)
def wall_hours(zone_name: str, day: int) -> tuple[WallHour, ...]:
    """The hours of a local day in order. Clocks change at full quarters of an hour."""
    zone = ZoneInfo(zone_name)
    quarters = [
        (at, datetime.fromtimestamp(at, zone))
        for low, high in resolve(zone_name, day, 0, 24 * 60)
        for at in range(low, high, _QUARTER)
    ]
    found: list[WallHour] = []
    for at, wall in quarters:
        last = found[-1] if found else None
        if last and last.reading[0] == wall.hour and last.minute + (at - last.start) // MINUTE == wall.minute:
            found[-1] = replace(last, end=at + _QUARTER)
        else:
            again = any(hour.reading[0] == wall.hour for hour in found)
            found.append(WallHour((wall.hour, again), at, at + _QUARTER, wall.minute))
    return tuple(found)


# --- The week as a table ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a tile within one hour, from one line of the hour's grid to another."""

    tile: Tile
    begins: bool  # the tile begins here
    at: int
    to: int


@dataclass(frozen=True, slots=True)
class Cell:
    """One hour, or several quiet ones, of one day. `kind` is set where nothing else is in it."""

    blocks: Sequence[Block]
    kind: Kind | None
    exists: bool
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """An hour across all days; `until` is the hour after the last if several quiet ones are shown as one."""

    reading: Reading
    until: int | None
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Column:
    """A day: its clock, its tiles, and the hours of work whatever is in them."""

    hours: Sequence[WallHour]
    tiles: Sequence[Tile]
    work: Sequence[Interval]


def table(columns: Sequence[Column]) -> list[Row]:
    """The hours that matter, from the earliest to the latest of any day. No rows if none does."""
    by_reading = [{hour.reading: hour for hour in column.hours} for column in columns]
    matter = {hour.reading for column in columns for hour in column.hours if _matters(column, hour)}
    if not matter:
        return []
    readings = sorted({reading for hours in by_reading for reading in hours})
    shown = [reading for reading in readings if min(matter) <= reading <= max(matter)]
    rows = []
    for quiet, group in groupby(shown, key=lambda reading: reading not in matter):
        run = list(group)
        parts = [run] if quiet and len(run) >= _LONG_PAUSE else [[reading] for reading in run]
        for part in parts:
            cells = [_cell(column, hours, part) for column, hours in zip(columns, by_reading, strict=True)]
            rows.append(Row(part[0], part[-1][0] + 1 if len(part) > 1 else None, cells))
    return rows


def _matters(column: Column, hour: WallHour) -> bool:
    visits = ((tile.start, tile.end) for tile in column.tiles if tile.kind == Kind.VISIT)
    return any(low < hour.end and hour.start < high for low, high in (*column.work, *visits))


def _cell(column: Column, hours: Mapping[Reading, WallHour], readings: Sequence[Reading]) -> Cell:
    found = [hours[reading] for reading in readings if reading in hours]
    if not found:
        return Cell((), None, exists=False)
    start, end = found[0].start, found[-1].end
    inside = [tile for tile in column.tiles if tile.start < end and start < tile.end]
    kinds = {Kind.FREE if tile.kind == Kind.KEPT else tile.kind for tile in inside}
    if len(kinds) == 1 and kinds != {Kind.VISIT}:
        begins = any(start <= tile.start for tile in inside)
        return Cell([Block(inside[0], begins, 0, 1)], kinds.pop(), exists=True, start=start, end=end)
    if len(readings) > 1:
        longest = max(inside, key=lambda tile: min(tile.end, end) - max(tile.start, start))
        return Cell([Block(longest, start <= longest.start, 0, 1)], longest.kind, exists=True, start=start, end=end)
    return Cell(_blocks(inside, found[0]), None, exists=True, start=start, end=end)


def _blocks(inside: Sequence[Tile], hour: WallHour) -> list[Block]:
    """Where the tiles of an hour lie on its grid: never on the same line, however short they are."""
    blocks, free_from = [], 0
    for tile in inside:
        if tile.kind in {Kind.FREE, Kind.KEPT}:
            continue
        low, high = cut((tile.start, tile.end), (hour.start, hour.end))
        at = max(_line(low, hour), free_from)
        free_from = max(-(-_minute(high, hour) // GRAIN), at + 1)
        blocks.append(Block(tile, hour.start <= tile.start, at, free_from))
    return blocks


def _minute(at: int, hour: WallHour) -> int:
    return hour.minute + (at - hour.start) // MINUTE


def _line(at: int, hour: WallHour) -> int:
    return _minute(at, hour) // GRAIN
