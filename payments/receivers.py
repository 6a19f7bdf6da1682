"""What payments do about news of bookings: they only write rows."""

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from booking.models import Booking
from booking.signals import booking_cancelled, booking_confirmed, booking_expired
from common.audit import Actor
from payments import actions
from payments.models import Payment, RefundReason


@receiver(booking_cancelled)
@receiver(booking_expired)
def ask_at_once(*, booking: Booking, now: datetime, **_: Any) -> None:
    """Nobody shall pay for a time that is gone: the next poll closes what is still open."""
    Payment.objects.filter(booking=booking, done_at=None).update(due_at=now)


@receiver(booking_confirmed)
def close_what_is_not_needed(*, booking: Booking, now: datetime, **_: Any) -> None:
    """Somebody opened the provider's page, and chose to pay at the visit after all."""
    if booking.pays_at_visit:
        Payment.objects.filter(booking=booking, done_at=None).update(due_at=now)


@receiver(booking_cancelled)
def owe_what_was_paid(*, booking: Booking, by: Actor, percent: int, now: datetime, **_: Any) -> None:
    for payment in Payment.objects.locked().received().filter(booking=booking, refunds=None):
        actions.owe_refund(payment, reason=RefundReason.CANCELLED, by=by, now=now, percent=percent)
