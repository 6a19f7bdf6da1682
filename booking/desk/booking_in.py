"""Booking somebody in at the desk: what is on offer there, what speaks against a time, and booking once."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from django.db import transaction

from booking import actions, availability, calendars, wallclock
from booking.actions import Way
from booking.actions.at_desk import BEGAN_AT_MOST, FURTHEST
from booking.explaining import Verdict, reason_of
from booking.hours.queries import services_of
from booking.lifecycle import ACTIVE
from booking.models import Booking, Patient, RepeatKey, Source
from booking.spans import occupied_by
from common.audit import Actor
from practitioners.models import Practitioner, Service

_LATELY = timedelta(days=90)
_GRID = 5  # minutes: what "now" is rounded down to


class Doubt(StrEnum):
    """What speaks against a time. The desk may book it all the same, but for the last two."""

    HOURS = "hours"
    GRID = "grid"
    TIME_OFF = "time_off"
    PAST = "past"
    NOTICE = "notice"
    HORIZON = "horizon"
    FULL = "full"
    TAKEN = "taken"
    IMPOSSIBLE = "impossible"


_DOUBTS = {
    Verdict.CLOSED: Doubt.HOURS,
    Verdict.OVERRIDE: Doubt.HOURS,
    Verdict.BREAK: Doubt.HOURS,
    Verdict.DOES_NOT_FIT: Doubt.GRID,
    Verdict.TIME_OFF: Doubt.TIME_OFF,
    Verdict.PAST: Doubt.PAST,
    Verdict.NOTICE: Doubt.NOTICE,
    Verdict.HORIZON: Doubt.HORIZON,
    Verdict.BOOKING: Doubt.TAKEN,
    Verdict.HOLD: Doubt.TAKEN,
    Verdict.BUFFER: Doubt.TAKEN,
    Verdict.DAILY_CAP: Doubt.FULL,
    Verdict.WEEKLY_CAP: Doubt.FULL,
}


@dataclass(frozen=True, slots=True)
class Wish:
    """Who comes, when and for what, and how it is paid. `anyway`: whatever speaks against the time."""

    service: Service
    start: datetime
    patient: Patient
    way: Way
    note: str = ""
    anyway: bool = False


def offered(practitioner: Practitioner) -> tuple[list[Service], Service | None]:
    """The services of a desk, and the one that was booked there last, else the first. Two queries."""
    services = services_of(practitioner)
    lately = Booking.objects.filter(practitioner=practitioner, source=Source.DESK)
    last = lately.order_by("-held_at").values_list("service", flat=True).first()
    return services, next((each for each in services if each.pk == last), next(iter(services), None))


def round_now(now: datetime, practitioner: Practitioner) -> datetime:
    """When somebody who stands at the desk begins: now, by a clock of five minutes."""
    here = now.astimezone(practitioner.tzinfo)
    return here.replace(minute=here.minute - here.minute % _GRID, second=0, microsecond=0)


def instant_of(day: date, typed: time, practitioner: Practitioner) -> datetime | None:
    """The first instant at which the practitioner's clock shows a time; None where it skips it."""
    minutes = typed.hour * 60 + typed.minute
    pieces = wallclock.resolve(practitioner.zone, wallclock.day_number(day), minutes, minutes + 1)
    return wallclock.instant(pieces[0][0]) if pieces else None


def doubt_about(service: Service, start: datetime, *, now: datetime, but: int | None = None) -> Doubt | None:
    """What speaks against a time, before anything is typed. At most three queries; the practitioner at hand.

    `but` is the visit that would be moved there: it is in nobody's way.
    """
    if not now - BEGAN_AT_MOST <= start <= now + FURTHEST:
        return Doubt.IMPOSSIBLE
    practitioner, begins = service.practitioner, wallclock.seconds(start)
    others = Booking.objects.of(practitioner.pk).standing(now).exclude(pk=but or 0)
    if others.overlapping(occupied_by(service, start)).exists():
        return Doubt.TAKEN
    rules = calendars.rules_of(practitioner, service, (begins, begins + 1))
    reach = availability.reach(rules, (begins, begins + 1), service.duration)
    visits = calendars.standing(practitioner.pk, reach, now).without(but)
    reason = reason_of(rules, begins, service.duration, visits, wallclock.seconds(now))
    return _DOUBTS.get(reason.verdict)


@transaction.atomic
def book_once(wish: Wish, *, key: str, by: Actor, now: datetime) -> Booking:
    """Book what was typed; `key` names the form, and its second press finds what the first one booked.

    Raises what actions.book_at_desk raises.
    """
    digest = _digest(wish, key)
    RepeatKey.objects.bulk_create([RepeatKey(digest=digest, request=digest, used_at=now)], ignore_conflicts=True)
    twin = RepeatKey.objects.select_related("booking").get(pk=digest).booking
    if twin is not None and twin.status in ACTIVE:
        return twin
    booking = actions.book_at_desk(
        wish.service,
        start=wish.start,
        patient=wish.patient,
        way=wish.way,
        by=by,
        now=now,
        note=wish.note,
        anyway=wish.anyway,
    )
    RepeatKey.objects.filter(pk=digest).update(booking=booking)
    return booking


def _digest(wish: Wish, key: str) -> str:
    """The same words for the same time: whoever goes back and types something else books anew."""
    who = wish.patient
    facts = [
        *(key, wish.service.pk, wish.start.isoformat()),
        *(who.name, who.email, who.phone, who.booked_by, wish.note, wish.way),
    ]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()
