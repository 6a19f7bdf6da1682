"""What the month and its times look like on a page: days in weeks, times in three parts of the sky."""

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from booking import queries
from booking.availability import Slot, State
from booking.lifecycle import Status
from booking.models import Booking
from common.templatetags.samay import clock, long_day, zone_abbr
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
    """A part of the day; `rest` is what a long part folds away. `worked`: there were times in it, open or not."""

    key: str
    name: str | Promise
    first: Sequence[Entry]
    rest: Sequence[Entry]
    open: int
    worked: bool

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
    moved: str  # the wished "day" or "month" was not possible, this is the nearest

    @property
    def open(self) -> int:
        return sum(part.open for part in self.parts)

    @property
    def said(self) -> str:
        """The day and how much of it is open, for whoever hears the page."""
        if self.day is None:
            return ""
        words = {"day": long_day(self.day), "count": self.open}
        return ngettext("%(day)s, %(count)d time", "%(day)s, %(count)d times", self.open) % words


_PARTS = (("morning", _("Morning")), ("afternoon", _("Afternoon")), ("evening", _("Evening")))


def part_of_day(instant: datetime, zone: str) -> str:
    hour = instant.astimezone(ZoneInfo(zone)).hour
    return "morning" if hour < _NOON else "afternoon" if hour < _EVENING else "evening"


def parts_of_day(slots: Sequence[Slot], *, since: datetime, zone: str, home: str, step: int) -> list[Part]:
    """Group a day's times by the clock of `zone`; `home` is the practitioner's, `step` the grid in minutes.

    Times before `since` are not shown, but tell that there were hours. A break stands where it begins, in one piece.
    """
    groups: dict[str, list[Entry]] = {key: [] for key, _name in _PARTS}
    worked = {part_of_day(slot.start, zone) for slot in slots if slot.state != State.BREAK}
    changes = len({zone_abbr(zone, slot.start) for slot in slots}) > 1  # then every time says whose it is
    before: list[Entry] = []  # the group of the time before
    for slot in (slot for slot in slots if slot.start >= since):
        group = groups[part_of_day(slot.start, zone)]
        start, end = slot.start, slot.end
        if slot.state == State.BREAK:
            end = start + timedelta(minutes=step)
            if before and (before[-1].state, before[-1].end) == (State.BREAK, start):
                group, start = before, before.pop().start
        elif before and before[-1].state == State.BREAK and before[-1].end > start:
            before[-1] = replace(before[-1], end=start)  # the grid of the break reached past its end
        there = _there(start, zone, home) if zone != home else ""
        words, letters = clock(start, zone), zone_abbr(zone, start)
        if changes:
            words, letters = f"{words} {letters}", ""
        group.append(Entry(start, end, slot.state, words, letters, there))
        before = group
    return [
        Part(key, name, entries[:SHOWN_AT_ONCE], entries[SHOWN_AT_ONCE:], _open(entries), key in worked)
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


def times_page(
    service: Service, *, wish: str, month_wish: str, zone: str, now: datetime, given_up: Booking | None = None
) -> Times:
    """Month and times for a wished date (`2026-12-04`) or month (`2026-12`); the first open day without a wish.

    A wish that can't be had is answered with the nearest day. `given_up` is the visitor's own hold or visit, which a
    tap on another time would free. At most eight queries.
    """
    today = now.astimezone(ZoneInfo(zone)).date()
    last = queries.last_day(service, zone=zone, now=now)
    day, moved = _nearest(_date(wish), wish, today, last)
    wished_month = _date(month_wish and f"{month_wish}-01")
    first = min(max(wished_month or day or today, today), last).replace(day=1)
    if not moved and month_wish and (wished_month is None or wished_month.replace(day=1) != first):
        moved = "month"
    counts = queries.open_days(service, first, zone=zone, now=now, given_up=given_up)
    if day is None and not counts:
        found = queries.first_open_day(service, max(first, today), zone=zone, now=now, given_up=given_up)
        if found and not month_wish:
            day, first = found, found.replace(day=1)
            counts = queries.open_days(service, first, zone=zone, now=now, given_up=given_up)
        else:
            return Times(month_of(first, counts, today=today, last=last, chosen=None), None, [], found, moved)
    day = day or min(counts, default=None)
    parts = _parts(service, day, zone=zone, now=now, given_up=given_up) if day else []
    if day and given_up:
        counts = counts | {day: sum(part.open for part in parts)}
    page = month_of(first, counts, today=today, last=last, chosen=day)
    next_day = None
    if day and not counts.get(day):
        next_day = _next_day(service, day, counts, today, zone=zone, now=now, given_up=given_up)
    return Times(page, day, parts, next_day, moved)


def _parts(service: Service, day: date, *, zone: str, now: datetime, given_up: Booking | None) -> list[Part]:
    practitioner = service.practitioner
    slots = queries.whole_day(service, day, zone=zone, now=now, given_up=given_up)
    if given_up and given_up.status != Status.PENDING_PAYMENT:  # where a visit is already it can't be moved to
        own = given_up.starts_at
        slots = [replace(slot, state=State.BOOKED) if slot.start == own else slot for slot in slots]
    since = now + timedelta(minutes=service.minutes_notice)
    return parts_of_day(slots, since=since, zone=zone, home=practitioner.zone, step=practitioner.step)


def _next_day(
    service: Service,
    day: date,
    counts: Mapping[date, int],
    today: date,
    *,
    zone: str,
    now: datetime,
    given_up: Booking | None,
) -> date | None:
    """The next day with an open time; the first there is, if none is later."""
    later = min((date_ for date_, count in counts.items() if date_ > day and count), default=None)
    return (
        later
        or queries.first_open_day(service, day, zone=zone, now=now, given_up=given_up)
        or queries.first_open_day(service, today, zone=zone, now=now, given_up=given_up)
    )


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _nearest(day: date | None, wish: str, today: date, last: date) -> tuple[date | None, str]:
    if day is None:
        return None, "day" if wish else ""
    near = min(max(day, today), last)
    return near, "day" if near != day else ""


def noon(day: date, zone: str) -> datetime:
    """An instant that belongs to a day: what its zone is called then depends on the season."""
    return datetime.combine(day, time(_NOON), tzinfo=ZoneInfo(zone))
