"""The month and its times: what is offered, in whose clock, and what a strange wish leads to."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from booking.lifecycle import Status
from booking.models import Booking
from practitioners.models import DateOverride, OverrideHours, Practitioner, Service, TimeOff
from tests.factories import NOW, TOMORROW_AT_TEN, make_booking, make_service
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
    assert [each.text for each in page.every("h3")] == ["Morning 9 open", "Afternoon 13 open", "Evening No hours"]
    assert offered(page)[:2] == ["2026-11-30T03:30Z", "2026-11-30T03:45Z"]


def test_a_time_tells_its_zone_and_length(client: Client, service: Service) -> None:
    button = times(client, date="2026-12-01").every("button", name="slot")[0]

    assert button.text == "9:00 AM IST, 60 minutes"


def test_a_part_of_the_day_without_hours_is_not_called_taken(client: Client, service: Service) -> None:
    def said(**wishes: str) -> list[str]:
        return [each.text for each in times(client, **wishes).every("h3")]

    service.practitioner.weekly_hours.filter(starts__lt=12 * 60).update(starts=10 * 60, ends=11 * 60)
    service.practitioner.notice = 10 * 60  # until half past three in the afternoon, today
    service.practitioner.save()
    make_booking(service=service, start=TOMORROW_AT_TEN, status=Status.CONFIRMED)

    assert said(date="2026-11-30") == ["Morning None left", "Afternoon 3 open", "Evening No hours"]
    assert said(date="2026-12-01") == ["Morning None left", "Afternoon 13 open", "Evening No hours"]
    assert said(date="2026-12-02") == ["Morning 1 open", "Afternoon 13 open", "Evening No hours"]


def test_a_day_that_is_off_has_no_hours(client: Client, service: Service) -> None:
    TimeOff.objects.create(practitioner=service.practitioner, first_day="2026-12-01", last_day="2026-12-01")

    page = times(client, date="2026-12-01")

    assert [each.text for each in page.every("h3")] == ["Morning No hours", "Afternoon No hours", "Evening No hours"]
    assert "Next open: Wednesday 2 December" in page.text


def test_a_break_is_one_block_also_over_noon_and_ends_when_work_begins(client: Client, service: Service) -> None:
    hours = service.practitioner.weekly_hours
    hours.filter(starts__lt=12 * 60).update(ends=11 * 60 + 30)
    hours.filter(starts__gt=12 * 60).update(starts=12 * 60 + 20)

    page = times(client, date="2026-12-01")

    assert [each.text for each in page.every("span", data_state="break")] == ["11:30 AM – 12:20 PM Break"]
    morning = page.every("section", aria_labelledby="morning")[0].text
    assert "Break" in morning


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


def test_the_last_full_day_of_a_month_points_into_the_next_one(client: Client, service: Service) -> None:
    service.practitioner.weekly_hours.exclude(weekday__in=(2, 3)).delete()
    TimeOff.objects.create(practitioner=service.practitioner, first_day="2026-12-24", last_day="2027-01-03")

    page = times(client, date="2026-12-30")

    assert "No times are left on this day. Next open: Wednesday 6 January" in page.text
    assert "?date=2027-01-06#times" in page.links()


def test_an_empty_month_points_to_the_next_open_day(client: Client, service: Service) -> None:
    service.practitioner.weekly_hours.all().delete()
    override = DateOverride.objects.create(practitioner=service.practitioner, day="2027-01-05")
    OverrideHours.objects.create(override=override, starts=9 * 60, ends=12 * 60)

    page = times(client, month="2026-12")

    assert page.every("h2", id="times")[0].text == "No times in December"
    assert "Next open: Tuesday 5 January" in page.text
    assert "?date=2027-01-05#times" in page.links()
    assert times(client).every("h2", id="times")[0].text == "Tuesday 5 January"


def test_nothing_open_at_all_is_said_in_one_sentence(client: Client, service: Service) -> None:
    service.practitioner.weekly_hours.all().delete()

    page = times(client)

    assert "No times in the next 60 days." in page.text
    assert "/p/?open=week&sort=soonest" in page.links()
    assert offered(page) == []


@pytest.mark.parametrize("wish", ["yesterday", "2026-02-31", "2020-01-01", "9999-12-31", "0001-01-01"])
def test_a_date_that_cannot_be_is_answered_with_the_nearest(client: Client, service: Service, wish: str) -> None:
    page = times(client, date=wish)

    assert "That day can’t be booked. This is the nearest." in page.text
    assert page.every("h2", id="times")


@pytest.mark.parametrize("month", ["2026-13", "x", "1999-01", "9999-12"])
def test_a_month_that_cannot_be_is_answered_with_one_that_can(client: Client, service: Service, month: str) -> None:
    page = times(client, month=month)

    assert page.every("h2", id="month")
    assert "That month can’t be booked. This is the nearest." in page.text


def test_another_zone_shows_both_clocks_and_flags_another_day(client: Client, service: Service) -> None:
    page = times(client, date="2026-12-01", tz="America/New_York")

    assert "Times in United States (New York) (EST)." in page.text
    names = [button.text for button in page.every("button", name="slot")]
    assert names[0] == "12:00 AM EST, 60 minutes 10:30 AM IST"
    assert "10:30 PM EST, 60 minutes 9:00 AM IST Wed" in names
    assert "The smaller ones are those of Asha Rao in India." in page.text
    assert "The smaller ones" not in times(client, date="2026-12-01").text


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "<b>", "asia/kolkata", "x" * 500])
def test_an_unknown_zone_says_so_and_shows_the_usual_one(client: Client, service: Service, zone: str) -> None:
    page = times(client, tz=zone, date="2026-12-01")

    assert f"“{zone}” is not a time zone we know. You see the usual one." in page.text
    assert "Times in India (IST)." in page.text
    (link,) = [link for link in page.every("a") if link.text == "Find yours"]
    assert parse_qs(urlsplit(link.attrs["href"]).query) == {"next": [f"{URL}?date=2026-12-01"], "q": [zone[:60]]}


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
    page = read(client.get("/zone/", {"q": "qqq"}))
    assert "No place is called “qqq”." in page.text
    assert page.hidden("q") == "qqq"


def test_a_zone_that_is_sent_and_unknown_is_said_with_what_was_sent(client: Client, service: Service) -> None:
    answer = client.post("/zone/", {"zone": "Calcutta", "next": URL})

    page = read(answer)
    assert answer.status_code == 422
    assert page.every("div", role="alert")[0].text.startswith("“Calcutta” is not a time zone we know.")
    assert page.hidden("q") == "Calcutta"
    assert page.hidden("next") == URL
    assert [button.attrs["value"] for button in page.every("button", name="zone")] == ["Asia/Kolkata"]
    assert "zone" not in answer.cookies


# --- A time that is held already --------------------------------------------------------------------------------------


def test_the_time_someone_holds_is_marked_as_theirs_and_is_in_nobodys_way(client: Client, service: Service) -> None:
    before = times(client, date="2026-12-01")
    held = make_booking(service=service)
    client.cookies["hold"] = held.public_id

    page = times(client, date="2026-12-01")

    assert [each.attrs["href"] for each in page.every("a", data_state="yours")] == [f"/h/{held.public_id}/review/"]
    assert offered(page) == [start for start in offered(before) if start != "2026-12-01T04:30Z"]
    assert not page.every("s")
    assert "Tue 1 Dec 2026, 10:00 AM IST is kept for you. Choose another time to have that one instead." in page.text
    assert [each.text for each in page.every("h3")] == [each.text for each in before.every("h3")]
    days = [link.text for link in page.every("a") if link.attrs.get("aria-current") and "day" in link.attrs["class"]]
    assert days == ["Tuesday 1 December, 22 times"]


def test_for_everyone_else_it_is_booked(client: Client, service: Service) -> None:
    make_booking(service=service)

    page = times(client, date="2026-12-01")

    assert len(page.every("s")) == 7
    assert not page.every("a", data_state="yours")


def test_a_tap_on_a_neighbour_moves_what_was_held(client: Client, service: Service) -> None:
    hold = f"{URL}hold/"
    first = client.post(hold, {"slot": "2026-12-01T04:30Z", "key": "k1"})
    neighbour = next(start for start in offered(times(client, date="2026-12-01")) if start > "2026-12-01T04:30Z")
    assert neighbour == "2026-12-01T04:45Z"

    second = client.post(hold, {"slot": neighbour, "key": "k2"})

    assert (first.status_code, second.status_code) == (303, 303)
    assert [(each.status, f"{each.starts_at:%H:%M}") for each in Booking.objects.order_by("pk")] == [
        (Status.CANCELLED, "04:30"),
        (Status.PENDING_PAYMENT, "04:45"),
    ]


def test_a_tap_on_another_service_moves_it_too(client: Client, service: Service) -> None:
    make_service(service.practitioner, slug="30-min", duration=30)
    client.post(f"{URL}hold/", {"slot": "2026-12-01T04:30Z", "key": "k1"})

    page = read(client.get("/p/asha-rao/30-min/", {"date": "2026-12-01"}))
    assert "2026-12-01T04:30Z" in offered(page)
    assert "is kept for you" in page.text
    assert not page.every("a", data_state="yours")

    assert client.post("/p/asha-rao/30-min/hold/", {"slot": "2026-12-01T04:30Z", "key": "k2"}).status_code == 303
    assert [each.duration for each in Booking.objects.active()] == [timedelta(minutes=30)]


def test_what_is_being_paid_for_stays_where_it_is(client: Client, service: Service) -> None:
    held = make_booking(service=service, pay_pressed_at=NOW)
    client.cookies["hold"] = held.public_id

    page = times(client, date="2026-12-01")

    assert len(page.every("a", data_state="yours")) == 1
    assert "2026-12-01T04:45Z" not in offered(page)
    assert "is kept for you." in page.text
    assert "Choose another time" not in page.text


def test_a_day_that_only_someones_own_hold_fills_is_open_to_them(client: Client, service: Service) -> None:
    service.practitioner.daily_cap = 1
    service.practitioner.save()
    held = make_booking(service=service)
    assert offered(times(client, date="2026-12-01")) == []

    client.cookies["hold"] = held.public_id

    page = times(client, date="2026-12-01")
    assert len(offered(page)) == 21
    assert "Next open" not in page.text


@pytest.mark.parametrize("odd", ["x", "", "\x7f", "0" * 26])
def test_a_hold_that_is_not_there_changes_nothing(client: Client, service: Service, odd: str) -> None:
    client.cookies["hold"] = odd

    assert "kept for you" not in times(client, date="2026-12-01").text


def test_a_page_of_times_costs_the_same_queries_however_full_it_is(
    client: Client, service: Service, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(6):
        times(client, date="2026-12-01")
    for hour in range(4):
        make_booking(service=service, start=TOMORROW_AT_TEN + timedelta(hours=24 * hour), status=Status.CONFIRMED)
    with django_assert_num_queries(6):
        times(client, date="2026-12-01")


def test_someone_who_holds_a_time_costs_two_questions_more(
    client: Client, service: Service, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client.cookies["hold"] = make_booking(service=service).public_id

    with django_assert_max_num_queries(8):
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


def test_on_the_night_of_a_change_every_time_says_by_which_clock_it_goes(client: Client, service: Service) -> None:
    person = service.practitioner
    Practitioner.objects.filter(pk=person.pk).update(zone="America/New_York", horizon=130)
    person.weekly_hours.filter(weekday=0).update(weekday=6)
    person.weekly_hours.filter(weekday=6, starts=540).update(starts=0, ends=4 * 60)

    page = times(client, date="2027-03-14")

    first, *_others, last = [button.text for button in page.every("button", name="slot")]
    assert (first, last) == ("12:00 AM EST, 60 minutes", "4:00 PM EDT, 60 minutes")


def test_a_visit_over_a_change_of_the_clock_ends_by_the_other_one(client: Client, service: Service) -> None:
    person = service.practitioner
    Practitioner.objects.filter(pk=person.pk).update(zone="America/New_York")
    booking = make_booking(
        service=service, start=datetime(2027, 3, 14, 6, 30, tzinfo=UTC), patient__zone="America/New_York"
    )

    page = read(client.get(f"/h/{booking.public_id}/"))

    assert "1:30 AM EST – 3:30 AM EDT" in page.text
