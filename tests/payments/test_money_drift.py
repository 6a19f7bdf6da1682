"""The query that lists captured money without a place: it finds what is lost, and only that."""

from typing import Any

import pytest
from django.db import connection

from booking.lifecycle import Status
from booking.models import Booking
from payments.lifecycle import PaymentStatus, RefundStatus
from payments.models import Attention, Payment, Refund, RefundReason
from tests.factories import NOW, make_booking, make_payment

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("money_adrift")]
FIRM = (Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW)


def drift() -> list[tuple[int, int]]:
    """(payment, what is unaccounted for) of each row."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT payment_id, (captured_amount - kept - going_back)::int FROM report_money_drift ORDER BY 1"
        )
        return list(cursor.fetchall())


def arrived(booking: Booking, **facts: Any) -> Payment:
    return make_payment(booking=booking, status=PaymentStatus.CAPTURED, **facts)


def goes_back(payment: Payment, amount: int = 150_000, reason: RefundReason = RefundReason.CANCELLED) -> Refund:
    return Refund.objects.create(
        payment=payment,
        reason=reason,
        status=RefundStatus.OWED,
        amount=amount,
        currency="INR",
        owed_at=NOW,
    )


@pytest.mark.parametrize("status", Status)
def test_money_belongs_to_a_firm_booking_and_to_no_other(status: Status) -> None:
    payment = arrived(make_booking(status=status))

    assert drift() == ([] if status in FIRM else [(payment.pk, 150_000)])


def test_money_that_goes_back_is_accounted_for_and_half_of_it_is_not() -> None:
    half, whole = (arrived(make_booking(status=Status.EXPIRED)) for _ in range(2))
    goes_back(half, 75_000)
    goes_back(whole)

    assert drift() == [(half.pk, 75_000)]


def test_money_that_waits_for_a_person_is_accounted_for() -> None:
    arrived(make_booking(status=Status.EXPIRED), attention=Attention.AMOUNT_DIFFERS)

    assert drift() == []


def test_a_second_payment_for_one_booking_must_go_back() -> None:
    booking = make_booking(status=Status.CONFIRMED)
    arrived(booking)
    second = arrived(booking, provider_payment_id="pay_second")
    assert drift() == [(second.pk, 150_000)]

    goes_back(second)

    assert drift() == []


def test_money_that_is_kept_and_goes_back_as_well_is_found() -> None:
    payment = arrived(make_booking(status=Status.CONFIRMED))
    goes_back(payment)

    assert drift() == []
    goes_back(payment, reason=RefundReason.TIME_GONE)

    assert drift() == [(payment.pk, -150_000)]


def test_what_was_never_captured_is_nobodys_concern() -> None:
    make_payment(status=PaymentStatus.FAILED)
    make_payment(status=PaymentStatus.AUTHORISED)

    assert drift() == []
