"""What is offered and when, read and worked out once and kept until something changes.

Kept under the practitioner's `version`, which PostgreSQL raises with every committed change that may alter the times on
offer, and which is read first: what is found here is what would be found in the tables. It is kept in this process's
own memory, so that no outage of a broker or a shared cache can touch it. It never decides a booking:
booking.actions.hold reads the tables, under the practitioner's lock.
"""

from array import array
from bisect import bisect_left
from calendar import monthrange
from datetime import date, datetime
from typing import Any, NamedTuple

from django.core.cache import caches
from django.db import connection
from django.db.models import QuerySet

from booking import availability, calendars
from booking.availability import State
from booking.wallclock import MINUTE, cut, local_day, seconds, window_of
from practitioners.models import Practitioner, Service

_LETTERS = {State.AVAILABLE: b"a", State.BOOKED: b"b", State.BREAK: b"-"}
_STATES = {letters[0]: state for state, letters in _LETTERS.items()}


class _Month(NamedTuple):
    """A month's times, true from one instant to before another: a hold that lapses frees its time unasked.

    Packed, as unpacking is what a second visitor pays for: starts, a letter of state for each, where each day begins.
    """

    since: datetime
    until: datetime
    starts: "array[int]"
    letters: bytes
    days: list[int]

    def is_true(self, now: datetime) -> bool:
        return self.since <= now < self.until

    def part(self, day: int, first: int) -> tuple[int, int]:
        """Where a day of the month (1 is its first) begins and ends, without what is before an instant."""
        low, high = self.days[day - 1], self.days[day]
        return max(low, bisect_left(self.starts, first)), high

    def times(self, day: int, first: int) -> list[tuple[int, State]]:
        return [(self.starts[n], _STATES[self.letters[n]]) for n in range(*self.part(day, first))]


def offered(practitioner_slug: str, **match: Any) -> Service | None:
    """A service that can be booked, with its practitioner, by its `slug` or `pk`. One query, or two."""
    if connection.in_atomic_block:
        return _services(practitioner_slug).filter(**match).first()
    people = Practitioner.objects.filter(slug=practitioner_slug, is_published=True)
    known = people.values_list("pk", "version").first()
    if known is None:
        return None
    key = "{}:{}:services".format(*known)
    services: list[Service] | None = caches["slots"].get(key)
    if services is None:
        services = list(_services(practitioner_slug))
        for service in services:
            service.practitioner = services[0].practitioner  # one and the same, so that it is kept once
        caches["slots"].set(key, services)
    return next((row for row in services if all(getattr(row, name) == value for name, value in match.items())), None)


def _services(practitioner_slug: str) -> QuerySet[Service]:
    offers = Service.objects.select_related("practitioner").filter(is_active=True, practitioner__is_published=True)
    return offers.filter(practitioner__slug=practitioner_slug)


def times_of_day(service: Service, day: date, *, zone: str, now: datetime) -> list[tuple[int, State]]:
    """Every time worth showing on a day of `zone`, in order. Two queries, or none."""
    return _month(service, day, zone, now).times(day.day, _end_of_notice(service, now))


def whole_day(service: Service, day: date, *, zone: str, now: datetime) -> list[tuple[int, State]]:
    """The same with what is past or too soon, from the practitioner's today on. Two queries, or none."""
    return _month(service, day, zone, now).times(day.day, 0)


def open_days(service: Service, month: date, *, zone: str, now: datetime) -> dict[date, int]:
    """How many times are open on each day of a month of `zone` that has any. Two queries, or none."""
    found, first = _month(service, month, zone, now), _end_of_notice(service, now)
    days = (month.replace(day=number) for number in range(1, len(found.days)))
    counts = {day: found.letters.count(_LETTERS[State.AVAILABLE], *found.part(day.day, first)) for day in days}
    return {day: count for day, count in counts.items() if count}


def _end_of_notice(service: Service, now: datetime) -> int:
    return seconds(now) + service.minutes_notice * MINUTE


def _month(service: Service, day: date, zone: str, now: datetime) -> _Month:
    if connection.in_atomic_block:  # what this transaction wrote may be rolled back, and its version used again
        return _worked_out(service, day, zone, now)
    key = _key(service, f"{zone}:{day:%Y-%m}", now)
    month: _Month | None = caches["slots"].get(key)
    if month is None or not month.is_true(now):
        month = _worked_out(service, day, zone, now)
        caches["slots"].set(key, month)
    return month


def _key(service: Service, name: str, now: datetime) -> str:
    practitioner = service.practitioner
    today = local_day(practitioner.zone, seconds(now))
    return f"{practitioner.pk}:{practitioner.version}:{service.pk}:{today}:{name}"


def _worked_out(service: Service, day: date, zone: str, now: datetime) -> _Month:
    """A month's times between the practitioner's today and the horizon; notice is left to the reader."""
    practitioner = service.practitioner
    days = [day.replace(day=number) for number in range(1, monthrange(day.year, day.month)[1] + 1)]
    windows = [window_of(zone, each, each) for each in days]
    within = cut(
        (windows[0][0], windows[-1][1]),
        availability.horizon_of(practitioner.zone, practitioner.horizon, seconds(now)),
    )
    if within[0] >= within[1]:
        return _Month(*calendars.ALWAYS, array("q"), b"", [0] * (len(days) + 1))
    rules = calendars.rules_of(practitioner, service, within)
    standing = calendars.standing(practitioner.pk, availability.reach(rules, within, service.duration), now)
    times = availability.states(rules, within, service.duration, standing.visits)
    starts = array("q", [start for start, _state in times])
    edges = [bisect_left(starts, low) for low, _high in windows]
    letters = b"".join(_LETTERS[state] for _start, state in times)
    return _Month(standing.since, standing.until, starts, letters, [*edges, len(starts)])
