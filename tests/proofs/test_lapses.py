"""A hold that was left behind frees its time at its deadline, with every background process dead."""

from datetime import timedelta

import pytest

from booking.models import Booking
from practitioners.models import Service
from tests.proofs import visitors
from tests.proofs.sabotage import LapsedHoldsStay, broken_by
from tests.proofs.scale import many
from tests.proofs.visitors import Answer
from tests.stack import Stack

pytestmark = [pytest.mark.proof, pytest.mark.django_db(transaction=True)]
ROUNDS = many(5, 100)
TEN_MINUTES = timedelta(minutes=10)


def leave_and_come_back(url: str, service: Service, day: int) -> tuple[Answer, Answer, Answer]:
    """Someone holds a time and leaves; another asks at once, and again at the deadline."""
    start = visitors.day_at_ten(day)
    first, too_early = visitors.book(url, service, start), visitors.book(url, service, start)
    visitors.move_clock(url, TEN_MINUTES)
    return first, too_early, visitors.book(url, service, start)


def test_a_left_hold_can_be_had_at_its_deadline_though_nobody_retires_it(stack: Stack) -> None:
    service = visitors.always_open()
    url = stack.up(web=1, worker=0, beat=False)

    for day in range(1, ROUNDS + 1):
        answers = leave_and_come_back(url, service, day % 50 + 1)
        assert [answer.status for answer in answers] == [201, 409, 201]

        visitors.move_clock(url, TEN_MINUTES)

    assert Booking.objects.filter(status="expired").count() >= ROUNDS


def test_control_where_lapsed_holds_stay_the_time_is_blocked(stack: Stack) -> None:
    service = visitors.always_open()
    url = stack.up(web=1, settings=broken_by(LapsedHoldsStay))

    answers = leave_and_come_back(url, service, 1)

    assert [answer.status for answer in answers] == [201, 409, 409]
