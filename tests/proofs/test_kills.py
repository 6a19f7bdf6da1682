"""A webhook that was answered is never lost, whatever dies right afterwards."""

import random
import time
from functools import partial

import pytest

from booking.lifecycle import Status
from common import clock
from payments.models import Event, Payment
from tests.proofs import visitors
from tests.proofs.sabotage import AnswersBeforeStoring, broken_by
from tests.proofs.scale import many
from tests.stack import Stack
from tests.waiting import eventually

pytestmark = [pytest.mark.proof, pytest.mark.django_db(transaction=True)]
ROUNDS = many(3, 100)
LONGEST = 0.2  # seconds between the answer and the kill


def answer_and_kill(stack: Stack, payment: Payment, *, seconds: float) -> None:
    """Bring a webhook, and kill -9 web and worker so many seconds after its answer."""
    body = visitors.event_body(payment)
    assert visitors.tell(stack.urls[0], body, event_id=payment.key).status == 200
    time.sleep(seconds)
    for name in ("web1", "worker1"):
        stack.kill(name)


def restart(stack: Stack) -> None:
    """Start again, and let the leases of the dead run out."""
    for name in ("web1", "worker1"):
        stack.restart(name)
    Event.objects.filter(done_at=None).update(leased_until=clock.machine_now())


def is_confirmed(payment: Payment) -> bool:
    payment.booking.refresh_from_db()
    return payment.booking.status == Status.CONFIRMED


def test_an_answered_webhook_survives_a_kill(stack: Stack) -> None:
    stack.up(web=1, worker=1, beat=True)
    survived_unprocessed = 0

    for day in range(1, ROUNDS + 1):
        payment = visitors.open_payment(day)
        answer_and_kill(stack, payment, seconds=random.uniform(0, LONGEST))
        assert Event.objects.filter(key=payment.key).exists()
        survived_unprocessed += not is_confirmed(payment)
        restart(stack)
        assert eventually(partial(is_confirmed, payment), seconds=30)

    print(f"{ROUNDS} kills, {survived_unprocessed} of them before the event was worked on")  # noqa: T201


def test_control_where_the_answer_comes_before_the_commit_the_event_is_lost(stack: Stack) -> None:
    stack.up(web=1, worker=1, settings=broken_by(AnswersBeforeStoring))
    payment = visitors.open_payment()

    answer_and_kill(stack, payment, seconds=0)

    assert not Event.objects.exists()
    assert not is_confirmed(payment)
