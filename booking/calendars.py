"""What the tables say of a practitioner's calendar, in the words of booking.availability."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import starmap
from typing import Any, NamedTuple

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import BigIntegerField, DateField, F, IntegerField, Value
from django.db.models.functions import Cast, Extract

from booking.availability import Rules, Visit
from booking.lifecycle import WAITING, Status
from booking.models import Booking, BookingQuerySet
from booking.wallclock import Interval, WallMoment, day_number, day_of, instant, local_day
from practitioners.models import DateOverride, Practitioner, Service, TimeOff, WeeklyHours

ALWAYS = (datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC))
_WEEKLY, _DATE, _OFF = range(3)


# --- Schedules --------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Schedule:
    """Someone's week, the dates that differ, and the time off, which also goes by its ids."""

    weekly: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    dates: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    off: list[tuple[WallMoment, WallMoment]] = field(default_factory=list)
    off_ids: list[int] = field(default_factory=list)


class _Row(NamedTuple):
    kind: int
    owner: int
    number: int  # weekday or id
    first: Any  # the rest depends on the kind
    starts: Any
    last: Any
    ends: Any


def schedules(owners: Iterable[int], first: date, last: date) -> dict[int, Schedule]:
    """The schedules of practitioners; dates that differ and time off only from `first` to `last`. One query."""
    found = {owner: Schedule() for owner in owners}
    for row in _rows(list(found), first, last):
        _add(found[row.owner], row)
    return found


def _rows(owners: Sequence[int], first: date, last: date) -> Iterable[_Row]:
    """Three tables in one question: kind, owner, weekday or id, from and to."""
    nothing = Cast(Value(None), DateField())

    def kind(number: int) -> Value:
        return Value(number, output_field=IntegerField())

    weekly = WeeklyHours.objects.filter(practitioner__in=owners).order_by()
    dates = DateOverride.objects.filter(practitioner__in=owners, day__range=(first, last)).order_by()
    off = TimeOff.objects.filter(practitioner__in=owners, last_day__gte=first, first_day__lte=last).order_by()
    weekdays = Cast(F("weekday"), BigIntegerField())
    return starmap(
        _Row,
        weekly.values_list(kind(_WEEKLY), "practitioner_id", weekdays, nothing, "starts", nothing, "ends").union(
            dates.values_list(kind(_DATE), "practitioner_id", "pk", "day", "hours__starts", nothing, "hours__ends"),
            off.values_list(kind(_OFF), "practitioner_id", "pk", "first_day", "starts", "last_day", "ends"),
            all=True,
        ),
    )


def _add(schedule: Schedule, row: _Row) -> None:
    if row.kind == _WEEKLY:
        schedule.weekly.setdefault(row.number, []).append((row.starts, row.ends))
    elif row.kind == _OFF:
        schedule.off.append(((day_number(row.first), row.starts), (day_number(row.last), row.ends)))
        schedule.off_ids.append(row.number)
    else:
        hours = schedule.dates.setdefault(day_number(row.first), [])
        if row.starts is not None:  # a date without hours is closed
            hours.append((row.starts, row.ends))


def days_around(zone: str, within: Interval) -> tuple[date, date]:
    """The local days on which something may begin, or last, that matters to the starts of a window."""
    return day_of(local_day(zone, within[0]) - 1), day_of(local_day(zone, within[1]) + 2)


def rules_of(practitioner: Practitioner, service: Service, within: Interval | None = None) -> Rules:
    """What is asked of a visit of this service; dates that differ and time off only around a window. One query."""
    first, last = days_around(practitioner.zone, within) if within else (date.min, date.max)
    return as_rules(practitioner, service, schedules([practitioner.pk], first, last)[practitioner.pk])


def as_rules(practitioner: Practitioner, service: Service, schedule: Schedule) -> Rules:
    service.practitioner = practitioner
    return Rules(
        zone=practitioner.zone,
        weekly=schedule.weekly,
        step=practitioner.step,
        notice=service.minutes_notice,
        horizon=practitioner.horizon,
        before=service.minutes_before,
        after=service.minutes_after,
        dates=schedule.dates,
        off=schedule.off,
        daily_cap=practitioner.daily_cap,
        weekly_cap=practitioner.weekly_cap,
    )


# --- Visits -----------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Standing:
    """The visits that stand at an instant, with their bookings' ids, and from when to before when just these stand:

    a hold frees its time at its deadline without anybody writing anything.
    """

    visits: list[Visit] = field(default_factory=list)
    ids: list[int] = field(default_factory=list)
    since: datetime = ALWAYS[0]
    until: datetime = ALWAYS[1]

    def without(self, booking: int | None) -> list[Visit]:
        """The visits but for one booking's."""
        return [visit for visit, pk in zip(self.visits, self.ids, strict=True) if pk != booking]


def standing(practitioner_id: int, within: Interval, now: datetime) -> Standing:
    """Who occupies a practitioner in a window: one query, by the index of the constraint that sells a time once."""
    return _standing(Booking.objects.of(practitioner_id).active().overlapping(_range(within)), now)[practitioner_id]


def standing_of_each(owners: Mapping[int, Interval], now: datetime) -> dict[int, Standing]:
    """The same for several practitioners, each with a window of their own: one query."""
    window = (min(low for low, _ in owners.values()), max(high for _, high in owners.values()))
    return _standing(Booking.objects.filter(practitioner__in=owners).active().overlapping(_range(window)), now)


def _range(within: Interval) -> DateTimeTZRange:
    return DateTimeTZRange(instant(within[0]), instant(within[1]))


def _standing(bookings: BookingQuerySet, now: datetime) -> dict[int, Standing]:
    found: defaultdict[int, Standing] = defaultdict(Standing)
    edges = [
        _second(edge) for edge in ("span__startswith", "span__endswith", "occupied__startswith", "occupied__endswith")
    ]
    rows = bookings.values_list("practitioner_id", "pk", "status", "hold_expires_at", *edges)
    for owner, booking, status, expires, start, end, taken_from, taken_to in rows:
        mine, waits = found[owner], status in WAITING
        if waits and expires <= now:  # lapsed, and not yet retired
            mine.since = max(mine.since, expires)
            continue
        if waits:
            mine.until = min(mine.until, expires)
        mine.visits.append(Visit(start, end, taken_from, taken_to, held=status == Status.PENDING_PAYMENT))
        mine.ids.append(booking)
    return found


def _second(edge: str) -> Cast:
    """The second of an instant, worked out by PostgreSQL: thousands of ranges take long to read."""
    return Cast(Extract(edge, "epoch", tzinfo=UTC), BigIntegerField())
