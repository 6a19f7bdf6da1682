"""The frame of the desk in a real browser: everything is reached and nothing sticks out, with and without scripts."""

from functools import partial

import pytest

from booking.lifecycle import Status
from booking.models import Booking
from practitioners.models import Practitioner
from tests.browsing import Open
from tests.desk.people import make_working_desk, own_client
from tests.factories import make_booking, make_practitioner, make_service

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("stopped_clock"),
]
SECTIONS = ["Today", "Calendar", "Requests", "Bookings", "Hours", "Time off", "Services", "Settings"]
LONG = "Venkatanarasimharajuvaripeta Subramaniam"


@pytest.fixture
def practitioner(transactional_db: None) -> Practitioner:
    practitioner = make_working_desk(name=LONG)
    assert practitioner.user
    other = make_practitioner(name="Arjun Mehta")
    other.desk_access.create(user=practitioner.user, granted_by=practitioner.user)
    return practitioner


@pytest.fixture
def booking(practitioner: Practitioner) -> Booking:
    service = make_service(practitioner, name="A rather long name of a service")
    email = "a-rather-long-address-for-a-phone@department.example.org"
    return make_booking(service=service, status=Status.CONFIRMED, patient__name=LONG, patient__email=email)


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def open_page(request: pytest.FixtureRequest, open_page: Open, practitioner: Practitioner) -> Open:
    return partial(open_page, "/desk/calendar/", client=own_client(practitioner), scripts=request.param)


def test_on_a_phone_the_menu_opens_by_key_and_reaches_every_section(open_page: Open) -> None:
    page = open_page()
    assert not page.get_by_role("link", name="Settings").is_visible()

    page.locator(".desk-menu > summary").focus()
    page.keyboard.press("Enter")

    menu = page.get_by_role("navigation", name="Desk")
    assert menu.get_by_role("link").all_inner_texts() == SECTIONS
    assert all(link.is_visible() for link in menu.get_by_role("link").all())
    assert menu.locator("[aria-current=page]").inner_text() == "Calendar"
    page.get_by_text("Another desk").click()
    page.get_by_role("button", name="Arjun Mehta").click()
    page.wait_for_url("**/desk/")
    assert page.locator(".desk-name").inner_text() == "Arjun Mehta"


def test_where_there_is_room_the_menu_stands_open(open_page: Open) -> None:
    page = open_page(width=1280)

    menu = page.get_by_role("navigation", name="Desk")
    assert not page.get_by_text("Menu", exact=True).is_visible()
    assert all(link.is_visible() for link in menu.get_by_role("link").all())
    menu.get_by_role("link", name="Bookings").click()
    page.wait_for_url("**/desk/bookings/")


@pytest.mark.parametrize("width", [320, 390, 700, 1280])
def test_no_page_of_the_day_is_wider_than_the_screen(open_page: Open, booking: Booking, width: int) -> None:
    page = open_page(width=width)
    one = f"/desk/bookings/{booking.reference}/"
    week = ["/desk/calendar/?date=2026-12-01", "/desk/calendar/?view=week&date=2026-12-01"]
    for path in ("/desk/", *week, "/desk/calendar/?view=day&date=2026-12-01", "/desk/bookings/", one, f"{one}cancel/"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
