"""The month and its times: what is offered, in whose clock, and what a strange wish leads to."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from booking.lifecycle import Status
from practitioners.models import Service
from tests.factories import NOW, TOMORROW_AT_TEN, make_booking
from tests.pages.reading import Page, read

pytestmark = pytest.mark.django_db
URL = "/p/asha-rao/60-min/"


def times(client: Client, **wishes: str) -> Page:
    response = client.get(URL, wishes)
    assert response.status_code == 200
    return read(response)


def offered(page: Page) -> list[str]:
    return [button.attrs["value"] for button in page.every("button", name="slot")]


def test_the_first_open_day_is_open_and_its_times_stand_in_three_parts(client: Client, service: Service) -> None:
    page = times(client)

    assert page.every("h2", id="times")[0].text == "Monday 30 November"
    assert [each.text for each in page.every("h3")] == ["Morning 9 open", "Afternoon 13 open", "Evening None left"]
    assert offered(page)[:2] == ["2026-11-30T03:30Z", "2026-11-30T03:45Z"]


def test_a_time_tells_its_zone_and_length(client: Client, service: Service) -> None:
    button = times(client, date="2026-12-01").every("button", name="slot")[0]

    assert button.text == "9:00 AM IST, 60 minutes"


def test_a_booked_time_and_the_break_are_words_that_cannot_be_pressed(client: Client, service: Service) -> None:
    make_booking(service=service, status=Status.CONFIRMED)

    page = times(client, date="2026-12-01")

    assert "2026-12-01T04:30Z" not in offered(page)
    assert "10:00 AM" in [each.text for each in page.every("s")]
    assert [each.text for each in page.every("span", data_state="break")] == ["12:00 PM – 1:00 PM Break"]


def test_more_than_twelve_times_fold_the_rest_away(client: Client, service: Service) -> None:
    page = times(client, date="2026-12-01")

    assert [each.text for each in page.every("summary")] == ["2 more times, from 3:45 PM"]


def test_days_with_times_are_links_that_say_how_many(client: Client, service: Service) -> None:
    page = times(client, date="2026-12-01")
    days = [link for link in page.every("a") if "day" in link.attrs.get("class", "")]

    assert days[0].text == "Tuesday 1 December, 22 times"
    assert [day.attrs["href"] for day in days if day.attrs.get("aria-current")] == ["?date=2026-12-01#times"]
    assert page.every("h2", id="month")[0].text == "December 2026"


def test_a_full_day_points_to_the_next_open_one(client: Client, service: Service) -> None:
    for hour in (9, 10, 11, 13, 14, 15, 16):
        start = datetime(2026, 12, 1, tzinfo=UTC) + timedelta(hours=hour - 5, minutes=-30)
        make_booking(service=service, start=start, status=Status.CONFIRMED)

    page = times(client, date="2026-12-01")

    assert "No times are left on this day. Next open: Wednesday 2 December" in page.text
    assert offered(page) == []


def test_an_empty_month_points_to_the_next_open_day(client: Client, service: Service) -> None:
    service.practitioner.weekly_hours.exclude(weekday=0).delete()
    service.practitioner.horizon = 14
    service.practitioner.save()

    page = times(client, month="2026-11", date="2026-11-01")

    assert "That day can’t be booked. This is the nearest." in page.text


def test_nothing_open_at_all_is_said_in_one_sentence(client: Client, service: Service) -> None:
    service.practitioner.weekly_hours.all().delete()

    page = times(client)

    assert "No times in the next 60 days." in page.text
    assert offered(page) == []


@pytest.mark.parametrize("wish", ["yesterday", "2026-02-31", "2020-01-01", "9999-12-31", "0001-01-01"])
def test_a_date_that_cannot_be_is_answered_with_the_nearest(client: Client, service: Service, wish: str) -> None:
    page = times(client, date=wish)

    assert "That day can’t be booked. This is the nearest." in page.text
    assert page.every("h2", id="times")


@pytest.mark.parametrize("month", ["2026-13", "x", "1999-01", "9999-12"])
def test_a_month_that_cannot_be_is_answered_with_one_that_can(client: Client, service: Service, month: str) -> None:
    assert times(client, month=month).every("h2", id="month")


def test_another_zone_shows_both_clocks_and_flags_another_day(client: Client, service: Service) -> None:
    page = times(client, date="2026-12-01", tz="America/New_York")

    assert "Times in United States (New York) (EST)." in page.text
    names = [button.text for button in page.every("button", name="slot")]
    assert names[0] == "12:00 AM EST, 60 minutes 10:30 AM IST"
    assert "10:30 PM EST, 60 minutes 9:00 AM IST Wed" in names


def test_an_unknown_zone_says_so_and_shows_the_usual_one(client: Client, service: Service) -> None:
    page = times(client, tz="Mars/Olympus")

    assert "That time zone is not known." in page.text
    assert "Times in India (IST)." in page.text


def test_a_chosen_zone_is_kept_and_leads_back_to_the_same_day(client: Client, service: Service) -> None:
    back = f"{URL}?date=2026-12-01"
    answer = client.post("/zone/", {"zone": "Europe/London", "next": back})

    assert (answer.status_code, answer["Location"]) == (303, back)
    assert "Times in United Kingdom (GMT)." in times(client, date="2026-12-01").text


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_the_zone_page_never_leads_out_of_the_house(client: Client, service: Service, elsewhere: str) -> None:
    assert client.post("/zone/", {"zone": "Europe/London", "next": elsewhere})["Location"] == "/"


def test_a_zone_is_found_by_country_or_city(client: Client, service: Service) -> None:
    assert "Nepal" in read(client.get("/zone/", {"q": "kathm"})).text
    assert "No place is called “qqq”." in read(client.get("/zone/", {"q": "qqq"})).text
    assert client.post("/zone/", {"zone": "qqq"}).status_code == 404


def test_the_time_someone_holds_is_marked_as_theirs(client: Client, service: Service) -> None:
    held = make_booking(service=service)
    client.cookies["hold"] = held.public_id

    page = times(client, date="2026-12-01")

    assert [each.attrs["href"] for each in page.every("a", data_state="yours")] == [f"/h/{held.public_id}/review/"]


def test_a_page_of_times_costs_the_same_queries_however_full_it_is(
    client: Client, service: Service, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(5):
        times(client, date="2026-12-01")
    for hour in range(4):
        make_booking(service=service, start=TOMORROW_AT_TEN + timedelta(hours=24 * hour), status=Status.CONFIRMED)
    with django_assert_num_queries(5):
        times(client, date="2026-12-01")


def test_hidden_people_and_services_are_not_there(client: Client, service: Service) -> None:
    type(service).objects.update(is_active=False)
    assert client.get(URL).status_code == 404
    type(service).objects.update(is_active=True)
    type(service.practitioner).objects.update(is_published=False)
    assert client.get(URL).status_code == 404
    assert client.get("/p/asha-rao/").status_code == 404


def test_weeks_that_are_over_are_left_out(client: Client, service: Service) -> None:
    page = times(client, month="2026-11")

    assert "30 November" in page.text
    assert len(page.every("tr")) == 2
    assert NOW.date().isoformat() == "2026-11-30"
