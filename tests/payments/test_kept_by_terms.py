"""What goes back when a visit is called off, by the terms it was booked under, and what stays."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from booking import actions as booking_actions
from booking.deadlines import share
from booking.errors import TermsChanged
from booking.lifecycle import Status
from booking.models import Booking
from common.audit import Actor
from common.models import AuditEntry
from payments.models import Payment, Refund
from tests.factories import NOW, TOMORROW_AT_TEN, make_booking, make_payment, make_practitioner, make_service

pytestmark = pytest.mark.django_db
TERMS = {"cancel_cutoff": 120, "full_refund_until": 24 * 60, "late_refund": 50}
EARLY = TOMORROW_AT_TEN - timedelta(hours=24)
LATE = EARLY + timedelta(seconds=1)


def paid_visit(amount: int = 150_000, **terms: Any) -> Booking:
    service = make_service(make_practitioner(), amount=amount)
    booking = make_booking(service=service, status=Status.CONFIRMED, **{**TERMS, **terms})
    make_payment(booking=booking, status="captured")
    return booking


def outcome() -> tuple[list[int], int]:
    """(what goes back, what stays)"""
    return list(Refund.objects.values_list("amount", flat=True)), Payment.objects.get().retained_amount


@pytest.mark.parametrize(
    ("now", "percent", "back", "stays"),
    [
        (EARLY, 50, [150_000], 0),
        (LATE, 50, [75_000], 75_000),
        (LATE, 0, [], 150_000),
        (LATE, 100, [150_000], 0),
        (LATE, 33, [49_500], 100_500),
    ],
)
def test_a_patient_gets_what_the_terms_say(now: Any, percent: int, back: list[int], stays: int) -> None:
    booking = paid_visit(late_refund=percent)

    booking_actions.cancel(booking, by=Actor.PATIENT, reason="", now=now)

    assert outcome() == (back, stays)


def test_half_a_unit_is_the_patients() -> None:
    booking_actions.cancel(paid_visit(amount=10_001), by=Actor.PATIENT, reason="", now=LATE)

    assert outcome() == ([5_001], 5_000)
    assert share(10_001, 50) == 5_001


@pytest.mark.parametrize("by", [Actor.PRACTITIONER, Actor.FRONT_DESK, Actor.STAFF])
def test_whom_the_practice_calls_off_gets_everything(by: Actor) -> None:
    booking_actions.cancel(paid_visit(late_refund=0), by=by, reason="unwell", now=LATE)

    assert outcome() == ([150_000], 0)


def test_whom_the_practice_asked_for_another_time_gets_everything() -> None:
    booking = paid_visit(late_refund=0)
    booking_actions.ask_to_move(booking, by=Actor.PRACTITIONER, why="a meeting", now=NOW)
    just_before = TOMORROW_AT_TEN - timedelta(minutes=1)

    booking_actions.cancel(booking, by=Actor.PATIENT, reason="", now=just_before)

    assert outcome() == ([150_000], 0)


def test_terms_that_changed_since_do_not_count() -> None:
    booking = paid_visit()
    type(booking.practitioner).objects.update(late_refund=0, full_refund_until=10 * 24 * 60)

    booking_actions.cancel(booking, by=Actor.PATIENT, reason="", now=EARLY)

    assert outcome() == ([150_000], 0)


def test_nothing_happens_where_less_goes_back_than_was_shown() -> None:
    booking = paid_visit()

    with pytest.raises(TermsChanged):
        booking_actions.cancel(booking, by=Actor.PATIENT, reason="", now=LATE, percent_shown=100)

    booking.refresh_from_db()
    assert booking.status == Status.CONFIRMED
    assert outcome() == ([], 0)
    booking_actions.cancel(booking, by=Actor.PATIENT, reason="", now=LATE, percent_shown=50)


def test_what_stays_is_written_down_with_who_and_when() -> None:
    booking_actions.cancel(paid_visit(), by=Actor.PATIENT, reason="", now=LATE)

    entry = AuditEntry.objects.get(action="payment.retained")
    assert (entry.actor, entry.at, entry.after) == ("patient", LATE, {"amount": 75_000})


@pytest.mark.usefixtures("money_adrift")
def test_control_what_neither_goes_back_nor_stays_shows() -> None:
    booking_actions.cancel(paid_visit(), by=Actor.PATIENT, reason="", now=LATE)
    Payment.objects.update(retained_amount=0)

    with connection.cursor() as cursor:
        cursor.execute("SELECT captured_amount, kept, going_back FROM report_money_drift")
        assert cursor.fetchall() == [(150_000, 0, 75_000)]
