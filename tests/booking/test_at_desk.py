"""Booking at the desk: by the rules unless it says otherwise, once for a form, and never over somebody else."""

from datetime import UTC, datetime, time, timedelta

import pytest

from booking import actions
from booking.actions import Way
from booking.desk import booking_in
from booking.desk.booking_in import Doubt, Wish
from booking.errors import FullyBooked, NotOffered, OutsideHours, SlotTaken, WrongState
from booking.lifecycle import Status
from booking.models import Booking, Patient, RepeatKey
from common.audit import Actor
from practitioners.models import Practitioner, Service, TimeOff
from tests.factories import NOW, TOMORROW_AT_TEN, make_booking, make_practitioner, make_service

pytestmark = pytest.mark.django_db
EVENING = TOMORROW_AT_TEN + timedelta(hours=10)


def somebody(**fields: str) -> Patient:
    return Patient(
        **{"name": "Meera Iyer", "email": "meera@example.com", "booked_by": "", "zone": "Asia/Kolkata", **fields}
    )


def book(
    service: Service, start: datetime = TOMORROW_AT_TEN, *, way: Way = Way.AT_VISIT, anyway: bool = False, **who: str
) -> Booking:
    return actions.book_at_desk(
        service, start=start, patient=somebody(**who), way=way, by=Actor.FRONT_DESK, now=NOW, anyway=anyway
    )


# --- What it comes to -------------------------------------------------------------------------------------------------


def test_at_the_visit_it_is_confirmed_at_once() -> None:
    booking = book(make_service())

    assert (booking.status, booking.pays_at_visit, booking.source) == (Status.CONFIRMED, True, "desk")


def test_a_link_waits_for_its_payment_until_its_deadline() -> None:
    booking = book(make_service(), way=Way.LINK)

    assert booking.status == Status.PENDING_PAYMENT
    assert booking.pay_by == booking.hold_expires_at == NOW + timedelta(minutes=booking.practitioner.pay_within)


def test_a_link_is_sent_to_nobody_without_an_address() -> None:
    with pytest.raises(WrongState):
        book(make_service(), way=Way.LINK, email="")

    assert not Patient.objects.exists()


@pytest.mark.parametrize("way", list(Way))
def test_what_costs_nothing_is_confirmed_in_every_way(way: Way) -> None:
    booking = book(make_service(amount=0), way=way, email="")

    assert (booking.status, booking.pays_at_visit) == (Status.CONFIRMED, False)


def test_what_the_practice_books_needs_nobodys_approval() -> None:
    assert book(make_service(needs_approval=True)).status == Status.CONFIRMED


# --- The rules, and whoever may pass them -----------------------------------------------------------------------------


def test_outside_hours_the_desk_has_to_say_so() -> None:
    service = make_service()
    with pytest.raises(OutsideHours) as refusal:
        book(service, EVENING)
    assert len(refusal.value.alternatives) == 5

    assert book(service, EVENING, anyway=True).starts_at == EVENING


def test_on_a_full_day_the_desk_has_to_say_so() -> None:
    service = make_service(make_practitioner(daily_cap=1))
    make_booking(service=service, status=Status.CONFIRMED)
    later = TOMORROW_AT_TEN + timedelta(hours=3)
    with pytest.raises(FullyBooked):
        book(service, later)

    assert book(service, later, anyway=True).starts_at == later


@pytest.mark.parametrize("anyway", [True, False])
def test_a_time_that_somebody_has_stays_theirs(anyway: bool) -> None:
    service = make_service()
    make_booking(service=service, status=Status.CONFIRMED)

    with pytest.raises(SlotTaken) as refusal:
        book(service, anyway=anyway)

    assert type(refusal.value) is SlotTaken
    assert refusal.value.alternatives
    assert Booking.objects.count() == 1


@pytest.mark.parametrize(
    "start",
    [NOW - timedelta(hours=1, minutes=5), NOW + timedelta(days=401), TOMORROW_AT_TEN + timedelta(microseconds=1)],
)
def test_what_nobody_means_is_not_booked_even_so(start: datetime) -> None:
    with pytest.raises(NotOffered):
        book(make_service(), start, anyway=True)


def test_a_hold_that_lapsed_is_in_nobodys_way() -> None:
    service = make_service()
    make_booking(service=service, hold_expires_at=NOW)

    assert book(service).status == Status.CONFIRMED


# --- What speaks against a time, before anything is typed -------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "doubt"),
    [
        (TOMORROW_AT_TEN, None),
        (EVENING, Doubt.HOURS),
        (TOMORROW_AT_TEN + timedelta(hours=2, minutes=15), Doubt.HOURS),  # the break
        (TOMORROW_AT_TEN + timedelta(minutes=7), Doubt.GRID),
        (TOMORROW_AT_TEN + timedelta(hours=6, minutes=30), Doubt.GRID),  # it would last too long
        (TOMORROW_AT_TEN - timedelta(days=1), Doubt.NOTICE),
        (TOMORROW_AT_TEN + timedelta(days=91), Doubt.HORIZON),
        (TOMORROW_AT_TEN + timedelta(days=2), Doubt.TIME_OFF),
        (TOMORROW_AT_TEN + timedelta(days=1, minutes=30), Doubt.TAKEN),
        (NOW - timedelta(minutes=61), Doubt.IMPOSSIBLE),
        (NOW + timedelta(days=401), Doubt.IMPOSSIBLE),
    ],
)
def test_every_doubt_has_its_name_and_the_action_agrees(start: datetime, doubt: Doubt | None) -> None:
    asha = make_practitioner(notice=12 * 60, horizon=60)
    service = make_service(asha)
    make_booking(service=service, start=TOMORROW_AT_TEN + timedelta(days=1), status=Status.CONFIRMED)
    TimeOff.objects.create(practitioner=asha, first_day="2026-12-03", last_day="2026-12-03")

    assert booking_in.doubt_about(service, start, now=NOW) == doubt

    if doubt is None:
        assert book(service, start).starts_at == start
    else:
        with pytest.raises(SlotTaken):
            book(service, start)


def test_a_visit_that_began_already_is_doubted_and_a_full_day_too() -> None:
    noon = datetime(2026, 12, 1, 7, 40, tzinfo=UTC)  # ten past one in India
    asha = make_practitioner(daily_cap=1)
    service = make_service(asha)
    began = noon - timedelta(minutes=10)
    assert booking_in.doubt_about(service, began, now=noon) == Doubt.PAST

    make_booking(service=service, status=Status.CONFIRMED)
    assert booking_in.doubt_about(service, began + timedelta(hours=1), now=NOW) == Doubt.FULL


def test_buffers_and_holds_of_others_count_as_taken() -> None:
    service = make_service(make_practitioner(buffer_after=15))
    nine = TOMORROW_AT_TEN - timedelta(hours=1)
    make_booking(service=service, start=nine, hold_expires_at=NOW + timedelta(minutes=1))

    assert booking_in.doubt_about(service, nine + timedelta(minutes=60), now=NOW) == Doubt.TAKEN
    assert booking_in.doubt_about(service, nine + timedelta(minutes=75), now=NOW) is None


# --- Clocks -----------------------------------------------------------------------------------------------------------


def test_now_is_rounded_down_to_five_minutes() -> None:
    asha = make_practitioner()
    now = NOW + timedelta(minutes=9, seconds=59)

    assert booking_in.round_now(now, asha) == NOW + timedelta(minutes=5)


def test_a_time_that_the_clock_skips_is_none_and_one_that_comes_twice_is_the_first() -> None:
    berlin = make_practitioner(zone="Europe/Berlin")

    assert booking_in.instant_of(datetime(2027, 3, 28).date(), time(2, 30), berlin) is None  # noqa: DTZ001
    twice = booking_in.instant_of(datetime(2026, 10, 25).date(), time(2, 30), berlin)  # noqa: DTZ001
    assert twice == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


# --- Once -------------------------------------------------------------------------------------------------------------


def wish(service: Service, start: datetime = TOMORROW_AT_TEN, **who: str) -> Wish:
    return Wish(service, start, somebody(**who), Way.AT_VISIT)


def once(wanted: Wish, key: str = "one form") -> Booking:
    return booking_in.book_once(wanted, key=key, by=Actor.FRONT_DESK, now=NOW)


def test_the_second_press_finds_what_the_first_one_booked() -> None:
    service = make_service()

    assert once(wish(service)) == once(wish(service))
    assert (Booking.objects.count(), Patient.objects.count()) == (1, 1)


def test_other_words_or_another_form_are_another_booking() -> None:
    service = make_service()
    once(wish(service))

    with pytest.raises(SlotTaken):
        once(wish(service, name="Ravi Nair"))
    with pytest.raises(SlotTaken):
        once(wish(service), key="another form")
    assert once(wish(service, TOMORROW_AT_TEN + timedelta(hours=1))).starts_at > TOMORROW_AT_TEN


def test_what_was_called_off_since_is_booked_anew() -> None:
    service = make_service()
    first = once(wish(service))
    actions.cancel(first, by=Actor.FRONT_DESK, reason="A mistake", now=NOW)

    assert once(wish(service)) != first


def test_a_refusal_uses_no_key_up() -> None:
    service = make_service()
    held = make_booking(service=service, status=Status.CONFIRMED)
    with pytest.raises(SlotTaken):
        once(wish(service))
    assert not RepeatKey.objects.exists()
    actions.cancel(held, by=Actor.FRONT_DESK, reason="Ill", now=NOW)

    assert once(wish(service)).status == Status.CONFIRMED


# --- What was booked last ---------------------------------------------------------------------------------------------


def test_the_service_that_was_booked_last_at_the_desk_comes_first_to_hand() -> None:
    asha: Practitioner = make_practitioner()
    short, long = make_service(asha, duration=30), make_service(asha, duration=90)
    assert booking_in.offered(asha) == ([short, long], short)

    book(long)

    assert booking_in.offered(asha)[1] == long
    Service.objects.filter(pk=long.pk).update(is_active=False)
    assert booking_in.offered(asha) == ([short], short)


def test_a_desk_without_services_has_nothing_to_hand() -> None:
    assert booking_in.offered(make_practitioner()) == ([], None)
