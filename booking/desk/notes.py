"""What patients write for their practitioner: encrypted, and opened one at a time. Each reading is written down."""

from datetime import datetime

from django.db import transaction

from booking.models import Booking
from common import audit
from common.audit import Actor


@transaction.atomic
def open_note(booking: Booking, *, by: Actor, now: datetime) -> str:
    """The note of a booking; empty if there is none, and then nothing was read."""
    note = Booking.objects.values_list("note", flat=True).get(pk=booking.pk) or ""
    if note:
        audit.record("booking.note_read", booking, by=by, now=now)
    return note
