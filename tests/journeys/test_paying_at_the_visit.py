"""Money across the counter: recorded in parts, a slip mended, a receipt printed; and what the patient sees of it.

Set SHOTS to a folder to keep pictures, in light and dark, on a phone, on a wide screen and on paper."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from booking.lifecycle import Status
from booking.models import Booking
from common.audit import Actor
from payments import tax_details
from payments.models import Payment
from practitioners.forms.money import as_typed
from practitioners.models import Practitioner
from practitioners.models.offers import MOST_AMOUNT
from tests.browsing import Open
from tests.desk.people import make_working_desk, own_client
from tests.factories import NOW, make_booking, make_patient, make_service

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("stopped_clock")]
Desk = Callable[..., Page]


@pytest.fixture
def asha() -> Practitioner:
    return make_working_desk(slug="asha-rao")


@pytest.fixture
def booking(asha: Practitioner) -> Booking:
    child = make_patient(name="Tara Iyer", booked_by="Meera Iyer", relationship="Child")
    return make_booking(service=make_service(asha), patient=child, status=Status.CONFIRMED, pays_at_visit=True)


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def at_desk(request: pytest.FixtureRequest, open_page: Open, asha: Practitioner) -> Desk:
    def opened(path: str, **wishes: object) -> Page:
        return open_page(path, client=own_client(asha), scripts=request.param, reduced_motion="reduce", **wishes)

    return opened


def picture(page: Page, name: str) -> None:
    """Of the page as it is, on four devices; the forms keep what was typed."""
    folder = os.environ.get("SHOTS")
    if not folder:
        return
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 844})
        if page.evaluate("matchMedia('print').matches"):
            page.screenshot(path=str(Path(folder) / f"{name}-{width}.png"), full_page=True)
            continue
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=str(Path(folder) / f"{name}-{width}-{scheme}.png"), full_page=True)
    page.set_viewport_size({"width": 390, "height": 844})


def print_it(page: Page, name: str) -> None:
    folder = os.environ.get("SHOTS")
    if folder:
        for paper in ("A4", "A5"):
            page.pdf(path=str(Path(folder) / f"{name}-{paper}.pdf"), format=paper)


def record(page: Page, method: str, amount: str, reference: str = "") -> None:
    page.get_by_role("link", name="Record a payment").click()
    page.get_by_label(method).check()
    page.get_by_label("Amount").fill(amount)
    page.get_by_label("Reference").fill(reference)
    page.get_by_role("button", name="Record it").click()


def test_a_visit_is_paid_in_parts_and_a_slip_is_mended(at_desk: Desk, open_page: Open, booking: Booking) -> None:
    page = at_desk(f"/desk/bookings/{booking.reference}/")
    expect(page.get_by_text("₹1,500 to pay at the visit.")).to_be_visible()
    picture(page, "to-pay")
    page.get_by_role("link", name="Record a payment").click()
    expect(page.get_by_label("Amount")).to_have_value("1500")
    expect(page.get_by_label("Cash")).to_be_checked()
    picture(page, "record")
    page.get_by_label("Amount").fill("15000")
    page.get_by_role("button", name="Record it").click()
    expect(page.locator(".summary")).to_contain_text("No more than ₹1,500 is to be paid.")
    picture(page, "record-too-much")
    page.get_by_label("Amount").fill("500")
    page.get_by_role("button", name="Record it").click()

    expect(page.locator(".notice")).to_contain_text("The payment is recorded, and there is a receipt.")
    expect(page.get_by_text("₹1,000 to pay at the visit.")).to_be_visible()
    picture(page, "half-paid")

    page.get_by_role("link", name="Recorded by mistake?").click()
    picture(page, "take-back")
    page.get_by_label("Reason").fill("It was a card.")
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("₹1,500 to pay at the visit.")).to_be_visible()
    record(page, "Card", "1,000", "slip 12")
    record(page, "UPI", "500", "UTR 4711")

    expect(page.get_by_role("link", name="Record a payment")).to_have_count(0)
    picture(page, "paid")
    assert list(Payment.objects.order_by("pk").values_list("method", "captured_amount", "status")) == [
        ("cash", 50_000, "refunded"),
        ("card", 100_000, "captured"),
        ("upi", 50_000, "captured"),
    ]

    theirs = open_page(f"/b/{booking.public_id}/")
    expect(theirs.get_by_text("₹1,500 paid at the visit")).to_be_visible()
    picture(theirs, "patient")
    theirs.get_by_role("link", name="Receipt").click()
    expect(theirs.get_by_role("article")).to_have_count(3)
    picture(theirs, "patient-receipts")
    theirs.emulate_media(media="print")
    picture(theirs, "patient-print")
    print_it(theirs, "patient-receipts")


def test_the_receipt_says_what_the_practitioner_told_of_tax(at_desk: Desk, booking: Booking) -> None:
    page = at_desk("/desk/settings/tax/")
    picture(page, "tax-empty")
    page.get_by_label("Name on receipts").fill("Asha Rao Clinic LLP")
    page.get_by_label("Address on receipts").fill("12 Example Lane\nMumbai 400050")
    page.get_by_label("Tax number").fill("27AAPFU0939F1ZW")
    page.get_by_label("Code of the service").fill("9993")
    page.get_by_label("Tax within your prices").fill("18")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".summary")).to_contain_text("This is not a GSTIN")
    picture(page, "tax-wrong")
    page.get_by_label("Tax number").fill("27AAPFU0939F1ZV")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".notice")).to_contain_text("Saved.")
    picture(page, "tax-saved")

    page.goto(page.url.partition("/desk/")[0] + f"/desk/bookings/{booking.reference}/")
    record(page, "UPI", "1500", "UTR 4711")
    page.get_by_role("link", name="Receipt", exact=True).click()

    sheet = page.get_by_role("article")
    expect(sheet).to_contain_text("Asha Rao Clinic LLP")
    expect(sheet).to_contain_text("CGST 9 %")
    picture(page, "desk-receipt")
    page.emulate_media(media="print", color_scheme="dark")
    expect(page.get_by_role("link", name="The booking")).to_be_hidden()
    expect(page.locator(".masthead")).to_be_hidden()
    for words in (".sheet-seller", ".sheet dt", ".sheet thead th", ".sheet .reference"):
        expect(page.locator(words).first).to_have_css("color", "rgb(0, 0, 0)")
    picture(page, "desk-print")
    print_it(page, "desk-receipt")


def test_a_receipt_fits_the_narrowest_phone_whatever_the_names(open_page: Open, asha: Practitioner) -> None:
    long = "Venkatanarasimharajuvaripeta" * 4
    details = {"legal_name": long, "address": long, "tax_id": "X" * 32, "tax_code": "9" * 16, "tax_rate": 1800}
    tax_details.change(asha, values=details, by=Actor.PRACTITIONER, now=NOW)
    service = make_service(asha, name=long[:80], amount=MOST_AMOUNT)
    booking = make_booking(service=service, status=Status.CONFIRMED, pays_at_visit=True, patient__name=long[:80])
    desk = open_page(f"/desk/bookings/{booking.reference}/", client=own_client(asha), width=320)
    record(desk, "Cash", as_typed(MOST_AMOUNT, "INR"))
    expect(desk.locator(".notice")).to_contain_text("The payment is recorded")

    page = open_page(f"/b/{booking.public_id}/receipt/", width=320)

    expect(page.get_by_role("article")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    picture(page, "long")
