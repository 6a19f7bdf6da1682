"""One booking at the desk: who comes, how it stands, what happened so far. What can be done with it has own pages."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from booking import actions
from booking.desk import notes, visits
from booking.desk.options import may_renew, options_of
from booking.lifecycle import Status
from booking.models import Booking
from booking.views.video import room_of
from common import clock
from common.http import see_other
from practitioners.desks import Desk, at_desk


@at_desk
@require_safe
def detail(request: HttpRequest, desk: Desk, reference: str) -> HttpResponse:
    booking = visits.at_desk(desk.practitioner, reference)
    return render(request, "desk/booking.html", about(desk, booking, clock.now()))


@at_desk
@require_POST
def note(request: HttpRequest, desk: Desk, reference: str) -> HttpResponse:
    """What the patient wrote for the practitioner. Who opens it is written down, so it takes a press of a button."""
    booking = visits.at_desk(desk.practitioner, reference)
    now = clock.now()
    text = notes.open_note(booking, by=desk.actor(request), now=now)
    return render(request, "desk/booking.html", {**about(desk, booking, now), "note": text, "is_open": True})


@at_desk
@require_POST
def renew_link(request: HttpRequest, desk: Desk, reference: str) -> HttpResponse:
    """Another link for the patient, where the one they have came into the wrong hands."""
    booking = visits.at_desk(desk.practitioner, reference)
    if may_renew(booking):
        actions.renew_link(booking, by=desk.actor(request), now=clock.now())
        messages.success(
            request, _("The patient gets a new link by e-mail. The old one, and its video room, open nothing any more.")
        )
    else:
        messages.warning(request, _("Nothing was done: there is no e-mail address to send a new link to."))
    return see_other("desk:booking", reference)


def about(desk: Desk, booking: Booking, now: datetime) -> dict[str, object]:
    """What the page of a booking shows; the pages of what can be done with it show a part of that."""
    return {
        **frame(desk, booking, now),
        "moves": booking.moves.select_related("user").order_by("pk"),
        "is_over": booking.status in {Status.CANCELLED, Status.DECLINED} or booking.has_lapsed(now),
        "room": room_of(booking, now),
    }


def frame(desk: Desk, booking: Booking, now: datetime) -> dict[str, object]:
    return {
        "desk": desk,
        "section": "bookings",
        "booking": booking,
        "zone": desk.practitioner.zone,
        "now": now,
        "may": options_of(booking, now),
    }


def just_changed(request: HttpRequest, reference: str) -> HttpResponse:
    """Somebody else was a moment quicker."""
    messages.warning(request, _("This booking had just changed, so nothing was done. Here is how it stands."))
    return see_other("desk:booking", reference)


def not_any_more(request: HttpRequest, reference: str, said: str) -> HttpResponse:
    """Back to the booking, which says why; whoever pressed a button is told that it did nothing."""
    if request.method == "POST":
        messages.info(request, said)
    return see_other("desk:booking", reference)
