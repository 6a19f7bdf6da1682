"""The calendar: a week as a table, days as lists, by the practitioner's clock whatever it does."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from booking.lifecycle import Status
from practitioners.models import DateOverride, OverrideHours, Practitioner, TimeOff
from tests.answers import Answer
from tests.browsing import Open
from tests.desk.people import make_desk, make_working_desk, own_client
from tests.factories import make_booking, make_service
from tests.pages.reading import Element, Page, faults, read

pytestmark = pytest.mark.django_db
NIGHT = ((22 * 60, 26 * 60),)


def india(hour: int, minute: int = 0, *, day: int = 2) -> datetime:
    """A moment of December in India; the second is a Wednesday."""
    return datetime(2026, 12, day, hour, minute, tzinfo=UTC) - timedelta(hours=5, minutes=30)


@pytest.fixture(autouse=True)
def _wednesday_morning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("common.clock.now", lambda: india(11, 20))


@pytest.fixture
def practitioner(db: None) -> Practitioner:
    return make_working_desk()


def page_of(practitioner: Practitioner, query: str = "") -> Page:
    answer = own_client(practitioner).get(f"/desk/calendar/{query}")
    assert answer.status_code == 200
    return read(answer)


class Table(NamedTuple):
    """The week as it is read: the words over the days, and row by row the hour and its seven cells."""

    days: list[str]
    rows: dict[str, list[Element]]

    def words(self, hour: str) -> list[str]:
        return [cell.text for cell in self.rows[hour]]

    def kinds(self, hour: str) -> list[str]:
        return [cell.attrs.get("data-kind", "") for cell in self.rows[hour]]


def week_of(page: Page) -> Table:
    cells = [each for each in page.elements if each.tag in {"td", "th"}][1:]  # without the corner
    days = [each.text for each in cells[:7]]
    rows = {cells[n].text: cells[n + 1 : n + 8] for n in range(7, len(cells), 8)}
    assert all(cells[n].attrs["scope"] == "row" for n in range(7, len(cells), 8))
    return Table(days, rows)


def test_a_week_is_a_labelled_table_of_hours_and_days(practitioner: Practitioner) -> None:
    service = make_service(practitioner)
    make_booking(service=service, start=india(14), status=Status.CONFIRMED, patient__name="Meera Iyer")
    page = page_of(practitioner)

    (caption,) = page.every("caption")
    assert caption.text == "Visits from 30 Nov to 6 Dec 2026, hour by hour, times in India (IST)"
    assert [each.attrs.get("scope") for each in page.every("th")[:7]] == ["col"] * 7
    week = week_of(page)
    assert week.days == ["Mon 30", "Tue 1", "Wed 2, today", "Thu 3", "Fri 4", "Sat 5 Closed", "Sun 6 Closed"]
    assert list(week.rows) == ["9 AM", "10 AM", "11 AM", "12 PM", "1 PM", "2 PM", "3 PM", "4 PM"]
    assert week.words("2 PM") == ["", "", "2:00 PM Meera Iyer Consultation Confirmed", "", "", "", ""]
    assert week.kinds("12 PM") == ["break"] * 5 + ["shut"] * 2
    assert week.kinds("9 AM") == ["free"] * 5 + ["shut"] * 2
    assert faults(page) == []


def test_a_visit_outside_the_hours_widens_the_table(practitioner: Practitioner) -> None:
    make_booking(service=make_service(practitioner, duration=30), start=india(7), status=Status.CONFIRMED)

    assert list(week_of(page_of(practitioner)).rows)[:2] == ["7 AM", "8 AM"]


def test_a_long_visit_goes_on_in_the_next_hour_and_says_until_when(practitioner: Practitioner) -> None:
    service = make_service(practitioner, duration=90)
    make_booking(service=service, start=india(9, 30), status=Status.CONFIRMED, patient__name="Meera Iyer")

    week = week_of(page_of(practitioner))

    assert week.words("9 AM")[2] == "9:30 AM Meera Iyer Consultation Confirmed"
    assert week.words("10 AM")[2] == "Meera Iyer, until 11:00 AM"
    assert week.kinds("11 AM")[2] == "free"


def test_states_are_words_and_a_hold_says_until_when(practitioner: Practitioner) -> None:
    service = make_service(practitioner)
    make_booking(service=service, start=india(9), status=Status.NO_SHOW)
    make_booking(service=service, start=india(14), patient=None, hold_expires_at=india(11, 28))
    make_booking(service=service, start=india(15), patient=None, hold_expires_at=india(11, 20))  # lapsed

    week = week_of(page_of(practitioner))

    assert week.words("9 AM")[2].endswith("No-show")
    assert week.words("2 PM")[2] == "2:00 PM Somebody is booking Consultation Held until 11:28 AM"
    assert week.words("3 PM")[2] == ""


def test_time_off_closed_days_and_own_hours_are_marked(practitioner: Practitioner) -> None:
    own = DateOverride.objects.create(practitioner=practitioner, day=date(2026, 12, 5), note="Health camp")
    OverrideHours.objects.create(override=own, starts=600, ends=720)
    DateOverride.objects.create(practitioner=practitioner, day=date(2026, 12, 1), note="Holiday")
    TimeOff.objects.create(practitioner=practitioner, first_day="2026-12-03", last_day="2026-12-03", note="Course")
    friday = {"first_day": "2026-12-04", "last_day": "2026-12-04"}
    TimeOff.objects.create(practitioner=practitioner, starts=600, ends=660, note="Dentist", **friday)

    week = week_of(page_of(practitioner))

    assert week.days[1] == "Tue 1 Closed: Holiday"
    assert week.days[3] == "Thu 3 Time off"
    assert week.days[5] == "Sat 5 Own hours: Health camp"
    assert week.kinds("10 AM") == ["free", "shut", "free", "off", "off", "free", "shut"]
    assert week.words("10 AM")[4] == "Time off: Dentist"
    assert week.kinds("12 PM")[3] == "off"


def test_a_visit_within_time_off_stays_in_sight(practitioner: Practitioner) -> None:
    TimeOff.objects.create(practitioner=practitioner, first_day="2026-12-02", last_day="2026-12-02")
    make_booking(service=make_service(practitioner, duration=30), start=india(14), status=Status.CONFIRMED)

    words = week_of(page_of(practitioner)).words("2 PM")[2]
    assert words == "2:00 PM Meera Iyer Consultation Confirmed Time off"


def test_hours_and_visits_across_midnight_stand_on_both_days(practitioner: Practitioner) -> None:
    owl = make_desk("owl@example.org", is_published=True, hours=NIGHT, days=range(7))
    service = make_service(owl, duration=90)
    make_booking(service=service, start=india(23), status=Status.CONFIRMED, patient__name="Meera Iyer")
    make_booking(service=service, start=india(23, day=6), status=Status.CONFIRMED, patient__name="Li Na")

    week = week_of(page_of(owl))
    assert list(week.rows) == ["12 AM", "1 AM", "2 AM – 10 PM", "10 PM", "11 PM"]
    assert week.words("11 PM")[2] == "11:00 PM Meera Iyer Consultation Confirmed"
    assert week.words("12 AM")[3] == "Meera Iyer, until 12:30 AM"

    following = week_of(page_of(owl, "?view=week&date=2026-12-07"))
    assert following.words("12 AM")[0] == "Li Na, until 12:30 AM"


def new_york(hours: tuple[tuple[int, int], ...] = ((0, 5 * 60),)) -> Practitioner:
    return make_desk("york@example.org", zone="America/New_York", is_published=True, hours=hours, days=range(7))


def test_the_hour_that_comes_twice_has_two_rows(db: None) -> None:
    practitioner = new_york()
    service = make_service(practitioner)
    first = datetime(2026, 11, 1, 5, tzinfo=UTC)  # one o'clock in summer time
    for start, name in ((first, "Meera Iyer"), (first + timedelta(hours=1), "Li Na")):
        make_booking(service=service, start=start, status=Status.CONFIRMED, patient__name=name)

    page = page_of(practitioner, "?view=week&date=2026-11-01")
    week = week_of(page)

    assert list(week.rows) == ["12 AM", "1 AM", "1 AM again", "2 AM", "3 AM", "4 AM"]
    assert week.words("1 AM")[6] == "1:00 AM EDT Meera Iyer Consultation Confirmed"
    assert week.words("1 AM again")[6] == "1:00 AM EST Li Na Consultation Confirmed"
    assert week.kinds("1 AM again")[:6] == ["none"] * 6
    assert "The clocks go back this week: one hour comes twice." in page.text
    list_of_the_day = page_of(practitioner, "?view=day&date=2026-11-01").text
    assert "1:00 AM EDT – 1:00 AM EST Meera Iyer" in list_of_the_day


def test_the_hour_that_is_skipped_says_so(db: None) -> None:
    practitioner = new_york()
    make_booking(
        service=make_service(practitioner), start=datetime(2026, 3, 8, 6, 30, tzinfo=UTC), status=Status.CONFIRMED
    )

    week = week_of(page_of(practitioner, "?view=week&date=2026-03-08"))

    assert list(week.rows) == ["12 AM", "1 AM", "2 AM", "3 AM", "4 AM"]
    assert week.words("2 AM")[6] == "The clock skips this hour"
    assert week.words("1 AM")[6] == "1:30 AM Meera Iyer Consultation Confirmed"
    assert week.words("3 AM")[6] == "Meera Iyer, until 3:30 AM"


@pytest.mark.parametrize("day", ["2026-11-01", "2026-03-08", "2026-04-05", "2026-10-04", "2011-12-30", "2028-02-29"])
@pytest.mark.parametrize("zone", ["America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu"])
def test_no_clock_of_the_world_breaks_the_page(zone: str, day: str) -> None:
    practitioner = make_desk(zone=zone, hours=((0, 24 * 60),), days=range(7))

    for view in ("week", "day"):
        assert faults(page_of(practitioner, f"?view={view}&date={day}")) == []


def test_a_week_without_hours_or_visits_leads_to_the_hours(db: None) -> None:
    page = page_of(make_desk())

    assert page.every("table") == []
    assert "No working hours and no visits this week." in page.text
    assert "/desk/hours/" in page.links()


# --- Ways through time ------------------------------------------------------------------------------------------------


def test_weeks_and_days_lead_to_what_lies_beside_them(practitioner: Practitioner) -> None:
    week = page_of(practitioner, "?view=week&date=2027-01-01")
    assert "28 Dec – 3 Jan 2027" in week.text
    assert {"?view=week&date=2026-12-21", "?view=week&date=2027-01-04", "?view=week"} <= set(week.links())

    day = page_of(practitioner, "?view=day&date=2026-12-31")
    assert "Thu 31 December 2026" in day.text
    assert {"?view=day&date=2026-12-30", "?view=day&date=2027-01-01", "?view=day"} <= set(day.links())
    assert day.every("table") == []


def test_a_day_is_a_list_with_its_marks(practitioner: Practitioner) -> None:
    DateOverride.objects.create(practitioner=practitioner, day=date(2026, 12, 3), note="Holiday")

    assert "Closed Holiday Nothing on this day." in page_of(practitioner, "?view=day&date=2026-12-03").text


@pytest.mark.parametrize("wish", ["2026-13-40", "tomorrow", "0001-01-01", "9999-12-31", "%27", ""])
def test_an_odd_date_is_answered_with_today(practitioner: Practitioner, wish: str) -> None:
    assert "Wed 2 December 2026" in page_of(practitioner, f"?view=day&date={wish}").text


def ask(client: Client, path: str) -> tuple[int, Answer]:
    with CaptureQueriesContext(connection) as context:
        answer = client.get(path)
    return len(context), answer


def test_two_hundred_visits_a_week_cost_no_more_than_one(practitioner: Practitioner) -> None:
    service = make_service(practitioner, duration=15)
    client = own_client(practitioner)
    make_booking(service=service, start=india(6), status=Status.CONFIRMED)
    few, _ = ask(client, "/desk/calendar/")
    for number in range(200):
        day, slot = divmod(number, 40)
        start = india(9, day=1) + timedelta(days=day - 1, minutes=slot * 15)
        make_booking(service=service, start=start, status=Status.CONFIRMED)

    many, answer = ask(client, "/desk/calendar/")

    assert few == many <= 7
    assert answer.content.decode().count('class="visit"') == 201


# --- In a browser -----------------------------------------------------------------------------------------------------


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("scripts", [True, False])
def test_visits_of_five_minutes_never_cover_each_other(
    open_page: Open, practitioner: Practitioner, *, scripts: bool
) -> None:
    service = make_service(practitioner, duration=5, name="A rather long name of a service")
    for number in range(12):
        make_booking(service=service, start=india(9) + timedelta(minutes=number * 5), status=Status.CONFIRMED)
    page = open_page("/desk/", client=own_client(practitioner), scripts=scripts)
    for width in (660, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto("/desk/calendar/")
        boxes = [each.bounding_box() for each in page.locator(".visit").all()]
        tops = [(box["y"], box["y"] + box["height"]) for box in boxes if box]
        assert len(tops) == 12
        assert all(one[1] <= two[0] for one, two in pairwise(tops))
        fits = "els => els.every(el => el.scrollHeight <= el.clientHeight && el.scrollWidth <= el.clientWidth)"
        assert page.locator(".visit").evaluate_all(fits)
    page.set_viewport_size({"width": 390, "height": 800})
    assert not page.locator(".week").is_visible()
    assert page.locator(".agenda-visit").first.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
