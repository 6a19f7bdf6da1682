"""Money that the desk takes at the visit. Nobody but the desk can tell about it."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from booking.actions import rows
from booking.lifecycle import Status
from booking.models import Booking
from common import audit
from common.audit import Actor
from common.money import Money
from payments import receipts
from payments.errors import NothingToPay, TooMuch
from payments.lifecycle import RECEIVED, PaymentStatus, RefundStatus
from payments.models import Payment, ProviderName, Refund, RefundReason, VisitMethod

_PAYABLE = frozenset({Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW})


@dataclass(frozen=True, slots=True)
class Sums:
    """Of a visit that is paid when it takes place: what was taken, and what is still to be paid."""

    paid: Money
    due: Money


def sums_of(booking: Booking) -> Sums:
    """One query."""
    payments = booking.payments.received().filter(provider=ProviderName.VISIT, refunds=None)
    taken = sum(payment.captured.amount for payment in payments)
    is_open = booking.pays_at_visit and booking.status in _PAYABLE
    due = max(0, booking.amount - taken) if is_open else 0
    return Sums(Money(taken, booking.currency), Money(due, booking.currency))


def still_due(booking: Booking) -> Money:
    """What is to be paid at the visit and was not yet; nothing for a booking that is paid online. One query."""
    return sums_of(booking).due


@transaction.atomic
def record(
    booking: Booking, *, method: VisitMethod, amount: int, reference: str, form_key: str, by: Actor, now: datetime
) -> Payment:
    """Write down that somebody paid, all or a part. `form_key` names the form: the second press finds the first one's.

    Raises NothingToPay, TooMuch.
    """
    booking = rows.locked(booking)
    if known := booking.payments.filter(form_key=form_key).first():
        return known
    due = still_due(booking)
    if not due.amount:
        raise NothingToPay
    if not 0 < amount <= due.amount:
        raise TooMuch
    payment = Payment.objects.create(
        booking=booking,
        provider=ProviderName.VISIT,
        status=PaymentStatus.CAPTURED,
        amount=amount,
        currency=booking.currency,
        created_at=now,
        expires_at=now,
        done_at=now,
        captured_at=now,
        captured_amount=amount,
        captured_currency=booking.currency,
        method=method,
        typed_reference=reference,
        taken_by_id=by.user_id,
        form_key=form_key,
    )
    audit.record("payment.taken_at_visit", payment, by=by, now=now, after={"amount": amount, "method": str(method)})
    receipts.issue(payment, booking.practitioner, now=now)
    return payment


@transaction.atomic
def take_back(payment: Payment, *, reason: str, by: Actor, now: datetime) -> Refund:
    """It was recorded by mistake. What was written stays, and so does its receipt; the books say that it went back.

    Raises NothingToPay for what is not the desk's to take back.
    """
    rows.locked(payment.booking)
    payment = Payment.objects.locked().get(pk=payment.pk)
    if payment.provider != ProviderName.VISIT or payment.status not in RECEIVED or payment.refunds.exists():
        raise NothingToPay
    payment.status, payment.retained_amount = PaymentStatus.REFUNDED, 0
    payment.save(update_fields=["status", "retained_amount"])
    refund = Refund.objects.create(
        payment=payment,
        reason=RefundReason.MISTAKE,
        status=RefundStatus.PROCESSED,
        amount=payment.captured.amount,
        currency=payment.captured.currency,
        owed_at=now,
    )
    audit.record("payment.taken_back", payment, by=by, now=now, after={"amount": refund.amount}, reason=reason)
    return refund
