"""Pressing Pay: one row before anyone is asked, and one request for the money however often it is pressed."""

from datetime import datetime, timedelta

import pytest

from booking import deadlines
from booking.errors import HoldLapsed, WrongState
from booking.lifecycle import Status
from booking.models import Booking
from payments import actions
from payments.errors import HeldTooLong, NothingToPay
from payments.lifecycle import PaymentStatus
from payments.models import Payment
from payments.providers.base import ProviderUnavailable
from practitioners.models import PayWhen
from tests.factories import NOW, make_booking, make_payment, make_service
from tests.payments.bank import Bank

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def begin(booking: Booking, *, now: datetime = NOW) -> Payment:
    return actions.begin(booking, now=now)


def test_the_row_stands_before_the_provider_is_asked_and_names_the_booking_by_its_reference_alone(bank: Bank) -> None:
    booking = make_booking(note="trouble sleeping")

    payment = begin(booking)
    assert bank.opened == []
    url = actions.open_checkout(payment)

    (request,) = bank.opened
    payment.refresh_from_db()
    assert (request.key, request.amount, request.expires_at) == (payment.key, booking.price, NOW + 16 * MINUTE)
    assert request.description == f"Booking {booking.reference}"
    assert request.return_url == "http://testserver/pay/return/razorpay/"
    assert (payment.reference, payment.checkout_url) == (f"plink_{payment.key}", url)


def test_pressing_again_asks_for_the_money_once(bank: Bank) -> None:
    booking = make_booking()

    urls = {actions.open_checkout(begin(booking, now=NOW + n * MINUTE)) for n in range(3)}

    assert len(urls) == len(bank.opened) == Payment.objects.count() == 1


def test_a_provider_that_did_not_answer_is_asked_again_under_the_same_key(bank: Bank) -> None:
    booking = make_booking()
    bank.failure = ProviderUnavailable
    with pytest.raises(ProviderUnavailable):
        actions.open_checkout(begin(booking))

    bank.failure = None
    actions.open_checkout(begin(booking, now=NOW + MINUTE))

    assert len({request.key for request in bank.opened}) == 1
    assert [request.expires_at for request in bank.opened] == [NOW + 16 * MINUTE, NOW + 17 * MINUTE]
    assert Payment.objects.get().status == PaymentStatus.CREATED


def test_a_page_that_has_closed_is_followed_by_a_new_one(bank: Bank) -> None:
    booking = make_booking(hold_expires_at=NOW + 30 * MINUTE)
    old = make_payment(booking=booking, expires_at=NOW + MINUTE)

    assert begin(booking, now=NOW + MINUTE) != old


def test_what_is_paid_is_not_asked_for_again() -> None:
    paid = make_payment(status=PaymentStatus.CAPTURED, captured_amount=1, attention="amount_differs").booking

    with pytest.raises(NothingToPay):
        begin(paid)


def test_nobody_is_asked_for_nothing() -> None:
    with pytest.raises(NothingToPay):
        begin(make_booking(service=make_service(amount=0)))


def test_what_is_paid_at_the_visit_or_asked_for_first_is_not_paid_now() -> None:
    with pytest.raises(NothingToPay):
        begin(make_booking(pay_when=PayWhen.AT_VISIT))
    with pytest.raises(WrongState):
        begin(make_booking(needs_approval=True))
    assert not Payment.objects.exists()
    assert Booking.objects.filter(pay_pressed_at=None).count() == 2, "a refused press leaves no trace"


@pytest.mark.parametrize("facts", [{"needs_approval": True}, {"pay_when": PayWhen.AT_VISIT}])
def test_a_link_that_the_practice_has_sent_is_paid(bank: Bank, facts: dict[str, object]) -> None:
    until = NOW + timedelta(hours=2)

    payment = begin(make_booking(pay_by=until, hold_expires_at=until, **facts))

    assert payment.expires_at == until


def test_where_both_ways_are_open_paying_now_is_one_of_them(bank: Bank) -> None:
    assert begin(make_booking(pay_when=PayWhen.EITHER)).status == PaymentStatus.CREATED


def test_a_lapsed_hold_and_a_firm_booking_are_not_paid_for() -> None:
    with pytest.raises(HoldLapsed):
        begin(make_booking(), now=NOW + deadlines.HOLD)
    with pytest.raises(WrongState):
        begin(make_booking(status=Status.CONFIRMED))
    assert not Payment.objects.exists()


def test_after_a_quarter_of_an_hour_without_an_answer_a_new_key_is_used(bank: Bank) -> None:
    booking = make_booking(hold_expires_at=NOW + 16 * MINUTE)
    silent = begin(booking)

    assert begin(booking, now=NOW + 14 * MINUTE) == silent
    assert begin(booking, now=NOW + 15 * MINUTE) != silent


def test_a_time_is_not_kept_for_ever_by_pressing_pay(bank: Bank) -> None:
    booking = make_booking()
    for minute in (0, 9, 18, 27):
        payment = begin(booking, now=NOW + minute * MINUTE)
        Payment.objects.filter(pk=payment.pk).update(reference=f"plink_{minute}", expires_at=NOW + minute * MINUTE)

    with pytest.raises(HeldTooLong):
        begin(booking, now=NOW + 36 * MINUTE)

    booking.refresh_from_db()
    assert booking.hold_expires_at is not None
    assert booking.hold_expires_at <= NOW + deadlines.HOLD_AT_MOST + deadlines.HOLD_ONCE_PAYING
