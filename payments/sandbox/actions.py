"""What can happen at Razorpay. Each is one transaction, and the webhooks it owes are rows written with it."""

from typing import Any

from django.db import IntegrityError, transaction

from payments.sandbox import events, rules
from payments.sandbox.errors import Refusal, unknown_id
from payments.sandbox.events import ORDINARY, Manner
from payments.sandbox.models import Link, Order, Payment, Refund, seconds_now

Json = dict[str, Any]

OPEN = (Link.Status.CREATED, Link.Status.PARTIALLY_PAID)
DECLINED = {
    "code": "BAD_REQUEST_ERROR",
    "description": "Payment was declined",
    "source": "customer",
    "step": "payment_authentication",
    "reason": "payment_cancelled",
}


# --- Links and orders -------------------------------------------------------------------------------------------------


def create_link(asked: Json) -> Link:
    fields = rules.link_fields(asked, now=seconds_now())
    try:
        with transaction.atomic():
            return Link.objects.create(**fields)
    except IntegrityError:
        raise Refusal(
            f"payment link with given reference_id: {fields['reference_id']} already exists. "
            "Please create a payment link with a different reference_id"
        ) from None


@transaction.atomic
def cancel_link(link_id: str) -> Link:
    link = _locked_link(link_id)
    if link.status != Link.Status.CREATED:
        raise Refusal(f"Payment Link cannot be cancelled as it is already {link.status.replace('_', ' ')}")
    link.status, link.cancelled_at = Link.Status.CANCELLED, seconds_now()
    link.save(update_fields=["status", "cancelled_at"])
    events.link_closed(link)
    return link


@transaction.atomic
def expire_links() -> int:
    """Close every link whose time is over. The number of links closed."""
    now = seconds_now()
    over = Link.objects.filter(status=Link.Status.CREATED, expire_by__gt=0, expire_by__lte=now)
    links = list(over.select_for_update(skip_locked=True)[:100])
    for link in links:
        _expire(link, now)
    return len(links)


def _expire(link: Link, now: int) -> None:
    link.status, link.expired_at = Link.Status.EXPIRED, now
    link.save(update_fields=["status", "expired_at"])
    events.link_closed(link)


def create_order(asked: Json) -> Order:
    return Order.objects.create(**rules.order_fields(asked))


# --- Payments ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def pay(
    link_id: str, *, manner: Manner = ORDINARY, amount: int | None = None, capture: bool = True, late: bool = False
) -> Payment:
    """The payer pays. `late`: the bank answers after the link has closed, so money comes and the link stays closed."""
    link = _locked_link(link_id)
    if link.status == Link.Status.PAID or (link.status not in OPEN and not late):
        raise Refusal(f"The payment link is {link.status}")
    payment = _try(link, Payment.Status.AUTHORIZED, amount or link.amount - link.amount_paid)
    events.about_payment("payment.authorized", payment, manner)
    if capture:
        _capture(payment, manner)
    return payment


@transaction.atomic
def decline(link_id: str) -> Payment:
    """The payer's bank says no. The link stays open for another try."""
    link = _locked_link(link_id)
    if link.status not in OPEN:
        raise Refusal(f"The payment link is {link.status}")
    payment = _try(link, Payment.Status.FAILED, link.amount - link.amount_paid, error=DECLINED)
    events.about_payment("payment.failed", payment, ORDINARY)
    return payment


@transaction.atomic
def capture(payment_id: str, asked: Json) -> Payment:
    payment = _locked_payment(payment_id)
    if payment.order.status == Order.Status.PAID:
        raise Refusal("Payment cannot be captured because the order is already paid.")
    if payment.status != Payment.Status.AUTHORIZED:
        raise Refusal("Only payments which have been authorized and not yet captured can be captured")
    if (asked.get("amount"), asked.get("currency", payment.currency)) != (payment.amount, payment.currency):
        raise Refusal("Capture amount must be equal to the amount authorized", field="amount")
    _capture(payment, ORDINARY)
    return payment


def fee_for(amount: int) -> tuple[int, int]:
    """Razorpay's charge including tax, and the tax in it: 2 %, and 18 % GST on that."""
    charge = _rounded(amount * 2, 100)
    tax = _rounded(charge * 18, 100)
    return charge + tax, tax


def _try(link: Link, status: Payment.Status, amount: int, error: Json | None = None) -> Payment:
    order, _ = Order.objects.get_or_create(
        link=link, defaults={"amount": link.amount, "currency": link.currency, "receipt": link.reference_id}
    )
    order.attempts += 1
    order.status = Order.Status.ATTEMPTED if order.status == Order.Status.CREATED else order.status
    order.save(update_fields=["attempts", "status"])
    return Payment.objects.create(order=order, status=status, amount=amount, currency=link.currency, error=error or {})


def _capture(payment: Payment, manner: Manner) -> None:
    payment.status, payment.captured = Payment.Status.CAPTURED, True
    payment.fee, payment.tax = fee_for(payment.amount)
    payment.save(update_fields=["status", "captured", "fee", "tax"])
    order, now = payment.order, seconds_now()
    order.amount_paid, order.updated_at = order.amount_paid + payment.amount, now
    order.status = Order.Status.PAID if order.amount_paid >= order.amount else Order.Status.ATTEMPTED
    order.save(update_fields=["amount_paid", "updated_at", "status"])
    events.about_payment("payment.captured", payment, manner)
    if order.status == Order.Status.PAID:
        events.order_paid(payment, manner)
    link = order.link
    if link is not None and link.status in OPEN:
        link.amount_paid, link.updated_at = order.amount_paid, now
        link.status = Link.Status.PAID if order.status == Order.Status.PAID else Link.Status.PARTIALLY_PAID
        link.save(update_fields=["amount_paid", "updated_at", "status"])
        events.link_paid(link, payment, manner)


# --- Refunds ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def refund(payment_id: str, asked: Json, *, key: str | None) -> Refund:
    """Give money back, at once. The same key with the same request gives the same refund."""
    payment = _locked_payment(payment_id)
    if key is not None and (earlier := Refund.objects.filter(idempotency_key=key).first()):
        if (earlier.payment_id, earlier.asked) != (payment_id, asked):
            raise Refusal("Different request body for the same idempotency key", status=409)
        return earlier
    left = payment.amount - payment.amount_refunded
    fields = rules.refund_fields(asked, refundable=left, captured=payment.captured)
    made = Refund.objects.create(payment=payment, currency=payment.currency, idempotency_key=key, asked=asked, **fields)
    payment.amount_refunded += made.amount
    if payment.amount_refunded >= payment.amount:
        payment.status = Payment.Status.REFUNDED
    payment.save(update_fields=["amount_refunded", "status"])
    events.refunded(made)
    return made


# --- Rows -------------------------------------------------------------------------------------------------------------


def _locked_link(link_id: str) -> Link:
    """The link, as time has left it."""
    link = Link.objects.select_for_update().filter(id=link_id).first()
    if link is None:
        raise unknown_id()
    if link.status == Link.Status.CREATED and 0 < link.expire_by <= seconds_now():
        _expire(link, seconds_now())
    return link


def _locked_payment(payment_id: str) -> Payment:
    """The payment, its link locked before it as in `pay`."""
    list(Link.objects.select_for_update().filter(order__payments=payment_id).only("id"))
    rows = Payment.objects.select_for_update(of=("self",)).select_related("order__link")
    payment = rows.filter(id=payment_id).first()
    if payment is None:
        raise unknown_id()
    return payment


def _rounded(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)
