"""Choosing another time for a visit, on the page of times."""

from datetime import timedelta

import pytest
from django.test import Client
from playwright.sync_api import expect
from pytest_django import DjangoAssertNumQueries

from booking import actions
from booking.lifecycle import Status
from booking.models import Booking
from common.audit import Actor
from payments.models import Payment
from practitioners.models import Service
from tests.browsing import Open
from tests.factories import NOW, TOMORROW_AT_TEN, make_booking
from tests.pages.reading import Page, faults, read

pytestmark = pytest.mark.django_db
TEN, ELEVEN = "2026-12-01T04:30Z", "2026-12-01T05:30Z"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def booking(service: Service) -> Booking:
    return make_booking(service=service, status=Status.CONFIRMED, move_cutoff=60)


def times(client: Client, booking: Booking, **query: str) -> Page:
    response = client.get(f"/b/{booking.public_id}/reschedule/", {"date": "2026-12-01", **query})
    assert response.status_code == 200
    return read(response)


def offered(page: Page) -> list[str]:
    return [e.attrs["value"] for e in page.every("button", name="slot")]


def move(client: Client, booking: Booking, slot: str = ELEVEN, sequence: str = "0") -> object:
    return client.post(f"/b/{booking.public_id}/reschedule/", {"slot": slot, "sequence": sequence})


def test_the_page_offers_the_times_of_the_service_with_the_visit_in_nobodys_way(
    client: Client, booking: Booking
) -> None:
    page = times(client, booking)

    assert faults(page) == []
    assert page.heading() == "Choose another time"
    assert "Your time is Tue 1 Dec 2026, 10:00 AM IST." in page.text
    assert "Nothing is charged for it. You can move it 3 more times." in page.text
    assert {"2026-12-01T04:00Z", "2026-12-01T05:00Z", ELEVEN} <= set(offered(page))
    assert TEN not in offered(page)
    assert [e.text for e in page.every("span", data_state="yours")] == ["10:00 AM Your time"]
    assert page.every("form", action=f"/b/{booking.public_id}/reschedule/")
    assert not page.every("input", name="price")


def test_times_are_as_long_as_the_visit_itself(client: Client, booking: Booking) -> None:
    Service.objects.update(duration=180)

    page = times(client, booking)

    assert "60 minutes" in page.text
    assert "2026-12-01T10:30Z" in offered(page)  # 4 PM, for an hour
    client.get("/p/asha-rao/60-min/?date=2026-12-01")
    assert offered(times(client, booking)) == offered(page)
    assert "2026-12-01T10:30Z" not in offered(read(client.get("/p/asha-rao/60-min/?date=2026-12-01")))


def test_a_day_that_only_the_visit_fills_is_open_for_it(client: Client, service: Service, booking: Booking) -> None:
    service.practitioner.daily_cap = 1
    service.practitioner.save()
    other = make_booking(service=service, status=Status.CONFIRMED, start=TOMORROW_AT_TEN + DAY)

    page = times(client, booking)

    days = [e.text for e in page.every("a") if "day" in e.attrs.get("class", "").split()]
    assert any(day.startswith("Tuesday 1 December") for day in days)
    assert not any(day.startswith("Wednesday 2 December") for day in days)
    assert other.starts_at.date().isoformat() not in {slot[:10] for slot in offered(page)}


def test_a_tap_moves_the_visit_and_says_from_where_to_where(client: Client, booking: Booking) -> None:
    page = times(client, booking)

    answer = client.post(
        f"/b/{booking.public_id}/reschedule/", {"slot": ELEVEN, "sequence": page.hidden("sequence")}, follow=True
    )

    assert answer.redirect_chain == [(f"/b/{booking.public_id}/", 303)]
    told = "Moved from Tue 1 Dec 2026, 10:00 AM IST to Tue 1 Dec 2026, 11:00 AM IST."
    assert told in read(answer).text
    booking.refresh_from_db()
    assert (booking.starts_at, booking.moves_made) == (TOMORROW_AT_TEN + HOUR, 1)
    assert not Payment.objects.exists()


def test_a_tap_repeated_moves_once_and_complains_about_nothing(client: Client, booking: Booking) -> None:
    move(client, booking)
    page = read(client.post(f"/b/{booking.public_id}/reschedule/", {"slot": ELEVEN, "sequence": "0"}, follow=True))

    booking.refresh_from_db()
    assert booking.sequence == 1
    assert "was not moved" not in page.text


def test_a_page_that_is_out_of_date_moves_nothing(client: Client, booking: Booking) -> None:
    actions.reschedule(booking, start=TOMORROW_AT_TEN + HOUR, by=Actor.FRONT_DESK, now=NOW)

    for sequence in ("0", "", "x", "٠"):
        url = f"/b/{booking.public_id}/reschedule/"
        page = read(client.post(url, {"slot": "2026-12-01T07:30Z", "sequence": sequence}, follow=True))
        assert "Your booking has changed meanwhile, so it was not moved." in page.text

    booking.refresh_from_db()
    assert booking.starts_at == TOMORROW_AT_TEN + HOUR


@pytest.mark.parametrize("slot", ["", "x", "2026-12-01T05:30", "9999-01-01T00:00Z"])
def test_a_time_that_is_none_leads_back_to_the_times(client: Client, booking: Booking, slot: str) -> None:
    answer = client.post(f"/b/{booking.public_id}/reschedule/", {"slot": slot, "sequence": "0"})

    assert (answer.status_code, answer["Location"]) == (303, f"/b/{booking.public_id}/reschedule/")


def test_a_time_that_was_just_taken_is_answered_with_others_that_are_one_tap_away(
    client: Client, service: Service, booking: Booking
) -> None:
    make_booking(service=service, start=TOMORROW_AT_TEN + HOUR)

    answer = client.post(f"/b/{booking.public_id}/reschedule/", {"slot": ELEVEN, "sequence": "0"})

    page = read(answer)
    assert (answer.status_code, page.heading()) == (409, "11:00 AM was just taken")
    assert faults(page) == []
    assert "Nothing has changed: your visit is still on Tue 1 Dec 2026, 10:00 AM." in page.text
    assert len(offered(page)) == 5
    assert answer["Cache-Control"] == "no-store"
    move(client, booking, offered(page)[0], page.hidden("sequence"))
    booking.refresh_from_db()
    assert booking.sequence == 1


@pytest.mark.parametrize(
    ("slot", "heading"),
    [("2026-12-01T00:30Z", "That time can’t be booked"), ("2026-12-02T04:30Z", "No more visits are taken on that day")],
)
def test_a_time_that_is_not_offered_is_refused_in_words(
    client: Client, service: Service, booking: Booking, slot: str, heading: str
) -> None:
    service.practitioner.daily_cap = 1
    service.practitioner.save()
    make_booking(service=service, start=TOMORROW_AT_TEN + DAY + 2 * HOUR + HOUR)

    answer = client.post(f"/b/{booking.public_id}/reschedule/", {"slot": slot, "sequence": "0"})

    assert (answer.status_code, read(answer).heading()) == (409, heading)


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ({"move_cutoff": 3 * 24 * 60}, "That could be done until Sat 28 Nov 2026, 10:00 AM."),
        ({"moves_made": 3}, "It can be moved 3 times online, and has been."),
        ({"moves_made": 1, "most_moves": 1}, "It can be moved 1 time online, and has been."),
        ({"most_moves": 0}, "The practice moves visits itself."),
    ],
)
def test_where_a_visit_can_not_be_moved_the_page_says_why_and_whom_to_ask(
    client: Client, service: Service, terms: dict[str, int], said: str
) -> None:
    booking = make_booking(service=service, status=Status.CONFIRMED, **{"move_cutoff": 60, **terms})
    url = f"/b/{booking.public_id}/reschedule/"

    page = read(client.get(url))

    assert page.heading() == "This visit can’t be moved online"
    assert said in page.text
    assert "help@example.org" in page.text
    assert client.post(url, {"slot": ELEVEN, "sequence": "0"})["Location"] == url
    booking.refresh_from_db()
    assert booking.starts_at == TOMORROW_AT_TEN
    assert url not in read(client.get(f"/b/{booking.public_id}/")).links()


@pytest.mark.parametrize("status", [s for s in Status if s not in {Status.CONFIRMED, Status.REQUESTED}])
def test_what_is_not_firm_leads_to_its_own_page(client: Client, service: Service, status: Status) -> None:
    booking = make_booking(service=service, status=status)

    assert client.get(f"/b/{booking.public_id}/reschedule/")["Location"] == f"/b/{booking.public_id}/"
    assert move(client, booking)["Location"] == f"/b/{booking.public_id}/"  # type: ignore[index]


def test_another_zone_moves_by_its_own_clock(client: Client, booking: Booking) -> None:
    client.cookies["zone"] = "America/New_York"

    page = times(client, booking)

    assert "Your time is Mon 30 Nov 2026, 11:30 PM EST." in page.text


def test_a_visit_of_a_service_that_is_no_longer_offered_can_be_moved(client: Client, booking: Booking) -> None:
    Service.objects.update(is_active=False)

    assert ELEVEN in offered(times(client, booking))
    move(client, booking)
    booking.refresh_from_db()
    assert booking.sequence == 1


def test_an_unknown_link_moves_nothing(client: Client, service: Service) -> None:
    assert client.get("/b/nothing/reschedule/").status_code == 404
    assert client.post("/b/nothing/reschedule/", {"slot": ELEVEN}).status_code == 404


def test_a_form_needs_its_token(browser_like: Client, booking: Booking) -> None:
    assert (
        browser_like.post(f"/b/{booking.public_id}/reschedule/", {"slot": ELEVEN, "sequence": "0"}).status_code == 403
    )


def test_the_page_costs_as_many_questions_for_any_number_of_visits(
    client: Client, service: Service, booking: Booking, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(1, 6):
        make_booking(service=service, start=TOMORROW_AT_TEN + number * DAY)

    with django_assert_max_num_queries(9):
        times(client, booking)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("scripts", [True, False])
def test_a_visit_is_moved_in_a_browser(
    open_page: Open, transactional_db: None, service: Service, scripts: bool
) -> None:
    booking = make_booking(service=service, status=Status.CONFIRMED, move_cutoff=60)
    page = open_page(f"/b/{booking.public_id}/", scripts=scripts)

    page.get_by_role("link", name="Move to another time").click()
    page.get_by_role("link", name="Wednesday 2 December").click()
    expect(page.get_by_role("heading", name="Wednesday 2 December")).to_be_visible()
    page.get_by_role("button", name="2:00 PM").click()

    expect(page.get_by_role("heading", name="You’re booked")).to_be_visible()
    expect(page.get_by_text("Moved from Tue 1 Dec 2026, 10:00 AM IST to Wed 2 Dec 2026, 2:00 PM IST.")).to_be_visible()
