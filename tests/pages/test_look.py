"""How the finding pages hold together in a real browser: narrow, wide, with letters twice as large, by keyboard."""

import re
from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from booking.lifecycle import Status
from practitioners.models import Location, Mode, Service
from tests.browsing import opening
from tests.factories import make_booking, make_practitioner, make_service

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LONG = "Venkatanarasimharajuvaripeta"
WIDER = "document.documentElement.scrollWidth - innerWidth"
LARGER = "document.documentElement.style.fontSize = '200%'"
# How many lines the text of a price takes.
LINES = """price => {
  const text = document.createRange();
  text.selectNodeContents(price);
  return new Set([...text.getClientRects()].map((each) => each.top)).size;
}"""
SIZES = [(320, 800), (390, 844), (1280, 900)]


@pytest.fixture
def service(transactional_db: None) -> Service:
    """Someone with long words, two places, and every kind of service."""
    person = make_practitioner(
        slug="asha-rao",
        name=f"Dr {LONG} Rao",
        credential="Physiotherapist and rehabilitation specialist",
        needs=["Musculoskeletal rehabilitation", "Sleep"],
        languages=["English", "Hindi", "Malayalam"],
    )
    room = Location.objects.create(practitioner=person, name=f"{LONG} clinic", address=f"12 {LONG} Road, Bengaluru")
    Location.objects.create(practitioner=person, name="Other rooms", address="4 Sample Street")
    make_service(person, name="First visit", duration=30, mode=Mode.IN_PERSON, location=room, amount=12_345_650)
    make_service(person, name="Chat", duration=15, mode=Mode.PHONE, currency="GBP", description=f"A {LONG} " * 5)
    for number in range(25):
        make_service(make_practitioner(name=f"Person {number}"))
    return make_service(person, slug="60-min", name="Consultation")


@pytest.fixture
def page(browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    with opening(browser, live_server.url, expected=["404"]) as opened:
        yield opened("about:blank")


PATHS = (
    "/",
    "/p/?page=2",
    f"/p/?q={LONG}&language=Hindi&mode=in_person&max_price=1234567&currency=INR&open=week",
    f"/p/?q={LONG * 2}&language=Hindi",
    "/p/?mode=x&page=99",
    "/p/asha-rao/",
    "/p/asha-rao/60-min/?date=2026-12-01",
    "/p/asha-rao/60-min/?date=2026-12-01&tz=America/New_York",
    "/p/asha-rao/60-min/?tz=Mars",
    "/p/nobody/",
    "/zone/?q=ist",
    f"/zone/?q={LONG}",
)


@pytest.mark.parametrize("letters", ["usual", "twice as large"])
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_nothing_is_wider_than_the_screen(service: Service, page: Page, width: int, height: int, letters: str) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.goto("/help/")
    held = make_booking(service=service, patient=None)
    page.context.add_cookies([{"name": "hold", "value": held.public_id, "url": page.url}])
    wider = {}
    for path in PATHS:
        page.goto(path)
        page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
        if letters != "usual":
            page.evaluate(LARGER)
        if (by := page.evaluate(WIDER)) > 0:
            wider[path] = by

    assert wider == {}


@pytest.mark.parametrize("width", [320, 390])
def test_a_price_is_never_broken_in_two(service: Service, page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto("/p/asha-rao/")

    prices = page.locator(".menu b")
    expect(prices).to_have_count(3)
    assert [price.evaluate(LINES) for price in prices.all()] == [1, 1, 1]


def test_filters_are_a_fold_on_a_phone_and_a_column_where_there_is_room(service: Service, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/")
    mode = page.get_by_label("How you meet")
    expect(mode).to_be_hidden()

    page.get_by_text("Filters and order").focus()
    page.keyboard.press("Enter")
    expect(mode).to_be_visible()

    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto("/")
    expect(page.get_by_text("Filters and order")).to_be_hidden()
    expect(mode).to_be_visible()
    expect(page.get_by_role("combobox", name="How you meet")).to_have_count(1)


def test_a_search_by_keyboard_leads_to_a_short_address(service: Service, page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto("/")
    page.get_by_label("Name, or what you need help with").fill("dr rao")
    page.get_by_label("How you meet").select_option("Online (video)")
    page.get_by_label("Name, or what you need help with").press("Enter")

    page.get_by_role("heading", name="1 practitioner for “dr rao”").wait_for()
    expect(page).to_have_url(re.compile(r"/p/\?q=dr\+rao&mode=video$"))

    page.get_by_role("link", name="Remove Online (video)").click()
    expect(page).to_have_url(re.compile(r"/p/\?q=dr\+rao$"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_available_booked_and_break_differ_without_colour(
    service: Service, page: Page, scheme: Literal["light", "dark"]
) -> None:
    make_booking(service=service, status=Status.CONFIRMED)
    page.emulate_media(color_scheme=scheme)
    page.goto("/p/asha-rao/60-min/?date=2026-12-01")

    borders = page.evaluate(
        "Object.fromEntries(['button.slot', '.slot[data-state=break]', '.slot[data-state=booked]']"
        ".map((each) => [each, getComputedStyle(document.querySelector(each)).borderStyle]))"
    )
    assert borders == {
        "button.slot": "solid",
        ".slot[data-state=break]": "dashed",
        ".slot[data-state=booked]": "dashed",
    }
    assert page.locator(".slot[data-state=booked] s").first.evaluate("s => getComputedStyle(s).textDecorationLine") == (
        "line-through"
    )
    assert "Break" in page.locator(".slot[data-state=break]").inner_text()
