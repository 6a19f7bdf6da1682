"""Answering a request from the mail that tells of it: a page with two buttons, as mail scanners open every link."""

from contextlib import suppress
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from booking import actions, answers
from booking.desk import requests
from booking.desk.forms import DeclineForm
from booking.errors import BookingRefused
from booking.models import Booking
from common import clock
from common.audit import Actor
from common.http import personal, see_other


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """What the mail says, and the answer. Once there is one the page says how it stands, whatever is pressed."""
    now = clock.now()
    booking = answers.booking_of(token, now=now)
    declines = request.method == "POST" and request.POST.get("answer") == "decline"
    form = DeclineForm(request.POST if declines else None)
    if request.method == "POST" and (not declines or form.is_valid() or not requests.is_open(booking, now)):
        with suppress(BookingRefused):  # somebody else was quicker, or it lapsed: the page tells
            _answer(booking, request.POST.get("answer", ""), form, now)
        return see_other("booking:answer", token)
    zone = booking.practitioner.zone
    context = {
        "booking": booking,
        "form": form,
        "zone": zone,
        "now": now,
        "is_open": requests.is_open(booking, now),
        "stands": requests.how_it_stands(booking, zone=zone, now=now),
    }
    return render(request, "booking/answer.html", context)


def _answer(booking: Booking, wish: str, form: DeclineForm, now: datetime) -> None:
    """Nobody has signed in, so the history names the practitioner and no login."""
    if wish == "accept":
        actions.accept(booking, by=Actor.PRACTITIONER, now=now)
    elif wish == "decline" and form.is_valid():
        actions.decline(booking, by=Actor.PRACTITIONER, reason=form.cleaned_data["reason"], now=now)
