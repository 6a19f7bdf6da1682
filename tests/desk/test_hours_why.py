"""Why is this time not offered? The page answers what the rest of the product does."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from booking.lifecycle import Status
from practitioners.models import DateOverride, OverrideHours, Practitioner, TimeOff
from tests.desk.people import make_desk, make_working_desk, own_client
from tests.factories import TOMORROW_AT_TEN, make_booking, make_service
from tests.pages.reading import faults, read

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]
URL = "/desk/why/"
HOUR = timedelta(hours=1)
TUESDAY = {"date": "2026-12-01"}


@pytest.fixture
def asha(db: None) -> Practitioner:
    return make_working_desk(buffer_after=15)


def told(desk: Client, **query: str) -> list[str]:
    page = read(desk.get(URL, query))
    assert faults(page) == []
    return [each.text for each in page.every("li") if "data-verdict" in each.attrs]


def test_each_stretch_of_a_day_names_what_decided(desk: Client, asha: Practitioner) -> None:
    service = make_service(asha)
    booking = make_booking(service=service, status=Status.CONFIRMED)
    TimeOff.objects.create(
        practitioner=asha, first_day=date(2026, 12, 1), starts=960, last_day=date(2026, 12, 1), ends=990
    )

    rows = told(desk, **TUESDAY)

    assert rows[:5] == [
        "12:00 AM – 8:45 AM Outside your hours You have no hours here.",
        "9:00 AM Kept free It is too close to this visit for the minutes kept free around visits. "
        "Consultation, 10:00 AM – 11:00 AM, Meera Iyer",
        "9:15 AM – 10:45 AM Booked A visit that begins here would meet this booking. "
        "Consultation, 10:00 AM – 11:00 AM, Meera Iyer",
        "11:00 AM Kept free It is too close to this visit for the minutes kept free around visits. "
        "Consultation, 10:00 AM – 11:00 AM, Meera Iyer",
        "11:15 AM – 11:45 AM Too short A visit that begins here would run past the end of your hours.",
    ]
    assert rows[5:8] == [
        "12:00 PM – 12:45 PM Break It lies between two intervals of your hours.",
        "1:00 PM – 3:00 PM Offered",
        "3:15 PM – 4:00 PM Time off A visit that begins here would meet your time off. "
        "Tue 1 Dec 2026, 4:00 PM – 4:30 PM",
    ]
    assert f"/desk/bookings/{booking.reference}/" in read(desk.get(URL, TUESDAY)).links()


def test_notice_horizon_caps_and_dates_are_named(desk: Client, asha: Practitioner) -> None:
    service = make_service(asha)
    override = DateOverride.objects.create(practitioner=asha, day=date(2026, 12, 3))
    OverrideHours.objects.create(override=override, starts=600, ends=660)
    Practitioner.objects.filter(pk=asha.pk).update(daily_cap=1, notice=300)
    make_booking(service=service, status=Status.CONFIRMED)

    assert any("Too soon" in row for row in told(desk, date="2026-11-30"))
    assert any("Day is full" in row for row in told(desk, **TUESDAY))
    assert any("This date differs" in row for row in told(desk, date="2026-12-03"))
    assert any("Too far ahead" in row for row in told(desk, date="2027-03-01"))
    assert any("Past" in row for row in told(desk, date="2026-11-27"))


def test_a_hold_without_a_name_is_told_as_held(desk: Client, asha: Practitioner) -> None:
    make_booking(service=make_service(asha), patient=None)

    assert any("Held Someone is booking this time just now." in row for row in told(desk, **TUESDAY))


def test_the_service_is_chosen_and_days_are_turned(desk: Client, asha: Practitioner) -> None:
    make_service(asha, slug="short", duration=30)
    make_service(asha, slug="long", duration=180)

    assert any(row == "9:00 AM Offered" for row in told(desk, service="long", **TUESDAY))
    assert told(desk, service="nonsense", **TUESDAY) == told(desk, service="short", **TUESDAY)
    links = read(desk.get(URL, {"service": "long", **TUESDAY})).links()
    assert "?date=2026-11-30&service=long" in links
    assert "?date=2026-12-02&service=long" in links


@pytest.mark.parametrize("day", ["", "x", "0001-01-01", "9999-12-31", "2026-02-30"])
def test_an_odd_date_shows_today(desk: Client, asha: Practitioner, day: str) -> None:
    make_service(asha)

    assert "Monday 30 November 2026" in read(desk.get(URL, {"date": day})).text


def test_a_page_that_is_not_published_and_a_desk_without_services(asha: Practitioner) -> None:
    empty = make_desk("empty@example.org")
    assert "there is nothing to explain" in read(own_client(empty).get(URL)).text
    make_service(empty)
    assert "Your page is not published" in read(own_client(empty).get(URL)).text


def test_it_costs_the_same_for_any_number_of_bookings(desk: Client, asha: Practitioner) -> None:
    service = make_service(asha)
    booking = make_booking(service=service, status=Status.CONFIRMED)
    Practitioner.objects.filter(pk=asha.pk).update(weekly_cap=500)

    def count() -> int:
        with CaptureQueriesContext(connection) as context:
            assert desk.get(URL, TUESDAY).status_code == 200
        return len(context)

    few = count()
    for number in range(1, 60):
        start = TOMORROW_AT_TEN + 2 * number * HOUR
        make_booking(service=service, patient=booking.patient, start=start, status=Status.CONFIRMED)

    assert few == count() <= 9
