"""What money has to say on the page of a booking."""

from enum import StrEnum

from django import template
from django.template.context import RequestContext
from django.utils.translation import gettext as _

from booking.lifecycle import Status
from booking.models import Booking
from common import clock
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
