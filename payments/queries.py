"""Reads across payments: which one an event speaks of, and what a person must look at."""

from django.db.models import Q

from booking.models import Booking
from payments.lifecycle import RECEIVED, RefundStatus
from payments.models import Event, Payment, Receipt, Refund, RefundReason, Result


def payment_of_event(event: Event) -> Payment | None:
    """The payment an event is about, by any of the names it carries. One query."""
    names = {
        "key": event.key,
        "reference": event.reference,
        "order_id": event.order_id,
        "provider_payment_id": event.provider_payment_id,
    }
    match = Q()
    for field, value in names.items():
        if value:
            match |= Q(**{field: value})
    if not match:
        return None
    ours = Payment.objects.filter(match, provider=event.provider, account=event.account)
    return ours.select_related("booking").order_by("pk").first()


def payments_of(booking: Booking) -> list[Payment]:
    """The newest first, with their receipts. One query."""
    return list(booking.payments.select_related("receipt").order_by("-pk"))


def latest_of(payments: list[Payment]) -> Payment | None:
    """The payment that speaks for a booking: one that arrived before one that is open, else the newest."""
    arrived = [payment for payment in payments if payment.status in RECEIVED]
    return next(iter(arrived or payments), None)


def has_receipt(booking: Booking) -> bool:
    return Receipt.objects.filter(payment__booking=booking).exists()


def refunds_of(booking: Booking) -> list[Refund]:
    """What goes back to the patient. A payment that was recorded by mistake never left anybody's pocket."""
    refunds = Refund.objects.filter(payment__booking=booking).exclude(reason=RefundReason.MISTAKE)
    return list(refunds.order_by("pk"))


def needs_attention() -> dict[str, int]:
    """How many rows of each kind wait for a person."""
    return {
        "payments": Payment.objects.exclude(attention="").count(),
        "refunds": Refund.objects.filter(status__in=[RefundStatus.OWED, RefundStatus.FAILED]).count(),
        "events": Event.objects.filter(result__in=[Result.UNKNOWN, Result.FAILED]).count(),
    }
