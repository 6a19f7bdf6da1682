"""Asking: a lost webhook heals by itself, and nobody is left to pay for a time that is gone."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import pairwise

import pytest

from booking import actions as booking_actions
from booking.lifecycle import Status
from booking.models import Booking
from common.audit import Actor
from payments import actions
from payments.lifecycle import PaymentStatus
from payments.models import Payment
from payments.providers.base import ProviderUnavailable, State
from practitioners.models import PayWhen
from tests.factories import NOW, captured, make_payment, told
from tests.payments.bank import Bank

pytestmark = pytest.mark.django_db
SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def polls(bank: Bank, *, until: timedelta) -> Iterator[timedelta]:
    """Poll as beat does, and tell when somebody was asked."""
    waited = timedelta()
    while waited <= until:
        before = len(bank.asked)
        actions.poll_payments(now=NOW + waited)
        if len(bank.asked) > before:
            yield waited
        waited += 15 * SECOND


def test_a_lost_webhook_heals_within_a_minute_of_the_payment(bank: Bank) -> None:
    payment = make_payment()
    bank.says[payment.reference] = captured(payment)

    asked = list(polls(bank, until=MINUTE))

    assert asked == [30 * SECOND]
    assert Booking.objects.get().status == Status.CONFIRMED
    assert actions.poll_payments(now=NOW + DAY) == 0


def test_an_open_payment_is_asked_about_again_and_again_but_ever_more_rarely(bank: Bank) -> None:
    payment = make_payment()
    bank.says[payment.reference] = told(payment, State.OPEN)

    asked = list(polls(bank, until=16 * MINUTE))

    gaps = [later - earlier for earlier, later in pairwise(asked)]
    assert 5 <= len(asked) <= 15
    assert max(gaps) < 15 * MINUTE


def test_money_that_comes_days_after_the_page_closed_is_found(bank: Bank) -> None:
    payment = make_payment()
    bank.says[payment.reference] = told(payment, State.CLOSED)
    now = NOW
    while now < NOW + 3 * DAY:
        now += 15 * MINUTE
        actions.poll_payments(now=now)
    closed = len(bank.asked)
    bank.says[payment.reference] = captured(payment)

    while now < NOW + 4 * DAY:
        now += 15 * MINUTE
        actions.poll_payments(now=now)

    assert closed < 60
    assert Payment.objects.get().refunds.get().reason == "time_gone"


def test_after_the_last_day_on_which_a_bank_may_answer_nobody_is_asked(bank: Bank) -> None:
    make_payment()

    actions.poll_payments(now=NOW + 5 * DAY)

    assert bank.asked == []
    assert Payment.objects.get().done_at is not None


def test_a_provider_that_is_down_is_asked_again_later(bank: Bank) -> None:
    payment = make_payment()
    bank.failure = ProviderUnavailable
    assert actions.poll_payments(now=NOW + MINUTE) == 1

    bank.failure, bank.says = None, {payment.reference: captured(payment)}
    assert actions.poll_payments(now=NOW + MINUTE) == 0
    assert actions.poll_payments(now=NOW + 2 * MINUTE) == 1

    assert Booking.objects.get().status == Status.CONFIRMED


def test_one_payment_that_breaks_us_does_not_keep_the_others_waiting(bank: Bank) -> None:
    _breaks, other = make_payment(), make_payment()
    bank.says[other.reference] = captured(other)

    actions.poll_payments(now=NOW + MINUTE)

    other.refresh_from_db()
    assert other.status == PaymentStatus.CAPTURED


# --- Closing ----------------------------------------------------------------------------------------------------------


def cancelled(payment: Payment) -> None:
    booking_actions.cancel(payment.booking, by=Actor.PATIENT, reason="", now=NOW)


def lapsed(payment: Payment) -> None:
    booking_actions.expire_lapsed(now=NOW + 10 * MINUTE)


def paid_at_the_visit_after_all(payment: Payment) -> None:
    Booking.objects.update(pay_when=PayWhen.EITHER)
    booking_actions.settle(payment.booking, at_visit=True, now=NOW)


@pytest.mark.parametrize("gone", [cancelled, lapsed, paid_at_the_visit_after_all])
def test_the_page_that_nobody_needs_any_more_is_closed_at_once(bank: Bank, gone: Callable[[Payment], None]) -> None:
    payment = make_payment()
    bank.says[payment.reference] = told(payment, State.OPEN)
    gone(payment)

    actions.poll_payments(now=NOW + 10 * MINUTE)

    assert bank.closed == [payment.reference]
    assert Payment.objects.get().expires_at == NOW + 10 * MINUTE


def test_what_was_paid_in_the_moment_of_closing_goes_back(bank: Bank) -> None:
    payment = make_payment()
    bank.says[payment.reference] = told(payment, State.OPEN)
    cancelled(payment)
    actions.poll_payments(now=NOW)
    bank.says[payment.reference] = captured(payment)

    actions.poll_payments(now=NOW + 8 * HOUR)

    assert Payment.objects.get().refunds.get().reason == "cancelled"
    assert len(bank.closed) == 1


def test_a_page_that_could_not_be_closed_is_closed_later(bank: Bank) -> None:
    payment = make_payment()
    bank.says[payment.reference] = told(payment, State.OPEN)
    cancelled(payment)
    bank.failure = ProviderUnavailable
    actions.poll_payments(now=NOW)
    assert bank.closed == []

    bank.failure = None
    actions.poll_payments(now=NOW + MINUTE)

    assert bank.closed == [payment.reference]


def test_a_page_that_someone_still_pays_at_stays_open(bank: Bank) -> None:
    waiting, paid = make_payment(), make_payment()
    bank.says |= {waiting.reference: told(waiting, State.OPEN), paid.reference: captured(paid)}

    actions.poll_payments(now=NOW + MINUTE)

    assert bank.closed == []
    assert Payment.objects.filter(expires_at=waiting.expires_at).count() == 2
