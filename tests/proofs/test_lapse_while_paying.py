"""Someone pays while their time runs out, and every background process is dead: within seconds the time is somebody
else's, and when the money comes all the same, it goes back."""

from datetime import timedelta

import pytest

from booking import actions as booking_actions
from booking.errors import HoldLapsed
from booking.lifecycle import Status
from booking.models import Booking, Move
from common import clock
from common.audit import Actor
from payments import actions
from payments.models import Event, Refund, RefundReason
from practitioners.models import Service
from tests.factories import make_service
from tests.proofs import visitors
from tests.proofs.life_hands import OVERLAPS, ask
from tests.proofs.sabotage import LapsedHoldsStay, broken_by
from tests.proofs.scale import many
from tests.stack import Stack
from tests.waiting import eventually

pytestmark = [pytest.mark.proof, pytest.mark.django_db(transaction=True)]
ROUNDS = many(3, 100)
AT_MOST = timedelta(seconds=5)  # of practice time, after the deadline
EVERYBODY_COMES = {"RATE_LIMITS": "off"}  # all of them from this machine


def wait_for_the_deadline(url: str, booking: Booking, seconds: float = 0) -> None:
    booking.refresh_from_db()
    assert booking.hold_expires_at is not None
    visitors.move_clock(url, booking.hold_expires_at - clock.now() + timedelta(seconds=seconds))


def somebody_else_has_it(url: str, service: Service, left: Booking) -> int:
    """Another visitor asks for the time at once. The answer's status."""
    answer = visitors.book(url, service, left.starts_at, email="another@example.com")
    assert left.hold_expires_at is not None
    if answer.status == 201:
        theirs = Booking.objects.get(public_id=answer.json()["id"])
        assert theirs.held_at - left.hold_expires_at <= AT_MOST
        assert Move.objects.get(booking=left, after=Status.EXPIRED).at == theirs.held_at
    return answer.status


def money_comes_late(url: str, checkout: str, token: tuple[str, str]) -> None:
    """The provider reports it; whoever works on the inbox later finds what this moment has left there."""
    visitors.pay_after_closing(url, checkout, token)
    assert eventually(Event.objects.filter(kind="payment.captured", done_at=None).exists)
    actions.process_events(now=clock.now())


def check_the_money_goes_back(booking: Booking) -> None:
    booking.refresh_from_db()
    refund = Refund.objects.get(payment__booking=booking)
    assert booking.status == Status.EXPIRED
    assert (refund.reason, refund.amount) == (RefundReason.TIME_GONE, booking.amount)
    assert ask(OVERLAPS) == [(0,)]
    assert ask("SELECT * FROM report_money_drift") == []


def by_oneself(url: str, service: Service, token: tuple[str, str], day: int) -> tuple[Booking, str]:
    """Someone taps on a time and presses Pay."""
    held = visitors.hold_and_say_who(url, service, visitors.day_at_ten(day), token)
    return held, visitors.press_pay(url, held, token)


def by_request(url: str, service: Service, token: tuple[str, str], day: int) -> tuple[Booking, str]:
    """Someone asks for a time, is accepted, and presses Pay in the last minute."""
    asked = visitors.hold_and_say_who(url, service, visitors.day_at_ten(day), token)
    assert visitors.post_form(url, f"/h/{asked.public_id}/review/", token).status == 303
    accepted = booking_actions.accept(asked, by=Actor.PRACTITIONER, now=clock.now())
    wait_for_the_deadline(url, accepted, seconds=-60)
    return accepted, visitors.press_pay(url, accepted, token)


WAYS = {"a hold": by_oneself, "an accepted request": by_request}


@pytest.mark.parametrize("way", WAYS)
def test_a_time_that_lapses_during_payment_is_somebody_elses_at_once(stack: Stack, way: str) -> None:
    plain = visitors.always_open()
    service = make_service(plain.practitioner, needs_approval=True) if way == "an accepted request" else plain
    url = stack.up(web=1, worker=0, beat=False, sandbox=True, settings=EVERYBODY_COMES)
    token = visitors.form_token(url, service)

    for number in range(ROUNDS):
        left, checkout = WAYS[way](url, service, token, number % 50 + 3)
        assert somebody_else_has_it(url, plain, left) == 409
        wait_for_the_deadline(url, left, seconds=number % 5)
        assert somebody_else_has_it(url, plain, left) == 201
        money_comes_late(url, checkout, token)
        check_the_money_goes_back(left)

    assert Refund.objects.count() == ROUNDS


def test_a_request_that_nobody_answers_is_somebody_elses_time_at_its_deadline(stack: Stack) -> None:
    plain = visitors.always_open()
    service = make_service(plain.practitioner, needs_approval=True)
    url = stack.up(web=1, worker=0, beat=False, settings=EVERYBODY_COMES)
    token = visitors.form_token(url, service)

    for _ in range(ROUNDS):
        asked = visitors.hold_and_say_who(url, service, visitors.day_at_ten(9), token)
        assert visitors.post_form(url, f"/h/{asked.public_id}/review/", token).status == 303
        assert somebody_else_has_it(url, plain, asked) == 409
        wait_for_the_deadline(url, asked)
        with pytest.raises(HoldLapsed):
            booking_actions.accept(asked, by=Actor.PRACTITIONER, now=clock.now())
        assert somebody_else_has_it(url, plain, asked) == 201

    assert Booking.objects.filter(status=Status.EXPIRED).count() >= ROUNDS
    assert ask(OVERLAPS) == [(0,)]


def test_control_where_lapsed_holds_stay_the_time_is_blocked(stack: Stack) -> None:
    service = visitors.always_open()
    url = stack.up(web=1, sandbox=True, settings=broken_by(LapsedHoldsStay) | EVERYBODY_COMES)
    left, _checkout = by_oneself(url, service, visitors.form_token(url, service), day=3)

    wait_for_the_deadline(url, left)

    assert somebody_else_has_it(url, service, left) == 409
