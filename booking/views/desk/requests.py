"""Requests at the desk: who waits for a word, and saying yes or no."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from booking import actions
from booking.desk import requests, visits
from booking.desk.forms import DeclineForm
from booking.errors import BookingRefused
from booking.models import Booking
from common import clock
from common.http import see_other
from practitioners.desks import Desk, at_desk


@at_desk
@require_safe
def listing(request: HttpRequest, desk: Desk) -> HttpResponse:
    now = clock.now()
    waiting = requests.waiting(desk.practitioner, now=now)
    context = {
        **_frame(desk, now),
        "waiting": waiting,
        "waiting_requests": len(waiting),
        "answered": requests.answered(desk.practitioner, now=now),
    }
    return render(request, "desk/requests/requests.html", context)


@at_desk
@require_POST
def accept(request: HttpRequest, desk: Desk, reference: str) -> HttpResponse:
    booking = visits.at_desk(desk.practitioner, reference)
    now = clock.now()
    try:
        booking = actions.accept(booking, by=desk.actor(request), now=now)
    except BookingRefused:
        _too_late(request, desk, reference, now)
    else:
        messages.success(request, requests.how_it_stands(booking, zone=desk.practitioner.zone, now=now))
    return see_other("desk:requests")


@at_desk
@require_http_methods(["GET", "HEAD", "POST"])
def decline(request: HttpRequest, desk: Desk, reference: str) -> HttpResponse:
    """Say no, with a reason that the patient reads."""
    booking = visits.at_desk(desk.practitioner, reference)
    now = clock.now()
    if not requests.is_open(booking, now):
        _too_late(request, desk, reference, now)
        return see_other("desk:requests")
    form = DeclineForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            booking = actions.decline(booking, by=desk.actor(request), reason=form.cleaned_data["reason"], now=now)
        except BookingRefused:
            _too_late(request, desk, reference, now)
        else:
            messages.success(request, requests.how_it_stands(booking, zone=desk.practitioner.zone, now=now))
        return see_other("desk:requests")
    return render(request, "desk/requests/decline.html", {**_frame(desk, now), "booking": booking, "form": form})


def _too_late(request: HttpRequest, desk: Desk, reference: str, now: datetime) -> None:
    """Whoever pressed a button learns how the request stands; a press that only came twice is no cause for alarm."""
    booking: Booking = visits.at_desk(desk.practitioner, reference)
    how = requests.how_it_stands(booking, zone=desk.practitioner.zone, now=now)
    messages.warning(request, _("Nothing was done just now. %(how)s") % {"how": how})


def _frame(desk: Desk, now: datetime) -> dict[str, object]:
    return {"desk": desk, "section": "requests", "zone": desk.practitioner.zone, "now": now}
