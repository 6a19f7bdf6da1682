"""The query that lists captured money without a place: it finds what is lost, and only that."""

from typing import Any

import pytest
from django.db import connection

from booking.lifecycle import Status
from booking.models import Booking
from payments.lifecycle import PaymentStatus, RefundStatus
from payments.models import Attention, Payment, ProviderName, Refund, RefundReason
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


def at_the_visit(booking: Booking, amount: int, **facts: Any) -> Payment:
    """Money that the desk took."""
    told = {"provider": ProviderName.VISIT, "provider_payment_id": "", "reference": "", **facts}
    return arrived(booking, amount=amount, captured_amount=amount, **told)


@pytest.mark.parametrize("status", Status)
def test_the_parts_of_a_visit_belong_together_to_a_firm_booking(status: Status) -> None:
    booking = make_booking(status=status, pays_at_visit=True)
    parts = [at_the_visit(booking, amount) for amount in (100_000, 50_000)]

    assert drift() == ([] if status in FIRM else [(part.pk, part.captured.amount) for part in parts])


@pytest.mark.parametrize("status", Status)
def test_a_part_that_was_taken_back_is_accounted_for_and_the_rest_is_as_before(status: Status) -> None:
    booking = make_booking(status=status, pays_at_visit=True)
    wrong, right = (at_the_visit(booking, 50_000) for _ in range(2))
    goes_back(wrong, 50_000, RefundReason.MISTAKE)

    assert drift() == ([] if status in FIRM else [(right.pk, 50_000)])


def test_half_of_a_part_that_goes_back_is_found() -> None:
    part = at_the_visit(make_booking(status=Status.CONFIRMED, pays_at_visit=True), 100_000)
    goes_back(part, 40_000, RefundReason.MISTAKE)

    assert drift() == [(part.pk, 60_000)]


def test_online_money_beside_a_visits_parts_is_kept_once() -> None:
    booking = make_booking(status=Status.CONFIRMED, pays_at_visit=True)
    at_the_visit(booking, 150_000)
    arrived(booking)
    second = arrived(booking, provider_payment_id="pay_second")
    assert drift() == [(second.pk, 150_000)]

    goes_back(second)

    assert drift() == []


@pytest.mark.parametrize("visit", [True, False])
@pytest.mark.parametrize(
    ("kept", "back", "lost"),
    [(150_000, 0, 0), (100_000, 50_000, 0), (0, 150_000, 0), (100_000, 0, 50_000), (100_000, 60_000, -10_000)],
)
def test_what_the_terms_keep_and_what_goes_back_are_the_whole(visit: bool, kept: int, back: int, lost: int) -> None:
    booking = make_booking(status=Status.CANCELLED, pays_at_visit=visit)
    taken = at_the_visit(booking, 150_000) if visit else arrived(booking)
    Payment.objects.filter(pk=taken.pk).update(retained_amount=kept)
    if back:
        goes_back(taken, back)

    assert drift() == ([(taken.pk, lost)] if lost else [])


@pytest.mark.parametrize("status", FIRM)
def test_what_the_terms_keep_is_not_counted_beside_a_firm_booking(status: Status) -> None:
    payment = arrived(make_booking(status=status))
    Payment.objects.filter(pk=payment.pk).update(retained_amount=10_000)

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
