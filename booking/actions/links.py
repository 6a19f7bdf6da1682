"""The link that opens a booking, when it came into the wrong hands."""

from datetime import datetime

from django.db import transaction

from booking.actions import rows
from booking.models import Booking
from booking.signals import link_renewed
from common import audit
from common.audit import Actor
from common.ids import new_public_id


@transaction.atomic
def renew_link(booking: Booking, *, by: Actor, now: datetime) -> Booking:
    """From now on another link opens the booking, and the old one nothing. Its patient gets the new one by mail."""
    booking = rows.locked(booking)
    booking.public_id = new_public_id()
    booking.save(update_fields=["public_id"])
    audit.record("booking.link_renewed", booking, by=by, now=now)
    link_renewed.send(sender=Booking, booking=booking, now=now)
    return booking
