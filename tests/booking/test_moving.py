"""Moving a visit: the old time is free exactly when the new one is taken, and nothing is paid twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import connections

from booking import actions
from booking.errors import (
    BookingRefused,
    FullyBooked,
    MovedTooOften,
    NotOffered,
    SlotTaken,
    TooLate,
    WrongState,
)
from booking.lifecycle import Status
from booking.models import Booking, Move
from common.audit import Actor
from common.models import AuditEntry
from payments.lifecycle import PaymentStatus
from payments.models import Payment, Refund
from practitioners.models import Service
from tests.factories import NOW, TOMORROW_AT_TEN, make_booking, make_payment, make_practitioner, make_service

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ELEVEN = TOMORROW_AT_TEN + HOUR
BEFORE_WORK = TOMORROW_AT_TEN - 2 * HOUR


@pytest.fixture
def service(db: None) -> Service:
    return make_service(make_practitioner(step=60))


def move(booking: Booking, start: datetime = ELEVEN, *, by: Actor = Actor.PATIENT, **facts: object) -> Booking:
    return actions.reschedule(booking, start=start, by=by, **{"now": NOW, **facts})  # type: ignore[arg-type]


def firm(service: Service, **fields: object) -> Booking:
    return make_booking(service=service, **{"status": Status.CONFIRMED, **fields})


def test_a_moved_visit_leaves_its_old_time_to_others_and_keeps_its_money(service: Service) -> None:
    booking = firm(service)
    make_payment(booking=booking, status=PaymentStatus.CAPTURED)

    move(booking)

    booking.refresh_from_db()
    assert (booking.starts_at, booking.duration) == (ELEVEN, HOUR)
    assert (booking.status, booking.sequence, booking.moves_made) == (Status.CONFIRMED, 1, 1)
    assert (Payment.objects.count(), Refund.objects.count()) == (1, 0)
    make_booking(service=service)  # the constraint lets it have the old time


def test_where_it_came_from_is_written_down_twice(service: Service) -> None:
    move(firm(service), reason="a better day")

    step = Move.objects.get()
    entry = AuditEntry.objects.get(action="booking.moved")
    assert (step.moved_from, step.moved_to, step.actor) == (TOMORROW_AT_TEN, ELEVEN, "patient")
    assert (step.before, step.after, step.reason) == ("confirmed", "confirmed", "a better day")
    assert entry.before["start"] == TOMORROW_AT_TEN.isoformat()
    assert entry.after["start"] == ELEVEN.isoformat()


def test_a_visit_is_in_nobodys_way_when_it_is_moved_itself(service: Service) -> None:
    service.practitioner.step = 15
    service.practitioner.save()

    booking = move(firm(service), TOMORROW_AT_TEN + timedelta(minutes=15))

    assert booking.starts_at == TOMORROW_AT_TEN + timedelta(minutes=15)


def test_a_visit_keeps_its_length_whatever_becomes_of_its_service(service: Service) -> None:
    booking = firm(service)
    Service.objects.update(duration=120)

    booking = move(booking)

    assert booking.duration == HOUR
    assert booking.ends_at == ELEVEN + HOUR


def test_a_taken_time_is_refused_with_others_that_really_can_be_had(service: Service) -> None:
    booking = firm(service)
    make_booking(service=service, start=ELEVEN)
    Service.objects.update(duration=30)  # the visit is an hour all the same

    with pytest.raises(SlotTaken) as refusal:
        move(booking)

    booking.refresh_from_db()
    assert (booking.starts_at, booking.sequence) == (TOMORROW_AT_TEN, 0)
    assert len(refusal.value.alternatives) == 5
    assert not {TOMORROW_AT_TEN, ELEVEN} & set(refusal.value.alternatives)
    for start in refusal.value.alternatives:
        booking = move(booking, start, by=Actor.PRACTITIONER)
        assert booking.starts_at == start


@pytest.mark.parametrize("start", [BEFORE_WORK, TOMORROW_AT_TEN + timedelta(minutes=1), NOW - DAY, NOW + 900 * DAY])
def test_patients_move_to_times_that_are_offered(service: Service, start: datetime) -> None:
    with pytest.raises(NotOffered):
        move(firm(service), start)


def test_the_practice_moves_to_any_free_time_that_is_to_come(service: Service) -> None:
    booking = move(firm(service), BEFORE_WORK, by=Actor.PRACTITIONER)

    assert (booking.starts_at, booking.moves_made) == (BEFORE_WORK, 0)
    with pytest.raises(NotOffered):
        move(booking, NOW - DAY, by=Actor.PRACTITIONER)


def test_a_full_day_takes_no_visit_more_but_its_own_may_move_within_it(service: Service) -> None:
    service.practitioner.daily_cap = 1
    service.practitioner.save()
    booking = firm(service)
    firm(service, start=TOMORROW_AT_TEN + DAY)

    with pytest.raises(FullyBooked):
        move(booking, ELEVEN + DAY)
    assert move(booking).starts_at == ELEVEN


def test_patients_move_until_the_cut_off_and_the_practice_after_it(service: Service) -> None:
    booking = firm(service, move_cutoff=24 * 60)
    cutoff = TOMORROW_AT_TEN - DAY

    with pytest.raises(TooLate):
        move(booking, ELEVEN + DAY, now=cutoff + timedelta(seconds=1))
    assert move(booking, ELEVEN + DAY, now=cutoff).starts_at == ELEVEN + DAY
    assert move(booking, ELEVEN, by=Actor.FRONT_DESK, now=cutoff + HOUR).starts_at == ELEVEN


def test_patients_move_so_many_times(service: Service) -> None:
    booking = firm(service, most_moves=1)
    booking = move(booking)

    with pytest.raises(MovedTooOften):
        move(booking, ELEVEN + DAY)
    assert move(booking, ELEVEN + DAY, by=Actor.FRONT_DESK).moves_made == 1


def test_two_tabs_move_a_visit_once(service: Service) -> None:
    booking = firm(service)
    move(booking, ELEVEN, sequence=0)

    with pytest.raises(WrongState):
        move(booking, ELEVEN + HOUR + DAY, sequence=0)
    assert move(booking, ELEVEN, sequence=0).sequence == 1  # a double press is no refusal


@pytest.mark.parametrize(
    "status",
    [s for s in Status if s not in {Status.CONFIRMED, Status.REQUESTED}],
)
def test_only_what_is_asked_for_or_firm_is_moved(service: Service, status: Status) -> None:
    with pytest.raises(WrongState):
        move(make_booking(service=service, status=status))


def test_what_has_begun_stays_where_it_is(service: Service) -> None:
    with pytest.raises(WrongState):
        move(firm(service), ELEVEN + DAY, by=Actor.PRACTITIONER, now=TOMORROW_AT_TEN)


def test_a_request_moves_as_often_as_its_patient_likes_and_is_answered_before_it_would_begin(service: Service) -> None:
    booking = make_booking(
        service=service, status=Status.REQUESTED, start=ELEVEN + DAY, hold_expires_at=ELEVEN + HOUR, most_moves=0
    )

    booking = move(booking, TOMORROW_AT_TEN)

    assert (booking.status, booking.hold_expires_at) == (Status.REQUESTED, TOMORROW_AT_TEN)
    with pytest.raises(WrongState):
        move(booking, ELEVEN + DAY, now=TOMORROW_AT_TEN)


def test_a_lapsed_hold_in_the_way_is_pushed_aside(service: Service) -> None:
    booking = firm(service)
    lapsed = make_booking(service=service, start=ELEVEN, hold_expires_at=NOW)

    move(booking)

    lapsed.refresh_from_db()
    assert lapsed.status == Status.EXPIRED


def test_who_is_asked_to_move_may_do_so_late_and_uncounted_or_leave_with_everything(service: Service) -> None:
    booking = firm(service, cancel_cutoff=7 * 24 * 60, most_moves=0)
    make_payment(booking=booking, status=PaymentStatus.CAPTURED)
    with pytest.raises(TooLate):
        move(booking)

    booking = actions.ask_to_move(booking, by=Actor.PRACTITIONER, why="in court", now=NOW)

    assert (booking.starts_at, booking.status) == (TOMORROW_AT_TEN, Status.CONFIRMED)
    assert (booking.moves_left, booking.refund_percent(NOW)) == (1, 100)
    booking = move(booking)
    assert (booking.moves_made, booking.move_asked_at, booking.move_asked_why) == (0, None, "")
    with pytest.raises(TooLate):
        move(booking, ELEVEN + DAY)


@pytest.mark.parametrize("status", [s for s in Status if s != Status.CONFIRMED])
def test_only_firm_visits_are_asked_to_move(service: Service, status: Status) -> None:
    with pytest.raises(WrongState):
        actions.ask_to_move(make_booking(service=service, status=status), by=Actor.PRACTITIONER, why="x", now=NOW)


def test_nobody_is_asked_to_move_what_has_begun(service: Service) -> None:
    with pytest.raises(WrongState):
        actions.ask_to_move(firm(service), by=Actor.PRACTITIONER, why="x", now=TOMORROW_AT_TEN)


@pytest.mark.django_db(transaction=True)
def test_of_many_who_move_to_one_time_at_once_one_gets_it() -> None:
    service = make_service(make_practitioner(step=60))
    bookings = [firm(service, start=TOMORROW_AT_TEN + number * DAY) for number in range(4)]
    wish = ELEVEN + 6 * DAY

    def try_it(booking: Booking) -> bool:
        try:
            move(booking, wish)
        except BookingRefused:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(4) as people:
        got_it = list(people.map(try_it, bookings))

    assert sorted(got_it) == [False, False, False, True]
    assert Booking.objects.filter(span__startswith=wish).count() == 1
    assert Booking.objects.filter(span__startswith__lt=wish).count() == 3


@pytest.mark.django_db(transaction=True)
def test_two_who_swap_places_at_once_do_not_wait_for_each_other_for_ever() -> None:
    service = make_service(make_practitioner(step=60))
    one, other = firm(service), firm(service, start=ELEVEN)

    def try_it(wish: tuple[Booking, datetime]) -> type[Exception] | None:
        try:
            move(*wish)
        except BookingRefused as refusal:
            return type(refusal)
        finally:
            connections.close_all()
        return None

    with ThreadPoolExecutor(2) as people:
        answers = list(people.map(try_it, [(one, ELEVEN), (other, TOMORROW_AT_TEN)]))

    assert answers == [SlotTaken, SlotTaken]


def test_a_late_move_brings_no_full_refund_back(service: Service) -> None:
    terms = {"cancel_cutoff": 60, "full_refund_until": 48 * 60, "late_refund": 40}
    late, early = firm(service, **terms), firm(service, start=TOMORROW_AT_TEN + 3 * DAY, **terms)
    far = TOMORROW_AT_TEN + 14 * DAY

    for booking in (late, early):
        move(booking, far + (HOUR if booking == early else 0 * HOUR))
        booking.refresh_from_db()

    assert (late.refund_percent(NOW), early.refund_percent(NOW)) == (40, 100)
    policy = late.policy(NOW)
    assert (policy.all_until, policy.part_until) == (None, far - HOUR)
    move(late, far + 2 * HOUR, by=Actor.PRACTITIONER)
    late.refresh_from_db()
    assert late.refund_percent(NOW) == 40


def test_whom_the_practice_asked_moves_late_without_losing_anything(service: Service) -> None:
    booking = firm(service, cancel_cutoff=60, full_refund_until=48 * 60, late_refund=40)
    actions.ask_to_move(booking, by=Actor.PRACTITIONER, why="a meeting", now=NOW)

    move(booking, TOMORROW_AT_TEN + 14 * DAY)

    booking.refresh_from_db()
    assert booking.refund_percent(NOW) == 100
