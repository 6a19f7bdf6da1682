"""The next open times of many practitioners at once, each worked out once and kept until something changes.

Kept as booking.slot_cache keeps the times of a month: under the practitioner's `version`, in this process's memory.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from django.core.cache import caches
from django.db import connection

from booking import availability, calendars
from booking.availability import Rules
from booking.wallclock import DAY, MINUTE, Interval, instant, local_day, seconds
from practitioners.models import Service

_CROWD = 30  # more than a page of practitioners
_SOON = 7 * DAY


class _Next(NamedTuple):
    """The next open start, or that there is none, and from when to before when that is so."""

    since: datetime
    until: datetime
    start: int | None


def next_open_of_each(services: Iterable[Service], *, now: datetime) -> dict[int, datetime]:
    """The next open start of each service (by its id), for a list of practitioners: two queries, or none.

    A crowd is asked about the coming days first, and only whoever has nothing then about the rest: two more.
    The services must come with their practitioner.
    """
    known = {service: _kept(service, now) for service in services}
    left = [service for service, kept in known.items() if kept is None]
    for span in [_SOON, None] if len(left) > _CROWD else [None]:
        for service, found in _first_of_each({each: _window(each, now, span) for each in left}, now).items():
            if found.start is not None or span is None:
                known[service] = found
                _keep(service, found, now)
        left = [service for service in left if known[service] is None]
    starts = {service.pk: kept.start for service, kept in known.items() if kept is not None}
    return {service: instant(start) for service, start in starts.items() if start is not None}


def first_open_between(windows: Mapping[Service, Interval], *, now: datetime) -> dict[int, datetime]:
    """The first open start of each service (by its id) within a window of its own, if there is one: two queries."""
    found = _first_of_each(windows, now)
    return {service.pk: instant(first.start) for service, first in found.items() if first.start is not None}


def _window(service: Service, now: datetime, span: int | None) -> Interval:
    """When a service can be booked; no longer than `span` seconds from now if that is given."""
    practitioner, at = service.practitioner, seconds(now)
    low, high = availability.bookable_window(
        practitioner.zone, notice=service.minutes_notice, horizon=practitioner.horizon, now=at
    )
    return low, high if span is None else min(high, at + span)


def _first_of_each(windows: Mapping[Service, Interval], now: datetime) -> dict[Service, _Next]:
    real = {service: window for service, window in windows.items() if window[0] < window[1]}
    found = dict.fromkeys(windows, _Next(now, calendars.ALWAYS[1], None))
    if not real:
        return found
    rules = _rules_of_each(real)
    reaches: dict[int, Interval] = {}
    for service, window in real.items():
        low, high = availability.reach(rules[service], window, service.duration)
        known = reaches.get(service.practitioner_id, (low, high))
        reaches[service.practitioner_id] = min(known[0], low), max(known[1], high)
    standing, at = calendars.standing_of_each(reaches, now), seconds(now)
    for service, window in real.items():
        mine = standing[service.practitioner_id]
        starts = availability.open_starts(rules[service], window, service.duration, mine.visits, at)
        found[service] = _Next(max(mine.since, now), mine.until, next(starts, None))
    return found


def _rules_of_each(windows: Mapping[Service, Interval]) -> dict[Service, Rules]:
    """One query."""
    around = [calendars.days_around(service.practitioner.zone, window) for service, window in windows.items()]
    first, last = min(first for first, _ in around), max(last for _, last in around)
    schedules = calendars.schedules((service.practitioner_id for service in windows), first, last)
    return {
        service: calendars.as_rules(service.practitioner, service, schedules[service.practitioner_id])
        for service in windows
    }


def _kept(service: Service, now: datetime) -> _Next | None:
    """What is known, if it is still so."""
    if connection.in_atomic_block:  # what this transaction wrote may be rolled back, and its version used again
        return None
    kept: _Next | None = caches["slots"].get(_key(service, now))
    if kept is None or not kept.since <= now < kept.until:
        return None
    too_soon = kept.start is not None and kept.start < seconds(now) + service.minutes_notice * MINUTE
    return None if too_soon else kept


def _keep(service: Service, found: _Next, now: datetime) -> None:
    if not connection.in_atomic_block:  # before this instant, an earlier start may have been the next
        caches["slots"].set(_key(service, now), _Next(max(found.since, now), found.until, found.start))


def _key(service: Service, now: datetime) -> str:
    practitioner = service.practitioner
    today = local_day(practitioner.zone, seconds(now))  # with every day the horizon reaches a day further
    return f"{practitioner.pk}:{practitioner.version}:{service.pk}:{today}:next"
