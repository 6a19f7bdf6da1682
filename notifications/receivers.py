"""Which news is told to whom. Receivers only write rows."""

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from booking.lifecycle import Status
from booking.models import Booking
from booking.signals import booking_cancelled, booking_confirmed
from notifications import actions
from notifications.models import Kind
from payments.models import Refund, RefundReason
from payments.signals import refund_owed


@receiver(booking_confirmed)
def tell_both_sides(*, booking: Booking, now: datetime, **_: Any) -> None:
    actions.owe([Kind.CONFIRMED_PATIENT, Kind.CONFIRMED_PRACTITIONER], booking, now=now)


@receiver(booking_cancelled)
def tell_both_sides_it_is_off(*, booking: Booking, before: Status, now: datetime, **_: Any) -> None:
    """A hold that was given up is nobody's news."""
    if before == Status.CONFIRMED:
        actions.owe([Kind.CANCELLED_PATIENT, Kind.CANCELLED_PRACTITIONER], booking, now=now)


@receiver(refund_owed)
def tell_whose_time_went(*, refund: Refund, booking: Booking, now: datetime, **_: Any) -> None:
    if refund.reason == RefundReason.TIME_GONE:
        actions.owe([Kind.TIME_GONE], booking, now=now)
