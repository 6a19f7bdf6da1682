"""The same webhook a hundred times, shuffled and in parallel: one payment, one confirmation, one mail to each side."""

import random
from collections import Counter
from functools import partial

import pytest

from booking.lifecycle import Status
from booking.models import Booking, Move
from common.models import AuditEntry
from notifications.models import Notification
from notifications.sandbox.models import Mail
from payments.models import Event, Payment, Refund
from tests.proofs import visitors
from tests.proofs.sabotage import EveryReportIsNews, broken_by
from tests.proofs.scale import at_once, many
from tests.stack import Stack
from tests.waiting import eventually

pytestmark = [pytest.mark.proof, pytest.mark.django_db(transaction=True)]
COPIES = 100
ROUNDS = many(1, 10)


def pour(stack: Stack, payment: Payment) -> None:
    """Success, under one id and under many, and failure, at once and in any order, at every web process."""
    success, failure = (
        visitors.event_body(payment),
        visitors.event_body(payment, "payment.failed", id="pay_FirstTry00001"),
    )
    deliveries = [(success, f"{payment.key}-{number % 50}") for number in range(COPIES)]
    deliveries += [(failure, f"{payment.key}-failed-{number % 5}") for number in range(10)]
    random.shuffle(deliveries)

    def deliver(number: int) -> int:
        body, event_id = deliveries[number]
        return visitors.tell(stack.urls[number % len(stack.urls)], body, event_id=event_id).status

    assert Counter(at_once(len(deliveries), deliver)) == {200: len(deliveries)}


def settled(mails: int = 0) -> bool:
    """Whether nothing waits any more, and so many mails have arrived."""
    waiting = Event.objects.filter(done_at=None).exists() or Notification.objects.filter(done_at=None).exists()
    return not waiting and Mail.objects.count() >= mails


def check_one_of_everything(payment: Payment) -> None:
    payment.refresh_from_db()
    booking = payment.booking
    assert (booking.status, payment.status, payment.attention) == ("confirmed", "captured", "")
    assert not Refund.objects.exists()
    assert Move.objects.filter(booking=booking, after=Status.CONFIRMED).count() == 1
    assert AuditEntry.objects.filter(action="payment.captured", subject_id=payment.pk).count() == 1
    assert Event.objects.filter(key=payment.key).count() == 55
    assert booking.patient is not None
    for address in (booking.patient.email, booking.practitioner.email):
        assert Mail.objects.filter(to=address).count() == 1


def test_a_hundred_copies_and_a_failure_in_any_order_are_one_booking(stack: Stack) -> None:
    stack.up(web=2, worker=2, beat=True, sandbox=True)

    for day in range(1, ROUNDS + 1):
        payment = visitors.open_payment(day)
        pour(stack, payment)
        assert eventually(partial(settled, mails=2 * day), seconds=60)
        check_one_of_everything(payment)


@pytest.mark.usefixtures("money_adrift")
def test_control_where_every_report_is_news_the_proof_fails(stack: Stack) -> None:
    stack.up(web=2, worker=2, beat=True, sandbox=True, settings=broken_by(EveryReportIsNews))
    payment = visitors.open_payment()

    pour(stack, payment)
    assert eventually(settled, seconds=60)

    with pytest.raises(AssertionError):
        check_one_of_everything(payment)


def test_what_is_not_genuine_leaves_nothing_behind(stack: Stack) -> None:
    payment = visitors.open_payment()
    body = visitors.event_body(payment)
    url = stack.up(web=1)
    other = body.replace(b"150000", b"150001")
    assert other != body

    answers = [
        visitors.tell(url, body, event_id="Ev1", secret="another"),
        visitors.tell(url, body, event_id="Ev2", secret=""),
        visitors.send(url, "POST", "/webhooks/razorpay/", body, {"Content-Type": "application/json"}),
        visitors.send(url, "POST", "/webhooks/razorpay/", other, visitors.signed(body, "Ev3")),
        visitors.send(url, "POST", "/webhooks/razorpay/", body + b" ", visitors.signed(body, "Ev4")),
    ]

    assert [answer.status for answer in answers] == [400] * 5
    assert not Event.objects.exists()
    assert visitors.send(url, "POST", "/webhooks/razorpay/", body, visitors.signed(body, "Ev5")).status == 200
    assert Booking.objects.get().status == Status.PENDING_PAYMENT
