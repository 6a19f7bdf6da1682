"""What a mail about a booking says: looked up when it is sent, in the zone of whoever reads it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from booking import answers, deadlines
from booking.lifecycle import Status
from booking.models import Booking, Move, Source
from common.money import Money, format_money
from notifications.models import MOVED, TO_PRACTITIONER, Notification
from notifications.templatetags.letters import moment
from payments.lifecycle import PaymentStatus
from payments.models import Refund, RefundReason
from payments.queries import has_receipt
from payments.visit_payments import still_due

_OPEN = (PaymentStatus.CREATED, PaymentStatus.AUTHORISED)
_OVER = (Status.CANCELLED, Status.DECLINED, Status.EXPIRED)


@dataclass(frozen=True, slots=True)
class Sums:
    """What became of the money, in words; empty where there is none."""

    paid: str
    back: str
    kept: str
    may_come: bool  # a payment page was opened, and the bank has not said no


def context(notification: Notification, *, now: datetime) -> dict[str, Any]:
    """Everything that a mail about a booking may tell its reader, and who that is."""
    booking = notification.booking
    if booking is None:
        raise LookupError("a message about no booking")
    practitioner, patient = booking.practitioner, booking.patient
    if patient is None:
        raise LookupError("a booking without a patient has nobody to write to")
    to_practitioner = notification.kind in TO_PRACTITIONER
    zone = practitioner.zone if to_practitioner else booking.home_zone
    moves, sums = list(booking.moves.all()), sums_of(booking)
    due = _due_at_visit(booking)
    is_paid = bool(sums.paid) and not due.amount
    moved = _newest(moves) if notification.kind in MOVED else None
    return {
        "booking": booking,
        "practitioner": practitioner,
        "patient": patient,
        "recipient": practitioner.email if to_practitioner else patient.email,
        "zone": zone,
        "is_over": booking.status in _OVER,
        "is_request": booking.status == Status.REQUESTED,
        "ended": _ending(booking, moves),
        "moved": moved,
        "moved_from": moment(moved.moved_from, zone) if moved and moved.moved_from else "",
        "from_desk": booking.source == Source.DESK,
        "sums": sums,
        "is_paid": is_paid,
        "price_note": _price_note(booking, due, is_paid=is_paid),
        "policy": booking.policy(now) if booking.status == Status.CONFIRMED else None,
        "all_back_until": deadlines.all_back_until(booking.starts_at, booking.terms),
        "join_minutes": round(deadlines.JOIN_BEFORE.total_seconds() / 60),
        "links": _links_for_practitioner(booking) if to_practitioner else _links_for_patient(booking),
    }


def _newest(moves: list[Move]) -> Move | None:
    """The last time that the visit was moved."""
    return next((move for move in reversed(moves) if move.moved_to), None)


def _ending(booking: Booking, moves: Iterable[Move]) -> Move | None:
    """The step that ended the booking: who took it, from where, with which words."""
    steps = [move for move in moves if move.after == booking.status and move.moved_to is None]
    return steps[-1] if steps and booking.status in _OVER else None


def sums_of(booking: Booking) -> Sums:
    """What was paid for the visit itself, and what of it goes back or is kept. Two queries."""
    payments = list(booking.payments.order_by("pk").prefetch_related("refunds"))
    theirs = [(payment, list(payment.refunds.all())) for payment in payments if payment.captured_amount]
    # What was paid twice or too late goes back by itself, and what was recorded by mistake was never there.
    theirs = [(payment, refunds) for payment, refunds in theirs if all(_by_cancelling(each) for each in refunds)]
    return Sums(
        paid=_added(payment.captured for payment, _refunds in theirs),
        back=_added(refund.price for _payment, refunds in theirs for refund in refunds),
        kept=_added(Money(payment.retained_amount, payment.captured.currency) for payment, _refunds in theirs),
        may_come=any(payment.status in _OPEN for payment in payments),
    )


def _due_at_visit(booking: Booking) -> Money:
    if not booking.pays_at_visit:
        return Money(0, booking.currency)
    return booking.price if booking.status == Status.REQUESTED else still_due(booking)


def _price_note(booking: Booking, due: Money, *, is_paid: bool) -> str:
    """What stands beside the price while it matters."""
    if not booking.amount or booking.status in _OVER:
        return ""
    if due.amount:
        rest = _("%(price)s to pay at the visit") % {"price": format_money(due)}
        return _("to pay at the visit") if due == booking.price else rest
    if is_paid:
        return _("paid")
    return _("to pay online once accepted") if booking.status == Status.REQUESTED else ""


def _by_cancelling(refund: Refund) -> bool:
    return refund.reason == RefundReason.CANCELLED


def _added(amounts: Iterable[Money]) -> str:
    """₹1,500; should money have come in two currencies, each by itself: ₹1,500 + $20."""
    sums: Counter[str] = Counter()
    for money in amounts:
        sums[money.currency] += money.amount
    return " + ".join(format_money(Money(amount, currency)) for currency, amount in sums.items() if amount)


def _absolute(name: str, *args: str) -> str:
    return settings.SITE_URL + reverse(name, args=args)


def _links_for_practitioner(booking: Booking) -> dict[str, str]:
    """Never the patient's own link. Who has the answering one may answer, so it is there only while that is wanted."""
    links = {"desk": _absolute("desk:booking", booking.reference)}
    if booking.status == Status.REQUESTED:
        links["answer"] = _absolute("booking:answer", answers.token(booking))
    return links


def _links_for_patient(booking: Booking) -> dict[str, str]:
    own = booking.public_id
    return {
        "manage": _absolute("booking:detail", own),
        "cancel": _absolute("booking:cancel", own),
        "move": _absolute("booking:reschedule", own),
        "pay": _absolute("payments:pay", own),
        "receipt": _absolute("payments:receipt", own) if has_receipt(booking) else "",
        "again": _again(booking),
    }


def _again(booking: Booking) -> str:
    """Where to choose another time: with the same service if it is still offered. Empty where there is no page."""
    practitioner, service = booking.practitioner, booking.service
    if not practitioner.is_published:
        return ""
    if not service.is_active:
        return _absolute("booking:profile", practitioner.slug)
    return _absolute("booking:times", practitioner.slug, service.slug)
