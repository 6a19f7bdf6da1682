"""A morning at the desk, on a phone: answering requests, and booking whoever calls or comes by.

Set SHOTS to a folder to keep pictures, in light and dark, on a phone and on a wide screen."""

import os
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from booking import answers
from booking.lifecycle import Status
from booking.models import Booking
from practitioners.models import Practitioner
from tests.booking.test_answering import make_request
from tests.browsing import Open, opening
from tests.desk.people import make_working_desk, own_client
from tests.factories import NOW, TOMORROW_AT_TEN, make_booking, make_patient, make_service

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("stopped_clock")]
Desk = Callable[..., Page]


@pytest.fixture
def asha() -> Practitioner:
    asha = make_working_desk(slug="asha-rao", notice=120)
    make_service(asha, name="Consultation", pay_when="online")
    return asha


@pytest.fixture
def open_page(browser: Browser, live_server: LiveServer) -> Iterator[Open]:
    """A time that is gone is answered with a status of its own, of which a browser keeps a note."""
    with opening(browser, live_server.url, expected=["409"]) as opened:
        yield opened


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def at_desk(request: pytest.FixtureRequest, open_page: Open, asha: Practitioner) -> Desk:
    def opened(path: str = "/desk/", **wishes: object) -> Page:
        return open_page(path, client=own_client(asha), scripts=request.param, reduced_motion="reduce", **wishes)

    return opened


def picture(page: Page, name: str) -> None:
    """Of the page as it is, on four devices; the forms keep what was typed."""
    folder = os.environ.get("SHOTS")
    if not folder:
        return
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 844})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=str(Path(folder) / f"{name}-{width}-{scheme}.png"), full_page=True)
    page.set_viewport_size({"width": 390, "height": 844})


def asked(asha: Practitioner, name: str, start: datetime, **fields: Any) -> Booking:
    service = asha.services.get()
    return make_request(service=service, start=start, patient=make_patient(name=name), **fields)


def test_requests_are_accepted_by_one_press_and_declined_with_a_reason(at_desk: Desk, asha: Practitioner) -> None:
    asked(asha, "Ravi Nair", TOMORROW_AT_TEN, hold_expires_at=NOW + timedelta(minutes=200), note="My knee")
    asked(asha, "Li Na", TOMORROW_AT_TEN + timedelta(days=1), hold_expires_at=NOW + timedelta(minutes=40))
    page = at_desk()
    picture(page, "today")
    page.get_by_role("link", name="2 requests wait for your answer").click()
    expect(page.locator(".requests h2")).to_have_text(["Li Na", "Ravi Nair"])
    picture(page, "requests")

    page.get_by_role("button", name="Accept the request of Li Na").click()
    expect(page.locator(".notice")).to_contain_text("The request is accepted. They get a link to pay until")

    page.get_by_role("link", name="Decline the request of Ravi Nair").click()
    picture(page, "decline")
    page.get_by_role("button", name="Decline the request").click()
    expect(page.locator(".summary")).to_contain_text("Say in a few words why")
    page.get_by_label("Reason").fill("I am away that day.")
    page.get_by_role("button", name="Decline the request").click()

    expect(page.locator(".notice")).to_contain_text("The request is declined.")
    expect(page.get_by_text("Nobody waits for an answer.")).to_be_visible()
    expect(page.locator(".entries li")).to_have_count(2)
    picture(page, "requests-answered")
    statuses = Booking.objects.order_by("pk").values_list("status", flat=True)
    assert list(statuses) == [Status.DECLINED, Status.PENDING_PAYMENT]


def test_a_caller_is_booked_in_three_presses_and_a_name(at_desk: Desk, asha: Practitioner) -> None:
    page = at_desk()
    page.get_by_role("link", name="Book someone in").click()
    page.get_by_role("link", name=re.compile("1 Dec")).click()
    expect(page.locator("#times")).to_have_text("Tuesday 1 December 2026")
    picture(page, "times")
    page.get_by_role("button", name="10:00 AM IST, 60 minutes").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Who comes?")
    picture(page, "visitor")

    page.get_by_label("Name").fill("Meera Iyer")
    page.get_by_label("Phone").first.fill("098123 00456")
    page.get_by_label("At the visit").check()
    page.get_by_role("button", name="Book it", exact=True).last.click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Meera Iyer")
    expect(page.locator(".notice")).to_contain_text("It is booked for Tue 1 Dec 2026, 10:00 AM.")
    picture(page, "booked")
    booking = Booking.objects.select_related("patient").get()
    assert booking.patient
    assert (booking.status, booking.pays_at_visit) == (Status.CONFIRMED, True)
    assert (booking.patient.phone, booking.patient.email) == ("+919812300456", "")


def test_whoever_stands_at_the_desk_is_booked_for_now(at_desk: Desk) -> None:
    page = at_desk("/desk/book/")
    page.get_by_role("link", name="Now, 5:30 AM").click()
    expect(page.locator(".notice")).to_contain_text("Outside the working hours")
    page.get_by_label("Name").fill("Meera Iyer")
    page.get_by_label("There is neither").check()
    picture(page, "walk-in")
    page.get_by_label("Name").press("Enter")  # which is no decision against the hours
    expect(page.locator(".notice")).to_contain_text("Outside the working hours")
    expect(page.get_by_label("Name")).to_have_value("Meera Iyer")
    assert not Booking.objects.exists()

    page.get_by_role("button", name="Book it anyway").click()

    expect(page.locator(".notice")).to_contain_text("tell them the time and the reference")
    assert Booking.objects.get().starts_at == NOW


@pytest.mark.parametrize("scripts", [True, False])
def test_a_time_that_went_meanwhile_is_changed_for_another_by_one_press(
    open_page: Open, asha: Practitioner, scripts: bool
) -> None:
    service = asha.services.get()
    path = f"/desk/book/visitor/?service={service.pk}&slot=2026-12-01T04:30Z"
    page = open_page(path, client=own_client(asha), scripts=scripts, reduced_motion="reduce")
    make_booking(service=service, status=Status.CONFIRMED)
    page.get_by_label("Name").fill("Ravi Nair")
    page.get_by_role("textbox", name="E-mail").fill("ravi@example.com")
    page.get_by_role("button", name="Book it", exact=True).last.click()
    expect(page.locator(".notice")).to_contain_text("10:00 AM is taken")
    picture(page, "taken")

    page.get_by_role("button", name=re.compile("11:00 AM")).first.click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Ravi Nair")
    expect(page.locator(".notice")).to_contain_text("They get a link to pay until")
    booked = Booking.objects.get(patient__name="Ravi Nair")
    assert booked.starts_at == TOMORROW_AT_TEN + timedelta(hours=1)


@pytest.mark.parametrize("scripts", [True, False])
def test_the_mails_link_answers_without_signing_in(open_page: Open, asha: Practitioner, scripts: bool) -> None:
    booking = asked(asha, "Meera Iyer", TOMORROW_AT_TEN)
    path = reverse("booking:answer", args=[answers.token(booking)])
    page = open_page(path, scripts=scripts, reduced_motion="reduce")
    expect(page.get_by_role("heading", level=1)).to_have_text("Meera I. asks for a time")
    picture(page, "answer")

    page.get_by_role("button", name="Accept the request").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("The request of Meera I.")
    expect(page.locator(".lede")).to_contain_text("They get a link to pay until")
    picture(page, "answered")
    booking.refresh_from_db()
    assert booking.status == Status.PENDING_PAYMENT
