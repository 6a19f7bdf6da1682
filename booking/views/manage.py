"""The one page of a booking, for whoever has its link: how it stands, and what can be done about it."""

import re
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from booking import actions, calendar_file, deadlines, queries, zones
from booking.errors import TermsChanged, TooLate, WrongState
from booking.forms import CancellationForm
from booking.lifecycle import Status
from booking.models import Booking, Source
from booking.views.moving import obstacle
from booking.views.video import room_of
from common import clock
from common.audit import Actor
from common.http import leads_to_checkout, personal, see_other
from common.text import masked_email

_OPEN = frozenset({Status.PENDING_PAYMENT, Status.REQUESTED, Status.CONFIRMED})


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
    steps = queries.told_steps(booking)
    is_firm = booking.status == Status.CONFIRMED
    return {
        "booking": booking,
        "zone": zones.shown(request, booking.home_zone),
        "now": now,
        "is_past": booking.starts_at <= now,
        "is_firm": is_firm,
        # Of anything else the money has the word.
        "is_settled": booking.status not in {Status.PENDING_PAYMENT, Status.EXPIRED} and not booking.has_lapsed(now),
        "is_over": booking.status in {Status.CANCELLED, Status.DECLINED} or booking.has_lapsed(now),
        "is_from_desk": booking.source == Source.DESK,
        "is_cancellable": booking.status == Status.REQUESTED or (is_firm and now <= booking.cancellable_until),
        "policy": booking.policy(now),
        "moves": [step for step in reversed(steps) if step.moved_from],
        "end": next((step for step in reversed(steps) if not step.moved_from), None),
        "obstacle": obstacle(booking, now),
        "room": room_of(booking, now),
        "google_url": calendar_file.google_link(booking) if is_firm else "",
        "masked_email": masked_email(booking.patient.email) if booking.patient else "",
        "times_url": reverse("booking:times", args=names),
    }


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, public_id: str) -> HttpResponse:
    """Give the time back, by a POST with an optional reason; what goes back is said first."""
    booking = queries.booking_by_link(public_id)
    now = clock.now()
    if booking.status not in _OPEN or booking.has_lapsed(now):
        return see_other("booking:detail", public_id)
    if booking.status == Status.CONFIRMED and now > booking.cancellable_until:
        return see_other("booking:detail", public_id)  # which says why, and whom to ask
    form, code = CancellationForm(request.POST if request.method == "POST" else None), 200
    if request.method == "POST" and form.is_valid():
        reason, by, shown = form.cleaned_data["reason"], Actor.PATIENT.seen_in(request), _percent(request)
        try:
            actions.cancel(booking, by=by, reason=reason, now=now, percent_shown=shown)
        except TermsChanged:
            code = 409
            form.add_error(None, _("What goes back has changed since you opened this page. Please read it once more."))
        except (TooLate, WrongState):
            messages.error(request, _("This can’t be done online any more."))
            return see_other("booking:detail", public_id)
        else:
            return see_other("booking:detail", public_id)
    context = {
        "booking": booking,
        "form": form,
        "now": now,
        "zone": zones.shown(request, booking.home_zone),
        "percent": booking.refund_percent(now),
        "policy": booking.policy(now),
    }
    return render(request, "booking/cancel.html", context, status=code)


def _percent(request: HttpRequest) -> int:
    """What the page said would go back; whoever was told nothing expects all of it."""
    told = request.POST.get("percent", "")
    return int(told) if re.fullmatch(r"[0-9]{1,3}", told, re.ASCII) else deadlines.ALL
