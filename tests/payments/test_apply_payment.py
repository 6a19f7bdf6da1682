"""The one way in for money: whatever is reported, in whatever order, every rupee ends in a named place."""

from collections.abc import Callable
from datetime import timedelta
from itertools import permutations, product

import pytest

from booking import actions as booking_actions
from booking.lifecycle import Status
from booking.models import Booking
from common.audit import Actor
from common.models import AuditEntry
from notifications.models import Notification
from payments import actions
from payments.lifecycle import PAYMENT_MOVES, PaymentStatus
from payments.models import Attention, Payment, Refund
from payments.providers.base import Snapshot, State
from payments.queries import needs_attention
from practitioners.models import Service, TimeOff
from tests.factories import NOW, TOMORROW_AT_TEN, captured, make_booking, make_payment, make_service, told

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
LATE = NOW + 60 * MINUTE


def apply(payment: Payment, snapshot: Snapshot, *, now: object = NOW) -> bool:
    return actions.apply_payment(payment, snapshot, by=Actor.PROVIDER, now=now)  # type: ignore[arg-type]


def outcome(payment: Payment) -> tuple[str, str, str, list[tuple[str, int]]]:
    """Where booking and money ended: booking, payment, what waits for a person, what goes back."""
    payment.refresh_from_db()
    refunds = list(Refund.objects.filter(payment=payment).order_by("pk").values_list("reason", "amount"))
    return payment.booking.status, payment.status, payment.attention, refunds


# --- In time ----------------------------------------------------------------------------------------------------------


def test_money_in_time_confirms_the_booking_and_writes_to_both() -> None:
    payment = make_payment()

    assert apply(payment, captured(payment, fee=3540, tax=540))

    assert outcome(payment) == ("confirmed", "captured", "", [])
    assert (payment.captured, payment.captured_at, payment.fee, payment.tax) == (payment.price, NOW, 3540, 540)
    assert Notification.objects.count() == 2
    assert payment.done_at == NOW


def test_a_report_that_comes_a_hundred_times_is_one_booking_and_one_mail_each() -> None:
    payment = make_payment()
    snapshot = captured(payment)

    assert [apply(payment, snapshot) for _ in range(100)] == [True] + [False] * 99

    assert outcome(payment) == ("confirmed", "captured", "", [])
    assert Notification.objects.count() == 2
    assert AuditEntry.objects.filter(action="payment.captured").count() == 1


@pytest.mark.parametrize("order", list(permutations([State.AUTHORISED, State.FAILED, State.CAPTURED, State.CAPTURED])))
def test_any_order_of_reports_ends_the_same(order: tuple[State, ...]) -> None:
    payment = make_payment()

    for state in order:
        apply(payment, told(payment, state))

    assert outcome(payment) == ("confirmed", "captured", "", [])
    assert Notification.objects.count() == 2


# Every pair of what we know and what is reported. Nothing beyond the table moves anything.
_MEANS = {
    State.AUTHORISED: PaymentStatus.AUTHORISED,
    State.FAILED: PaymentStatus.FAILED,
    State.CAPTURED: PaymentStatus.CAPTURED,
}


@pytest.mark.parametrize(("before", "state"), list(product(PaymentStatus, State)))
def test_only_a_drawn_arrow_changes_anything(before: PaymentStatus, state: State) -> None:
    received = before in {PaymentStatus.CAPTURED, PaymentStatus.REFUNDED, PaymentStatus.PARTLY_REFUNDED}
    booking = make_booking(status=Status.CONFIRMED if received else Status.PENDING_PAYMENT)
    payment = make_payment(booking=booking, status=before)
    snapshot = told(payment, state, **({"payment_id": payment.provider_payment_id} if received else {}))
    after = _MEANS.get(state)
    is_drawn = after is not None and after in PAYMENT_MOVES[before]

    assert apply(payment, snapshot) is is_drawn

    payment.refresh_from_db()
    assert payment.status == (after if is_drawn else before)
    assert AuditEntry.objects.filter(subject_kind="payments.payment").exists() is is_drawn


def test_authorised_money_confirms_nothing() -> None:
    payment = make_payment()

    apply(payment, told(payment, State.AUTHORISED))

    assert outcome(payment) == ("pending_payment", "authorised", "", [])


def test_a_failed_try_keeps_the_time_for_another_but_not_for_ever() -> None:
    payment = make_payment()

    apply(payment, told(payment, State.FAILED), now=NOW + 9 * MINUTE)
    kept = Booking.objects.get().hold_expires_at
    apply(payment, told(payment, State.FAILED), now=NOW + 18 * MINUTE)

    assert kept == Booking.objects.get().hold_expires_at == NOW + 19 * MINUTE
    assert outcome(payment) == ("pending_payment", "failed", "", [])


# --- Wrong money ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": 149_999},
        {"amount": 150_001},
        {"amount": 0},
        {"amount": 1},
        {"currency": "USD"},
        {"currency": "ZZZ"},
        {"currency": ""},
        {"amount": 75_000},
    ],
    ids=str,
)
def test_money_that_differs_never_confirms_and_waits_for_a_person(wrong: dict[str, object]) -> None:
    payment = make_payment()

    apply(payment, captured(payment, **wrong))
    apply(payment, captured(payment, **wrong))

    booking, status, attention, refunds = outcome(payment)
    assert (booking, status, attention, refunds) == ("pending_payment", "captured", Attention.AMOUNT_DIFFERS, [])
    assert (payment.captured_amount, payment.amount) == (wrong.get("amount", 150_000), 150_000)
    assert needs_attention()["payments"] == 1
    assert not Notification.objects.exists()


def test_a_price_that_changed_since_does_not_matter() -> None:
    payment = make_payment()
    Service.objects.update(amount=1)

    apply(payment, captured(payment))

    assert outcome(payment)[0] == "confirmed"


def test_a_provider_payment_pays_once() -> None:
    first, second = make_payment(), make_payment()
    apply(first, captured(first))

    for _ in range(2):
        apply(second, captured(second, payment_id=f"pay_of_{first.pk}"))

    assert outcome(second) == ("pending_payment", "created", Attention.ID_REUSED, [])
    assert outcome(first) == ("confirmed", "captured", "", [])
    assert needs_attention()["payments"] == 1


def test_a_second_capture_of_one_payment_is_shown_to_a_person() -> None:
    payment = make_payment()
    apply(payment, captured(payment))

    apply(payment, captured(payment, payment_id="pay_second"))

    assert outcome(payment) == ("confirmed", "captured", Attention.CAPTURED_AGAIN, [])
    assert payment.provider_payment_id == f"pay_of_{payment.pk}"


# --- Two payments, one booking ----------------------------------------------------------------------------------------


def test_two_payments_that_both_arrive_are_one_booking_and_one_refund() -> None:
    booking = make_booking()
    first, second = (make_payment(booking=booking) for _ in range(2))

    apply(first, captured(first))
    apply(second, captured(second))
    apply(first, captured(first))

    assert outcome(first) == ("confirmed", "captured", "", [])
    assert outcome(second) == ("confirmed", "captured", "", [("paid_twice", 150_000)])
    assert Notification.objects.count() == 2


def test_cancelling_gives_back_what_was_paid_and_not_yet_given_back() -> None:
    booking = make_booking()
    first, second = (make_payment(booking=booking) for _ in range(2))
    apply(first, captured(first))
    apply(second, captured(second))

    booking_actions.cancel(booking, by=Actor.PATIENT, reason="unwell", now=NOW)

    assert outcome(first)[3] == [("cancelled", 150_000)]
    assert outcome(second)[3] == [("paid_twice", 150_000)]


def test_cancelling_what_arrived_in_a_wrong_amount_gives_that_amount_back() -> None:
    payment = make_payment()
    apply(payment, captured(payment, amount=149_999))

    booking_actions.cancel(payment.booking, by=Actor.PATIENT, reason="", now=NOW)

    assert outcome(payment)[3] == [("cancelled", 149_999)]


def test_cancelling_is_possible_although_nothing_of_a_capture_arrived() -> None:
    payment = make_payment()
    apply(payment, captured(payment, amount=0))

    booking_actions.cancel(payment.booking, by=Actor.PATIENT, reason="", now=NOW)

    assert outcome(payment) == ("cancelled", "captured", Attention.AMOUNT_DIFFERS, [])


# --- Too late ---------------------------------------------------------------------------------------------------------

Meanwhile = Callable[[Booking], object]


def lapsed(booking: Booking) -> None:
    pass


def retired(booking: Booking) -> None:
    booking_actions.expire_lapsed(now=LATE)


def taken(booking: Booking) -> None:
    booking_actions.expire_lapsed(now=LATE)
    make_booking(service=booking.service, status=Status.CONFIRMED)


def held_by_another(booking: Booking) -> None:
    booking_actions.expire_lapsed(now=LATE)
    make_booking(service=booking.service, hold_expires_at=LATE + MINUTE)


def held_and_lapsed(booking: Booking) -> None:
    booking_actions.expire_lapsed(now=LATE)
    make_booking(service=booking.service, hold_expires_at=LATE - MINUTE)


def overlapped(booking: Booking) -> None:
    booking_actions.expire_lapsed(now=LATE)
    make_booking(service=booking.service, start=TOMORROW_AT_TEN + 45 * MINUTE, status=Status.CONFIRMED)


def given_up(booking: Booking) -> None:
    booking_actions.cancel(booking, by=Actor.PATIENT, reason="", now=LATE)


def declined(booking: Booking) -> None:
    Booking.objects.filter(pk=booking.pk).update(status=Status.DECLINED)


def closed(booking: Booking) -> None:
    """The practitioner is off by now."""
    booking_actions.expire_lapsed(now=LATE)
    day = TOMORROW_AT_TEN.date()
    TimeOff.objects.create(practitioner=booking.practitioner, first_day=day, last_day=day)


def off_their_hours(booking: Booking) -> None:
    booking_actions.expire_lapsed(now=LATE)
    booking.practitioner.weekly_hours.all().delete()


def rebooked(booking: Booking) -> None:
    """The same patient holds another time by now."""
    booking_actions.expire_lapsed(now=LATE)
    next_hour = TOMORROW_AT_TEN + 60 * MINUTE
    make_booking(service=booking.service, patient=booking.patient, start=next_hour, status=Status.CONFIRMED)


@pytest.mark.parametrize(
    ("meanwhile", "expected"),
    [
        (lapsed, ("confirmed", [])),
        (retired, ("confirmed", [])),
        (held_and_lapsed, ("confirmed", [])),
        (rebooked, ("confirmed", [])),
        (taken, ("expired", [("time_gone", 150_000)])),
        (held_by_another, ("expired", [("time_gone", 150_000)])),
        (closed, ("expired", [("time_gone", 150_000)])),
        (off_their_hours, ("expired", [("time_gone", 150_000)])),
        (overlapped, ("expired", [("time_gone", 150_000)])),
        (given_up, ("cancelled", [("cancelled", 150_000)])),
        (declined, ("declined", [("cancelled", 150_000)])),
    ],
)
def test_late_money_takes_the_time_again_if_it_is_free_and_else_goes_back(
    meanwhile: Meanwhile, expected: tuple[str, list[tuple[str, int]]]
) -> None:
    payment = make_payment()
    meanwhile(payment.booking)

    for _ in range(3):
        apply(payment, captured(payment), now=LATE)

    booking, status, attention, refunds = outcome(payment)
    assert (booking, refunds) == expected
    assert (status, attention) == ("captured", "")


def test_money_for_a_visit_that_is_over_goes_back() -> None:
    payment = make_payment()

    apply(payment, captured(payment), now=TOMORROW_AT_TEN + 60 * MINUTE)

    assert outcome(payment) == ("pending_payment", "captured", "", [("time_gone", 150_000)])


def test_money_during_the_visit_still_books_it() -> None:
    payment = make_payment()

    apply(payment, captured(payment), now=TOMORROW_AT_TEN + 59 * MINUTE)

    assert outcome(payment)[0] == "confirmed"


@pytest.mark.parametrize("status", [Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW])
def test_money_for_what_is_firm_already_goes_back(status: Status) -> None:
    payment = make_payment(booking=make_booking(status=status))
    make_payment(booking=payment.booking, status=PaymentStatus.CAPTURED)

    apply(payment, captured(payment))

    assert outcome(payment) == (status, "captured", "", [("paid_twice", 150_000)])


def test_a_failure_after_the_money_came_changes_nothing() -> None:
    payment = make_payment()
    apply(payment, captured(payment))

    for state in (State.FAILED, State.AUTHORISED, State.OPEN, State.CLOSED):
        assert not apply(payment, told(payment, state))

    assert outcome(payment) == ("confirmed", "captured", "", [])


def test_the_refund_names_its_reason_once_in_the_audit_trail() -> None:
    payment = make_payment()
    taken(payment.booking)

    apply(payment, captured(payment), now=LATE)
    apply(payment, captured(payment), now=LATE)

    entry = AuditEntry.objects.get(action="refund.owed")
    assert (entry.reason, entry.after, entry.actor) == ("time_gone", {"amount": 150_000}, "provider")


def test_a_free_booking_needs_no_payment_and_has_none() -> None:
    booking = make_booking(service=make_service(amount=0))

    booking_actions.settle(booking, now=NOW)

    assert not Payment.objects.exists()
