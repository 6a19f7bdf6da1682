"""How a booking ends: called off by its terms, completed, missed, or taken as completed by itself."""

from datetime import timedelta

import pytest

from booking import actions
from booking.deadlines import COMPLETE_AFTER
from booking.errors import NoReason, TermsChanged, TooEarly, TooLate, WrongState
from booking.lifecycle import Status
from booking.models import Booking
from booking.signals import booking_cancelled
from common.audit import Actor
from common.models import AuditEntry
from practitioners.models import Practitioner, Service
from tests.factories import NOW, TOMORROW_AT_TEN, make_booking, make_practitioner, make_service

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
START = TOMORROW_AT_TEN + 6 * DAY


@pytest.fixture
def service() -> Service:
    """All goes back until three days before, 30 % until one day before."""
    asha: Practitioner = make_practitioner(cancel_cutoff=1440, full_refund_until=3 * 1440, late_refund=30)
    return make_service(asha)


@pytest.fixture
def booking(service: Service) -> Booking:
    return make_booking(service=service, start=START, status=Status.CONFIRMED)


# --- Called off -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "percent"),
    [(5 * DAY, 100), (3 * DAY, 100), (3 * DAY - timedelta(microseconds=1), 30), (DAY, 30)],
)
def test_what_goes_back_follows_the_terms_to_the_moment(booking: Booking, before: timedelta, percent: int) -> None:
    told = _cancelled(booking, by=Actor.PATIENT, before=before, shown=percent)

    assert told == percent


def test_a_patient_who_comes_too_late_cancels_nothing(booking: Booking) -> None:
    with pytest.raises(TooLate):
        actions.cancel(booking, by=Actor.PATIENT, reason="", now=START - DAY + timedelta(microseconds=1))

    booking.refresh_from_db()
    assert booking.status == Status.CONFIRMED


@pytest.mark.parametrize("by", [Actor.PRACTITIONER, Actor.FRONT_DESK, Actor.STAFF])
@pytest.mark.parametrize("before", [5 * DAY, 2 * DAY, HOUR])
def test_what_the_practice_cancels_goes_back_in_full(booking: Booking, by: Actor, before: timedelta) -> None:
    assert _cancelled(booking, by=by, before=before, shown=100) == 100


def test_a_share_that_is_no_longer_the_one_shown_cancels_nothing(booking: Booking) -> None:
    with pytest.raises(TermsChanged):
        actions.cancel(booking, by=Actor.PATIENT, reason="", now=START - 2 * DAY, percent_shown=100)

    assert not booking.moves.exists()
    assert _cancelled(booking, by=Actor.PATIENT, before=2 * DAY, shown=None) == 30


def test_terms_that_change_later_do_not_change_what_was_agreed(booking: Booking) -> None:
    Practitioner.objects.update(cancel_cutoff=5 * 1440, full_refund_until=None, late_refund=0)

    assert _cancelled(booking, by=Actor.PATIENT, before=2 * DAY, shown=30) == 30


def test_whom_the_practice_asks_for_another_time_gets_everything_back_until_the_visit(booking: Booking) -> None:
    actions.ask_to_move(booking, by=Actor.PRACTITIONER, why="A hearing", now=START - 4 * DAY)

    assert _cancelled(booking, by=Actor.PATIENT, before=timedelta(0), shown=100) == 100


@pytest.mark.parametrize(
    "status", [Status.CANCELLED, Status.DECLINED, Status.EXPIRED, Status.COMPLETED, Status.NO_SHOW]
)
def test_what_has_ended_is_not_called_off(service: Service, status: Status) -> None:
    booking = make_booking(service=service, start=START, status=status)

    with pytest.raises(WrongState):
        actions.cancel(booking, by=Actor.STAFF, reason="by phone", now=NOW)


def _cancelled(booking: Booking, *, by: Actor, before: timedelta, shown: int | None) -> int:
    """Call it off so long before it begins; answers the share that goes back."""
    told: list[int] = []

    def hear(*, percent: int, **_: object) -> None:
        told.append(percent)

    booking_cancelled.connect(hear, weak=False)
    try:
        done = actions.cancel(booking, by=by, reason="", now=START - before, percent_shown=shown)
    finally:
        booking_cancelled.disconnect(hear)
    assert done.status == Status.CANCELLED
    (percent,) = told
    return percent


# --- It took place, or nobody came ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("say", "after"), [(actions.complete, Status.COMPLETED), (actions.miss, Status.NO_SHOW)])
def test_how_it_was_can_be_said_from_its_first_moment_on(booking: Booking, say: object, after: Status) -> None:
    assert callable(say)
    with pytest.raises(TooEarly):
        say(booking, by=Actor.PRACTITIONER, now=START - timedelta(microseconds=1))

    assert say(booking, by=Actor.PRACTITIONER, now=START).status == after

    move = booking.moves.get()
    assert (move.before, move.after, move.actor) == (Status.CONFIRMED, after, "practitioner")
    assert AuditEntry.objects.filter(action=f"booking.{after}").count() == 1


def test_what_was_said_is_changed_with_a_reason_only(booking: Booking) -> None:
    actions.miss(booking, by=Actor.FRONT_DESK, now=START + HOUR)

    with pytest.raises(NoReason):
        actions.complete(booking, by=Actor.FRONT_DESK, now=START + HOUR)
    done = actions.complete(booking, by=Actor.FRONT_DESK, now=START + HOUR, reason="They came late")

    assert done.status == Status.COMPLETED
    assert [move.reason for move in booking.moves.all()] == ["", "They came late"]


def test_the_same_said_twice_is_one_step(booking: Booking) -> None:
    actions.complete(booking, by=Actor.FRONT_DESK, now=START)

    with pytest.raises(NoReason):
        actions.complete(booking, by=Actor.FRONT_DESK, now=START)
    with pytest.raises(WrongState):
        actions.complete(booking, by=Actor.FRONT_DESK, now=START, reason="Really")

    assert booking.moves.count() == 1


@pytest.mark.parametrize("status", [Status.PENDING_PAYMENT, Status.REQUESTED, Status.CANCELLED, Status.EXPIRED])
def test_what_was_no_visit_neither_took_place_nor_was_missed(service: Service, status: Status) -> None:
    booking = make_booking(service=service, start=START, status=status)

    for say in (actions.complete, actions.miss):
        with pytest.raises(WrongState):
            say(booking, by=Actor.PRACTITIONER, now=START + HOUR, reason="It did")


# --- By itself --------------------------------------------------------------------------------------------------------


def test_a_visit_nobody_spoke_of_is_taken_as_completed_half_a_day_later(booking: Booking) -> None:
    late = booking.ends_at + COMPLETE_AFTER
    assert actions.complete_past(now=late - timedelta(microseconds=1)) == 0

    assert actions.complete_past(now=late) == 1

    booking.refresh_from_db()
    assert booking.status == Status.COMPLETED
    assert booking.moves.get().actor == "system"
    assert actions.complete_past(now=late) == 0


def test_only_firm_visits_complete_by_themselves_whoever_they_are_of(service: Service) -> None:
    firm = [make_booking(service=service, start=START, status=Status.CONFIRMED)]
    firm.append(make_booking(start=START, status=Status.CONFIRMED))
    for number, status in enumerate([Status.NO_SHOW, Status.CANCELLED, Status.REQUESTED, Status.PENDING_PAYMENT]):
        make_booking(service=service, start=START + (number + 1) * HOUR, status=status)

    assert actions.complete_past(now=START + 2 * DAY) == 2

    completed = Booking.objects.filter(status=Status.COMPLETED).values_list("pk", flat=True)
    assert sorted(completed) == sorted(each.pk for each in firm)
