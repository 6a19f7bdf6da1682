"""The verbs that write money. Whoever reports a payment (return, webhook, poll, person) ends in `apply_payment`."""

from dataclasses import asdict
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse

from booking import actions as booking_actions
from booking.deadlines import ALL, share
from booking.errors import BookingRefused
from booking.lifecycle import Status
from booking.models import Booking
from booking.ways import ways_of
from common import audit, claims
from common.audit import Actor
from payments import queries, receipts
from payments.errors import HeldTooLong, NothingToPay
from payments.lifecycle import RECEIVED, PaymentStatus, RefundStatus, may_move
from payments.models import Attention, Event, Payment, ProviderName, Refund, RefundReason, Result
from payments.providers import provider_for
from payments.providers.base import OpenRequest, ProviderError, ProviderEvent, Snapshot, State
from payments.signals import payment_captured, refund_owed
from practitioners.models import Practitioner

SHORTEST_PAGE = timedelta(minutes=15)  # no provider opens a page for less
MOST_ATTEMPTS = 12  # at an event that can't be worked on; then a person looks at it
FIRST_POLL = timedelta(seconds=20)
# Banks may answer up to three days late; a closed link is asked about a little longer than that.
LATE_ANSWERS = timedelta(days=4)
CLOSED_POLL = timedelta(hours=6)


# --- Beginning to pay -------------------------------------------------------------------------------------------------


@transaction.atomic
def begin(booking: Booking, *, now: datetime) -> Payment:
    """Press Pay: keep the time while the payment runs and write the row that the provider will be asked about.

    A payment that is still open is used again, so pressing twice asks for the money once.
    Raises NothingToPay, HeldTooLong, HoldLapsed, WrongState.
    """
    booking = booking_actions.keep_while_paying(booking, now=now)
    if not ways_of(booking).online or booking.hold_expires_at is None:
        raise NothingToPay
    payments = Payment.objects.locked().filter(booking=booking)
    if any(payment.status in RECEIVED for payment in payments):
        raise NothingToPay
    open_ones = [payment for payment in payments if payment.price == booking.price]
    for payment in open_ones:
        if payment.reference and payment.expires_at > now:
            return payment
    if booking.hold_expires_at - now < SHORTEST_PAGE:
        raise HeldTooLong
    for payment in open_ones:
        # Nobody knows whether the provider was reached: ask again under the same key, while a page that was opened
        # then can't have closed.
        if not payment.reference and payment.created_at + SHORTEST_PAGE > now:
            payment.expires_at = booking.hold_expires_at
            payment.save(update_fields=["expires_at"])
            return payment
    payment = Payment.objects.create(
        booking=booking,
        provider=ProviderName.RAZORPAY,
        status=PaymentStatus.CREATED,
        amount=booking.amount,
        currency=booking.currency,
        created_at=now,
        expires_at=booking.hold_expires_at,
        due_at=now + FIRST_POLL,
    )
    audit.record("payment.begun", payment, by=Actor.PATIENT, now=now, after={"amount": payment.amount})
    return payment


def open_checkout(payment: Payment) -> str:
    """Ask the provider for its page and answer its address. Safe to repeat; never inside a transaction.

    Raises ProviderError: nothing was charged, and the row stays open for the next try.
    """
    if payment.checkout_url:
        return payment.checkout_url
    checkout = provider_for(payment.provider).open(
        OpenRequest(
            key=payment.key,
            amount=payment.price,
            description=f"Booking {payment.booking.reference}",
            expires_at=payment.expires_at,
            return_url=settings.SITE_URL + reverse("payments:return", args=[payment.provider]),
        )
    )
    Payment.objects.filter(pk=payment.pk).update(reference=checkout.reference, checkout_url=checkout.url)
    return checkout.url


# --- The one way in ---------------------------------------------------------------------------------------------------


@transaction.atomic
def apply_payment(payment: Payment, snapshot: Snapshot, *, by: Actor, now: datetime) -> bool:
    """Book what a provider says about a payment. Any number of times, in any order, it ends the same.

    Answers whether it was news.
    """
    booking = Booking.objects.get(pk=payment.booking_id)
    Practitioner.objects.locked().get(pk=booking.practitioner_id)
    booking = Booking.objects.locked().get(pk=booking.pk)
    payment = Payment.objects.locked().get(pk=payment.pk)
    match snapshot.state:
        case State.CAPTURED:
            return _capture(payment, booking, snapshot, by=by, now=now)
        case State.AUTHORISED:
            return _note(payment, PaymentStatus.AUTHORISED, snapshot, by=by, now=now)
        case State.FAILED:
            news = _note(payment, PaymentStatus.FAILED, snapshot, by=by, now=now)
            if news:
                booking_actions.keep_after_failure(booking, now=now)
            return news
        case _:
            return False


def _note(payment: Payment, status: PaymentStatus, snapshot: Snapshot, *, by: Actor, now: datetime) -> bool:
    before = PaymentStatus(payment.status)
    if not may_move(before, status):
        return False
    payment.status = status
    payment.order_id = payment.order_id or snapshot.order_id
    payment.failure = snapshot.failure[:64]
    payment.save(update_fields=["status", "order_id", "failure"])
    _audit(payment, before, by=by, now=now)
    return True


def _capture(payment: Payment, booking: Booking, snapshot: Snapshot, *, by: Actor, now: datetime) -> bool:
    before = PaymentStatus(payment.status)
    if before in RECEIVED:
        return _captured_before(payment, snapshot)
    payment.status = PaymentStatus.CAPTURED
    payment.provider_payment_id, payment.order_id = snapshot.payment_id, snapshot.order_id or payment.order_id
    payment.captured_at, payment.done_at = now, now
    payment.captured_amount, payment.captured_currency = snapshot.amount, snapshot.currency
    payment.fee, payment.tax, payment.method, payment.failure = snapshot.fee, snapshot.tax, snapshot.method[:32], ""
    if (snapshot.amount, snapshot.currency) != (payment.amount, payment.currency):
        payment.attention = Attention.AMOUNT_DIFFERS
    try:
        with transaction.atomic():
            payment.save()
    except IntegrityError:
        # Only provider_payment_once can say so: this money has already been booked for another payment.
        return _flag(payment, Attention.ID_REUSED)
    _audit(payment, before, by=by, now=now)
    payment_captured.send(sender=Payment, payment=payment, booking=booking, now=now)
    if not payment.attention:
        _give_time_or_owe_refund(payment, booking, by=by, now=now)
    return True


def _captured_before(payment: Payment, snapshot: Snapshot) -> bool:
    """News of money that arrived already; a second capture shows as another payment, or as a larger sum."""
    another = bool(snapshot.payment_id) and payment.provider_payment_id != snapshot.payment_id
    more = snapshot.amount > payment.captured.amount
    return _flag(payment, Attention.CAPTURED_AGAIN) if another or more else False


def _flag(payment: Payment, attention: Attention) -> bool:
    Payment.objects.filter(pk=payment.pk).update(attention=attention)
    return True


def _give_time_or_owe_refund(payment: Payment, booking: Booking, *, by: Actor, now: datetime) -> None:
    """Money that arrived is a confirmed booking, or it goes back. There is no third way."""
    if booking.status in {Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW}:
        owe_refund(payment, reason=RefundReason.PAID_TWICE, by=by, now=now)
    elif booking.status in {Status.CANCELLED, Status.DECLINED}:
        owe_refund(payment, reason=RefundReason.CANCELLED, by=by, now=now)
    elif booking.ends_at <= now:
        owe_refund(payment, reason=RefundReason.TIME_GONE, by=by, now=now)
    else:
        try:
            confirmed = booking_actions.confirm(booking, by=by, now=now)
        except BookingRefused:
            owe_refund(payment, reason=RefundReason.TIME_GONE, by=by, now=now)
        else:
            receipts.issue(payment, confirmed.practitioner, now=now)


def owe_refund(payment: Payment, *, reason: RefundReason, by: Actor, now: datetime, percent: int = ALL) -> None:
    """Write down how much of a payment goes back, and that the practice keeps the rest by the terms of the booking.

    The payment must be locked; once per reason, never too much.
    """
    if not payment.captured.amount or payment.refunds.filter(reason=reason).exists():
        return
    amount = share(payment.captured.amount, percent)
    if amount < payment.captured.amount:
        payment.retained_amount = payment.captured.amount - amount
        payment.save(update_fields=["retained_amount"])
        audit.record("payment.retained", payment, by=by, now=now, after={"amount": payment.retained_amount})
    if not amount:
        return
    refund = Refund.objects.create(
        payment=payment,
        reason=reason,
        status=RefundStatus.OWED,
        amount=amount,
        currency=payment.captured.currency,
        owed_at=now,
    )
    audit.record("refund.owed", refund, by=by, now=now, after={"amount": refund.amount}, reason=reason)
    refund_owed.send(sender=Refund, refund=refund, booking=payment.booking, now=now)


def _audit(payment: Payment, before: PaymentStatus, *, by: Actor, now: datetime) -> None:
    after = {"status": payment.status, "amount": payment.captured_amount, "attention": payment.attention}
    audit.record(f"payment.{payment.status}", payment, by=by, now=now, before={"status": before}, after=after)


# --- Webhooks ---------------------------------------------------------------------------------------------------------


def store_event(provider: str, account: str, event: ProviderEvent, body: bytes, *, now: datetime) -> Event:
    """Put an authentic event into the inbox, once. After this the provider may be told that we have it."""
    row = Event(
        provider=provider,
        account=account,
        event_id=event.event_id,
        kind=event.kind[:64],
        key=event.key,
        reference=event.reference,
        order_id=event.order_id,
        provider_payment_id=event.payment_id,
        facts=asdict(event.snapshot) if event.snapshot else None,
        body=body.decode(errors="replace"),
        received_at=now,
        due_at=now,
    )
    Event.objects.bulk_create([row], ignore_conflicts=True)
    return Event.objects.only("pk", "done_at").get(provider=provider, account=account, event_id=event.event_id)


def process_events(*, now: datetime, limit: int = 50, only: int | None = None) -> int:
    """Work on waiting events, each by itself; answers how many were claimed."""
    one = None if only is None else [only]
    return claims.work_through(Event, partial(_try_event, now=now), now=now, limit=limit, only=one)


def _try_event(event: Event, *, now: datetime) -> None:
    if event.attempts > MOST_ATTEMPTS:
        claims.finish(event, now=now, result=Result.FAILED)
        return
    try:
        _process(event, now=now)
    except ProviderError:
        claims.put_back(event, now=now)


def _process(event: Event, *, now: datetime) -> None:
    payment = queries.payment_of_event(event)
    if payment is None:
        claims.finish(event, now=now, result=Result.UNKNOWN)
        return
    snapshot = _snapshot_of(event) or provider_for(payment.provider).look_up(payment.reference)
    with transaction.atomic():
        news = apply_payment(payment, snapshot, by=Actor.PROVIDER, now=now)
        result = Result.APPLIED if news else Result.NO_NEWS
        claims.finish(event, now=now, payment=payment, result=result)


def _snapshot_of(event: Event) -> Snapshot | None:
    return Snapshot(**{**event.facts, "state": State(event.facts["state"])}) if event.facts else None


# --- Asking -----------------------------------------------------------------------------------------------------------


def ask_provider(payment: Payment, *, by: Actor, now: datetime, timeout: float | None = None) -> bool:
    """Ask what became of a payment and book the answer. Raises ProviderError."""
    if not payment.reference:
        open_checkout(payment)
        payment.refresh_from_db(fields=["reference"])
    snapshot = provider_for(payment.provider).look_up(payment.reference, timeout=timeout)
    return apply_payment(payment, snapshot, by=by, now=now)


def poll_payments(*, now: datetime, limit: int = 20) -> int:
    """Ask about open payments whose turn it is, so that a lost webhook heals by itself."""
    return claims.work_through(Payment, partial(_poll, now=now), now=now, limit=limit)


def _poll(payment: Payment, *, now: datetime) -> None:
    if now > payment.expires_at + LATE_ANSWERS:
        claims.finish(payment, now=now)
        return
    try:
        if payment.reference or now < payment.expires_at:
            ask_provider(payment, by=Actor.SYSTEM, now=now)
        _close_if_over(payment, now=now)
    except ProviderError:
        claims.put_back(payment, now=now)
    else:
        _wait_for_next_turn(payment, now=now)


def _close_if_over(payment: Payment, *, now: datetime) -> None:
    """Take no more money for a time that was given back. What was paid in that moment is news for a later poll."""
    payment.refresh_from_db()
    booking = payment.booking
    is_over = booking.status in {Status.CANCELLED, Status.EXPIRED, Status.DECLINED} or booking.pays_at_visit
    if is_over and payment.reference and payment.status not in RECEIVED and now < payment.expires_at:
        provider_for(payment.provider).close(payment.reference)
        Payment.objects.filter(pk=payment.pk).update(expires_at=now)
        payment.expires_at = now


def _wait_for_next_turn(payment: Payment, *, now: datetime) -> None:
    if now < payment.expires_at:
        claims.put_back(payment, now=now)
    else:
        claims.put_back(payment, now=now + CLOSED_POLL)
