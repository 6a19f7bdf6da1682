"""What payments do about news of bookings: they only write rows."""

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from booking.models import Booking
from booking.signals import booking_cancelled
from common.audit import Actor
from payments import actions
from payments.models import Payment, RefundReason


@receiver(booking_cancelled)
def owe_what_was_paid(*, booking: Booking, by: Actor, now: datetime, **_: Any) -> None:
    for payment in Payment.objects.locked().received().filter(booking=booking, refunds=None):
        actions.owe_refund(payment, reason=RefundReason.CANCELLED, by=by, now=now)
