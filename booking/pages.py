"""What the month and its times look like on a page: days in weeks, times in three parts of the sky."""

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import prefetch_related_objects
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from booking import availability, queries
from booking.availability import Slot, State
from common.templatetags.samay import clock, zone_abbr
from practitioners.models import Service

SHOWN_AT_ONCE = 12
_NOON, _EVENING = 12, 17


@dataclass(frozen=True, slots=True)
class Day:
    date: date
    count: int
    is_today: bool
    is_chosen: bool

    @property
    def weekday(self) -> str | Promise:
        return WEEKDAYS[self.date.weekday()]

    @property
    def words(self) -> str:
        return ngettext("%(count)d time", "%(count)d times", self.count) % {"count": self.count}


@dataclass(frozen=True, slots=True)
class Month:
    """A page of the calendar, Monday first. `previous` and `following` are None where nothing can be booked."""

    first: date
    weeks: Sequence[Sequence[Day | None]]
    previous: date | None
    following: date | None
    weekdays: Sequence[tuple[str | Promise, str | Promise]]


@dataclass(frozen=True, slots=True)
class Entry:
    """A time as shown: a break is one entry from its first start to its end. Its words are ready, for speed."""

    start: datetime
    end: datetime
    state: State
    clock: str
    zone: str
    there: str = ""  # the practitioner's clock where it differs, with the weekday where that differs, too


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the day; `rest` is what a long part folds away."""

    key: str
    name: str | Promise
    first: Sequence[Entry]
    rest: Sequence[Entry]
    open: int

    @property
    def icon(self) -> str:
        return f"icons/arc-{self.key}.svg"


@dataclass(frozen=True, slots=True)
class Times:
    """Everything the time page shows of a service. `day` is None when the month has no open time."""

    month: Month
    day: date | None
    parts: Sequence[Part]
    next_day: date | None
    moved: bool  # the wish was not possible, this is the nearest

    @property
    def open(self) -> int:
        return sum(part.open for part in self.parts)


_PARTS = (("morning", _("Morning")), ("afternoon", _("Afternoon")), ("evening", _("Evening")))


def part_of_day(instant: datetime, zone: str) -> str:
    hour = instant.astimezone(ZoneInfo(zone)).hour
    return "morning" if hour < _NOON else "afternoon" if hour < _EVENING else "evening"


def parts_of_day(slots: Sequence[Slot], *, zone: str, home: str, step: int) -> list[Part]:
    """Group a day's times by the clock of `zone`; `home` is the practitioner's, `step` the grid in minutes."""
    groups: dict[str, list[Entry]] = {key: [] for key, _name in _PARTS}
    for slot in slots:
        group = groups[part_of_day(slot.start, zone)]
        if slot.state == State.BREAK and group and group[-1].state == State.BREAK and group[-1].end == slot.start:
            start = group.pop().start
        else:
            start = slot.start
        end = slot.start + timedelta(minutes=step) if slot.state == State.BREAK else slot.end
        there = _there(start, zone, home) if zone != home else ""
        group.append(Entry(start, end, slot.state, clock(start, zone), zone_abbr(zone, start), there))
    return [
        Part(key, name, entries[:SHOWN_AT_ONCE], entries[SHOWN_AT_ONCE:], _open(entries))
        for (key, name), entries in zip(_PARTS, groups.values(), strict=True)
    ]


def _open(entries: Sequence[Entry]) -> int:
    return sum(entry.state == State.AVAILABLE for entry in entries)


def _there(instant: datetime, zone: str, home: str) -> str:
    theirs = instant.astimezone(ZoneInfo(home))
    words = f"{clock(instant, home)} {zone_abbr(home, instant)}"
    same_day = theirs.date() == instant.astimezone(ZoneInfo(zone)).date()
    return words if same_day else f"{words} {WEEKDAYS_ABBR[theirs.weekday()]}"


def month_of(first: date, counts: Mapping[date, int], *, today: date, last: date, chosen: date | None) -> Month:
    def day(date_: date) -> Day | None:
        if date_.month != first.month:
            return None
        return Day(date_, counts.get(date_, 0), date_ == today, date_ == chosen)

    dates = calendar.Calendar().monthdatescalendar(first.year, first.month)
    weeks = [[day(date_) for date_ in week] for week in dates if week[-1] >= today]
    before, after = _month_before(first), _month_after(first)
    return Month(
        first=first,
        weeks=weeks,
        previous=before if before >= today.replace(day=1) else None,
        following=after if after <= last else None,
        weekdays=[(WEEKDAYS_ABBR[number], WEEKDAYS[number]) for number in range(7)],
    )


def _month_before(first: date) -> date:
    return (first - timedelta(days=1)).replace(day=1)


def _month_after(first: date) -> date:
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1)


def times_page(service: Service, *, wish: str, month_wish: str, zone: str, now: datetime) -> Times:
    """Month and times for a wished date (`2026-12-04`) or month (`2026-12`); the first open day without a wish.

    A wish that can't be had is answered with the nearest day. At most five queries.
    """
    practitioner = service.practitioner
    prefetch_related_objects([practitioner], "weekly_hours")
    today = now.astimezone(ZoneInfo(zone)).date()
    last = _last_day(service, zone, now)
    day, moved = _nearest(_date(wish), wish, today, last)
    month = _date(month_wish and f"{month_wish}-01") or day or today
    first = min(max(month, today), last).replace(day=1)
    counts = _counts(service, first, today, last, zone=zone, now=now)
    if day is None and not counts:
        found = queries.first_open_day(service, max(first, today), zone=zone, now=now)
        if found and not month_wish:
            day, first = found, found.replace(day=1)
            counts = _counts(service, first, today, last, zone=zone, now=now)
        else:
            return Times(month_of(first, counts, today=today, last=last, chosen=None), None, [], found, moved)
    day = day or min(counts, default=None)
    slots = queries.slots_of_day(service, day, zone=zone, now=now) if day else []
    parts = parts_of_day(slots, zone=zone, home=practitioner.zone, step=practitioner.step)
    page = month_of(first, counts, today=today, last=last, chosen=day)
    next_day = None
    if day and not counts.get(day):
        later = [date_ for date_ in sorted(counts) if date_ > day]
        next_day = later[0] if later else queries.first_open_day(service, today, zone=zone, now=now)
    return Times(page, day, parts, next_day, moved)


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _nearest(day: date | None, wish: str, today: date, last: date) -> tuple[date | None, bool]:
    if day is None:
        return None, bool(wish)
    near = min(max(day, today), last)
    return near, near != day


def _last_day(service: Service, zone: str, now: datetime) -> date:
    """The horizon's last day by the calendar of `zone`."""
    rules = queries.rules_of(service.practitioner)
    end = availability.bookable_window(rules, availability.seconds(now))[1]
    return availability.day_of(availability.local_day(zone, end - 1))


def _counts(service: Service, first: date, today: date, last: date, *, zone: str, now: datetime) -> dict[date, int]:
    end = min(_month_after(first) - timedelta(days=1), last)
    return queries.open_days(service, max(first, today), end, zone=zone, now=now)


def noon(day: date, zone: str) -> datetime:
    """An instant that belongs to a day: what its zone is called then depends on the season."""
    return datetime.combine(day, time(_NOON), tzinfo=ZoneInfo(zone))
