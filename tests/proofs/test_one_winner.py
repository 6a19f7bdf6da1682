"""A time is sold once: visitors at several web processes want it at the same moment."""

from collections import Counter
from datetime import datetime, timedelta

import pytest

from booking.models import Booking
from practitioners.models import Service
from tests.proofs import visitors
from tests.proofs.database import deadlocks, without_the_constraint
from tests.proofs.scale import at_once, many
from tests.proofs.visitors import Answer
from tests.stack import Stack

pytestmark = [pytest.mark.proof, pytest.mark.django_db(transaction=True)]
TRIES = many(40, 200)
ROUNDS = many(1, 20)
EVERYBODY_COMES = {"RATE_LIMITS": "off"}  # hundreds of visitors, all of them from this machine

# Every pair of these overlaps: a visit takes an hour.
MINUTES = {"equal": (0,), "overlapping": (0, 15, 30, 45)}


Token = tuple[str, str]


def try_by_api(url: str, service: Service, start: datetime, _token: Token, _number: int) -> Answer:
    return visitors.book(url, service, start)


def try_by_page(url: str, service: Service, start: datetime, token: Token, _number: int) -> Answer:
    return visitors.hold(url, service, start, token)


def try_by_either(url: str, service: Service, start: datetime, token: Token, number: int) -> Answer:
    return (try_by_api, try_by_page)[number // 2 % 2](url, service, start, token, number)


RUSHES = {"API": try_by_api, "page": try_by_page, "both": try_by_either}


def check_one_winner(answers: list[Answer]) -> None:
    """One has the time, everyone else a conflict with other times, nobody an error."""
    counted = Counter(answer.status for answer in answers)
    assert counted[201] + counted[303] == 1, counted
    assert counted[409] == len(answers) - 1, counted
    for answer in answers:
        if answer.status == 409 and b"{" in answer.body[:1]:
            assert len(answer.json()["alternatives"]) == 5
        elif answer.status == 409:
            assert answer.body.count(b'name="slot"') == 5
    slowest = sorted(answer.seconds for answer in answers)[int(len(answers) * 0.95)]
    print(f"{len(answers)} at once, 95 % answered within {slowest:.2f} s")  # noqa: T201 - figures for reading


def rush(stack: Stack, service: Service, *, way: str, kind: str, day: int = 1) -> list[Answer]:
    """Everyone at once, spread over the web processes."""
    token = visitors.form_token(stack.urls[0], service)
    minutes = MINUTES[kind]

    def try_one(number: int) -> Answer:
        start = visitors.day_at_ten(day) + timedelta(minutes=minutes[number % len(minutes)])
        return RUSHES[way](stack.urls[number % len(stack.urls)], service, start, token, number)

    return at_once(TRIES, try_one)


@pytest.mark.parametrize("kind", MINUTES)
@pytest.mark.parametrize("way", RUSHES)
def test_of_all_who_want_a_time_at_once_one_has_it(stack: Stack, way: str, kind: str) -> None:
    service, before = visitors.always_open(), deadlocks()
    stack.up(web=2, settings=EVERYBODY_COMES)

    for day in range(1, ROUNDS + 1):
        check_one_winner(rush(stack, service, way=way, kind=kind, day=day))

    assert Booking.objects.active().count() == ROUNDS
    for name in ("web1", "web2"):
        stack.kill(name)
    assert deadlocks() == before


# --- Control: without the database's constraint there are many winners ------------------------------------------------


def test_control_without_the_constraint_many_have_it(stack: Stack) -> None:
    service = visitors.always_open()
    stack.up(web=2, settings=EVERYBODY_COMES)

    with without_the_constraint():
        answers = rush(stack, service, way="both", kind="overlapping")
        winners = Booking.objects.active().count()

    assert winners > 1
    with pytest.raises(AssertionError):
        check_one_winner(answers)
