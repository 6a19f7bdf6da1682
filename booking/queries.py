"""Reads across models: what is offered, and which booking a link opens."""

import copy
from calendar import monthrange
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.http import Http404

from booking import availability, calendars, slot_cache, wallclock
from booking.availability import Rules, Slot
from booking.explaining import Stretch, explain
from booking.lifecycle import Status
from booking.models import Booking, Move
from booking.wallclock import DAY, Interval
from common.audit import Actor
from practitioners.models import Service

ALTERNATIVES = 5
_SEARCH_DAYS = 14


# --- Times on offer ---------------------------------------------------------------------------------------------------


def slots_of_day(service: Service, day: date, *, zone: str, now: datetime) -> list[Slot]:
    """Every time worth showing on a calendar day of `zone`: two queries, or none; the practitioner at hand."""
    return availability.as_slots(slot_cache.times_of_day(service, day, zone=zone, now=now), service.duration)


def whole_day(service: Service, day: date, *, zone: str, now: datetime, given_up: Booking | None = None) -> list[Slot]:
    """The same with what is past or too soon. Two queries, or none.

    `given_up` is the asker's own hold or visit, which a tap on another time would free: it is in nobody's way then.
    """
    if given_up is None:
        return availability.as_slots(slot_cache.whole_day(service, day, zone=zone, now=now), service.duration)
    practitioner = service.practitioner
    horizon = availability.horizon_of(practitioner.zone, practitioner.horizon, wallclock.seconds(now))
    within = wallclock.cut(wallclock.window_of(zone, day, day), horizon)
    if within[0] >= within[1]:
        return []
    rules = calendars.rules_of(practitioner, service, within)
    standing = calendars.standing(practitioner.pk, availability.reach(rules, within, service.duration), now)
    others = standing.without(given_up.pk)
    return availability.as_slots(availability.states(rules, within, service.duration, others), service.duration)


def open_days(
    service: Service, month: date, *, zone: str, now: datetime, given_up: Booking | None = None
) -> dict[date, int]:
    """How many times are open on each day of a month that has any: two queries, or none."""
    if given_up is None:
        return slot_cache.open_days(service, month, zone=zone, now=now)
    last = month.replace(day=monthrange(month.year, month.month)[1])
    within = wallclock.cut(wallclock.window_of(zone, month.replace(day=1), last), _window(service, now))
    days = Counter(wallclock.local_day(zone, start) for start in _open_starts(service, within, now, given_up))
    return {wallclock.day_of(day): count for day, count in sorted(days.items())}


def _window(service: Service, now: datetime) -> Interval:
    practitioner, at = service.practitioner, wallclock.seconds(now)
    return availability.bookable_window(
        practitioner.zone, notice=service.minutes_notice, horizon=practitioner.horizon, now=at
    )


def _open_starts(service: Service, within: Interval, now: datetime, instead_of: Booking | None = None) -> Iterator[int]:
    """The open starts of a window, soonest first: two queries."""
    if within[0] >= within[1]:
        return iter(())
    rules = calendars.rules_of(service.practitioner, service, within)
    reach = availability.reach(rules, within, service.duration)
    standing = calendars.standing(service.practitioner_id, reach, now)
    visits = standing.without(instead_of.pk) if instead_of else standing.visits
    free = availability.open_starts(rules, within, service.duration, visits, wallclock.seconds(now))
    is_same = instead_of is not None and instead_of.service_id == service.pk
    own = wallclock.seconds(instead_of.starts_at) if instead_of and is_same else None
    return (start for start in free if start != own)


def next_open(service: Service, *, now: datetime, limit: int) -> list[datetime]:
    """The first open starts of a service, soonest first: two queries."""
    starts = _open_starts(service, _window(service, now), now)
    return [wallclock.instant(start) for start, _ in zip(starts, range(limit), strict=False)]


def alternatives(
    service: Service, wanted: datetime, *, now: datetime, instead_of: Booking | None = None
) -> list[datetime]:
    """Up to five open starts: the nearest of the same day, then the same hour of later days, then the next open.

    `instead_of` is the visit that would be moved: it is in nobody's way, and moves even where nothing is booked anew.
    """
    if instead_of is None and not (service.is_active and service.practitioner.is_published):
        return []
    zone = service.practitioner.zone
    aim = wallclock.seconds(wanted)
    low, high = _window(service, now)
    within = (max(low, aim - DAY), min(high, max(aim, low) + _SEARCH_DAYS * DAY))
    if within[0] >= within[1]:
        within = (low, min(high, low + _SEARCH_DAYS * DAY))
    free = list(_open_starts(service, within, now, instead_of))
    day = wallclock.local_day(zone, aim)
    same_day = sorted((s for s in free if wallclock.local_day(zone, s) == day), key=lambda s: abs(s - aim))
    same_hour = [s for s in free if s > aim and (s - aim) % DAY == 0]
    chosen = list(dict.fromkeys([*same_day[:3], *same_hour[:2], *free]))[:ALTERNATIVES]
    return [wallclock.instant(start) for start in sorted(chosen)]


def first_open_day(
    service: Service, after: date, *, zone: str, now: datetime, given_up: Booking | None = None
) -> date | None:
    """The first calendar day of `zone` from `after` on that has an open time: two queries."""
    low, high = _window(service, now)
    within = (max(low, wallclock.window_of(zone, after, after)[0]), high)
    start = next(_open_starts(service, within, now, given_up), None)
    return None if start is None else wallclock.day_of(wallclock.local_day(zone, start))


def is_full(rules: Rules, practitioner_id: int, start: datetime, *, now: datetime, but: int | None = None) -> bool:
    """Whether the day or the week of a start has as many visits as the practitioner takes. One query if there is a cap.

    `but` is the visit that would be moved there.
    It is true as long as the practitioner is locked.
    """
    if rules.daily_cap is None and rules.weekly_cap is None:
        return False
    at = wallclock.seconds(start)
    visits = calendars.standing(practitioner_id, availability.reach(rules, (at, at + 1), 0), now).without(but)
    return availability.Caps(rules, (visit.start for visit in visits)).are_reached(at)


def last_day(service: Service, *, zone: str, now: datetime) -> date:
    """The last day of the horizon, by the calendar of `zone`."""
    return wallclock.day_of(wallclock.local_day(zone, _window(service, now)[1] - 1))


@dataclass(frozen=True, slots=True)
class Explanation:
    """A day's times with their reasons; the numbers of visits and of times off in them stand for these ids."""

    stretches: list[Stretch]
    bookings: list[int]
    time_off: list[int]


def why_not(service: Service, day: date, *, now: datetime) -> Explanation:
    """Why each time of the practitioner's day is offered or not: two queries."""
    practitioner = service.practitioner
    within = wallclock.window_of(practitioner.zone, day, day)
    around = calendars.days_around(practitioner.zone, within)
    schedule = calendars.schedules([practitioner.pk], *around)[practitioner.pk]
    rules = calendars.as_rules(practitioner, service, schedule)
    standing = calendars.standing(practitioner.pk, availability.reach(rules, within, service.duration), now)
    stretches = explain(rules, day, service.duration, standing.visits, wallclock.seconds(now))
    return Explanation(stretches, standing.ids, schedule.off_ids)


def as_booked(booking: Booking) -> Service:
    """Its service, as long as the visit itself is: a visit keeps its length, whatever becomes of the service's."""
    service = copy.copy(booking.service)
    service.practitioner = booking.practitioner
    service.duration = round(booking.duration.total_seconds() / 60)
    return service


# --- One row ----------------------------------------------------------------------------------------------------------


def offered_service(practitioner_slug: str, **match: Any) -> Service:
    """A service that can be booked, by its practitioner and its `slug` or `pk`; 404 for anything else.

    One query, or two.
    """
    service = slot_cache.offered(practitioner_slug, **match)
    if service is None:
        raise Http404
    return service


def told_steps(booking: Booking) -> list[Move]:
    """What its patient is told of a booking's past: when it was moved, and who called it off. One query, or none."""
    ended = (Status.CANCELLED, Status.DECLINED)
    if not booking.sequence and booking.status not in ended:
        return []
    return list(booking.moves.filter(Q(moved_from__isnull=False) | Q(after__in=ended)))


def booking_by_link(public_id: str) -> Booking:
    """The booking that a link opens: whoever has the link may act on it. One query.

    `was_given_up` tells a time that its patient let go before it was theirs from a visit that was called off,
    `went_unanswered` a request that nobody answered from a hold that lapsed.
    """
    let_go = Move.objects.filter(
        booking=OuterRef("pk"), before=Status.PENDING_PAYMENT, after=Status.CANCELLED, actor=Actor.PATIENT.kind
    )
    bookings = Booking.objects.select_related("practitioner", "service", "patient", "location")
    unanswered = Move.objects.filter(booking=OuterRef("pk"), before=Status.REQUESTED, after=Status.EXPIRED)
    bookings = bookings.annotate(was_given_up=Exists(let_go), went_unanswered=Exists(unanswered))
    booking = bookings.filter(public_id=public_id).first()
    if booking is None:
        raise Http404
    return booking
