"""A booking's whole life as people live it: made again in a few taps, moved, called off; without scripts, by keyboard.

Set SHOTS to a folder to keep a picture of every step.
"""

import os
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Locator, Page, expect

from booking import answers, samples
from booking.forms import CONSENT
from booking.lifecycle import Status
from booking.models import Booking, Move, SavedPerson
from common import clock
from common.models import User
from practitioners.models import Practitioner
from tests.browsing import opening
from tests.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
_MOST_STOPS = 150


@pytest.fixture
def practice(stack: Stack) -> Stack:
    samples.make_practice()
    Practitioner.objects.update(cancel_cutoff=0)  # whatever the hour of the day that the test runs at
    stack.up(web=1, sandbox=True)
    return stack


def picture(page: Page, name: str) -> None:
    if folder := os.environ.get("SHOTS"):
        width = page.viewport_size["width"] if page.viewport_size else 0
        page.screenshot(path=str(Path(folder) / f"{name}-{width}.png"), full_page=True)


def heading(page: Page, words: str | re.Pattern[str]) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


# --- Coming back ------------------------------------------------------------------------------------------------------


def signed_in() -> Client:
    """Somebody whose details are known from before."""
    user = User.objects.create_user("patient@example.org", name="PATIENT_TEST")
    facts = {"consented_at": clock.now(), "consent_version": CONSENT, "zone": "Asia/Kolkata"}
    SavedPerson.objects.create(user=user, name="PATIENT_TEST", phone="+919812300456", **facts)
    client = Client()
    client.force_login(user)
    return client


class Taps:
    """Counts what somebody has to tap."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, target: Locator) -> None:
        self.count += 1
        target.click()


@pytest.mark.parametrize(("another_day", "most"), [(False, 3), (True, 4)])
def test_whoever_comes_back_books_and_pays_in_a_few_taps(
    practice: Stack, browser: Browser, *, another_day: bool, most: int
) -> None:
    with opening(browser, practice.urls[0]) as open_page:
        page = open_page("/p/dr-sarah-khan/60-min/", client=signed_in(), reduced_motion="reduce")
        tap = Taps()
        if another_day:
            tap(page.locator(".month a.day:not([aria-current])").first)
            expect(page.locator(".month a.day").nth(1)).to_have_attribute("aria-current", "true")
        tap(page.locator("button[name=slot]").first)
        heading(page, "Check and pay")
        tap(page.get_by_role("button", name="Pay ₹1,500"))
        tap(page.get_by_role("button", name="Succeed", exact=True))
        heading(page, "You’re booked")

    assert tap.count <= most
    booking = Booking.objects.get()
    assert booking.patient is not None
    assert (booking.patient.name, booking.status) == ("PATIENT_TEST", Status.CONFIRMED)


# --- Moved and called off, whatever the browser -----------------------------------------------------------------------

Press = Callable[[str, str], None]


def by_hand(page: Page) -> Press:
    def press(role: str, name: str) -> None:
        page.get_by_role(role, name=name).first.click()  # type: ignore[arg-type]  # Playwright lists every role

    return press


def by_keyboard(page: Page) -> Press:
    """Tab to it, and press Enter."""

    def press(role: str, name: str) -> None:
        tab_to(page, name)
        page.keyboard.press("Enter")

    return press


def tab_to(page: Page, what: str) -> None:
    words = "(document.activeElement.labels?.[0] ?? document.activeElement).textContent.trim().replace(/\\s+/g, ' ')"
    for _ in range(_MOST_STOPS):
        page.keyboard.press("Tab")
        if str(page.evaluate(words)).startswith(what):
            return
    pytest.fail(f"the Tab key does not lead to {what}")


def fill_in(page: Page) -> None:
    page.get_by_label("Full name").fill("PATIENT_TEST")
    page.get_by_label("Mobile number").fill("+10000000000")
    page.get_by_label("E-mail").fill("patient@example.org")
    page.get_by_label("I agree").check()


def type_in(page: Page) -> None:
    for label, words in (
        ("Your full name", "PATIENT_TEST"),
        ("Mobile number", "+10000000000"),
        ("E-mail", "patient@example.org"),
    ):
        tab_to(page, label)
        page.keyboard.type(words)
    tab_to(page, "I agree")
    page.keyboard.press("Space")


@pytest.mark.parametrize(
    ("width", "scripts", "keyboard"), [(390, True, False), (1280, True, True), (390, False, False), (390, False, True)]
)
def test_a_visit_is_booked_moved_and_called_off(
    practice: Stack, browser: Browser, width: int, *, scripts: bool, keyboard: bool
) -> None:
    with opening(browser, practice.urls[0]) as open_page:
        page = open_page("/p/arjun-mehta/30-min/", scripts=scripts, width=width, reduced_motion="reduce")
        press = by_keyboard(page) if keyboard else by_hand(page)
        start = page.locator("button[name=slot]").first.get_attribute("value")
        first = page.locator("button[name=slot]").first.inner_text().split(",")[0].split("\n")[0].strip()
        press("button", first)
        heading(page, "Your details")
        (type_in if keyboard else fill_in)(page)
        picture(page, "life-1-details")
        press("button", "Continue")
        expect(page.get_by_role("button", name=re.compile("Pay at the visit"))).to_be_visible()
        picture(page, "life-2-review")
        press("button", "Pay at the visit")
        heading(page, "You’re booked")
        picture(page, "life-3-booked")

        press("link", "Move")
        expect(page.locator("button[name=slot]").first).to_be_visible()
        picture(page, "life-4-move")
        other = page.locator("button[name=slot]").last.inner_text().split(",")[0].split("\n")[0].strip()
        press("button", other)
        heading(page, "You’re booked")
        expect(page.get_by_text(re.compile("Moved")).first).to_be_visible()
        picture(page, "life-5-moved")
        moved = Booking.objects.get()
        assert moved.starts_at.strftime("%Y-%m-%dT%H:%MZ") != start
        assert (moved.sequence, moved.moves_made) == (1, 1)

        press("link", "Cancel")
        heading(page, "Cancel this booking?")
        picture(page, "life-6-cancel")
        press("button", "Cancel the booking")
        heading(page, "Your booking is cancelled")
        picture(page, "life-7-cancelled")

    moves = [(move.before, move.after) for move in Move.objects.order_by("pk")]
    assert moves == [
        ("", "pending_payment"),
        ("pending_payment", "confirmed"),
        ("confirmed", "confirmed"),
        ("confirmed", "cancelled"),
    ]


# --- Asked for first --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scripts", [True, False])
def test_a_request_is_accepted_paid_and_over(practice: Stack, browser: Browser, *, scripts: bool) -> None:
    with opening(browser, practice.urls[0]) as open_page:
        page = open_page("/p/noa-levin/60-min/", scripts=scripts, reduced_motion="reduce")
        page.locator("button[name=slot]").first.click()
        fill_in(page)
        page.get_by_role("button", name="Continue").click()
        page.get_by_role("button", name="Request this time").click()
        heading(page, "Your request is with the practitioner")
        picture(page, "request-1-asked")

        mail = _answer_page()
        theirs = open_page(mail, scripts=scripts, reduced_motion="reduce")
        picture(theirs, "request-2-answer")
        theirs.get_by_role("button", name=re.compile("Accept")).click()
        expect(theirs.get_by_text(re.compile("link to pay"))).to_be_visible()

        page.reload()
        picture(page, "request-3-accepted")
        page.get_by_role("button", name="Pay $220").click()
        page.get_by_role("button", name="Succeed", exact=True).click()
        heading(page, "You’re booked")

    booking = Booking.objects.get()
    assert booking.pay_by is not None
    assert booking.pay_by <= clock.now() + timedelta(hours=2)


def _answer_page() -> str:
    """Where the button of the practitioner's mail leads."""
    return reverse("booking:answer", args=[answers.token(Booking.objects.get())])
