"""What leaves with a booking: its file for calendars; and its link, when it came into the wrong hands."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from booking import actions, calendar_file, queries, zones
from booking.models import Booking
from common import clock, limits
from common.audit import Actor
from common.http import personal, see_other
from common.text import masked_email

_RENEWALS = limits.Limit("booking.renew_link", most=3, within=3600)


@personal
@require_safe
def calendar(request: HttpRequest, public_id: str) -> HttpResponse:
    """The visit as a file that every calendar reads."""
    booking = queries.booking_by_link(public_id)
    body = calendar_file.calendar_file(booking, now=clock.now())
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="appointment-{_day(booking)}.ics"'
    return response


def _day(booking: Booking) -> str:
    start: datetime = zones.local(booking.starts_at, booking.home_zone)
    return start.date().isoformat()


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def renew(request: HttpRequest, public_id: str) -> HttpResponse:
    """Another link for the booking. It goes to its patient by mail; only their own login is shown it at once."""
    booking = queries.booking_by_link(public_id)
    if booking.patient is None or not booking.patient.email:
        return see_other("booking:detail", public_id)
    to = masked_email(booking.patient.email)
    if request.method != "POST":
        return render(request, "booking/renew.html", {"booking": booking, "masked_email": to})
    limits.take(_RENEWALS, str(booking.pk))
    renewed = actions.renew_link(booking, by=Actor.PATIENT.seen_in(request), now=clock.now())
    if request.user.is_authenticated and booking.patient.user_id == request.user.pk:
        messages.success(request, _("This booking has a new link. The old one opens nothing any more."))
        return see_other("booking:detail", renewed.public_id)
    messages.success(
        request, _("A new link is on its way to %(email)s; this one opens nothing any more.") % {"email": to}
    )
    return see_other("booking:link_renewed")


@personal
@require_safe
def renewed(request: HttpRequest) -> HttpResponse:
    """Where somebody stands whose link has just been replaced: the page of their booking is no longer theirs to see."""
    return render(request, "booking/renewed.html")
