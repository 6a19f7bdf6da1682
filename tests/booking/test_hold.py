"""Keeping a time: what is held, what is refused, and what a refusal offers instead."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import transaction

from booking import actions
from booking.errors import GivenUp, NotOffered, SlotTaken
from booking.lifecycle import Status
from booking.models import Booking, Patient, Source
from common.audit import Actor
from practitioners.models import Service
from tests.factories import NOW, TOMORROW_AT_TEN, make_booking, make_patient, make_practitioner, make_service

pytestmark = pytest.mark.django_db
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def hold(service: Service, start: datetime = TOMORROW_AT_TEN, *, now: datetime = NOW, **more: object) -> Booking:
    return actions.hold(service, start=start, by=Actor.PATIENT, source=Source.WEB, now=now, **more)  # type: ignore[arg-type]


def test_a_hold_takes_its_time_for_ten_minutes_at_the_price_of_the_moment(service: Service) -> None:
    booking = hold(service)

    Service.objects.update(amount=999, name="Dearer", duration=30)
    booking.refresh_from_db()
    assert (booking.status, booking.hold_expires_at) == (Status.PENDING_PAYMENT, NOW + 10 * MINUTE)
    assert (booking.starts_at, booking.ends_at) == (TOMORROW_AT_TEN, TOMORROW_AT_TEN + HOUR)
    assert (booking.amount, booking.currency, booking.service_name) == (150_000, "INR", "Consultation")


def test_a_taken_time_is_refused_with_up_to_five_others(service: Service) -> None:
    hold(service)

    with pytest.raises(SlotTaken) as refusal:
        hold(service)

    assert not isinstance(refusal.value, NotOffered)
    assert len(refusal.value.alternatives) == 5
    assert TOMORROW_AT_TEN not in refusal.value.alternatives
    for other in refusal.value.alternatives:
        with transaction.atomic():
            assert hold(service, other).status == Status.PENDING_PAYMENT
            transaction.set_rollback(True)


def test_an_overlapping_time_is_taken_and_the_one_that_follows_is_free(service: Service) -> None:
    hold(service)

    for minutes in (-45, -15, 15, 45):
        with pytest.raises(SlotTaken):
            hold(service, TOMORROW_AT_TEN + minutes * MINUTE)
    hold(service, TOMORROW_AT_TEN + HOUR)
    hold(service, TOMORROW_AT_TEN - HOUR)


def test_the_buffer_is_occupied_with_the_visit() -> None:
    half_an_hour = make_service(make_practitioner(buffer_after=15), duration=30)
    hold(half_an_hour)

    for minutes in (-30, 30):
        with pytest.raises(SlotTaken):
            hold(half_an_hour, TOMORROW_AT_TEN + minutes * MINUTE)
    for minutes in (-45, 45):
        hold(half_an_hour, TOMORROW_AT_TEN + minutes * MINUTE)


def test_the_same_time_of_two_practitioners_is_two_times() -> None:
    assert hold(make_service()).starts_at == hold(make_service()).starts_at


def test_a_lapsed_hold_gives_way_although_nobody_has_retired_it(service: Service) -> None:
    first = hold(service)
    just_before, deadline = NOW + 10 * MINUTE - timedelta(microseconds=1), NOW + 10 * MINUTE

    with pytest.raises(SlotTaken):
        hold(service, now=just_before)
    second = hold(service, now=deadline)

    first.refresh_from_db()
    assert (first.status, second.status) == (Status.EXPIRED, Status.PENDING_PAYMENT)


@pytest.mark.parametrize("status", [Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW])
def test_a_firm_booking_never_gives_way(service: Service, status: Status) -> None:
    make_booking(service=service, status=status)

    with pytest.raises(SlotTaken):
        hold(service, now=NOW + 11 * MINUTE)


def test_a_request_gives_way_once_its_time_for_an_answer_is_over(service: Service) -> None:
    asked = make_booking(service=service, status=Status.REQUESTED, hold_expires_at=NOW + HOUR)

    with pytest.raises(SlotTaken):
        hold(service, now=NOW + HOUR - MINUTE)
    hold(service, now=NOW + HOUR)

    asked.refresh_from_db()
    assert asked.status == Status.EXPIRED


@pytest.mark.parametrize("status", [Status.EXPIRED, Status.CANCELLED, Status.DECLINED])
def test_a_time_that_was_given_back_can_be_held(service: Service, status: Status) -> None:
    make_booking(service=service, status=status)

    hold(service)


def test_choosing_another_time_gives_up_the_first(service: Service) -> None:
    first = hold(service)

    second = hold(service, TOMORROW_AT_TEN + HOUR, instead_of=first)

    first.refresh_from_db()
    assert (first.status, second.status) == (Status.CANCELLED, Status.PENDING_PAYMENT)


def test_a_refused_change_keeps_the_first_time(service: Service) -> None:
    make_booking(service=service, start=TOMORROW_AT_TEN + HOUR, status=Status.CONFIRMED)
    first = hold(service)

    with pytest.raises(SlotTaken):
        hold(service, TOMORROW_AT_TEN + HOUR, instead_of=first)

    first.refresh_from_db()
    assert first.status == Status.PENDING_PAYMENT


def test_a_hold_is_given_up_once_so_that_two_tabs_keep_one_time(service: Service) -> None:
    first = hold(service)
    hold(service, TOMORROW_AT_TEN + HOUR, instead_of=first)

    with pytest.raises(GivenUp):
        hold(service, TOMORROW_AT_TEN - HOUR, instead_of=first)

    assert Booking.objects.active().count() == 1


@pytest.mark.parametrize("more", [{"pay_pressed_at": NOW}, {"pay_by": NOW + HOUR}, {"status": Status.CONFIRMED}])
def test_what_has_come_to_more_meanwhile_is_not_given_up(service: Service, more: dict[str, object]) -> None:
    first = hold(service)
    Booking.objects.update(**more)

    hold(service, TOMORROW_AT_TEN + HOUR, instead_of=first)

    assert Booking.objects.active().count() == 2


def test_a_person_is_stored_with_the_hold_and_not_with_a_refusal(service: Service) -> None:
    new = {"name": "Meera Iyer", "email": "meera@example.com", "phone": "+919812300456", "zone": "Asia/Kolkata"}
    booking = hold(service, patient=Patient(**new), note="by the window")
    with pytest.raises(SlotTaken):
        hold(service, patient=Patient(**new))

    booking.refresh_from_db()
    assert booking.patient == Patient.objects.get()
    assert booking.note == "by the window"


# --- What was not offered can't be held -------------------------------------------------------------------------------


def unpublished(service: Service) -> None:
    service.practitioner.is_published = False
    service.practitioner.save()


def withdrawn(service: Service) -> None:
    service.is_active = False
    service.save()


def holidays(service: Service) -> None:
    service.practitioner.weekly_hours.all().delete()


def nothing(service: Service) -> None:
    pass


def of_someone_else(service: Service) -> None:
    service.practitioner = make_practitioner()  # not saved: the row still belongs to the first


FORGED: dict[str, tuple[Callable[[Service], None], datetime]] = {
    "before opening": (nothing, TOMORROW_AT_TEN - 2 * HOUR),
    "after closing": (nothing, TOMORROW_AT_TEN + 7 * HOUR),
    "into the break": (nothing, TOMORROW_AT_TEN + HOUR + 15 * MINUTE),
    "on a day off": (nothing, TOMORROW_AT_TEN + 4 * DAY),
    "off the grid": (nothing, TOMORROW_AT_TEN + 5 * MINUTE),
    "with seconds": (nothing, TOMORROW_AT_TEN + timedelta(seconds=1)),
    "with microseconds": (nothing, TOMORROW_AT_TEN + timedelta(microseconds=1)),
    "in the past": (nothing, TOMORROW_AT_TEN - 4 * DAY),
    "within the notice": (nothing, datetime.fromisoformat("2026-11-30T09:00+05:30")),
    "beyond the horizon": (nothing, TOMORROW_AT_TEN + 63 * DAY),
    "of nobody who can be booked": (unpublished, TOMORROW_AT_TEN),
    "of a service not offered any more": (withdrawn, TOMORROW_AT_TEN),
    "after the hours were changed": (holidays, TOMORROW_AT_TEN),
    "of another practitioner's service": (of_someone_else, TOMORROW_AT_TEN),
}


@pytest.mark.parametrize("forgery", FORGED)
def test_what_was_not_offered_is_not_held(service: Service, forgery: str) -> None:
    change, start = FORGED[forgery]
    change(service)
    now = datetime.fromisoformat("2026-11-30T08:30+05:30")

    with pytest.raises(NotOffered) as refusal:
        hold(service, start, now=now)

    assert len(refusal.value.alternatives) <= 5
    assert not Booking.objects.exists()


def test_the_last_moment_before_the_notice_is_still_offered(service: Service) -> None:
    hold(service, now=TOMORROW_AT_TEN - 120 * MINUTE)


def test_a_known_patient_can_be_given_to_a_hold(service: Service) -> None:
    patient = make_patient()

    assert hold(service, patient=patient).patient == patient
