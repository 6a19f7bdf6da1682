"""What a change of someone's timetable would do, read from the tables: the difference in times, and whom it strands."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from booking import calendars, wallclock
from booking.availability import Rules, hours_of
from booking.hours.changes import (
    DAY,
    Change,
    Difference,
    NewDate,
    NewRules,
    NewTimeOff,
    NewWeek,
    Offer,
    UsualDate,
    compare,
    most_sessions,
    needed,
    stranded,
)
from booking.lifecycle import Status
from booking.models import Booking
from booking.wallclock import day_of
from common.ids import fingerprint
from practitioners.models import Practitioner, Service

_TO_COME = (Status.PENDING_PAYMENT, Status.REQUESTED, Status.CONFIRMED)


@dataclass(frozen=True, slots=True)
class Stranded:
    """A booking that a change leaves outside the hours. Its mark changes with all that a decision rests on.

    `may_ask`: its patient can be asked for another time, as the visit is firm and has not begun.
    """

    booking: Booking
    may_ask: bool = False

    @property
    def mark(self) -> str:
        return f"{self.booking.reference}.{self.booking.status}.{wallclock.seconds(self.booking.starts_at)}"


@dataclass(frozen=True, slots=True)
class Effect:
    service: Service
    difference: Difference


@dataclass(frozen=True, slots=True)
class Preview:
    effects: Sequence[Effect]
    stranded: Sequence[Stranded]


def services_of(practitioner: Practitioner) -> list[Service]:
    """The services on offer, shortest first, with their practitioner. One query."""
    services = list(practitioner.services.filter(is_active=True))
    for service in services:
        service.practitioner = practitioner
    return services


def preview(practitioner: Practitioner, change: Change, *, now: datetime) -> Preview:
    """Four queries, however many services and bookings there are."""
    services = services_of(practitioner)
    schedule = _schedule(practitioner, now)
    offers = [offer_of(service, schedule) for service in services]
    at = wallclock.seconds(now)
    visits = calendars.standing(practitioner.pk, needed(offers, change, at), now).visits if offers else []
    return Preview(
        [Effect(each, compare(offer, change, visits, at)) for each, offer in zip(services, offers, strict=True)],
        stranded_by(practitioner, change, now=now, schedule=schedule),
    )


def _schedule(practitioner: Practitioner, now: datetime) -> calendars.Schedule:
    """Without what is over; a night may reach into today, and today depends on the zone."""
    since = today(practitioner, now=now) - timedelta(days=3)
    return calendars.schedules([practitioner.pk], since, date.max)[practitioner.pk]


def offer_of(service: Service, schedule: calendars.Schedule) -> Offer:
    own = {"before": service.buffer_before, "after": service.buffer_after, "notice": service.notice}
    rules = calendars.as_rules(service.practitioner, service, schedule)
    return Offer(service.duration, rules, frozenset(name for name, value in own.items() if value is not None))


def stranded_by(
    practitioner: Practitioner, change: Change, *, now: datetime, schedule: calendars.Schedule | None = None
) -> list[Stranded]:
    """Whom a change leaves outside the hours, soonest first: at most two queries."""
    rules = _rules(practitioner, schedule or _schedule(practitioner, now))
    bookings = to_come(practitioner, now=now)
    spans = [(wallclock.seconds(each.starts_at), wallclock.seconds(each.ends_at)) for each in bookings]
    found = [bookings[place] for place in stranded(rules, change, spans)]
    return [Stranded(each, each.status == Status.CONFIRMED and now < each.starts_at) for each in found]


def _rules(practitioner: Practitioner, schedule: calendars.Schedule) -> Rules:
    """What is the same for all services."""
    return calendars.as_rules(practitioner, Service(practitioner=practitioner), schedule)


def to_come(practitioner: Practitioner, *, now: datetime) -> list[Booking]:
    """Everyone who is still to be seen, holds and requests included, soonest first. One query."""
    ahead = DateTimeTZRange(now, None)
    bookings = Booking.objects.of(practitioner.pk).overlapping(ahead).standing(now)
    bookings = bookings.filter(status__in=_TO_COME, span__endswith__gt=now)
    return list(bookings.select_related("patient", "practitioner").order_by("span", "pk"))


# --- What a change replaces -------------------------------------------------------------------------------------------


def week_of(practitioner: Practitioner) -> dict[int, list[tuple[int, int]]]:
    """One query."""
    weekly: dict[int, list[tuple[int, int]]] = {}
    for row in practitioner.weekly_hours.order_by("weekday", "starts"):
        weekly.setdefault(row.weekday, []).append((row.starts, row.ends))
    return weekly


def rules_as_they_are(practitioner: Practitioner) -> NewRules:
    return NewRules(
        zone=practitioner.zone,
        step=practitioner.step,
        before=practitioner.buffer_before,
        after=practitioner.buffer_after,
        notice=practitioner.notice,
        horizon=practitioner.horizon,
        daily_cap=practitioner.daily_cap,
        weekly_cap=practitioner.weekly_cap,
    )


def replaced_by(practitioner: Practitioner, change: Change) -> dict[str, Any]:
    """What stands now where a change would write, in the audit trail's words. At most two queries."""
    match change:
        case NewWeek():
            return {"weekly": week_as_text(week_of(practitioner))}
        case NewRules():
            return asdict(rules_as_they_are(practitioner))
        case NewDate(day=day) | UsualDate(day=day):
            override = practitioner.overrides.prefetch_related("hours").filter(day=day_of(day)).first()
            hours = [[each.starts, each.ends] for each in override.hours.all()] if override else None
            return {"day": str(day_of(day)), "hours": hours}
        case _:
            return {}


def week_as_text(weekly: Any) -> dict[str, list[list[int]]]:
    return {str(day): [list(hours) for hours in sorted(weekly[day])] for day in sorted(weekly) if weekly[day]}


def base_of(practitioner: Practitioner, change: Change) -> str:
    """Stands in a form for what it was filled with, so that it can't undo what another tab has saved since."""
    return fingerprint(replaced_by(practitioner, change))


# --- In words of numbers ----------------------------------------------------------------------------------------------


def fullest_week(practitioner: Practitioner, weekly: dict[int, list[tuple[int, int]]]) -> list[tuple[Service, int]]:
    """How many visits of each service fit into a week of such hours. One query."""
    schedule = calendars.Schedule(weekly=weekly)
    services = services_of(practitioner)
    return [(each, most_sessions(offer_of(each, schedule).rules, each.duration)) for each in services]


def farthest_day(practitioner: Practitioner, *, now: datetime, years: int = 2) -> date:
    """Nobody plans beyond it."""
    return today(practitioner, now=now) + timedelta(days=366 * years)


def today(practitioner: Practitioner, *, now: datetime) -> date:
    return now.astimezone(practitioner.tzinfo).date()


# --- A day ------------------------------------------------------------------------------------------------------------


def rest_of_day(practitioner: Practitioner, day: date, *, now: datetime) -> NewTimeOff:
    """Time off that closes a day: all of that date, or what is left of today, and a night that begins on it.

    Whoever falls ill before the evening does not work that night; the night before is over by its own end or, where
    it reaches into the date, closed with it. One query.
    """
    number = wallclock.day_number(day)
    schedule = _schedule(practitioner, now)
    hours = hours_of(_rules(practitioner, schedule), number)
    ends = max([DAY, *(end for _start, end in hours)])
    last = (number, ends) if ends == DAY else (number + 1, ends - DAY)
    local = now.astimezone(practitioner.tzinfo)
    starts = local.hour * 60 + local.minute if day == local.date() else 0
    return NewTimeOff((number, starts), last, sweeping=True)
