"""Moving a visit to another time: the page of times once more, with one tap that moves."""

import re
from datetime import datetime
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from booking import actions, pages, queries, zones
from booking.actions.moving import must_be_movable
from booking.errors import FullyBooked, MovedTooOften, NotOffered, SlotTaken, TooLate, WrongState
from booking.models import Booking
from common import clock
from common.audit import Actor
from common.http import personal, see_other
from common.templatetags.samay import clock as wall_clock
from common.templatetags.samay import day, zone_abbr

# What the page of a refusal is about; any other time was taken by someone.
_WHY = {NotOffered: "never_offered", FullyBooked: "full"}


def obstacle(booking: Booking, now: datetime) -> str:
    """Why its patient can't move it: it is too "late", was moved too "often", or is "over"; nothing if they can."""
    try:
        must_be_movable(booking, is_patient=True, now=now)
    except TooLate:
        return "late"
    except MovedTooOften:
        return "often"
    except WrongState:
        return "over"
    return ""


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def reschedule(request: HttpRequest, public_id: str) -> HttpResponse:
    """Choose another time of the same service. A tap moves the visit; where that can't be, the page says why."""
    booking = queries.booking_by_link(public_id)
    now = clock.now()
    if request.method == "POST":
        return _move(request, booking, now)
    why = obstacle(booking, now)
    if why == "over":
        return see_other("booking:detail", public_id)
    if why:
        facts = {"booking": booking, "zone": zones.shown(request, booking.home_zone), "why": why}
        return render(request, "booking/move_refused.html", facts)
    return render(request, "booking/move.html", _times(request, booking, now))


def _times(request: HttpRequest, booking: Booking, now: datetime) -> dict[str, object]:
    service = queries.as_booked(booking)
    zone = zones.shown(request, booking.home_zone)
    month = request.GET.get("month", "")
    own_day = "" if month else str(zones.local(booking.starts_at, zone).date())
    page = pages.times_page(
        service,
        wish=request.GET.get("date", own_day),
        month_wish=month,
        zone=zone,
        now=now,
        given_up=booking,
    )
    here = request.path + (f"?date={page.day}" if page.day else "")
    wish = request.GET.get("tz", "")
    return {
        "booking": booking,
        "practitioner": booking.practitioner,
        "service": service,
        "page": page,
        "moving": booking,
        "mine_at": booking.starts_at,
        "now": now,
        "zone": zone,
        "here": here,
        "noon": pages.noon(page.day, zone) if page.day else now,
        "differs": zone != booking.practitioner.zone,
        "keep": "&" + urlencode({"tz": zone}) if wish == zone else "",
        "said": page.said,
        "zone_url": reverse("booking:zone") + "?" + urlencode({"next": here}),
        "policy": booking.policy(now),
    }


def _move(request: HttpRequest, booking: Booking, now: datetime) -> HttpResponse:
    before, start = booking.starts_at, zones.sent_instant(request.POST.get("slot", ""))
    if start is None:
        return see_other("booking:reschedule", booking.public_id)
    by = Actor.PATIENT.seen_in(request)
    try:
        moved = actions.reschedule(booking, start=start, by=by, now=now, sequence=_sequence(request))
    except SlotTaken as refusal:
        return _conflict(request, booking, start, refusal)
    except (TooLate, MovedTooOften):
        return see_other("booking:reschedule", booking.public_id)  # which says why
    except WrongState:
        messages.error(request, _("Your booking has changed meanwhile, so it was not moved. This is how it stands."))
        return see_other("booking:detail", booking.public_id)
    if moved.starts_at != before:
        zone = zones.shown(request, booking.home_zone)
        words = {"old": _words(before, zone), "new": _words(start, zone)}
        messages.success(request, _("Moved from %(old)s to %(new)s.") % words)
    return see_other("booking:detail", booking.public_id)


def _words(instant: datetime, zone: str) -> str:
    """Fri 4 Dec 2026, 2:00 PM IST"""
    return f"{day(instant, zone)}, {wall_clock(instant, zone)} {zone_abbr(zone, instant)}"


def _sequence(request: HttpRequest) -> int:
    """How often the visit had been moved when its page was drawn; a form that doesn't say so moves nothing."""
    seen = request.POST.get("sequence", "")
    return int(seen) if re.fullmatch(r"[0-9]{1,9}", seen, re.ASCII) else -1


def _conflict(request: HttpRequest, booking: Booking, wanted: datetime, refusal: SlotTaken) -> HttpResponse:
    zone = zones.shown(request, booking.home_zone)
    times_url = reverse("booking:reschedule", args=[booking.public_id])
    context = {
        "booking": booking,
        "wanted": wanted,
        "why": _WHY.get(type(refusal), "taken"),
        "alternatives": refusal.alternatives,
        "zone": zone,
        "times_url": f"{times_url}?date={zones.local(wanted, zone).date()}",
    }
    return render(request, "booking/move_conflict.html", context, status=409)
