"""Reads across models: what is offered, and which booking a link opens."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.http import Http404

from booking import availability
from booking.availability import Interval, Rules, Slot
from booking.models import Booking
from practitioners.models import Practitioner, Service

ALTERNATIVES = 5
_SEARCH_DAYS = 14


def rules_of(practitioner: Practitioner) -> Rules:
    """The practitioner's wall-clock rules; one query unless `weekly_hours` is prefetched."""
    weekly: dict[int, list[tuple[int, int]]] = {}
    for hours in practitioner.weekly_hours.all():
        weekly.setdefault(hours.weekday, []).append((hours.starts, hours.ends))
    return Rules(
        zone=practitioner.zone,
        weekly=weekly,
        step=practitioner.step,
        buffer=practitioner.buffer,
        notice=practitioner.notice,
        horizon=practitioner.horizon,
    )


def _range(within: Interval) -> DateTimeTZRange:
    # A visit with its buffer may begin before the window and end inside it; overlap finds it all the same.
    return DateTimeTZRange(availability.instant(within[0]), availability.instant(within[1] + availability.DAY))


def busy_times(practitioner_id: int, within: Interval, now: datetime) -> list[Interval]:
    """What occupies a practitioner in a window: one query."""
    taken = Booking.objects.of(practitioner_id).overlapping(_range(within)).standing(now)
    return [_seconds(occupied) for occupied in taken.values_list("occupied", flat=True)]


def _seconds(occupied: DateTimeTZRange) -> Interval:
    return availability.seconds(occupied.lower), availability.seconds(occupied.upper)


def slots_of_day(service: Service, day: date, *, zone: str, now: datetime) -> list[Slot]:
    """Every time worth showing on a calendar day of `zone`: two queries, with the practitioner at hand."""
    within = availability.window_of(zone, day, day)
    rules = rules_of(service.practitioner)
    busy = busy_times(service.practitioner_id, within, now)
    return availability.slots(rules, within, service.duration, busy, availability.seconds(now))


def open_days(service: Service, first: date, last: date, *, zone: str, now: datetime) -> dict[date, int]:
    """How many times are open on each day from `first` to `last` that has any: two queries."""
    within = availability.window_of(zone, first, last)
    rules = rules_of(service.practitioner)
    busy = busy_times(service.practitioner_id, within, now)
    return availability.open_counts(rules, within, service.duration, busy, availability.seconds(now), zone=zone)


def next_open(service: Service, *, now: datetime, limit: int) -> list[datetime]:
    """The first open starts of a service, soonest first: two queries."""
    rules = rules_of(service.practitioner)
    within = availability.bookable_window(rules, availability.seconds(now))
    busy = busy_times(service.practitioner_id, within, now)
    return _first(availability.open_starts(rules, within, service.duration, busy, availability.seconds(now)), limit)


def next_open_of_each(services: Iterable[Service], *, now: datetime) -> dict[int, datetime]:
    """The next open start of each service (by its id), for a list of practitioners: two queries for all of them.

    The services must come with their practitioner and its `weekly_hours` prefetched.
    """
    services = list(services)
    at = availability.seconds(now)
    rules = {service.practitioner_id: rules_of(service.practitioner) for service in services}
    windows = {owner: availability.bookable_window(rule, at) for owner, rule in rules.items()}
    if not windows:
        return {}
    within = (min(low for low, _ in windows.values()), max(high for _, high in windows.values()))
    taken = Booking.objects.filter(practitioner__in=rules).overlapping(_range(within)).standing(now)
    busy: dict[int, list[Interval]] = {}
    for owner, occupied in taken.values_list("practitioner_id", "occupied"):
        busy.setdefault(owner, []).append(_seconds(occupied))
    found = {}
    for service in services:
        owner = service.practitioner_id
        starts = availability.open_starts(rules[owner], windows[owner], service.duration, busy.get(owner, ()), at)
        if (first := next(starts, None)) is not None:
            found[service.pk] = availability.instant(first)
    return found


def alternatives(service: Service, wanted: datetime, *, now: datetime) -> list[datetime]:
    """Up to five open starts: the nearest of the same day, then the same hour of later days, then the next open."""
    practitioner = service.practitioner
    at, aim = availability.seconds(now), availability.seconds(wanted)
    rules = rules_of(practitioner)
    low, high = availability.bookable_window(rules, at)
    within = (max(low, aim - availability.DAY), min(high, max(aim, low) + _SEARCH_DAYS * availability.DAY))
    if within[0] >= within[1]:
        within = (low, min(high, low + _SEARCH_DAYS * availability.DAY))
    busy = busy_times(practitioner.pk, within, now)
    free = list(availability.open_starts(rules, within, service.duration, busy, at))
    day = availability.local_day(practitioner.zone, aim)
    same_day = sorted(
        (s for s in free if availability.local_day(practitioner.zone, s) == day), key=lambda s: abs(s - aim)
    )
    same_hour = [s for s in free if s > aim and (s - aim) % availability.DAY == 0]
    chosen = list(dict.fromkeys([*same_day[:3], *same_hour[:2], *free]))[:ALTERNATIVES]
    return [availability.instant(start) for start in sorted(chosen)]


def _first(starts: Iterable[int], limit: int) -> list[datetime]:
    return [availability.instant(start) for start, _ in zip(starts, range(limit), strict=False)]


def first_open_day(service: Service, after: date, *, zone: str, now: datetime) -> date | None:
    """The first calendar day of `zone` from `after` on that has an open time: two queries."""
    rules = rules_of(service.practitioner)
    at = availability.seconds(now)
    low, high = availability.bookable_window(rules, at)
    within = (max(low, availability.window_of(zone, after, after)[0]), high)
    if within[0] >= within[1]:
        return None
    busy = busy_times(service.practitioner_id, within, now)
    start = next(availability.open_starts(rules, within, service.duration, busy, at), None)
    return None if start is None else availability.day_of(availability.local_day(zone, start))


def last_day(practitioner: Practitioner, now: datetime) -> date:
    """The last day of the horizon, by the practitioner's calendar."""
    return now.astimezone(practitioner.tzinfo).date() + timedelta(days=practitioner.horizon)


def offered_service(practitioner_slug: str, **match: Any) -> Service:
    """A service that can be booked, by its practitioner and its `slug` or `pk`; 404 for anything else. One query."""
    services = Service.objects.select_related("practitioner").filter(is_active=True, practitioner__is_published=True)
    service = services.filter(practitioner__slug=practitioner_slug, **match).first()
    if service is None:
        raise Http404
    return service


def booking_by_link(public_id: str) -> Booking:
    """The booking that a link opens: whoever has the link may act on it. One query."""
    bookings = Booking.objects.select_related("practitioner", "service", "patient")
    booking = bookings.filter(public_id=public_id).first()
    if booking is None:
        raise Http404
    return booking
