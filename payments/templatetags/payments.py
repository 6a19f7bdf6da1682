"""What money has to say on the page of a booking."""

from dataclasses import dataclass
from enum import StrEnum

from django import template
from django.template.context import RequestContext
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from booking.deadlines import share
from booking.lifecycle import Status
from booking.models import Booking, Source
from common import clock
from common.money import Money
from payments import queries, visit_payments
from payments.lifecycle import RECEIVED, PaymentStatus, RefundStatus
from payments.models import Payment, ProviderName, Refund, RefundReason, VisitMethod

register = template.Library()


class Case(StrEnum):
    """How things stand, as a patient would tell it. Each has its template: payments/panel/<case>.html"""

    DETAILS = "details"
    UNANSWERED = "unanswered"
    ASKED = "asked"
    UNPAID = "unpaid"
    WAITING = "waiting"
    FAILED = "failed"
    LAPSED = "lapsed"
    LAPSED_WAITING = "lapsed_waiting"
    CHECKING = "checking"
    TIME_GONE = "time_gone"
    SETTLED = "settled"


def case_of(booking: Booking, payment: Payment | None, refunds: list[Refund], *, kept: bool) -> Case:
    """The one case that a booking and its latest payment are in."""
    unanswered = booking.status == Status.REQUESTED and not kept
    if unanswered or getattr(booking, "went_unanswered", False):  # annotated by booking_by_link
        return Case.UNANSWERED
    if booking.status not in {Status.PENDING_PAYMENT, Status.EXPIRED}:
        return Case.SETTLED
    return _case_of_unsettled(booking, payment, refunds, kept=kept and booking.status != Status.EXPIRED)


def _case_of_unsettled(booking: Booking, payment: Payment | None, refunds: list[Refund], *, kept: bool) -> Case:
    if payment is not None and payment.status in RECEIVED:
        gone = any(refund.reason == RefundReason.TIME_GONE for refund in refunds)
        return Case.TIME_GONE if gone else Case.CHECKING
    open_ = payment is not None and payment.status in {PaymentStatus.CREATED, PaymentStatus.AUTHORISED}
    if not kept:
        return Case.LAPSED_WAITING if open_ else Case.LAPSED
    if booking.patient_id is None:
        return Case.DETAILS
    if payment is None:
        return Case.ASKED if booking.pay_by else Case.UNPAID
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
    payments = queries.payments_of(booking)
    payment = queries.latest_of(payments)
    refunds = queries.refunds_of(booking) if payment else []
    case = case_of(booking, payment, refunds, kept=booking.is_kept(now))
    retained = payment.retained_amount if payment else 0
    return {
        "booking": booking,
        "payment": payment,
        "paid": payment is not None and payment.status in RECEIVED,
        "retained": Money(retained, payment.captured.currency) if payment and retained else None,
        "refused": payment is not None and payment.status == PaymentStatus.FAILED,
        "refunds": [(refund, refund.status == RefundStatus.PROCESSED) for refund in refunds],
        "visit": visit_payments.sums_of(booking) if booking.pays_at_visit else None,
        "has_receipt": _any_receipt(payments),
        "is_from_desk": booking.source == Source.DESK,
        "body": f"payments/panel/{case}.html",
        "now": now,
        "zone": context.get("zone", ""),
        "csrf_token": context.get("csrf_token"),
    }


def _any_receipt(payments: list[Payment]) -> bool:
    """Of payments that were fetched with their receipts."""
    return any(hasattr(payment, "receipt") for payment in payments)


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
    """The state of one payment as an icon and words. Its refunds are asked for unless they were fetched."""
    word, tone, icon = _STATES[PaymentStatus(payment.status)]
    if any(refund.reason == RefundReason.MISTAKE for refund in payment.refunds.all()):
        word = gettext_lazy("Taken back")
    return {"word": word, "tone": tone, "icon": f"icons/{icon}.svg"}


@register.filter
def how_paid(payment: Payment) -> str:
    """Razorpay, UPI; Cash, at the visit"""
    if payment.provider == ProviderName.VISIT:
        return _("%(method)s, at the visit") % {"method": VisitMethod(payment.method).label}
    name = payment.get_provider_display()
    return f"{name}, {payment.method.upper()}" if payment.method else name


@register.filter
def taker(payment: Payment, booking: Booking) -> str:
    """Who took it at the visit; nobody for what came through a provider. A practitioner's login may have no name."""
    user = payment.taken_by
    if user is None:
        return ""
    return booking.practitioner.name if user.pk == booking.practitioner.user_id else user.name or user.email


@register.simple_tag
def due_at_visit(booking: Booking) -> Money:
    """What is still to be brought to the visit. One query, and none for a visit that is paid online."""
    return visit_payments.still_due(booking) if booking.pays_at_visit else Money(0, booking.currency)


@register.inclusion_tag("payments/_history.html")
def payment_history(booking: Booking, zone: str) -> dict[str, object]:
    """Every payment of a booking and what goes back of it, for the practice. Three queries at most."""
    payments = booking.payments.select_related("taken_by", "receipt").order_by("pk").prefetch_related("refunds")
    found = list(payments)
    return {
        "booking": booking,
        "zone": zone,
        "due": visit_payments.still_due(booking),
        "has_receipt": _any_receipt(found),
        "payments": [
            (payment, payment.status in RECEIVED, [(each, each.status == RefundStatus.PROCESSED) for each in refunds])
            for payment in found
            for refunds in [payment.refunds.all()]
        ],
    }


@register.simple_tag
def paid_so_far(booking: Booking) -> Money | None:
    """What would go back if the booking were called off now; None if nothing. One query."""
    received = booking.payments.received().filter(refunds=None)
    amounts = [payment.captured for payment in received]
    return Money(sum(each.amount for each in amounts), amounts[0].currency) if amounts else None


@dataclass(frozen=True, slots=True)
class Offer:
    """Of what was paid: how much would go back, and how much would stay."""

    paid: Money
    back: Money
    kept: Money


@register.simple_tag
def refund_offer(booking: Booking, percent: int) -> Offer | None:
    """What calling the booking off now would do to what was paid; None if nothing was. One query."""
    received = booking.payments.received().filter(refunds=None)
    amounts = [payment.captured for payment in received]
    if not amounts:
        return None
    paid, back = sum(each.amount for each in amounts), sum(share(each.amount, percent) for each in amounts)
    currency = amounts[0].currency
    return Offer(Money(paid, currency), Money(back, currency), Money(paid - back, currency))
