"""What a practitioner's days hold, as their desk shows them: visits, free time, breaks, time off. Four queries."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import chain, pairwise

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from booking import availability, calendars
from booking.availability import Rules
from booking.desk import tiles
from booking.desk.tiles import Kind, Tile
from booking.lifecycle import Status
from booking.models import Booking
from booking.wallclock import MINUTE, Interval, between, day_number, day_of, instant, seconds, window_of
from practitioners.models import Practitioner

_FIRM = {Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW}


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a day's agenda. `begins` and `ends` say whether it does so on this day."""

    kind: Kind
    start: datetime
    end: datetime
    begins: bool = True
    ends: bool = True
    booking: Booking | None = None
    note: str = ""
    all_day: bool = False

    @property
    def is_firm(self) -> bool:
        """A visit that nobody still has to pay for, or to agree to."""
        return self.booking is not None and self.booking.status in _FIRM

    @property
    def is_ahead(self) -> bool:
        return self.booking is not None and self.booking.status == Status.CONFIRMED


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a practitioner's calendar. `entries` leave out when nobody works; `column` has everything."""

    date: date
    start: datetime
    end: datetime
    entries: Sequence[Entry]
    column: tiles.Column
    has_hours: bool  # hours begin on it
    own_hours: bool  # in place of the weekday's
    note: str  # of these
    is_off: bool  # time off takes all of it

    @property
    def visits(self) -> list[Entry]:
        """The firm visits that begin on the day."""
        return [entry for entry in self.entries if entry.is_firm and entry.begins]


@dataclass(frozen=True, slots=True)
class Block:
    """What stands in one hour of the table: a visit or a part of it, a break, time off. It lies from line to line."""

    kind: Kind
    begins: bool
    at: int
    to: int
    booking: Booking | None
    note: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One hour of one day. `kind` is set where nothing else is in it; the clock of a day may skip an hour."""

    kind: Kind | None
    exists: bool
    is_now: bool
    blocks: Sequence[Block]


@dataclass(frozen=True, slots=True)
class Row:
    """An hour of the clock through the days. `again`: it shows it twice; `until`: several quiet hours in one."""

    hour: time
    again: bool
    until: time | None
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Agenda:
    days: Sequence[Day]
    bookings: Sequence[Booking]  # what a visit's tile points at
    notes: Sequence[str]  # what a time off's tile points at

    def table(self, now: datetime) -> list[Row]:
        """The days side by side, hour by hour, from the earliest hour that matters to the latest."""
        at = seconds(now)
        return [
            Row(_hour(row.reading[0]), row.reading[1], _until(row), [self._cell(cell, at) for cell in row.cells])
            for row in tiles.table([day.column for day in self.days])
        ]

    def _cell(self, cell: tiles.Cell, now: int) -> Cell:
        is_now = cell.start <= now < cell.end
        return Cell(cell.kind, cell.exists, is_now, [self._block(block) for block in cell.blocks])

    def _block(self, block: tiles.Block) -> Block:
        kind, which = block.tile.kind, block.tile.which
        booking = self.bookings[which] if kind == Kind.VISIT else None
        note = self.notes[which] if kind == Kind.OFF else ""
        # A tile ends at midnight, a visit need not.
        begins = block.begins and (booking is None or seconds(booking.starts_at) == block.tile.start)
        return Block(kind, begins, block.at, block.to, booking, note)


def _hour(hour: int) -> time:
    return time(hour % 24)


def _until(row: tiles.Row) -> time | None:
    return None if row.until is None else _hour(row.until)


def agenda(practitioner: Practitioner, first: date, last: date, *, now: datetime) -> Agenda:
    """The days from `first` to `last` by the practitioner's own calendar. Four queries, for any number of visits."""
    zone = practitioner.zone
    within = window_of(zone, first, last)
    schedule = calendars.schedules([practitioner.pk], first - timedelta(1), last)[practitioner.pk]
    rules = Rules(
        zone=zone,
        weekly=schedule.weekly,
        step=practitioner.step,
        notice=0,
        horizon=0,
        dates=schedule.dates,
        off=schedule.off,
    )
    told = dict(practitioner.time_off.filter(pk__in=schedule.off_ids).values_list("pk", "note"))
    date_notes = dict(practitioner.overrides.filter(day__range=(first, last)).values_list("day", "note"))
    off_notes = [told.get(pk, "") for pk in schedule.off_ids]
    bookings = _bookings(practitioner, within, now)
    reader = _Reader(rules, bookings, off_notes, date_notes)
    days = [reader.day(day_of(number)) for number in range(day_number(first), day_number(last) + 1)]
    return Agenda(days, bookings, off_notes)


def _bookings(practitioner: Practitioner, within: Interval, now: datetime) -> list[Booking]:
    """What stands in the calendar, without the notes of patients: those are opened one by one."""
    window = DateTimeTZRange(instant(within[0]), instant(within[1]))
    found = Booking.objects.of(practitioner.pk).overlapping(window).standing(now)
    bookings = list(found.select_related("patient", "location").defer("note").order_by("span"))
    for booking in bookings:
        booking.practitioner = practitioner
    return bookings


class _Reader:
    """The rules and visits of a few days, read day by day."""

    def __init__(
        self, rules: Rules, bookings: Sequence[Booking], off_notes: Sequence[str], date_notes: Mapping[date, str]
    ) -> None:
        self._rules, self._bookings, self._off_notes, self._date_notes = rules, bookings, off_notes, date_notes
        self._visits = [(seconds(each.starts_at), seconds(each.ends_at)) for each in bookings]
        self._taken = [(seconds(each.occupied.lower), seconds(each.occupied.upper)) for each in bookings]
        self._least = rules.step * MINUTE  # less free time than this is no news
        # Time off that the clock skipped altogether takes nothing, and keeps its place.
        self._off = [between(rules.zone, low, high) or (0, 0) for low, high in rules.off]

    def day(self, day: date) -> Day:
        number = day_number(day)
        within = window_of(self._rules.zone, day, day)
        working = [availability.working(self._rules, each) for each in (number - 1, number)]
        breaks = [(gap_from, gap_to) for each in working for (_, gap_from), (gap_to, _) in pairwise(each)]
        work = list(chain(*working))
        layers = {
            Kind.VISIT: self._visits,
            Kind.OFF: self._off,
            Kind.KEPT: self._taken,
            Kind.BREAK: breaks,
            Kind.FREE: work,
        }
        found = tiles.tiles(within, layers)
        return Day(
            date=day,
            start=instant(within[0]),
            end=instant(within[1]),
            entries=list(self._entries(found, within)),
            column=tiles.Column(tiles.wall_hours(self._rules.zone, number), found, work),
            has_hours=bool(working[1]),
            own_hours=number in self._rules.dates,
            note=self._date_notes.get(day, ""),
            is_off=any(low <= within[0] and within[1] <= high for low, high in self._off),
        )

    def _entries(self, found: Sequence[Tile], within: Interval) -> Iterator[Entry]:
        for tile in found:
            if tile.kind == Kind.VISIT:
                low, high = self._visits[tile.which]
                booking = self._bookings[tile.which]
                begins, ends = within[0] <= low, high <= within[1]
                yield Entry(tile.kind, instant(low), instant(high), begins, ends, booking)
            elif tile.kind == Kind.OFF:
                all_day = (tile.start, tile.end) == within
                note = self._off_notes[tile.which]
                yield Entry(tile.kind, instant(tile.start), instant(tile.end), note=note, all_day=all_day)
            elif tile.kind == Kind.BREAK or (tile.kind == Kind.FREE and tile.end - tile.start >= self._least):
                yield Entry(tile.kind, instant(tile.start), instant(tile.end))


def week_of(day: date) -> tuple[date, date]:
    """Monday to Sunday."""
    monday = day - timedelta(day.weekday())
    return monday, monday + timedelta(6)
