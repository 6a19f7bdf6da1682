"""Why is this time not offered? Every time of a day, with the one reason that decides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from booking import queries, zones
from booking.explaining import Stretch, Verdict
from booking.hours import queries as hours_queries
from booking.models import Booking
from booking.wallclock import instant
from common import clock
from practitioners.desks import Desk, at_desk
from practitioners.models import Service, TimeOff

_WORDS: Mapping[Verdict, tuple[str | Promise, str | Promise]] = {
    Verdict.OPEN: (_("Offered"), ""),
    Verdict.CLOSED: (_("Outside your hours"), _("You have no hours here.")),
    Verdict.OVERRIDE: (_("This date differs"), _("The weekday has hours here, but this date has its own.")),
    Verdict.BREAK: (_("Break"), _("It lies between two intervals of your hours.")),
    Verdict.DOES_NOT_FIT: (_("Too short"), _("A visit that begins here would run past the end of your hours.")),
    Verdict.TIME_OFF: (_("Time off"), _("A visit that begins here would meet your time off.")),
    Verdict.PAST: (_("Past"), _("This time is over.")),
    Verdict.NOTICE: (_("Too soon"), _("It is closer than your shortest notice.")),
    Verdict.HORIZON: (_("Too far ahead"), _("It is beyond the days that can be booked.")),
    Verdict.BOOKING: (_("Booked"), _("A visit that begins here would meet this booking.")),
    Verdict.HOLD: (_("Held"), _("Someone is booking this time just now.")),
    Verdict.BUFFER: (_("Kept free"), _("It is too close to this visit for the minutes kept free around visits.")),
    Verdict.DAILY_CAP: (_("Day is full"), _("The day has as many visits as you take.")),
    Verdict.WEEKLY_CAP: (_("Week is full"), _("The week has as many visits as you take.")),
}


@dataclass(frozen=True, slots=True)
class Row:
    """Neighbouring times with one reason: from the first of them to the last, and what it is about."""

    first: datetime
    last: datetime
    count: int
    verdict: str
    word: str | Promise
    words: str | Promise
    booking: Booking | None
    time_off: TimeOff | None


@at_desk
@require_safe
def why(request: HttpRequest, desk: Desk) -> HttpResponse:
    now = clock.now()
    services = hours_queries.services_of(desk.practitioner)
    service = next((each for each in services if each.slug == request.GET.get("service")), next(iter(services), None))
    today = hours_queries.today(desk.practitioner, now=now)
    day = _day(request.GET.get("date", ""), today)
    context = {
        "desk": desk,
        "section": "hours",
        "services": services,
        "service": service,
        "day": day,
        "today": today,
        "before": day - timedelta(days=1),
        "following": day + timedelta(days=1),
        "zone": desk.practitioner.zone,
        "rows": _rows(desk, service, day, now) if service else [],
    }
    return render(request, "desk/hours/why.html", context)


def _day(text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return today
    return day if zones.is_near(day) else today


def _rows(desk: Desk, service: Service, day: date, now: datetime) -> list[Row]:
    """Four queries."""
    found = queries.why_not(service, day, now=now)
    bookings = Booking.objects.filter(practitioner=desk.practitioner).select_related("patient").in_bulk(found.bookings)
    time_off = desk.practitioner.time_off.in_bulk(found.time_off)
    return [
        _row(
            stretch,
            [bookings.get(number) for number in found.bookings],
            [time_off.get(number) for number in found.time_off],
        )
        for stretch in found.stretches
    ]


def _row(stretch: Stretch, bookings: Sequence[Booking | None], time_off: Sequence[TimeOff | None]) -> Row:
    verdict, which = stretch.reason.verdict, stretch.reason.which
    word, words = _WORDS[verdict]
    is_visit = verdict in {Verdict.BOOKING, Verdict.HOLD, Verdict.BUFFER}
    return Row(
        first=instant(stretch.starts[0]),
        last=instant(stretch.starts[-1]),
        count=len(stretch.starts),
        verdict=verdict.value,
        word=word,
        words=words,
        booking=bookings[which] if which is not None and is_visit else None,
        time_off=time_off[which] if which is not None and verdict == Verdict.TIME_OFF else None,
    )
