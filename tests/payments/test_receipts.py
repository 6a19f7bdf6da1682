"""Receipts: issued with the money that is kept, numbered without gaps, and true for ever."""

from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.test import Client

from booking import actions as booking_actions
from booking.lifecycle import Status
from booking.models import Booking
from common.audit import Actor
from common.models import AuditEntry
from payments import actions, tax_details, visit_payments
from payments.models import Payment, Receipt, TaxDetails, VisitMethod
from practitioners.models import Practitioner
from tests.desk.people import client_of, front_desk, make_working_desk, own_client
from tests.factories import (
    NOW,
    captured,
    make_booking,
    make_patient,
    make_payment,
    make_practitioner,
    make_service,
)
from tests.pages.reading import Page, faults, read

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]
GST: dict[str, Any] = {
    "legal_name": "Asha Rao Clinic LLP",
    "address": "12 Example Lane, Mumbai 400050",
    "tax_id": "27AAPFU0939F1ZV",
    "tax_code": "9993",
    "tax_rate": 1800,
}


def paid(booking: Booking | None = None, **facts: Any) -> Payment:
    """Somebody pays online, and the money arrives in time."""
    payment = make_payment(booking=booking or make_booking(**facts))
    actions.apply_payment(payment, captured(payment), by=Actor.PROVIDER, now=NOW)
    payment.refresh_from_db()
    return payment


def shown(client: Client, booking: Booking) -> Page:
    page = read(client.get(f"/b/{booking.public_id}/receipt/"))
    assert faults(page) == []
    return page


# --- When there is one ------------------------------------------------------------------------------------------------


def test_money_that_is_kept_has_a_receipt_once() -> None:
    payment = paid()
    actions.apply_payment(payment, captured(payment), by=Actor.PROVIDER, now=NOW)

    receipt = Receipt.objects.get()
    assert (receipt.payment, receipt.number, receipt.amount, receipt.issued_at) == (payment, 1, 150_000, NOW)
    assert (receipt.seller, receipt.tax_amount) == ("Asha Rao", 0)


def test_every_practitioner_counts_from_one() -> None:
    one, other = make_service(), make_service()
    for day in range(2):
        start = NOW.replace(day=1, month=12, hour=5 + day)
        for service in (one, other):
            paid(service=service, start=start)

    for service in (one, other):
        theirs = Receipt.objects.filter(practitioner=service.practitioner)
        assert list(theirs.order_by("number").values_list("number", flat=True)) == [1, 2]
        assert [row.name for row in theirs.order_by("number")] == [
            f"R{service.practitioner_id}-000001",
            f"R{service.practitioner_id}-000002",
        ]


def test_money_that_goes_straight_back_has_none() -> None:
    booking = make_booking(status=Status.CANCELLED)
    paid(booking)

    assert not Receipt.objects.exists()


def test_a_second_capture_has_none() -> None:
    booking = make_booking()
    paid(booking)
    paid(Booking.objects.get(pk=booking.pk))

    assert Receipt.objects.count() == 1


def test_money_that_waits_for_a_person_has_none() -> None:
    payment = make_payment()
    actions.apply_payment(payment, captured(payment, amount=1), by=Actor.PROVIDER, now=NOW)

    assert not Receipt.objects.exists()


def test_a_receipt_is_never_changed_or_removed() -> None:
    paid()

    for statement in ("UPDATE payments_receipt SET amount = 1", "DELETE FROM payments_receipt"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


# --- What it says -----------------------------------------------------------------------------------------------------


def test_the_page_says_who_paid_whom_for_what(client: Client) -> None:
    practitioner = make_practitioner()
    tax_details.change(practitioner, values=GST, by=Actor.PRACTITIONER, now=NOW)
    child = make_patient(name="Tara Iyer", booked_by="Meera Iyer", relationship="Child")
    payment = paid(service=make_service(practitioner), patient=child)

    page = shown(client, payment.booking)

    for words in (
        "Asha Rao Clinic LLP",
        "12 Example Lane, Mumbai 400050",
        "GSTIN 27AAPFU0939F1ZV",
        f"Receipt R{practitioner.pk}-000001",
        "Mon 30 Nov 2026",
        "Meera Iyer, for Tara Iyer",
        "Consultation, 60 minutes",
        "SAC 9993",
        "Taxable value ₹1,271.19",
        "CGST 9 % ₹114.40",
        "SGST 9 % ₹114.41",
        "Paid ₹1,500",
        "Razorpay, UPI",
        payment.provider_payment_id,
        payment.booking.reference,
    ):
        assert words in page.text


def test_elsewhere_it_is_simply_a_tax(client: Client) -> None:
    practitioner = make_practitioner(zone="Europe/London", currency="GBP")
    tax_details.change(practitioner, values={**GST, "tax_id": "GB123", "tax_rate": 2000}, by=Actor.STAFF, now=NOW)
    payment = paid(service=make_service(practitioner, amount=12_000, currency="GBP"))

    text = shown(client, payment.booking).text

    assert "Tax number GB123" in text
    assert "Before tax £100" in text
    assert "Tax 20 % £20" in text
    assert "CGST" not in text


def test_whoever_has_a_tax_number_and_charges_none_says_exempt(client: Client) -> None:
    practitioner = make_practitioner()
    tax_details.change(practitioner, values={**GST, "tax_rate": 0}, by=Actor.STAFF, now=NOW)

    text = shown(client, paid(service=make_service(practitioner)).booking).text

    assert "Exempt from tax." in text
    assert "CGST" not in text


def test_without_tax_there_are_no_lines_of_it(client: Client) -> None:
    text = shown(client, paid().booking).text

    assert "₹1,500" in text
    for word in ("CGST", "Tax", "GSTIN", "Exempt"):
        assert word not in text


def test_what_a_receipt_says_stays(client: Client) -> None:
    payment = paid()
    practitioner = payment.booking.practitioner

    tax_details.change(practitioner, values=GST, by=Actor.PRACTITIONER, now=NOW)

    assert "Asha Rao Clinic LLP" not in shown(client, payment.booking).text
    assert "Asha Rao" in shown(client, payment.booking).text


def test_what_went_back_and_what_was_kept_stand_on_it(client: Client) -> None:
    practitioner = make_practitioner(cancel_cutoff=60, full_refund_until=48 * 60, late_refund=40)
    payment = paid(service=make_service(practitioner))

    booking_actions.cancel(payment.booking, by=Actor.PATIENT, reason="", now=NOW)

    text = shown(client, payment.booking).text
    assert "To be given back, since Mon 30 Nov 2026 −₹600" in text
    assert "Kept by the terms of the booking ₹900" in text


def test_what_stays_as_a_whole_by_the_terms_is_said_too(client: Client) -> None:
    practitioner = make_practitioner(cancel_cutoff=60, full_refund_until=48 * 60, late_refund=0)
    payment = paid(service=make_service(practitioner))

    booking_actions.cancel(payment.booking, by=Actor.PATIENT, reason="", now=NOW)

    text = shown(client, payment.booking).text
    assert "given back" not in text
    assert "Kept by the terms of the booking ₹1,500" in text


def test_every_part_of_a_visit_has_one(client: Client) -> None:
    booking = make_booking(status=Status.CONFIRMED, pays_at_visit=True)
    for key, amount in (("a", 100_000), ("b", 50_000)):
        visit_payments.record(
            booking,
            method=VisitMethod.CARD,
            amount=amount,
            reference=f"slip {key}",
            form_key=key,
            by=Actor.PRACTITIONER,
            now=NOW,
        )

    page = shown(client, booking)

    assert page.heading() == "Receipts"
    assert "Card, at the visit" in page.text
    assert "slip a" in page.text
    assert "slip b" in page.text
    assert "Kept in all ₹1,500" in page.text


def test_a_part_that_was_taken_back_says_so_and_counts_no_more(client: Client) -> None:
    booking = make_booking(status=Status.CONFIRMED, pays_at_visit=True)
    told: dict[str, Any] = {"method": VisitMethod.CASH, "reference": "", "by": Actor.PRACTITIONER, "now": NOW}
    wrong = visit_payments.record(booking, amount=100_000, form_key="a", **told)
    visit_payments.take_back(wrong, reason="counted wrongly", by=Actor.PRACTITIONER, now=NOW)
    visit_payments.record(booking, amount=150_000, form_key="b", **told)

    text = shown(client, booking).text

    assert "Taken back, Mon 30 Nov 2026 −₹1,000 Kept ₹0" in text
    assert "Kept in all ₹1,500" in text
    assert "counted wrongly" not in text


def test_names_are_text(client: Client) -> None:
    practitioner = make_practitioner()
    nasty = {**GST, "legal_name": "<script>alert(1)</script>", "address": "<b>1</b>"}
    tax_details.change(practitioner, values=nasty, by=Actor.STAFF, now=NOW)
    patient = make_patient(name="<img src=x onerror=alert(1)>")

    text = shown(client, paid(service=make_service(practitioner), patient=patient).booking).text

    assert "<script>alert(1)</script>" in text
    assert "<img src=x onerror=alert(1)>" in text


# --- Who sees it ------------------------------------------------------------------------------------------------------


def test_without_money_there_is_none(client: Client) -> None:
    booking = make_booking(status=Status.CONFIRMED)

    absent = client.get("/b/0000000000000000000000000a/receipt/")
    without = client.get(f"/b/{booking.public_id}/receipt/")

    assert absent.status_code == without.status_code == 404


def test_it_is_nobodys_business(client: Client) -> None:
    response = client.get(f"/b/{paid().booking.public_id}/receipt/")

    assert response["Cache-Control"] == "no-store"
    assert response["Referrer-Policy"] == "no-referrer"
    assert "noindex" in response["X-Robots-Tag"]


def test_the_desk_prints_it_and_no_other_desk() -> None:
    booking = paid(service=make_service(make_working_desk())).booking
    path = f"/desk/bookings/{booking.reference}/receipt/"

    page = read(own_client(booking.practitioner).get(path))

    assert faults(page) == []
    assert "Receipt" in page.text
    assert read(client_of(front_desk(booking.practitioner)).get(path)).heading() == "Receipt"
    other = own_client(make_working_desk(email="other@example.org"))
    assert other.get(path).status_code == other.get("/desk/bookings/0000-0000/receipt/").status_code == 404


# --- What the practitioner says of themself ---------------------------------------------------------------------------

FORM = {
    "legal_name": "Asha Rao Clinic LLP",
    "address": "12 Example Lane\r\nMumbai 400050",
    "tax_id": "27 aapfu0939f1zv",
    "tax_code": "9993",
    "tax_rate": "18",
}
SETTINGS = "/desk/settings/tax/"


@pytest.fixture
def desk() -> Practitioner:
    return make_working_desk()


def test_tax_is_set_once_and_changed_with_a_trace(desk: Practitioner) -> None:
    mine = own_client(desk)
    assert faults(read(mine.get(SETTINGS))) == []

    assert mine.post(SETTINGS, FORM).status_code == 303
    assert mine.post(SETTINGS, {**FORM, "tax_rate": "2.5"}).status_code == 303

    details = TaxDetails.objects.get()
    assert (details.tax_id, details.tax_rate) == ("27AAPFU0939F1ZV", 250)
    assert details.address == "12 Example Lane\nMumbai 400050"
    first, second = AuditEntry.objects.filter(action="practitioner.tax_changed").order_by("pk")
    assert (first.before["tax_rate"], first.after["tax_rate"]) == (0, 1800)
    assert (second.before["tax_rate"], second.after["tax_rate"]) == (1800, 250)
    page = read(mine.get(SETTINGS))
    assert page.every("input", name="tax_rate")[0].attrs["value"] == "2.5"


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("tax_id", "27AAPFU0939F1ZW", "This is not a GSTIN"),
        ("tax_id", "", "Whoever charges tax has a number."),
        ("tax_rate", "-1", "Enter a rate from 0 to 100."),
        ("tax_rate", "101", "Enter a rate from 0 to 100."),
        ("tax_rate", "a lot", "Enter a number, such as 18."),
    ],
)
def test_what_can_not_be_is_said_and_the_rest_stays(desk: Practitioner, field: str, value: str, words: str) -> None:
    page = read(own_client(desk).post(SETTINGS, {**FORM, field: value}))

    assert faults(page) == []
    assert words in page.text
    assert page.every("input", name="legal_name")[0].attrs["value"] == "Asha Rao Clinic LLP"
    assert not TaxDetails.objects.exists()


def test_the_front_desk_does_not_decide_it(desk: Practitioner) -> None:
    assert client_of(front_desk(desk)).get(SETTINGS).status_code == 404
