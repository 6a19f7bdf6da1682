"""Everything at once: many hands hold, ask, accept, pay, move, cancel and let lapse, in any order and on several
connections. Afterwards no two active bookings of a practitioner overlap, every rupee has a place, and nobody was caught
in a deadlock."""

import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, connections

from booking import actions as booking_actions
from booking import holds
from booking.actions import Way
from booking.errors import BookingRefused
from booking.holds import Visitor
from booking.lifecycle import Status
from booking.models import Booking, Move, Source
from common.audit import Actor
from payments import actions
from payments.errors import PaymentRefused
from payments.models import Payment, Refund
from payments.providers.base import State
from practitioners.models import PayWhen, Service
from tests.factories import NOW, TOMORROW_AT_TEN, PatientFactory, make_patient, make_practitioner, make_service, told
from tests.proofs.database import deadlocks, provoke_a_deadlock, without_the_constraint
from tests.proofs.scale import FULL, many

pytestmark = [pytest.mark.proof, pytest.mark.django_db(transaction=True)]
STEPS = many(400, 10_000)
HANDS = 8
MINUTE = timedelta(minutes=1)
QUARTERS_OF_A_DAY = 32  # the working day has so many

STEPS_OF_A_LIFE = (
    "hold", "hold_by_page", "fill_in", "extend", "pay", "report", "cancel", "expire", "settle", "accept", "decline",
    "reschedule", "reschedule_at_desk", "ask_to_move", "book_at_desk", "complete", "miss",
)  # fmt: skip

OVERLAPS = """
    SELECT count(*) FROM booking_booking a JOIN booking_booking b
        ON a.id < b.id AND a.practitioner_id = b.practitioner_id AND a.occupied && b.occupied
    WHERE a.status IN ('pending_payment', 'requested', 'confirmed', 'completed', 'no_show')
      AND b.status IN ('pending_payment', 'requested', 'confirmed', 'completed', 'no_show')
"""


def ask(question: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return list(cursor.fetchall())


class Hand:
    """Does one random thing after another. Every hand's clock goes forward by itself."""

    def __init__(self, services: list[Service], seed: int) -> None:
        self._dice = random.Random(seed)
        self._services = services
        self._now = NOW
        self.did: Counter[str] = Counter()

    def work(self, steps: int) -> Counter[str]:
        try:
            for _ in range(steps):
                self._now += timedelta(seconds=self._dice.randrange(60))
                step = self._dice.choice(self._steps())
                try:
                    step()
                except (BookingRefused, PaymentRefused) as refusal:
                    self.did[type(refusal).__name__] += 1
                else:
                    self.did[step.__name__.strip("_")] += 1
        finally:
            connections.close_all()
        return self.did

    def _steps(self) -> list[Callable[[], None]]:
        often, rest = [self._hold, self._report], [self._cancel, self._expire]
        paying = [*often, *often, self._hold_by_page, self._fill_in, self._extend, *often, *[self._pay] * 3, *rest]
        asking = [self._settle, self._settle, self._accept, self._decline]
        moving = [self._reschedule, self._reschedule_at_desk, self._ask_to_move]
        return [*paying, *paying, *asking, *moving, self._book_at_desk, self._complete, self._miss]

    def _some_time(self, quarters: int = 8) -> tuple[Service, datetime]:
        quarter = self._dice.randrange(quarters)
        return self._dice.choice(self._services), TOMORROW_AT_TEN - 60 * MINUTE + quarter * 15 * MINUTE

    def _some_booking(self) -> Booking | None:
        return Booking.objects.order_by("?").select_related("service__practitioner", "patient").first()

    def _hold(self) -> None:
        service, start = self._some_time()
        patient = make_patient()
        booking_actions.hold(service, start=start, by=Actor.PATIENT, source=Source.API, now=self._now, patient=patient)

    def _hold_by_page(self) -> None:
        """Someone who may hold a time already takes another instead."""
        service, start = self._some_time()
        earlier = self._some_booking()
        if earlier is None or earlier.status == Status.PENDING_PAYMENT:
            key = str(self._dice.randrange(10))
            visitor = Visitor(bookings=[earlier] if earlier else [])
            holds.keep(service, start=start, key=key, visitor=visitor, now=self._now)

    def _some_hold(self) -> Booking | None:
        return Booking.objects.filter(status=Status.PENDING_PAYMENT).order_by("?").first()

    def _fill_in(self) -> None:
        if held := self._some_hold():
            who: dict[str, Any] = {
                "name": "Meera Iyer",
                "email": "meera@example.com",
                "phone": "+919812300456",
                "zone": "Asia/Kolkata",
            }
            booking_actions.give_details(held, **who, note="", consent="", now=self._now)

    def _extend(self) -> None:
        if held := self._some_hold():
            booking_actions.extend_hold(held, now=self._now)

    def _pay(self) -> None:
        if held := self._some_hold():
            actions.begin(held, now=self._now)

    def _report(self) -> None:
        """What a provider may say: mostly success, sometimes late, wrong, or again."""
        newest = list(Payment.objects.order_by("-pk")[:HANDS])
        if not newest:
            return
        payment = self._dice.choice(newest)
        state = self._dice.choice([*[State.CAPTURED] * 3, State.FAILED, State.AUTHORISED, State.CLOSED])
        wrong = {"amount": payment.amount - 1} if self._dice.random() < 0.1 and state == State.CAPTURED else {}
        actions.apply_payment(payment, told(payment, state, **wrong), by=Actor.PROVIDER, now=self._now)

    def _settle(self) -> None:
        """A visit is asked for, costs nothing, or is paid when it takes place."""
        if held := self._some_hold():
            booking_actions.settle(held, at_visit=self._dice.random() < 0.5, now=self._now)

    def _some_request(self) -> Booking | None:
        return Booking.objects.filter(status=Status.REQUESTED).order_by("?").first()

    def _accept(self) -> None:
        if asked := self._some_request():
            booking_actions.accept(asked, by=Actor.PRACTITIONER, now=self._now)

    def _decline(self) -> None:
        asked = self._some_request()
        if asked is not None and self._dice.random() < 0.5:
            booking_actions.decline(asked, by=Actor.FRONT_DESK, reason="away", now=self._now)

    def _move(self, by: Actor) -> None:
        booking = self._some_booking()
        if booking is not None:
            _service, start = self._some_time(QUARTERS_OF_A_DAY)
            booking_actions.reschedule(booking, start=start, by=by, now=self._now)

    def _reschedule(self) -> None:
        self._move(Actor.PATIENT)

    def _reschedule_at_desk(self) -> None:
        self._move(Actor.FRONT_DESK)

    def _ask_to_move(self) -> None:
        if booking := self._some_booking():
            booking_actions.ask_to_move(booking, by=Actor.PRACTITIONER, why="a training day", now=self._now)

    def _book_at_desk(self) -> None:
        service, start = self._some_time(QUARTERS_OF_A_DAY)
        patient, way = PatientFactory.build(), self._dice.choice(list(Way))
        facts: dict[str, Any] = {"patient": patient, "way": way, "anyway": self._dice.random() < 0.5}
        booking_actions.book_at_desk(service, start=start, **facts, by=Actor.FRONT_DESK, now=self._now)

    def _afterwards(self) -> datetime:
        """When the visits of tomorrow morning can be looked back at."""
        return self._now + timedelta(days=2)

    def _complete(self) -> None:
        if booking := self._some_booking():
            booking_actions.complete(booking, by=Actor.FRONT_DESK, reason="came late", now=self._afterwards())

    def _miss(self) -> None:
        if booking := self._some_booking():
            booking_actions.miss(booking, by=Actor.FRONT_DESK, reason="nobody came", now=self._afterwards())

    def _cancel(self) -> None:
        booking = self._some_booking()
        if booking is not None and self._dice.random() < 0.5:
            booking_actions.cancel(booking, by=Actor.STAFF, reason="", now=self._now)

    def _expire(self) -> None:
        booking_actions.expire_lapsed(now=self._now)


def all_hands(seed: int = 7) -> Counter[str]:
    first, second = make_practitioner(), make_practitioner(buffer_after=15)
    services = [
        make_service(first),
        make_service(first, duration=30, pay_when=PayWhen.EITHER),
        make_service(first, duration=30, needs_approval=True),
        make_service(second, duration=30),
        make_service(second, needs_approval=True, pay_when=PayWhen.AT_VISIT),
        make_service(second, duration=15, amount=0),
    ]
    hands = [Hand(services, seed + number) for number in range(HANDS)]
    with ThreadPoolExecutor(HANDS) as pool:
        done = sum(pool.map(lambda hand: hand.work(STEPS // HANDS), hands), Counter[str]())
    print(dict(done))  # noqa: T201 - what the run consisted of
    return done


def check_nothing_overlaps_and_nothing_is_lost() -> None:
    assert ask(OVERLAPS) == [(0,)]
    assert ask("SELECT * FROM report_money_drift") == []


def check_nothing_was_left_out(done: Counter[str]) -> None:
    """A little is too little for every verb to succeed and every status to be reached."""
    assert [step for step in STEPS_OF_A_LIFE if not done[step]] == []
    assert set(Move.objects.values_list("after", flat=True)) == set(Status)
    assert Move.objects.exclude(moved_to=None).exists()


def test_any_number_of_hands_sell_no_time_twice_and_lose_no_rupee() -> None:
    before = deadlocks()
    done = all_hands()

    check_nothing_overlaps_and_nothing_is_lost()
    assert deadlocks() == before
    for step in ("hold", "hold_by_page", "fill_in", "extend", "pay", "report", "cancel", "expire", "SlotTaken"):
        assert done[step] > 0, done
    assert Move.objects.filter(after=Status.CONFIRMED).exists()
    if FULL:
        check_nothing_was_left_out(done)
    assert Refund.objects.exists()


def test_control_without_the_constraint_times_are_sold_twice() -> None:
    with without_the_constraint():
        all_hands()

        with pytest.raises(AssertionError):
            check_nothing_overlaps_and_nothing_is_lost()


def test_control_a_deadlock_would_be_counted() -> None:
    before = deadlocks()

    provoke_a_deadlock()

    assert deadlocks() == before + 1


@pytest.mark.usefixtures("money_adrift")
def test_control_where_no_refund_is_owed_money_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "owe_refund", lambda *_, **__: None)
    all_hands()

    with pytest.raises(AssertionError):
        check_nothing_overlaps_and_nothing_is_lost()
