"""Which news is told to whom. Receivers only write rows."""

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from booking.models import Booking
from booking.signals import booking_confirmed
from notifications import actions
from notifications.models import Kind


@receiver(booking_confirmed)
def tell_both_sides(*, booking: Booking, now: datetime, **_: Any) -> None:
    actions.owe([Kind.CONFIRMED_PATIENT, Kind.CONFIRMED_PRACTITIONER], booking, now=now)
