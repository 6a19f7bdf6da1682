"""The room of a visit by video. Whoever has the room's address is in the room, so it can't be guessed."""

from django.conf import settings
from django.utils.crypto import salted_hmac

from booking.models import Booking

_LETTERS = 32  # 128 bits


def room_url(booking: Booking) -> str:
    """The practitioner's own room, or one that only this booking has; a renewed link of the booking has another.

    The name is worked out from the booking's link and tells nothing of it. The booking comes with its practitioner.
    """
    if own := booking.practitioner.meeting_url:
        return own
    name = salted_hmac("booking.meeting.room", booking.public_id, algorithm="sha256").hexdigest()[:_LETTERS]
    return f"{settings.MEETING_BASE}/visit-{name}"
