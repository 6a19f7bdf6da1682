"""A week is set up in a real browser on a phone: by keyboard with scripts, by hand without."""

import re
from functools import partial

import pytest
from playwright.sync_api import expect

from booking.lifecycle import Status
from booking.models import Booking
from practitioners.models import Practitioner
from tests.browsing import Open
from tests.desk.people import OFFICE_WEEK, make_desk, own_client, stored_week
from tests.factories import TOMORROW_AT_TEN, make_booking, make_service

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("stopped_clock"),
]


@pytest.fixture
def asha(transactional_db: None) -> Practitioner:
    practitioner = make_desk()
    make_service(practitioner)
    return practitioner


@pytest.fixture
def open_page(open_page: Open, asha: Practitioner) -> Open:
    """Opens a page of Asha’s desk."""
    return partial(open_page, client=own_client(asha))


def test_a_split_week_is_set_up_by_keyboard_alone(asha: Practitioner, open_page: Open) -> None:
    page = open_page("/desk/hours/")
    page.evaluate("window.stayed = true")
    page.locator("#add-0").focus()

    page.keyboard.press("Enter")  # nine to five
    expect(page.locator("#from-0-0")).to_be_focused()
    page.keyboard.press("Tab")
    for _ in range(20):  # quarters of an hour, from five back to noon
        page.keyboard.press("ArrowUp")
    expect(page.locator("#sums")).to_contain_text("3 bookable hours a week")
    page.keyboard.press("Tab")  # remove
    page.keyboard.press("Tab")  # add
    expect(page.locator("#add-0")).to_be_focused()
    page.keyboard.press("Enter")  # one to five
    expect(page.locator("#from-0-1")).to_be_focused()
    expect(page.get_by_text("Break 12:00 PM – 1:00 PM")).to_have_count(1)
    expect(page.locator("#sums")).to_contain_text("7 bookable hours a week")

    # With one day filled in, copying it is at hand.
    for day in ("1", "2", "3", "4"):
        page.locator(f"#target-{day}").focus()
        page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#copy-done")).to_be_focused()
    expect(page.get_by_text("Break 12:00 PM – 1:00 PM")).to_have_count(5)
    expect(page.locator("#sums")).to_contain_text("35 bookable hours a week")
    assert page.evaluate("window.stayed")
    assert stored_week(asha) == []

    page.get_by_role("button", name="Save", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Your week is saved.")).to_be_visible()
    assert stored_week(asha) == OFFICE_WEEK


def test_the_same_week_without_scripts(asha: Practitioner, open_page: Open) -> None:
    page = open_page("/desk/hours/", scripts=False)

    page.get_by_role("button", name="Add interval on Monday").click()
    page.get_by_label("To on Monday").select_option("12:00 PM")
    page.get_by_role("button", name="Add interval on Monday").click()
    expect(page).to_have_url(re.compile(r"#day-0$"))
    expect(page.get_by_text("Break 12:00 PM – 1:00 PM")).to_have_count(1)
    for day in ("Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"):
        page.get_by_role("group", name="To").get_by_label(day).check()
    page.get_by_role("button", name="Apply").click()
    page.get_by_role("button", name="Closed all day on Saturday").click()
    page.get_by_label("To on Monday").first.select_option("6:00 PM")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("There is a problem")
    assert stored_week(asha) == []

    page.get_by_label("To on Monday").first.select_option("12:00 PM")
    page.get_by_role("button", name="Save", exact=True).click()

    expect(page.get_by_text("Your week is saved.")).to_be_visible()
    assert stored_week(asha) == OFFICE_WEEK


@pytest.mark.parametrize("scripts", [True, False])
def test_a_day_is_closed_from_a_phone(asha: Practitioner, open_page: Open, scripts: bool) -> None:
    service = asha.services.get()
    kept = make_booking(service=service, status=Status.CONFIRMED)
    page = open_page("/desk/close/?date=2026-12-01", scripts=scripts)
    other = make_booking(service=service, start=TOMORROW_AT_TEN.replace(hour=6), status=Status.CONFIRMED)

    page.get_by_label("Keep it").check()
    page.get_by_label("Reason").fill("I am ill")
    page.get_by_role("button", name="Close this day").click()
    expect(page.get_by_text("New since you looked")).to_be_visible()
    page.get_by_role("button", name="Close this day").click()

    expect(page.get_by_text("Tuesday 1 December is closed.")).to_be_visible()
    assert Booking.objects.get(pk=kept.pk).status == Status.CONFIRMED
    assert Booking.objects.get(pk=other.pk).status == Status.CANCELLED


def test_the_list_of_zones_gets_shorter_while_one_types(open_page: Open) -> None:
    page = open_page("/desk/hours/rules/")

    page.get_by_label("Find a time zone").fill("sao paulo")

    expect(page.locator("#id_zone option")).to_have_text(
        ["Brazil (Sao Paulo) – America/Sao_Paulo", "India – Asia/Kolkata"]
    )
    expect(page.locator("#id_zone")).to_have_value("Asia/Kolkata")
