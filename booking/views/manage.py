"""The one page of a booking, for whoever has its link: how it stands, and what can be done about it."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from booking import actions, queries, zones
from booking.errors import TooLate, WrongState
from booking.forms import CancellationForm
from booking.lifecycle import Status
from booking.models import Booking
from common import clock
from common.audit import Actor
from common.http import leads_to_checkout, personal, see_other


@personal
@leads_to_checkout
@require_safe
def detail(request: HttpRequest, public_id: str) -> HttpResponse:
    booking = queries.booking_by_link(public_id)
    return render(request, "booking/detail.html", _context(request, booking, clock.now()))


@personal
@leads_to_checkout
@require_safe
def status(request: HttpRequest, public_id: str) -> HttpResponse:
    """The part of the page that changes while a bank is thinking."""
    booking = queries.booking_by_link(public_id)
    return render(request, "booking/_status.html", _context(request, booking, clock.now()))


def _context(request: HttpRequest, booking: Booking, now: datetime) -> dict[str, object]:
    names = [booking.practitioner.slug, booking.service.slug]
    return {
        "booking": booking,
        "zone": zones.shown(request, booking.home_zone),
        "now": now,
        "is_past": booking.starts_at <= now,
        "is_firm": booking.status == Status.CONFIRMED,
        "is_settled": booking.status not in {Status.PENDING_PAYMENT, Status.EXPIRED},
        "is_over": booking.status in {Status.CANCELLED, Status.DECLINED} or booking.has_lapsed(now),
        "cancellable_until": booking.cancellable_until if now < booking.cancellable_until else None,
        "masked_email": masked(booking.patient.email) if booking.patient else "",
        "times_url": reverse("booking:times", args=names),
    }


def masked(email: str) -> str:
    """a•••@example.com"""
    name, _at, host = email.partition("@")
    return f"{name[:1]}•••@{host}"


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, public_id: str) -> HttpResponse:
    """Give the time back, by a POST with an optional reason."""
    booking = queries.booking_by_link(public_id)
    now = clock.now()
    if booking.status not in {Status.CONFIRMED, Status.PENDING_PAYMENT, Status.REQUESTED} or booking.has_lapsed(now):
        return see_other("booking:detail", public_id)
    if booking.status == Status.CONFIRMED and now > booking.cancellable_until:
        return see_other("booking:detail", public_id)  # which says why, and whom to ask
    form = CancellationForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.cancel(booking, by=Actor.PATIENT, reason=form.cleaned_data["reason"], now=now)
        except (TooLate, WrongState):
            form.add_error(None, _("This can’t be done online any more. Please ask us for help."))
        else:
            return see_other("booking:detail", public_id)
    context = {"booking": booking, "form": form, "zone": zones.shown(request, booking.home_zone)}
    return render(request, "booking/cancel.html", context)
