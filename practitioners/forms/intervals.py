"""Working hours as they are typed: any number of intervals for each of several days.

What was typed is kept as it came until it makes sense: a wrong time stands in its select again, with the error beside
it. Buttons that only rearrange (`add=2`, `remove=2-0`, `closed=2`, `copy`) work on what was typed and store nothing.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from django.http import QueryDict
from django.utils.dates import WEEKDAYS
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from common.forms import options
from common.templatetags.samay import wall

DAY = 24 * 60
WEEK = 7 * DAY
GRID = 15
MOST_INTERVALS = 12  # a day; nobody has more breaks than that
_LATEST_END = DAY + DAY // 2  # what is offered; a later one that is stored or sent is taken all the same
_NAME = re.compile(r"(from|to)-([0-9]{1,3})-([0-9]{1,3})")
_FIRST, _PAUSE, _STINT = (9 * 60, 17 * 60), 60, 4 * 60

Hours = tuple[int, int]


@dataclass
class Row:
    """An interval as typed, and what is wrong with it."""

    starts: str = ""
    ends: str = ""
    day: int = 0
    number: int = 0
    errors: list[str] = field(default_factory=list)

    @property
    def key(self) -> str:
        return f"{self.day}-{self.number}"

    @property
    def hours(self) -> Hours | None:
        """The minutes after midnight, if it is an interval at all."""
        starts, ends = _minutes(self.starts), _minutes(self.ends)
        if starts is None or ends is None or not 0 <= starts < DAY or not starts < ends <= starts + DAY:
            return None
        return starts, ends

    @property
    def starts_options(self) -> str:
        return _options(get_language() or "", 0, DAY - GRID, self.starts)

    @property
    def ends_options(self) -> str:
        return _options(get_language() or "", GRID, _LATEST_END, self.ends)

    def check(self) -> None:
        starts, ends = _minutes(self.starts), _minutes(self.ends)
        if starts is None or not 0 <= starts < DAY:
            self.errors.append(_("Choose the time at which this begins."))
        if ends is None or not 0 < ends <= 2 * DAY:
            self.errors.append(_("Choose the time at which this ends."))
        if self.errors or starts is None or ends is None:
            return
        if ends <= starts:
            self.errors.append(_("This ends before it begins. After midnight it is “next day”."))
        elif ends - starts > DAY:
            self.errors.append(_("This is longer than 24 hours."))


def _text(data: QueryDict, name: str) -> str:
    return str(data.get(name, "")).strip()[:20]


def _minutes(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,4}", text) else None


@lru_cache(maxsize=256)
def _options(language: str, first: int, last: int, typed: str) -> str:
    """The inside of a select; what was typed is an option whatever it is. Most people's hours are the same few."""
    known = _minutes(typed)
    fits = known is not None and known <= 2 * DAY
    values = sorted({*range(first, last + 1, GRID), *([known] if known is not None and fits else [])})
    told = [(str(value), wall(value)) for value in values]
    if not fits:
        told = [(typed, typed or "–"), *told]
    return options(told, str(known) if fits else typed)


@dataclass
class Day:
    """A day's intervals. `number` is the weekday, 0 is Monday; a single date is number 0."""

    number: int
    name: str | Promise
    rows: list[Row] = field(default_factory=list)

    @property
    def errors(self) -> list[str]:
        return list(dict.fromkeys(error for row in self.rows for error in row.errors))

    @property
    def hours(self) -> list[Hours]:
        return sorted(row.hours for row in self.rows if row.hours)

    @property
    def parts(self) -> Iterator[tuple[Row, Hours | None]]:
        """Each interval with the break before it."""
        previous: Row | None = None
        for row in self.rows:
            yield row, _gap(previous, row)
            previous = row

    def replace(self, typed: Iterable[tuple[str, str]]) -> None:
        self.rows = [Row(*pair, self.number, number) for number, pair in enumerate(typed)]

    @property
    def typed(self) -> list[tuple[str, str]]:
        return [(row.starts, row.ends) for row in self.rows]

    def add(self) -> None:
        if len(self.rows) < MOST_INTERVALS:
            self.replace([*self.typed, self._following()])

    def remove(self, number: int) -> None:
        self.replace(pair for place, pair in enumerate(self.typed) if place != number)

    def _following(self) -> tuple[str, str]:
        """A likely next interval: after a break, or a working day."""
        if not self.rows:
            return str(_FIRST[0]), str(_FIRST[1])
        starts = max((end for _start, end in self.hours), default=DAY) + _PAUSE
        return (str(starts), str(min(starts + _STINT, DAY))) if starts < DAY else ("", "")


def _gap(previous: Row | None, row: Row) -> Hours | None:
    before, after = previous.hours if previous else None, row.hours
    return (before[1], after[0]) if before and after and before[1] < after[0] else None


class Intervals:
    """The hours of some days, as stored or as typed. `circle`: the days are a week, whose Sunday runs into Monday."""

    def __init__(self, days: Sequence[Day], *, circle: bool = False) -> None:
        self.days = days
        self.circle = circle
        self.errors: list[str] = []  # of no day

    @classmethod
    def week(cls) -> "Intervals":
        return cls([Day(number, WEEKDAYS[number]) for number in range(7)], circle=True)

    @classmethod
    def date(cls, name: str) -> "Intervals":
        return cls([Day(0, name)])

    def fill(self, hours: Mapping[int, Iterable[Hours]]) -> "Intervals":
        for day in self.days:
            day.replace((str(starts), str(ends)) for starts, ends in hours.get(day.number, ()))
        return self

    def read(self, data: QueryDict) -> "Intervals":
        """What a form sent, whatever it is."""
        typed: dict[int, dict[int, dict[str, str]]] = {}
        for name in data:
            if match := _NAME.fullmatch(name):
                place = typed.setdefault(int(match[2]), {}).setdefault(int(match[3]), {})
                place[match[1]] = _text(data, name)
        if set(typed) - {day.number for day in self.days}:
            self.errors.append(_("There is no such day of the week."))
        for day in self.days:
            rows = [row for _number, row in sorted(typed.get(day.number, {}).items())]
            if len(rows) > MOST_INTERVALS:
                self.errors.append(_("These are more intervals than a day can have here."))
            day.replace((row.get("from", ""), row.get("to", "")) for row in rows[:MOST_INTERVALS])
        return self

    def rearrange(self, data: QueryDict) -> str:
        """Do what one of the buttons says; answers where to look then, nothing if none was pressed."""
        for name, act in (("add", self._add), ("remove", self._remove), ("closed", self._close), ("copy", self._copy)):
            if name in data:
                return act(data) or "week"
        return ""

    def _day(self, text: str) -> Day | None:
        return next((day for day in self.days if str(day.number) == text), None)

    def _add(self, data: QueryDict) -> str:
        if day := self._day(_text(data, "add")):
            day.add()
            return f"from-{day.rows[-1].key}"
        return ""

    def _remove(self, data: QueryDict) -> str:
        number, _dash, place = _text(data, "remove").partition("-")
        if (day := self._day(number)) and place.isdecimal():
            day.remove(int(place))
            return f"add-{day.number}"
        return ""

    def _close(self, data: QueryDict) -> str:
        if day := self._day(_text(data, "closed")):
            day.replace(())
            return f"add-{day.number}"
        return ""

    def _copy(self, data: QueryDict) -> str:
        source = self._day(_text(data, "source") or "0")
        wished = [self._day(str(target)) for target in data.getlist("target")]
        targets = [day for day in wished if day and day is not source]
        if source is None or not targets:
            return "copy-nowhere"
        for day in targets:
            day.replace(source.typed)
        return "copy-done"

    def is_valid(self) -> bool:
        """Look at every interval, and at all of them beside each other."""
        for row in self._rows():
            row.check()
        self._refuse_overlaps()
        return not self.errors and not any(day.errors for day in self.days)

    def _rows(self) -> Iterator[Row]:
        return (row for day in self.days for row in day.rows)

    def _refuse_overlaps(self) -> None:
        placed = [(_in_week(row.day, row.hours), row) for row in self._rows() if row.hours]
        placed.sort(key=lambda pair: pair[0])
        for later, earlier in overlaps([span for span, _row in placed], circle=self.circle):
            placed[later][1].errors.append(self._meets(placed[earlier][1]))

    def _meets(self, other: Row) -> str:
        hours = other.hours
        if hours is None:
            return ""
        span = {"from": wall(hours[0]), "to": wall(hours[1])}
        if not self.circle:
            return _("This overlaps %(from)s – %(to)s.") % span
        return _("This overlaps %(day)s, %(from)s – %(to)s.") % {"day": self.days[other.day].name, **span}

    @property
    def hours(self) -> dict[int, list[Hours]]:
        """The intervals that make sense, by day; all of them if it is valid."""
        return {day.number: day.hours for day in self.days if day.hours}

    @property
    def problems(self) -> Iterator[tuple[str, str]]:
        """Where, and what: for the summary of errors."""
        yield from (("week", error) for error in self.errors)
        for day in self.days:
            for row in day.rows:
                for error in row.errors:
                    side = "to" if row.hours is None and _begins(row) else "from"
                    yield f"{side}-{row.key}", _("%(day)s: %(problem)s") % {"day": day.name, "problem": error}


def _begins(row: Row) -> bool:
    starts = _minutes(row.starts)
    return starts is not None and starts < DAY


def _in_week(day: int, hours: Hours) -> Hours:
    return day * DAY + hours[0], day * DAY + hours[1]


def overlaps(spans: Sequence[Hours], *, circle: bool) -> Iterator[tuple[int, int]]:
    """Which of sorted spans meet one that comes before them, by their places.

    In a circle, what runs past Sunday's midnight comes in again before Monday.
    """
    for place, (low, high) in enumerate(spans):
        others = list(enumerate(spans[:place]))
        if circle:
            others += [(at, (start - WEEK, end - WEEK)) for at, (start, end) in enumerate(spans) if at > place]
        met = next((at for at, (start, end) in others if start < high and low < end), None)
        if met is not None:
            yield place, met
