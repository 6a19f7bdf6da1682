"""One booking at the desk: who comes, how it stands, what happened so far, and calling it off."""

from datetime import datetime

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from booking import actions
from booking.desk import notes, visits
from booking.errors import WrongState
from booking.lifecycle import Status
from booking.models import Booking
from common import clock
from common.http import see_other
from practitioners.desks import Desk, at_desk


class CancelForm(forms.Form):
    """Why the practice calls a visit off."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        help_text=gettext_lazy("For the booking’s history; the patient does not see it. Leave out health matters."),
        error_messages={"required": gettext_lazy("Say in a few words why.")},
    )


@at_desk
@require_safe
def detail(request: HttpRequest, desk: Desk, reference: str) -> HttpResponse:
    booking = visits.at_desk(desk.practitioner, reference)
    return render(request, "desk/booking.html", _context(desk, booking, clock.now()))


@at_desk
@require_POST
def note(request: HttpRequest, desk: Desk, reference: str) -> HttpResponse:
    """What the patient wrote for the practitioner. Who opens it is written down, so it takes a press of a button."""
    booking = visits.at_desk(desk.practitioner, reference)
    now = clock.now()
    text = notes.open_note(booking, by=desk.actor(request), now=now)
    return render(request, "desk/booking.html", {**_context(desk, booking, now), "note": text, "is_open": True})


def _context(desk: Desk, booking: Booking, now: datetime) -> dict[str, object]:
    return {
        "desk": desk,
        "section": "bookings",
        "booking": booking,
        "zone": desk.practitioner.zone,
        "now": now,
        "moves": booking.moves.select_related("user").order_by("pk"),
        "is_over": booking.status in {Status.CANCELLED, Status.DECLINED} or booking.has_lapsed(now),
        "may_cancel": may_cancel(booking, now),
    }


def may_cancel(booking: Booking, now: datetime) -> bool:
    """A time that is still being booked opens by itself, and a visit that took place stays in the books."""
    return booking.status in {Status.CONFIRMED, Status.REQUESTED} and now < booking.ends_at


@at_desk
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, desk: Desk, reference: str) -> HttpResponse:
    """Call a visit off, with a reason, after saying what follows from it."""
    booking = visits.at_desk(desk.practitioner, reference)
    now = clock.now()
    if not may_cancel(booking, now):
        if request.method == "POST":
            messages.info(
                request, _("Nothing was done: this booking can’t be cancelled any more. Here is how it stands.")
            )
        return see_other("desk:booking", reference)  # which says why
    form = CancelForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.cancel(booking, by=desk.actor(request), reason=form.cleaned_data["reason"], now=now)
        except WrongState:  # somebody else was a moment quicker
            messages.warning(request, _("This booking had just changed, so nothing was done. Here is how it stands."))
        else:
            messages.success(request, _("The booking is cancelled."))
        return see_other("desk:booking", reference)
    context = {**_context(desk, booking, now), "form": form}
    return render(request, "desk/cancel.html", context)
