"""Money taken at the visit: recorded by the desk, in parts if need be, taken back if it was a mistake."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client

from booking import actions as booking_actions
from booking.lifecycle import Status
from booking.models import Booking
from common.audit import Actor
from common.ids import new_public_id
from common.models import AuditEntry
from payments import actions, visit_payments
from payments.errors import NothingToPay, TooMuch
from payments.lifecycle import PaymentStatus, RefundStatus
from payments.models import Payment, ProviderName, Receipt, Refund, RefundReason, VisitMethod
from tests.desk.people import client_of as signed_in
from tests.desk.people import front_desk, make_working_desk, own_client
from tests.factories import NOW, TOMORROW_AT_TEN, make_booking, make_service
from tests.pages.reading import Page, faults, read

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]
DESK = Actor.PRACTITIONER


@pytest.fixture
def booking() -> Booking:
    """₹1,500, to be paid at the visit."""
    service = make_service(make_working_desk())
    return make_booking(service=service, status=Status.CONFIRMED, pays_at_visit=True)


def record(booking: Booking, amount: int = 150_000, **facts: Any) -> Payment:
    told = {"method": VisitMethod.CASH, "reference": "", "form_key": new_public_id(), "by": DESK, "now": NOW, **facts}
    return visit_payments.record(booking, amount=amount, **told)


def drift() -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT payment_id, kept, going_back FROM report_money_drift")
        return list(cursor.fetchall())


def page_of(client: Client, path: str) -> Page:
    page = read(client.get(path))
    assert faults(page) == []
    return page


# --- The verbs --------------------------------------------------------------------------------------------------------


def test_what_is_taken_is_captured_and_asked_about_nowhere(booking: Booking) -> None:
    payment = record(booking, method=VisitMethod.UPI, reference="UTR 4711")

    assert (payment.provider, payment.status, payment.method) == (ProviderName.VISIT, PaymentStatus.CAPTURED, "upi")
    assert (payment.captured.amount, payment.typed_reference) == (150_000, "UTR 4711")
    assert (payment.due_at, payment.done_at) == (None, NOW)
    assert visit_payments.still_due(booking).amount == 0
    assert AuditEntry.objects.get(action="payment.taken_at_visit").after == {"amount": 150_000, "method": "upi"}


def test_it_may_be_paid_in_parts_and_never_more_than_the_price(booking: Booking) -> None:
    record(booking, 100_000)
    with pytest.raises(TooMuch):
        record(booking, 50_001)
    record(booking, 50_000)

    with pytest.raises(NothingToPay):
        record(booking, 1)
    assert [receipt.amount for receipt in Receipt.objects.order_by("number")] == [100_000, 50_000]
    assert drift() == []


@pytest.mark.parametrize("amount", [0, -1])
def test_nothing_is_no_payment(booking: Booking, amount: int) -> None:
    with pytest.raises(TooMuch):
        record(booking, amount)


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW}))
def test_only_a_firm_visit_is_paid_for(status: Status) -> None:
    with pytest.raises(NothingToPay):
        record(make_booking(status=status, pays_at_visit=True))


def test_a_visit_that_is_paid_online_is_not_paid_here() -> None:
    with pytest.raises(NothingToPay):
        record(make_booking(status=Status.CONFIRMED))


def test_the_second_press_finds_the_firsts_payment(booking: Booking) -> None:
    key = new_public_id()

    assert record(booking, 50_000, form_key=key) == record(booking, 50_000, form_key=key)
    assert Payment.objects.count() == 1


def test_the_key_of_another_bookings_form_is_a_key_like_any_other(booking: Booking) -> None:
    other = make_booking(status=Status.CONFIRMED, pays_at_visit=True)

    assert record(booking, form_key="k").booking == booking
    assert record(other, form_key="k").booking == other


def test_a_mistake_is_taken_back_and_stays_in_the_books(booking: Booking) -> None:
    payment = record(booking)

    visit_payments.take_back(payment, reason="the wrong patient", by=DESK, now=NOW)

    payment.refresh_from_db()
    refund = Refund.objects.get()
    assert payment.status == PaymentStatus.REFUNDED
    assert (refund.reason, refund.status, refund.amount) == (RefundReason.MISTAKE, RefundStatus.PROCESSED, 150_000)
    assert visit_payments.still_due(booking).amount == 150_000
    assert drift() == []
    with pytest.raises(NothingToPay):
        visit_payments.take_back(payment, reason="again", by=DESK, now=NOW)
    record(booking)
    assert drift() == []


def test_what_came_from_a_provider_is_not_taken_back_here(booking: Booking) -> None:
    online = Payment.objects.create(
        booking=booking,
        provider=ProviderName.RAZORPAY,
        status=PaymentStatus.CREATED,
        amount=1,
        currency="INR",
        created_at=NOW,
        expires_at=NOW,
    )
    with pytest.raises(NothingToPay):
        visit_payments.take_back(online, reason="no", by=DESK, now=NOW)


def test_what_the_terms_kept_of_a_mistake_is_not_kept_any_more() -> None:
    terms = {"cancel_cutoff": 60, "full_refund_until": 48 * 60, "late_refund": 0}
    visit = make_booking(status=Status.CONFIRMED, pays_at_visit=True, **terms)
    payment = record(visit)
    booking_actions.cancel(visit, by=Actor.PATIENT, reason="", now=NOW)
    payment.refresh_from_db()
    assert (payment.retained_amount, drift()) == (150_000, [])

    visit_payments.take_back(payment, reason="nobody had paid", by=DESK, now=NOW)

    payment.refresh_from_db()
    assert (payment.retained_amount, drift()) == (0, [])


def test_nobody_comes_back_from_a_provider_that_is_none(client: Client) -> None:
    assert client.get("/pay/return/visit/").status_code == 404


def test_a_visit_payment_is_never_asked_about(booking: Booking, monkeypatch: pytest.MonkeyPatch) -> None:
    record(booking)
    monkeypatch.setattr(actions, "provider_for", lambda name: pytest.fail(f"asked {name}"))

    for call_off in (False, True):
        if call_off:
            booking_actions.cancel(booking, by=DESK, reason="unwell", now=NOW)
        assert actions.poll_payments(now=NOW + timedelta(days=1)) == 0


def test_a_visit_that_is_called_off_owes_what_was_taken(booking: Booking) -> None:
    record(booking, 40_000)
    record(booking, 60_000)

    booking_actions.cancel(booking, by=DESK, reason="unwell", now=NOW)

    assert sorted(Refund.objects.values_list("amount", "status")) == [(40_000, "owed"), (60_000, "owed")]
    assert drift() == []


@pytest.mark.usefixtures("money_adrift")
def test_control_a_second_online_capture_of_a_firm_booking_would_show(booking: Booking) -> None:
    for number in (1, 2):
        Payment.objects.create(
            booking=booking,
            provider=ProviderName.RAZORPAY,
            status=PaymentStatus.CAPTURED,
            amount=150_000,
            currency="INR",
            captured_amount=150_000,
            captured_currency="INR",
            captured_at=NOW,
            provider_payment_id=f"pay_{number}",
            reference=f"plink_{number}",
            created_at=NOW,
            expires_at=NOW,
        )

    assert len(drift()) == 1


# --- The desk's pages -------------------------------------------------------------------------------------------------


def at(booking: Booking, page: str = "payment/") -> str:
    return f"/desk/bookings/{booking.reference}/{page}"


def test_the_desk_records_a_payment(booking: Booking) -> None:
    mine = own_client(booking.practitioner)
    page = page_of(mine, at(booking))
    assert "₹1,500 is to be paid by Meera Iyer." in page.text
    assert page.every("input", name="price")[0].attrs["value"] == "1500"

    sent = {"key": page.hidden("key"), "method": "card", "price": "1,500", "reference": "slip 12"}
    first, second = mine.post(at(booking), sent), mine.post(at(booking), sent)

    assert (first.status_code, second.status_code) == (303, 303)
    assert [str(said) for said in get_messages(second.wsgi_request)][-1:] == ["This payment is in the books already."]
    payment = Payment.objects.get()
    assert (payment.method, payment.typed_reference, payment.taken_by) == ("card", "slip 12", booking.practitioner.user)
    told = page_of(mine, at(booking, "")).text
    assert "Card, at the visit" in told
    assert "slip 12" in told
    assert "to pay at the visit" not in told.partition("Payment")[2].partition("What happened")[0]


@pytest.mark.parametrize(
    ("price", "words"),
    [
        ("", "Enter the amount."),
        ("0", "Enter an amount above zero."),
        ("1,500.01", "No more than ₹1,500 is to be paid."),
        ("much", "Enter an amount such as 1,500 or 1500.50."),
        ("1.005", "Enter an amount such as 1,500 or 1500.50."),
        ("-5", "Enter an amount such as 1,500 or 1500.50."),
    ],
)
def test_a_wrong_amount_is_said_and_what_was_typed_stays(booking: Booking, price: str, words: str) -> None:
    mine = own_client(booking.practitioner)

    response = mine.post(at(booking), {"key": "k", "method": "upi", "price": price, "reference": "UTR 1"})

    page = read(response)
    assert response.status_code == 200
    assert faults(page) == []
    assert words in page.text
    assert page.every("input", name="reference")[0].attrs["value"] == "UTR 1"
    assert page.hidden("key") == "k"
    assert not Payment.objects.exists()


def test_where_nothing_is_due_the_desk_is_led_back(booking: Booking) -> None:
    record(booking)
    mine = own_client(booking.practitioner)

    for response in (mine.get(at(booking)), mine.post(at(booking), {"method": "cash", "price": "1"})):
        assert (response.status_code, response["Location"]) == (303, at(booking, ""))
    assert Payment.objects.count() == 1


def test_the_desk_takes_a_mistake_back_with_a_reason(booking: Booking) -> None:
    payment = record(booking)
    mine = own_client(booking.practitioner)
    path = at(booking, f"payment/{payment.pk}/take-back/")
    assert path in page_of(mine, at(booking, "")).links()
    assert "Cash, at the visit" in page_of(mine, path).text

    assert "Say in a few words why." in read(mine.post(path, {"reason": " "})).text
    assert mine.post(path, {"reason": "the wrong patient"}).status_code == 303

    assert AuditEntry.objects.get(action="payment.taken_back").reason == "the wrong patient"
    told = page_of(mine, at(booking, ""))
    assert path not in told.links()
    assert "Taken back" in told.text
    assert "taken by Asha Rao" not in told.text  # the verb was called without a person
    assert mine.get(path).status_code == 303


def test_the_last_paise_can_be_paid_too(booking: Booking) -> None:
    record(booking, 149_950)
    mine = own_client(booking.practitioner)
    assert page_of(mine, at(booking)).every("input", name="price")[0].attrs["value"] == "0.50"

    mine.post(at(booking), {"key": "k", "method": "cash", "price": "0.50"})

    assert visit_payments.still_due(booking).amount == 0


def test_the_patient_brings_what_is_still_to_be_paid(booking: Booking, client: Client) -> None:
    path = f"/b/{booking.public_id}/"
    record(booking, 50_000)
    text = page_of(client, path).text
    assert "Bring ₹1,000, to pay at the visit." in text
    assert "₹500 paid at the visit" in text

    record(booking, 100_000)

    text = page_of(client, path).text
    assert "Bring" not in text
    assert "₹1,500 paid at the visit" in text


def test_the_front_desk_does_it_too_and_is_named(booking: Booking) -> None:
    ravi = front_desk(booking.practitioner)
    ravi.name = "Ravi Nair"
    ravi.save()
    client = signed_in(ravi)

    client.post(at(booking), {"key": "k", "method": "cash", "price": "1500"})

    assert Payment.objects.get().taken_by == ravi
    assert "taken by Ravi Nair" in page_of(client, at(booking, "")).text


def test_nobody_elses_desk_reaches_it(booking: Booking) -> None:
    payment = record(booking)
    other = own_client(make_working_desk(email="other@example.org"))

    for path in (at(booking), at(booking, f"payment/{payment.pk}/take-back/"), at(booking, "receipt/")):
        absent = path.replace(booking.reference, "0000-0000")
        assert other.get(path).status_code == other.get(absent).status_code == 404
        assert other.post(path).status_code in {404, 405}


def test_a_payment_of_another_booking_is_not_taken_back_here(booking: Booking) -> None:
    theirs = make_booking(
        service=booking.service,
        start=TOMORROW_AT_TEN + timedelta(hours=1),
        status=Status.CONFIRMED,
        pays_at_visit=True,
    )
    payment = record(theirs)

    assert own_client(booking.practitioner).get(at(booking, f"payment/{payment.pk}/take-back/")).status_code == 404
