"""Visits that change places: two patients move at the same moment, onto each other's times or through them. Afterwards
each visit is where it was or where it was to go, none is lost, no two overlap, and nobody was caught in a deadlock."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from django.db import connection, transaction

from booking import actions
from booking.errors import SlotTaken
from booking.lifecycle import Status
from booking.models import Booking, Move, Source
from common.audit import Actor
from practitioners.models import Practitioner, Service
from tests.factories import NOW, make_booking
from tests.proofs import visitors
from tests.proofs.database import deadlocks, without_the_constraint
from tests.proofs.scale import at_once, many

pytestmark = [pytest.mark.proof, pytest.mark.django_db(transaction=True)]
ROUNDS = many(25, 1000)
HALF, HOUR = timedelta(minutes=30), timedelta(hours=1)
TEN = NOW + timedelta(days=1, hours=10)
ONE, OTHER, FREE = TEN, TEN + 2 * HOUR, TEN + 4 * HOUR


@dataclass(frozen=True)
class Dance:
    """Where the visits at `ONE` and at `OTHER` want to go, and which ends are right: who moved, and who was refused."""

    first: datetime
    second: datetime
    ends: frozenset[tuple[bool, bool]]


# Everybody moves only if the other one has left already; the first of a chain moves in any case.
DANCES = {
    "onto each other's times": Dance(OTHER, ONE, frozenset({(False, False)})),
    "onto each other's times, nearly": Dance(OTHER - HALF, ONE + HALF, frozenset({(False, False)})),
    "one follows the other": Dance(FREE, ONE, frozenset({(True, True), (True, False)})),
    "one follows by half": Dance(FREE, ONE - HALF, frozenset({(True, True), (True, False)})),
    "one steps aside within its own time": Dance(ONE + HALF, ONE - HALF, frozenset({(True, True), (True, False)})),
    "both onto one free time": Dance(FREE, FREE, frozenset({(True, False), (False, True)})),
    "both onto overlapping times": Dance(FREE, FREE + HALF, frozenset({(True, False), (False, True)})),
}


def succeeds(act: Callable[[], object]) -> bool:
    """Whoever is refused is told of five other times."""
    refused = None
    try:
        act()
    except SlotTaken as refusal:
        refused = refusal
    finally:
        connection.close()
    assert refused is None or (type(refused), len(refused.alternatives)) == (SlotTaken, 5)
    return refused is None


def move(booking: Booking, start: datetime, by: Actor) -> bool:
    return succeeds(lambda: actions.reschedule(booking, start=start, by=by, now=NOW))


def come(service: Service, start: datetime) -> bool:
    return succeeds(lambda: actions.hold(service, start=start, by=Actor.PATIENT, source=Source.WEB, now=NOW))


def two_visits(service: Service) -> list[Booking]:
    Booking.objects.active().update(status=Status.CANCELLED)  # of the round before
    firm = {"service": service, "status": Status.CONFIRMED, "hold_expires_at": None}
    return [make_booking(start=start, **firm) for start in (ONE, OTHER)]


def dance(service: Service, wanted: Dance, number: int) -> tuple[bool, bool]:
    """Both move at once, a patient or the desk, and what became of them is checked."""
    visits, goals = two_visits(service), (wanted.first, wanted.second)
    by = (Actor.PATIENT, Actor.FRONT_DESK)

    def go(which: int) -> bool:
        return move(visits[which], goals[which], by[(number + which) // 2 % 2])

    first, second = at_once(2, go)
    check_where_they_are(visits, goals, moved=(first, second))
    return first, second


def check_where_they_are(visits: list[Booking], goals: tuple[datetime, ...], *, moved: tuple[bool, ...]) -> None:
    for visit in visits:
        visit.refresh_from_db()
    assert [visit.status for visit in visits] == [Status.CONFIRMED] * 2
    for visit, goal, went, before in zip(visits, goals, moved, (ONE, OTHER), strict=True):
        assert visit.starts_at == (goal if went else before)
        assert visit.duration == HOUR
        told = [(step.moved_from, step.moved_to) for step in Move.objects.filter(booking=visit)]
        assert told == ([(before, goal)] if went else [])
    spans = sorted((visit.starts_at, visit.ends_at) for visit in Booking.objects.active())
    assert all(end <= start for (_, end), (start, _) in pairwise(spans)), "two visits overlap"


@pytest.mark.parametrize("name", DANCES)
def test_who_moves_at_once_ends_at_a_time_of_their_own(name: str) -> None:
    service, before, wanted = visitors.always_open(), deadlocks(), DANCES[name]

    ended = Counter(dance(service, wanted, number) for number in range(ROUNDS))

    print(f"{name}: {ROUNDS} times, {dict(ended)}")  # noqa: T201 - figures for reading
    assert ended.keys() <= wanted.ends
    assert deadlocks() == before


def test_an_old_time_is_free_for_a_visitor_exactly_when_the_new_one_is_taken() -> None:
    service, before = visitors.always_open(), deadlocks()

    def one_round() -> bool:
        visit, _other = two_visits(service)
        acts = (lambda: move(visit, FREE, Actor.PATIENT), lambda: come(service, ONE))
        left, came = at_once(2, lambda number: acts[number]())
        starts = sorted(Booking.objects.active().values_list("span__startswith", flat=True))
        assert left
        assert starts == ([ONE] if came else []) + [OTHER, FREE]
        return came

    came = sum(one_round() for _ in range(ROUNDS))

    print(f"{ROUNDS} times, the visitor came after the move {came} times")  # noqa: T201 - figures for reading
    assert deadlocks() == before


# --- Controls ---------------------------------------------------------------------------------------------------------


def both_onto_one_free_time(service: Service) -> None:
    for number in range(ROUNDS):
        dance(service, DANCES["both onto one free time"], number)


def test_control_without_the_constraint_two_visits_are_at_one_time() -> None:
    service = visitors.always_open()

    with without_the_constraint(), pytest.raises(AssertionError, match="overlap"):
        both_onto_one_free_time(service)


def test_control_where_a_time_is_given_up_before_the_other_is_taken_visits_are_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As if a move were made of two transactions: the mistake that is usually made."""
    service = visitors.always_open()

    def naive(booking: Booking, *, start: datetime, by: Actor, now: datetime) -> None:
        actions.cancel(booking, by=Actor.STAFF, reason="", now=now)
        held = actions.hold(service, start=start, by=by, source=Source.WEB, now=now, patient=booking.patient)
        with transaction.atomic():
            Practitioner.objects.locked().get(pk=service.practitioner_id)
            Booking.objects.filter(pk=held.pk).update(status=Status.CANCELLED)
            moved = Booking.objects.filter(pk=booking.pk)
            moved.update(status=Status.CONFIRMED, span=held.span, occupied=held.occupied)

    monkeypatch.setattr(actions, "reschedule", naive)

    with pytest.raises(AssertionError, match="cancelled"):
        both_onto_one_free_time(service)
