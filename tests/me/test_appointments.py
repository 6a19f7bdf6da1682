"""One's own list: what stands where, what is still to be done, and what can be done."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from booking.lifecycle import Status
from booking.mine import queries
from booking.models import Booking
from common.models import User
from payments import receipts
from payments.lifecycle import PaymentStatus
from practitioners.models import Practitioner, Service
from tests.factories import NOW, TOMORROW_AT_TEN, make_booking, make_patient, make_payment
from tests.me.people import booked_by, was
from tests.pages.reading import Page, faults, read

pytestmark = pytest.mark.django_db
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
KEPT, LAPSED = NOW + HOUR, NOW - HOUR
SHELVES = {"upcoming": "/me/", "past": "/me/past/", "cancelled": "/me/cancelled/"}


def page_of(client: Client, address: str = "/me/") -> Page:
    page = read(client.get(address))
    assert faults(page) == []
    return page


def shelves_with(client: Client, booking: Booking) -> list[str]:
    link = f"/b/{booking.public_id}/"
    return [name for name, address in SHELVES.items() if link in page_of(client, address).links()]


STATES: list[tuple[str, dict[str, Any], Status | None]] = [
    ("upcoming", {"status": Status.CONFIRMED}, None),
    ("upcoming", {"status": Status.CONFIRMED, "start": NOW - HOUR / 2}, None),
    ("upcoming", {"status": Status.REQUESTED, "hold_expires_at": KEPT}, None),
    ("upcoming", {"status": Status.PENDING_PAYMENT, "hold_expires_at": KEPT}, None),
    ("upcoming", {"status": Status.PENDING_PAYMENT, "hold_expires_at": KEPT, "pay_by": KEPT}, None),
    ("past", {"status": Status.CONFIRMED, "start": NOW - DAY}, None),
    ("past", {"status": Status.COMPLETED, "start": NOW - DAY}, None),
    ("past", {"status": Status.NO_SHOW, "start": NOW - DAY}, None),
    ("cancelled", {"status": Status.DECLINED}, Status.REQUESTED),
    ("cancelled", {"status": Status.CANCELLED}, Status.CONFIRMED),
    ("cancelled", {"status": Status.CANCELLED, "pay_by": LAPSED}, Status.PENDING_PAYMENT),
    ("cancelled", {"status": Status.EXPIRED}, Status.REQUESTED),
    ("cancelled", {"status": Status.REQUESTED, "hold_expires_at": LAPSED}, None),
    ("cancelled", {"status": Status.EXPIRED, "pay_pressed_at": LAPSED}, Status.PENDING_PAYMENT),
    ("cancelled", {"status": Status.PENDING_PAYMENT, "hold_expires_at": LAPSED, "pay_by": LAPSED}, None),
]


@pytest.mark.parametrize("state", STATES)
def test_each_booking_stands_on_one_shelf(
    hers: Client, meera: User, service: Service, state: tuple[str, dict[str, Any], Status | None]
) -> None:
    shelf, facts, before = state
    booking = booked_by(meera, service=service, **facts)
    if before:
        was(booking, before)

    assert shelves_with(hers, booking) == [shelf]


@pytest.mark.parametrize(
    ("facts", "before"),
    [
        ({"status": Status.PENDING_PAYMENT, "hold_expires_at": LAPSED}, None),
        ({"status": Status.EXPIRED}, Status.PENDING_PAYMENT),
        ({"status": Status.CANCELLED}, Status.PENDING_PAYMENT),
    ],
)
def test_a_hold_that_came_to_nothing_is_no_appointment(
    hers: Client, meera: User, service: Service, facts: dict[str, Any], before: Status | None
) -> None:
    booking = booked_by(meera, service=service, **facts)
    if before:
        was(booking, before)

    assert shelves_with(hers, booking) == []
    assert "No appointments yet." in page_of(hers).text


def test_a_card_says_when_with_whom_what_and_for_whom(hers: Client, meera: User, service: Service) -> None:
    booked_by(meera, service=service, patient={"name": "Tara", "booked_by": "Meera Iyer", "relationship": "daughter"})

    page = page_of(hers)

    (card,) = page.every("article")
    for fact in (
        "Tue 1 Dec 2026",
        "10:00 AM – 11:00 AM IST",
        "Confirmed",
        "Asha Rao",
        "Consultation, 60 minutes",
        "For Tara (daughter of Meera Iyer)",
    ):
        assert fact in card.text
    assert [tab.text for tab in page.every("a", aria_current="page")] == ["Appointments", "Upcoming 1"]


def words(page: Page) -> list[str]:
    """What the links of the only card say, after its heading."""
    (card,) = page.every("article")
    inside = page.elements[page.elements.index(card) :]
    return [e.text for e in inside if e.tag == "a" and e.attrs["href"].startswith(("/b/", "/p/"))][1:]


def test_a_visit_ahead_can_be_moved_cancelled_and_put_into_a_calendar(
    hers: Client, meera: User, service: Service
) -> None:
    booked_by(meera, service=service, start=TOMORROW_AT_TEN + 5 * DAY)

    assert words(page_of(hers)) == ["Add to calendar", "Move", "Cancel", "Details"]


def test_what_is_too_late_is_not_offered(hers: Client, meera: User, service: Service) -> None:
    booked_by(meera, service=service, start=NOW + HOUR)

    assert words(page_of(hers)) == ["Add to calendar", "Details"]


def test_a_visit_that_is_about_to_begin_is_joined(hers: Client, meera: User, service: Service) -> None:
    booked_by(meera, service=service, start=NOW + timedelta(minutes=5))

    assert words(page_of(hers))[0] == "Join the video call"


def test_a_visit_that_took_place_is_booked_again(hers: Client, meera: User, service: Service) -> None:
    booked_by(meera, service=service, status=Status.COMPLETED, start=NOW - DAY)

    assert words(page_of(hers, "/me/past/")) == ["Book again", "Details"]
    Practitioner.objects.update(is_published=False)
    assert words(page_of(hers, "/me/past/")) == ["Details"]


def test_a_receipt_is_shown_where_there_is_one(hers: Client, meera: User, service: Service) -> None:
    booking = booked_by(meera, service=service, status=Status.COMPLETED, start=NOW - DAY)
    payment = make_payment(booking=booking, status=PaymentStatus.CAPTURED)
    receipts.issue(payment, service.practitioner, now=NOW)

    assert words(page_of(hers, "/me/past/")) == ["Book again", "Receipt", "Details"]


TO_DO = [
    (
        {"status": Status.PENDING_PAYMENT, "hold_expires_at": KEPT, "pay_by": KEPT},
        "Pay ₹1,500 by Mon 30 Nov 2026, 6:30 AM IST, and you are booked.",
        ["Pay ₹1,500", "Give the time up", "Details"],
    ),
    (
        {"status": Status.PENDING_PAYMENT, "hold_expires_at": KEPT},
        "Not booked yet. The time is kept for you until 6:30 AM IST.",
        ["Finish booking", "Give the time up", "Details"],
    ),
    (
        {"status": Status.REQUESTED, "hold_expires_at": KEPT},
        "Asha Rao answers by Mon 30 Nov 2026, 6:30 AM IST.",
        ["Take it back", "Details"],
    ),
    (
        {"move_asked_at": NOW},
        "Asha Rao asks you to choose another time.",
        ["Choose another time", "Add to calendar", "Cancel", "Details"],
    ),
]


@pytest.mark.parametrize("case", TO_DO)
def test_what_is_not_settled_says_what_is_still_to_be_done(
    hers: Client, meera: User, service: Service, case: tuple[dict[str, Any], str, list[str]]
) -> None:
    facts, sentence, ways = case
    booking = booked_by(meera, service=service, **facts)

    page = page_of(hers)

    assert sentence in page.text
    found = words(page) if "Finish booking" not in ways else ["Finish booking", *words(page)]
    assert found == ways
    if "Finish booking" in ways:
        assert f"/h/{booking.public_id}/review/" in page.links()


def test_what_waits_stands_first_then_the_next_visit(hers: Client, meera: User, service: Service) -> None:
    later = booked_by(meera, service=service, start=TOMORROW_AT_TEN + DAY)
    sooner = booked_by(meera, service=service)
    asked: dict[str, Any] = {"status": Status.REQUESTED, "hold_expires_at": KEPT}
    waiting = booked_by(meera, service=service, start=TOMORROW_AT_TEN + 3 * DAY, **asked)

    links = page_of(hers).links()

    order = [links.index(f"/b/{each.public_id}/") for each in (waiting, sooner, later)]
    assert order == sorted(order)


def test_of_what_is_past_the_latest_stands_first(hers: Client, meera: User, service: Service) -> None:
    visits = [booked_by(meera, service=service, status=Status.COMPLETED, start=NOW - days * DAY) for days in (3, 1, 2)]

    links = page_of(hers, "/me/past/").links()

    order = [links.index(f"/b/{visits[n].public_id}/") for n in (1, 2, 0)]
    assert order == sorted(order)


def test_an_empty_list_has_one_way_on(hers: Client) -> None:
    page = page_of(hers)

    (empty,) = page.every("div", class_="empty")
    assert "No appointments yet. What you book with meera@example.com appears here" in empty.text
    assert [link.text for link in page.every("a", class_="button")] == ["Find a practitioner"]
    assert "No appointments yet." in page_of(hers, "/me/past/").text


def test_a_list_comes_in_pages_and_an_odd_page_is_the_nearest(hers: Client, meera: User, service: Service) -> None:
    for number in range(12):
        booked_by(meera, service=service, start=TOMORROW_AT_TEN + number * DAY)

    first, second = page_of(hers), page_of(hers, "/me/?page=2")

    assert (len(first.every("article")), len(second.every("article"))) == (10, 2)
    assert "Upcoming 12" in first.text
    assert "Page 1 of 2" in first.text
    for odd in ("0", "99", "x", "-1", "2&page=1e9"):
        assert hers.get(f"/me/?page={odd}").status_code == 200


@pytest.mark.parametrize("address", SHELVES.values())
def test_a_list_asks_as_often_for_many_as_for_few(hers: Client, meera: User, service: Service, address: str) -> None:
    def fill(number: int) -> None:
        start = TOMORROW_AT_TEN + number * DAY
        booked_by(meera, service=service, start=start)
        booked_by(meera, service=service, start=NOW - (number + 1) * DAY, status=Status.COMPLETED)
        was(booked_by(meera, service=service, start=start, status=Status.CANCELLED), Status.CONFIRMED)
        booked_by(None, service=service, start=start + HOUR)

    def count() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert hers.get(address).status_code == 200
        return len(asked)

    fill(0)
    count()  # what a process learns once
    few = count()
    for number in range(1, 9):
        fill(number)
    make_booking(patient=make_patient())

    assert count() == few <= 8


def test_what_is_ones_own_is_found_by_an_index(meera: User, service: Service) -> None:
    booked_by(None, service=service)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = queries.my_patients(meera).explain()

    assert "BitmapOr" in plan
    assert "Seq Scan" not in plan
