"""The first appointment, through every real part: chosen, held, paid at the provider's page, confirmed, written to both
sides, and seen by an admin. Set SHOTS to a folder to keep a picture of every step."""

import os
import re
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from booking import samples
from booking.models import Booking
from common.models import User
from payments.lifecycle import PaymentStatus
from payments.models import Payment
from tests.stack import Stack
from tests.waiting import eventually

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "practice makes perfect"


@pytest.fixture
def practice(stack: Stack) -> Stack:
    samples.make_practice()
    User.objects.create_superuser("admin@example.org", PASSWORD)
    stack.up(web=1, worker=1, beat=True, sandbox=True)
    return stack


def picture(page: Page, name: str) -> None:
    if folder := os.environ.get("SHOTS"):
        width = page.viewport_size["width"] if page.viewport_size else 0
        page.screenshot(path=str(Path(folder) / f"{name}-{width}.png"), full_page=True)


def mails(stack: Stack) -> list[dict[str, str]]:
    answer = httpx.get(f"{stack.urls[0]}/sandbox/mail/", headers={"Accept": "application/json"})
    found: list[dict[str, str]] = answer.json()
    return found


@pytest.mark.parametrize(("width", "scripts"), [(390, True), (1280, True), (390, False)])
def test_from_the_first_look_to_the_confirmation(practice: Stack, browser: Browser, width: int, scripts: bool) -> None:
    context = browser.new_context(
        base_url=practice.urls[0],
        viewport={"width": width, "height": 844},
        java_script_enabled=scripts,
        timezone_id="Asia/Kolkata",
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto("/")
    picture(page, "1-find")
    page.get_by_role("link", name="Dr Sarah Khan", exact=True).click()
    picture(page, "2-profile")
    page.get_by_role("link", name=re.compile("60 minutes")).click()
    picture(page, "3-times")
    page.locator("button[name=slot]").first.click()
    picture(page, "4-details")

    page.get_by_label("Full name").fill("PATIENT_TEST")
    page.get_by_label("Mobile number").fill("+10000000000")
    page.get_by_label("E-mail").fill("patient@example.org")
    page.get_by_label("I agree").check()
    page.get_by_role("button", name="Continue").click()
    picture(page, "5-review")
    page.get_by_role("button", name="Pay ₹1,500").click()
    picture(page, "6-checkout")
    page.get_by_role("button", name="Succeed", exact=True).click()

    expect(page.get_by_role("heading", level=1)).to_have_text("You’re booked")
    picture(page, "7-booked")
    assert eventually(lambda: len(mails(practice)) == 2)
    assert sorted(mail["to"] for mail in mails(practice)) == ["dr-sarah-khan@example.org", "patient@example.org"]
    assert Payment.objects.get().status == PaymentStatus.CAPTURED
    context.close()
    _an_admin_sees_it(practice, browser, width)


def _an_admin_sees_it(practice: Stack, browser: Browser, width: int) -> None:
    reference = Booking.objects.get().reference
    page = browser.new_page(base_url=practice.urls[0], viewport={"width": width, "height": 844})
    page.goto("/admin/")
    page.get_by_role("link", name="Use a password instead").click()
    page.get_by_label("E-mail").fill("admin@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{practice.urls[0]}/admin/")
    page.goto("/admin/booking/booking/")
    picture(page, "8-admin-bookings")
    page.get_by_role("link", name=reference).click()
    expect(page.get_by_text("pay_").first).to_be_visible()
    picture(page, "9-admin-booking")
    page.close()
