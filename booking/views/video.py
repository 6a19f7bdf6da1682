"""The way into the room of a visit by video. The room's address is told only to whoever may go in now."""

from dataclasses import dataclass
from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from booking import deadlines, meeting, queries, zones
from booking.lifecycle import Status
from booking.models import Booking
from common import clock
from common.http import personal, see_other
from practitioners.models import Mode

_FIRM = frozenset({Status.CONFIRMED, Status.COMPLETED})


@dataclass(frozen=True, slots=True)
class Room:
    """When the room of a visit can be entered."""

    opens_at: datetime
    is_open: bool
    is_over: bool


def room_of(booking: Booking, now: datetime) -> Room | None:
    """None for visits that have no room: of another kind, or not firm."""
    if booking.mode != Mode.VIDEO or booking.status not in _FIRM:
        return None
    return Room(
        opens_at=booking.starts_at - deadlines.JOIN_BEFORE,
        is_open=deadlines.may_join(booking.starts_at, booking.ends_at, now),
        is_over=now >= booking.ends_at + deadlines.JOIN_AFTER,
    )


@personal
@require_safe
def join(request: HttpRequest, public_id: str) -> HttpResponse:
    """Go into the room, or read when it opens."""
    booking = queries.booking_by_link(public_id)
    if booking.mode != Mode.VIDEO:
        raise Http404
    now = clock.now()
    room = room_of(booking, now)
    if room is None:
        return see_other("booking:detail", public_id)
    if room.is_open:
        return see_other(meeting.room_url(booking))
    context = {"booking": booking, "room": room, "now": now, "zone": zones.shown(request, booking.home_zone)}
    return render(request, "booking/join.html", context)
