"""The verbs after the hold: each refusal beside the success it guards."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from booking import actions
from booking.errors import HoldLapsed, SlotTaken, TooLate, WrongState
from booking.lifecycle import Status
from booking.models import Booking, Move, Patient, Source
from booking.signals import booking_confirmed
from common.audit import Actor
from common.models import AuditEntry
from notifications.models import Notification
from practitioners.actions.policies import change_terms
from practitioners.models import Practitioner, Service
from tests.factories import NOW, TOMORROW_AT_TEN, make_booking, make_service

pytestmark = pytest.mark.django_db
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
DETAILS: dict[str, Any] = {
    "name": "Meera Iyer",
    "email": "meera@example.com",
    "phone": "+919812300456",
    "zone": "Asia/Kolkata",
    "note": "first visit",
    "consent": "2026-11",
}
LAPSED = NOW + 10 * MINUTE


# --- Details ----------------------------------------------------------------------------------------------------------


def test_details_are_kept_with_the_consent_they_were_given_under() -> None:
    booking = actions.give_details(make_booking(patient=None), **DETAILS, now=NOW)

    booking.refresh_from_db()
    patient = booking.patient
    assert patient is not None
    assert (patient.name, patient.email, patient.phone) == ("Meera Iyer", "meera@example.com", "+919812300456")
    assert (patient.consented_at, patient.consent_version) == (NOW, "2026-11")
    assert booking.note == "first visit"


def test_details_given_again_correct_the_same_person() -> None:
    booking = make_booking(patient=None)
    actions.give_details(booking, **DETAILS, now=NOW)

    actions.give_details(booking, **{**DETAILS, "name": "Meera K. Iyer"}, now=NOW)

    assert Patient.objects.get().name == "Meera K. Iyer"


def test_details_come_too_late_for_a_lapsed_hold() -> None:
    booking = make_booking(patient=None)

    with pytest.raises(HoldLapsed):
        actions.give_details(booking, **DETAILS, now=LAPSED)
    assert not Patient.objects.exists()


# --- Pay --------------------------------------------------------------------------------------------------------------


def test_pressing_pay_keeps_the_time_as_long_as_a_payment_may_take() -> None:
    booking = actions.keep_while_paying(make_booking(), now=NOW + 9 * MINUTE)

    assert booking.hold_expires_at == NOW + 25 * MINUTE


def test_pressing_pay_never_shortens_a_hold() -> None:
    booking = actions.keep_while_paying(make_booking(hold_expires_at=NOW + 30 * MINUTE), now=NOW)

    assert booking.hold_expires_at == NOW + 30 * MINUTE


def test_nobody_pays_for_a_lapsed_hold_or_for_nobody() -> None:
    with pytest.raises(HoldLapsed):
        actions.keep_while_paying(make_booking(), now=LAPSED)
    with pytest.raises(WrongState):
        actions.keep_while_paying(make_booking(patient=None), now=NOW)
    with pytest.raises(WrongState):
        actions.keep_while_paying(make_booking(status=Status.CONFIRMED), now=NOW)


# --- Confirm ----------------------------------------------------------------------------------------------------------


def test_confirming_writes_history_and_both_messages() -> None:
    booking = actions.confirm(make_booking(), by=Actor.PROVIDER, now=NOW)

    assert booking.status == Status.CONFIRMED
    assert [move.after for move in Move.objects.all()] == ["confirmed"]
    assert sorted(Notification.objects.values_list("kind", flat=True)) == [
        "booking_confirmed_patient",
        "booking_confirmed_practitioner",
    ]


def test_an_expired_booking_is_confirmed_if_its_time_is_still_free(service: Service) -> None:
    free = make_booking(service=service, status=Status.EXPIRED)

    assert actions.confirm(free, by=Actor.PROVIDER, now=LAPSED).status == Status.CONFIRMED


def test_an_expired_booking_is_refused_if_its_time_has_gone(service: Service) -> None:
    late = make_booking(service=service, status=Status.EXPIRED)
    make_booking(service=service, status=Status.CONFIRMED)

    with pytest.raises(SlotTaken):
        actions.confirm(late, by=Actor.PROVIDER, now=LAPSED)

    late.refresh_from_db()
    assert late.status == Status.EXPIRED
    assert not Notification.objects.exists()


def test_an_expired_booking_pushes_a_lapsed_hold_aside_but_no_living_one(service: Service) -> None:
    late = make_booking(service=service, status=Status.EXPIRED)
    in_the_way = make_booking(service=service)

    with pytest.raises(SlotTaken):
        actions.confirm(late, by=Actor.PROVIDER, now=NOW)
    actions.confirm(late, by=Actor.PROVIDER, now=LAPSED)

    in_the_way.refresh_from_db()
    assert in_the_way.status == Status.EXPIRED


@pytest.mark.parametrize("is_swept", [True, False])
def test_a_hold_that_lapsed_does_not_come_back_above_the_cap(service: Service, *, is_swept: bool) -> None:
    Practitioner.objects.update(daily_cap=1)
    late = make_booking(service=service)
    if is_swept:
        actions.expire_lapsed(now=LAPSED)
    start = TOMORROW_AT_TEN + 120 * MINUTE
    other = make_booking(service=service, start=start, hold_expires_at=LAPSED + 10 * MINUTE)
    actions.confirm(other, by=Actor.PROVIDER, now=LAPSED)

    with pytest.raises(SlotTaken):
        actions.confirm(late, by=Actor.PROVIDER, now=LAPSED)

    Practitioner.objects.update(daily_cap=2)
    assert actions.confirm(late, by=Actor.PROVIDER, now=LAPSED).status == Status.CONFIRMED


def test_confirming_twice_is_refused() -> None:
    booking = actions.confirm(make_booking(), by=Actor.PROVIDER, now=NOW)

    with pytest.raises(WrongState):
        actions.confirm(booking, by=Actor.PROVIDER, now=NOW)
    assert Notification.objects.count() == 2


def test_what_costs_nothing_is_confirmed_without_a_payment() -> None:
    free = make_booking(service=make_service(amount=0))

    assert actions.settle(free, now=NOW).status == Status.CONFIRMED


def test_what_costs_something_is_not_confirmed_for_nothing() -> None:
    with pytest.raises(WrongState):
        actions.settle(make_booking(), now=NOW)
    with pytest.raises(HoldLapsed):
        actions.settle(make_booking(service=make_service(amount=0)), now=LAPSED)
    assert not Booking.objects.filter(status=Status.CONFIRMED).exists()


# --- Expire -----------------------------------------------------------------------------------------------------------


def test_lapsed_holds_are_retired_and_living_ones_are_not(service: Service) -> None:
    lapsed = make_booking(service=service)
    living = make_booking(service=service, start=TOMORROW_AT_TEN + DAY, hold_expires_at=LAPSED + MINUTE)
    firm = make_booking(service=service, start=TOMORROW_AT_TEN + 2 * DAY, status=Status.CONFIRMED)

    assert actions.expire_lapsed(now=LAPSED) == 1

    for booking, status in ((lapsed, "expired"), (living, "pending_payment"), (firm, "confirmed")):
        booking.refresh_from_db()
        assert booking.status == status
    assert actions.expire_lapsed(now=LAPSED) == 0


# --- Cancel -----------------------------------------------------------------------------------------------------------


def test_cancelling_frees_the_time(service: Service) -> None:
    booking = make_booking(service=service, status=Status.CONFIRMED)

    actions.cancel(booking, by=Actor.PATIENT, reason="unwell", now=NOW)

    assert not Booking.objects.active().exists()
    make_booking(service=service, status=Status.CONFIRMED)
    assert Move.objects.get(booking=booking).reason == "unwell"


def test_a_patient_cancels_until_the_cut_off_and_staff_after_it(service: Service) -> None:
    cut_off = TOMORROW_AT_TEN + 3 * DAY - DAY
    booking = make_booking(service=service, start=TOMORROW_AT_TEN + 3 * DAY, status=Status.CONFIRMED)

    with pytest.raises(TooLate):
        actions.cancel(booking, by=Actor.PATIENT, reason="", now=cut_off + timedelta(microseconds=1))
    with transaction.atomic():
        actions.cancel(booking, by=Actor.PATIENT, reason="", now=cut_off)
        transaction.set_rollback(True)
    assert actions.cancel(booking, by=Actor.STAFF, reason="by phone", now=cut_off + DAY).status == Status.CANCELLED


def test_a_stricter_policy_takes_no_promise_back(service: Service) -> None:
    start = TOMORROW_AT_TEN + 3 * DAY
    booking = actions.hold(service, start=start, by=Actor.PATIENT, source=Source.WEB, now=NOW)
    change_terms(service.practitioner, values={"cancel_cutoff": 20 * 24 * 60}, by=Actor.PRACTITIONER, now=NOW)
    later = actions.hold(service, start=start - DAY, by=Actor.PATIENT, source=Source.WEB, now=NOW)

    booking.refresh_from_db()
    assert booking.cancellable_until == start - DAY
    assert later.cancellable_until == start - DAY - 20 * DAY


def test_a_hold_can_be_cancelled_at_any_moment() -> None:
    booking = make_booking(start=NOW + timedelta(hours=4, minutes=30))

    assert actions.cancel(booking, by=Actor.PATIENT, reason="", now=NOW).status == Status.CANCELLED


OVER = [Status.CANCELLED, Status.EXPIRED, Status.DECLINED, Status.COMPLETED, Status.NO_SHOW]


@pytest.mark.parametrize("status", OVER)
def test_what_is_over_can_not_be_cancelled(status: Status) -> None:
    with pytest.raises(WrongState):
        actions.cancel(make_booking(status=status), by=Actor.STAFF, reason="", now=NOW)


# --- One transaction --------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_step_that_fails_leaves_neither_state_nor_history_nor_messages(service: Service) -> None:
    """The last receiver breaks: everything before it is undone."""

    def breaks(**_: object) -> None:
        raise ConnectionError

    booking = make_booking(service=service)
    booking_confirmed.connect(breaks)
    try:
        with pytest.raises(ConnectionError):
            actions.confirm(booking, by=Actor.PROVIDER, now=NOW)
    finally:
        booking_confirmed.disconnect(breaks)

    booking.refresh_from_db()
    assert booking.status == Status.PENDING_PAYMENT
    assert not Move.objects.exists()
    assert not AuditEntry.objects.exists()
    assert not Notification.objects.exists()


def test_every_step_is_written_down_twice_with_who_and_when(service: Service) -> None:
    booking = actions.hold(service, start=TOMORROW_AT_TEN, by=Actor.PATIENT, source="web", now=NOW)
    actions.give_details(booking, **DETAILS, now=NOW)
    actions.confirm(booking, by=Actor.PROVIDER, now=NOW + MINUTE)
    actions.cancel(booking, by=Actor("staff", origin="203.0.113.0"), reason="closed", now=NOW + 2 * MINUTE)

    moves = [(move.before, move.after, move.actor, move.at, move.reason) for move in booking.moves.all()]
    assert moves == [
        ("", "pending_payment", "patient", NOW, ""),
        ("pending_payment", "confirmed", "provider", NOW + MINUTE, ""),
        ("confirmed", "cancelled", "staff", NOW + 2 * MINUTE, "closed"),
    ]
    trail = AuditEntry.objects.filter(subject_kind="booking.booking", subject_id=booking.pk).order_by("pk")
    assert [(entry.action, entry.actor, entry.origin) for entry in trail] == [
        ("booking.pending_payment", "patient", ""),
        ("booking.details_given", "patient", ""),
        ("booking.confirmed", "provider", ""),
        ("booking.cancelled", "staff", "203.0.113.0"),
    ]
    assert trail[2].before == {"status": "pending_payment"}
    assert trail[2].after == {"status": "confirmed"}
