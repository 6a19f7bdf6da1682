"""The way through the pages in a real browser: by hand without scripts, by keyboard, and with all comforts."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from booking import actions
from booking.lifecycle import Status
from booking.models import Booking
from common.audit import Actor
from practitioners.models import Service
from tests.browsing import Open, opening
from tests.factories import NOW, make_booking, make_payment, make_practitioner, make_service

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
EXPECTED = ("503 (Service Unavailable)", "409 (Conflict)")  # pages of their own


@pytest.fixture
def service(transactional_db: None) -> Service:
    return make_service(make_practitioner(slug="asha-rao"), slug="60-min", name="Consultation")


@pytest.fixture
def open_page(browser: Browser, live_server: LiveServer) -> Iterator[Open]:
    with opening(browser, live_server.url, expected=EXPECTED) as opened:
        yield opened


def test_without_scripts_a_time_is_found_kept_filled_in_and_ready_to_pay(service: Service, open_page: Open) -> None:
    page = open_page("/p/asha-rao/", scripts=False)
    page.get_by_role("link", name="60 minutes").click()
    page.get_by_role("link", name="December", exact=True).click()
    page.get_by_role("link", name="Tuesday 1 December, 22 times").click()
    page.get_by_role("button", name="10:00 AM IST, 60 minutes").click()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert")).to_contain_text("There is a problem")

    page.get_by_label("Full name").fill("Meera Iyer")
    page.get_by_label("Mobile number").fill("098123 00456")
    page.get_by_label("E-mail").fill("meera@example.com")
    page.get_by_label("I agree").check()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check and pay")

    # Nobody answers for the provider here: the time stays kept, and trying again is offered.
    page.get_by_role("button", name="Pay ₹1,500").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing was charged.")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()


def test_another_day_comes_without_a_reload_and_takes_the_focus(service: Service, open_page: Open) -> None:
    page = open_page("/p/asha-rao/60-min/")
    page.evaluate("window.stayed = true")

    page.locator("[data-month=after]").click()
    page.get_by_role("link", name="Friday 4 December, 22 times").click()

    page.get_by_role("heading", name="Friday 4 December").wait_for()
    assert page.evaluate("[window.stayed, document.activeElement.id]") == [True, "times"]
    expect(page.locator("#live")).to_have_text("Friday 4 December, 22 times")
    expect(page).to_have_url(re.compile(r"\?date=2026-12-04#times$"))
    page.go_back()
    page.get_by_role("heading", name="Tuesday 1 December").wait_for()


def test_the_calendar_is_walked_by_arrows_and_a_time_is_kept_by_enter(service: Service, open_page: Open) -> None:
    page = open_page("/p/asha-rao/60-min/?date=2026-12-01")
    page.locator("a.day[aria-current]").focus()

    where = []
    for key in ("ArrowRight", "ArrowDown", "Home", "End"):
        page.keyboard.press(key)
        where.append(page.evaluate("document.activeElement.textContent.trim()").split(",")[0])
    assert where == ["Wednesday 2 December", "Wednesday 9 December", "Monday 7 December", "Friday 11 December"]

    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Friday 11 December").wait_for()
    for _ in range(3):  # past "Change", to the first and the second time
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Your details").wait_for()
    assert Booking.objects.get().starts_at.isoformat() == "2026-12-11T03:45:00+00:00"


def test_two_presses_in_a_hurry_send_one_form(service: Service, open_page: Open) -> None:
    page = open_page("/p/asha-rao/60-min/?date=2026-12-01")
    sent = []
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)

    page.evaluate("for (const _ of [1, 2, 3]) document.querySelector('button.slot').click()")

    page.get_by_role("heading", name="Your details").wait_for()
    assert len(sent) == 1


def test_the_page_that_waits_for_the_bank_turns_into_the_confirmation(service: Service, open_page: Open) -> None:
    booking = make_booking(service=service)
    make_payment(booking=booking)
    page = open_page(f"/b/{booking.public_id}/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirming your payment")

    actions.confirm(booking, by=Actor.SYSTEM, now=NOW)

    page.get_by_role("heading", name="You’re booked").wait_for()
    assert page.evaluate("document.activeElement.tagName") == "H1"
    expect(page).to_have_title(re.compile("^Confirmed"))


def test_two_more_minutes_are_offered_late_and_keep_what_was_typed(service: Service, open_page: Open) -> None:
    booking = make_booking(service=service, patient=None, hold_expires_at=NOW + timedelta(seconds=90))
    page = open_page(f"/h/{booking.public_id}/")
    page.get_by_label("Full name").fill("Meera")

    page.get_by_role("button", name="Give me 2 more minutes").click()

    page.get_by_text("3 min").wait_for()
    expect(page.get_by_label("Full name")).to_have_value("Meera")
    booking.refresh_from_db()
    assert booking.hold_expires_at == NOW + timedelta(seconds=210)


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_is_wider_than_the_screen(service: Service, open_page: Open, width: int) -> None:
    held = make_booking(service=service, patient=None)
    firm = make_booking(
        service=make_service(service.practitioner, duration=30),
        start=NOW + timedelta(days=3),
        status=Status.CONFIRMED,
        patient__name="Venkatanarasimharajuvaripeta Subramaniam",
        patient__email="a-rather-long-address-for-a-phone@department.example.org",
    )
    page = open_page("/", width=width)
    for path in (
        "/",
        "/p/asha-rao/",
        "/p/asha-rao/60-min/?tz=America/New_York",
        "/zone/",
        f"/h/{held.public_id}/",
        f"/b/{firm.public_id}/",
    ):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path


def test_colours_are_chosen_without_a_reload_and_kept(service: Service, open_page: Open) -> None:
    page = open_page("/help/")
    page.evaluate("window.stayed = true")

    page.get_by_role("button", name="Dark").click()
    assert page.evaluate("[window.stayed, getComputedStyle(document.body).backgroundColor]") == [
        True,
        "rgb(15, 23, 22)",
    ]

    page.reload()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(15, 23, 22)"


@pytest.mark.parametrize("scripts", [True, False])
def test_after_a_conflict_one_tap_keeps_another_time(service: Service, open_page: Open, scripts: bool) -> None:
    page = open_page("/p/asha-rao/60-min/?date=2026-12-01", scripts=scripts)
    make_booking(service=service)

    page.get_by_role("button", name="10:00 AM IST, 60 minutes").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("was just taken")
    page.locator("button[name=slot]").first.click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Your details")
