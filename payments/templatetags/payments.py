"""What money has to say on the page of a booking."""

from enum import StrEnum

from django import template
from django.template.context import RequestContext
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from booking.lifecycle import Status
from booking.models import Booking
from common import clock
from common.money import Money
from payments import queries
from payments.lifecycle import RECEIVED, PaymentStatus, RefundStatus
from payments.models import Payment, Refund, RefundReason

register = template.Library()


class Case(StrEnum):
    """How things stand, as a patient would tell it. Each has its template: payments/panel/<case>.html"""

    DETAILS = "details"
    UNPAID = "unpaid"
    WAITING = "waiting"
    FAILED = "failed"
    LAPSED = "lapsed"
    LAPSED_WAITING = "lapsed_waiting"
    CHECKING = "checking"
    TIME_GONE = "time_gone"
    SETTLED = "settled"


def case_of(booking: Booking, payment: Payment | None, refunds: list[Refund], *, held: bool) -> Case:
    """The one case that a booking and its latest payment are in."""
    if booking.status not in {Status.PENDING_PAYMENT, Status.EXPIRED}:
        return Case.SETTLED
    if payment is not None and payment.status in RECEIVED:
        gone = any(refund.reason == RefundReason.TIME_GONE for refund in refunds)
        return Case.TIME_GONE if gone else Case.CHECKING
    open_ = payment is not None and payment.status in {PaymentStatus.CREATED, PaymentStatus.AUTHORISED}
    if not held:
        return Case.LAPSED_WAITING if open_ else Case.LAPSED
    if booking.patient_id is None:
        return Case.DETAILS
    if payment is None:
        return Case.UNPAID
    return Case.WAITING if open_ else Case.FAILED


@register.inclusion_tag("components/badge.html")
def refund_badge(refunds: list[tuple[Refund, bool]]) -> dict[str, object]:
    """Whether everything that goes back has gone back."""
    done = all(through for _refund, through in refunds)
    word = _("Refunded") if done else _("Refund pending")
    return {"word": word, "tone": "ok" if done else "info", "icon": "icons/undo.svg"}


@register.inclusion_tag("payments/_panel.html", takes_context=True)
def payment_panel(context: RequestContext, booking: Booking) -> dict[str, object]:
    """Where the money stands; it also writes the heading wherever money decides what the page is about."""
    now = clock.now()
    payment = queries.latest_payment(booking)
    refunds = queries.refunds_of(booking) if payment else []
    case = case_of(booking, payment, refunds, held=booking.is_held(now))
    return {
        "booking": booking,
        "payment": payment,
        "paid": payment is not None and payment.status in RECEIVED,
        "refused": payment is not None and payment.status == PaymentStatus.FAILED,
        "refunds": [(refund, refund.status == RefundStatus.PROCESSED) for refund in refunds],
        "body": f"payments/panel/{case}.html",
        "now": now,
        "zone": context.get("zone", ""),
        "csrf_token": context.get("csrf_token"),
    }


_STATES = {
    PaymentStatus.CREATED: (gettext_lazy("Not paid yet"), "warn", "hourglass"),
    PaymentStatus.AUTHORISED: (gettext_lazy("Confirming payment"), "info", "refresh"),
    PaymentStatus.CAPTURED: (gettext_lazy("Paid"), "ok", "check"),
    PaymentStatus.FAILED: (gettext_lazy("Failed"), "", "cross"),
    PaymentStatus.REFUNDED: (gettext_lazy("Refunded"), "", "undo"),
    PaymentStatus.PARTLY_REFUNDED: (gettext_lazy("Partly refunded"), "", "undo"),
}


@register.inclusion_tag("components/badge.html")
def payment_badge(payment: Payment) -> dict[str, object]:
    """The state of one payment as an icon and words."""
    word, tone, icon = _STATES[PaymentStatus(payment.status)]
    return {"word": word, "tone": tone, "icon": f"icons/{icon}.svg"}


@register.inclusion_tag("payments/_history.html")
def payment_history(booking: Booking, zone: str) -> dict[str, object]:
    """Every payment of a booking and what goes back of it, for the practice. Two queries."""
    payments = booking.payments.order_by("pk").prefetch_related("refunds")
    return {
        "booking": booking,
        "zone": zone,
        "payments": [
            (payment, payment.status in RECEIVED, [(each, each.status == RefundStatus.PROCESSED) for each in refunds])
            for payment in payments
            for refunds in [payment.refunds.all()]
        ],
    }


@register.simple_tag
def paid_so_far(booking: Booking) -> Money | None:
    """What would go back if the booking were called off now; None if nothing. One query."""
    received = booking.payments.received().filter(refunds=None)
    amounts = [payment.captured for payment in received]
    return Money(sum(each.amount for each in amounts), amounts[0].currency) if amounts else None
