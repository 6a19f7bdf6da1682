"""The desk's first page: what today brings, the next visit first."""

from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from booking.desk import requests
from booking.desk.agenda import Entry, agenda
from booking.desk.tiles import Kind
from common import clock
from common.http import see_other
from practitioners.desks import CHOSEN, Desk, at_desk


@at_desk
@require_safe
def today(request: HttpRequest, desk: Desk) -> HttpResponse:
    now = clock.now()
    day = now.astimezone(desk.practitioner.tzinfo).date()
    this, following = agenda(desk.practitioner, day, day + timedelta(1), now=now).days
    ahead = [entry for entry in this.entries if entry.is_ahead]
    context = {
        "desk": desk,
        "section": "today",
        "now": now,
        "day": this,
        "waiting_requests": requests.count(desk.practitioner, now=now),
        "entries": [entry for entry in this.entries if _is_told(entry, now)],
        "current": next((entry for entry in ahead if entry.start <= now < entry.end), None),
        "next": next((entry for entry in ahead if now < entry.start), None),
        "tomorrow": following.visits,
        "has_free": any(entry.kind == Kind.FREE and now < entry.end for entry in this.entries),
        "is_empty": all(entry.booking is None for entry in this.entries),
    }
    return render(request, "desk/today.html", context)


def _is_told(entry: Entry, now: datetime) -> bool:
    """Free time that is over is of no use to anybody."""
    return entry.kind != Kind.FREE or now < entry.end


@at_desk
@require_POST
def switch(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Turn to another practitioner's desk; the form names which."""
    request.session[CHOSEN] = desk.practitioner.slug
    return see_other("desk:today")
