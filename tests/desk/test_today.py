"""The desk's first page: what the day brings, by the practitioner's clock."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from booking.lifecycle import Status
from practitioners.models import DateOverride, Location, Practitioner, TimeOff
from tests.desk.people import client_of, front_desk, make_desk, make_working_desk, own_client
from tests.factories import NINE_TO_FIVE, make_booking, make_practitioner, make_service
from tests.pages.reading import Page, faults, read

pytestmark = pytest.mark.django_db
AtTime = Callable[[datetime], None]


def india(hour: int, minute: int = 0, *, day: int = 2) -> datetime:
    """A moment of December in India; the second is a Wednesday."""
    return datetime(2026, 12, day, hour, minute, tzinfo=UTC) - timedelta(hours=5, minutes=30)


@pytest.fixture
def at_time(monkeypatch: pytest.MonkeyPatch) -> AtTime:
    return lambda now: monkeypatch.setattr("common.clock.now", lambda: now)


@pytest.fixture(autouse=True)
def _wednesday_morning(at_time: AtTime) -> None:
    at_time(india(11, 20))


@pytest.fixture
def practitioner(db: None) -> Practitioner:
    return make_working_desk()


def shown(practitioner: Practitioner) -> Page:
    answer = own_client(practitioner).get("/desk/")
    assert answer.status_code == 200
    return read(answer)


def lines(page: Page) -> list[str]:
    return [each.text for each in page.every("li") if each.attrs.get("class", "").startswith("agenda-")]


def test_the_day_is_told_in_order_with_visits_breaks_and_what_is_free(practitioner: Practitioner) -> None:
    place = Location.objects.create(practitioner=practitioner, name="Harbour Clinic", address="1 Example Street")
    hour = make_service(practitioner, name="Consultation")
    half = make_service(practitioner, duration=30, name="Follow-up", mode="in_person")
    make_booking(service=hour, start=india(9), status=Status.COMPLETED, patient__name="Ravi Nair")
    make_booking(service=half, start=india(11), status=Status.CONFIRMED, patient__name="Li Na", location=place)
    make_booking(service=hour, start=india(14), status=Status.CONFIRMED, patient__name="Meera Iyer")
    make_booking(service=hour, start=india(15), patient=None, hold_expires_at=india(11, 28))

    page = shown(practitioner)

    assert page.heading() == "Wednesday 2 December"
    assert "3 visits today, next at 2:00 PM." in page.text
    assert lines(page) == [
        "9:00 AM – 10:00 AM Ravi Nair Consultation, 60 minutes Video Completed",
        "11:00 AM – 11:30 AM Li Na Follow-up, 30 minutes In person, Harbour Clinic Confirmed",
        "11:30 AM – 12:00 PM Free",
        "12:00 PM – 1:00 PM Break",
        "1:00 PM – 2:00 PM Free",
        "2:00 PM – 3:00 PM Meera Iyer Consultation, 60 minutes Video Confirmed",
        "3:00 PM – 4:00 PM Somebody is booking Consultation, 60 minutes Video Held until 11:28 AM",
        "4:00 PM – 5:00 PM Free",
    ]
    assert faults(page) == []


def test_the_visit_that_is_on_and_the_next_one_stand_first(practitioner: Practitioner) -> None:
    phone = make_service(practitioner, duration=30, mode="phone")
    make_booking(service=phone, start=india(11), status=Status.CONFIRMED, patient__name="Li Na")
    make_booking(service=phone, start=india(14), status=Status.CONFIRMED, patient__name="Meera Iyer")

    page = shown(practitioner)

    first, second = (each.text for each in page.every("section", class_="card stack"))
    assert first.startswith("Now, until 11:30 AM Li Na")
    assert second.startswith("Next, at 2:00 PM Meera Iyer")
    assert "tel:+919812300456" in page.links()


@pytest.mark.parametrize(
    ("hour", "words"),
    [
        (8, "2 visits today, next at 9:00 AM."),
        (10, "2 visits today, next at 2:00 PM."),
        (16, "2 visits today, and no more to come."),
    ],
)
def test_the_sentence_counts_and_names_what_comes_next(
    practitioner: Practitioner, at_time: AtTime, hour: int, words: str
) -> None:
    service = make_service(practitioner)
    for start in (9, 14):
        make_booking(service=service, start=india(start), status=Status.CONFIRMED)
    at_time(india(hour, 30))

    assert words in shown(practitioner).text


def test_what_does_not_take_place_is_not_told(practitioner: Practitioner) -> None:
    service = make_service(practitioner)
    for status in (Status.CANCELLED, Status.DECLINED, Status.EXPIRED):
        make_booking(service=service, start=india(14), status=status, patient__name="Meera Iyer")
    make_booking(service=service, start=india(14), hold_expires_at=india(11, 20))
    make_booking(service=make_service(), start=india(15), status=Status.CONFIRMED, patient__name="Li Na")

    page = shown(practitioner)

    assert "No visits today." in page.text
    assert "Nobody has booked today yet." in page.text
    assert "Meera" not in page.text
    assert "Li Na" not in page.text


@pytest.mark.parametrize("why", ["closed", "off", "weekend"])
def test_a_day_without_work_says_so(practitioner: Practitioner, at_time: AtTime, why: str) -> None:
    day = india(11).date()
    if why == "closed":
        DateOverride.objects.create(practitioner=practitioner, day=day)
    elif why == "off":
        TimeOff.objects.create(practitioner=practitioner, first_day=day, last_day=day)
    else:
        at_time(india(11, day=5))

    words = "Time off, all day." if why == "off" else "No working hours today."
    assert words in shown(practitioner).text


def test_tomorrow_is_told_by_its_first_visit(practitioner: Practitioner) -> None:
    assert "Tomorrow: no visits yet." in shown(practitioner).text

    service = make_service(practitioner)
    for hour in (10, 14):
        make_booking(service=service, start=india(hour, day=3), status=Status.CONFIRMED)
    assert "Tomorrow: 2 visits, the first at 10:00 AM." in shown(practitioner).text


def test_today_is_the_practitioners_day_and_not_greenwichs(at_time: AtTime) -> None:
    auckland = make_desk(zone="Pacific/Auckland", is_published=True, hours=NINE_TO_FIVE, days=range(7))
    make_booking(service=make_service(auckland), start=datetime(2026, 12, 2, 20, tzinfo=UTC), status=Status.CONFIRMED)
    at_time(datetime(2026, 12, 2, 12, tzinfo=UTC))  # one in the morning of the third in New Zealand

    page = shown(auckland)

    assert page.heading() == "Thursday 3 December"
    assert "1 visit today, next at 9:00 AM." in page.text


def test_a_visit_across_midnight_is_told_on_both_days(at_time: AtTime) -> None:
    owl = make_desk(is_published=True, hours=((22 * 60, 26 * 60),), days=range(7))
    service = make_service(owl, duration=90)
    make_booking(service=service, start=india(23), status=Status.CONFIRMED, patient__name="Meera Iyer")
    at_time(india(23, 30))
    assert "11:00 PM – Thu 12:30 AM Meera Iyer" in " ".join(lines(shown(owl)))

    at_time(india(0, 10, day=3))
    page = shown(owl)
    assert "Wed 11:00 PM – 12:30 AM Meera Iyer" in " ".join(lines(page))
    assert "Now, until 12:30 AM" in page.text
    assert "No visits today." in page.text


def test_an_unpublished_desk_shows_what_is_left_to_do_to_its_owner_alone() -> None:
    practitioner = make_desk()

    assert "Set up your page" in shown(practitioner).text
    helper = read(client_of(front_desk(practitioner)).get("/desk/"))
    assert "Set up your page" not in helper.text
    assert "Not published" in helper.text


def test_names_of_people_are_never_markup(practitioner: Practitioner) -> None:
    evil = "<script>alert(1)</script>"
    service = make_service(practitioner, name=evil)
    booking = make_booking(service=service, start=india(14), status=Status.CONFIRMED, patient__name=evil)
    TimeOff.objects.create(practitioner=practitioner, first_day="2026-12-02", last_day="2026-12-02", note=evil)
    client = own_client(practitioner)

    pages = ["/desk/", "/desk/calendar/", "/desk/bookings/", f"/desk/bookings/{booking.reference}/"]
    for path in [*pages, f"/desk/bookings/{booking.reference}/cancel/"]:
        html = client.get(path).content.decode()
        assert "<script>alert" not in html
        assert "&lt;script&gt;alert" in html


# --- The frame --------------------------------------------------------------------------------------------------------


def test_the_menu_reaches_every_section_and_marks_the_one_that_is_open(practitioner: Practitioner) -> None:
    page = shown(practitioner)

    (menu,) = (each for each in page.every("nav") if each.attrs["aria-label"] == "Desk")
    assert menu.text == "Today Calendar Requests Bookings Hours Time off Services Settings"
    assert [each.text for each in page.every("a", aria_current="page")] == ["Today"]
    assert f"/p/{practitioner.slug}/" in page.links()


def test_another_desk_is_a_press_away_and_stays_chosen(practitioner: Practitioner) -> None:
    other = make_practitioner(name="Arjun Mehta")
    assert practitioner.user
    other.desk_access.create(user=practitioner.user, granted_by=practitioner.user)
    client = own_client(practitioner)
    assert "Another desk Arjun Mehta" in read(client.get("/desk/")).text

    answer = client.post("/desk/switch/", {"desk": other.slug})

    assert (answer.status_code, answer["Location"]) == (303, "/desk/")
    assert "Another desk Asha Rao" in read(client.get("/desk/")).text


# --- The price --------------------------------------------------------------------------------------------------------


def statements(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as context:
        assert client.get(path).status_code == 200
    return len(context)


@pytest.mark.parametrize("path", ["/desk/", "/desk/calendar/", "/desk/calendar/?view=day", "/desk/bookings/"])
def test_a_page_costs_the_same_for_any_number_of_visits(practitioner: Practitioner, path: str) -> None:
    client = own_client(practitioner)
    TimeOff.objects.create(practitioner=practitioner, first_day="2026-12-02", last_day="2026-12-02", starts=1000)
    service = make_service(practitioner, duration=5)
    make_booking(service=service, start=india(20), status=Status.CONFIRMED)
    few = statements(client, path)
    for number in range(60):
        start = india(12, day=2 + number % 4) + timedelta(minutes=number * 5)
        make_booking(service=service, start=start, status=Status.CONFIRMED)

    assert few == statements(client, path) <= 8


def test_after_hours_nothing_is_said_to_be_open(practitioner: Practitioner, at_time: AtTime) -> None:
    at_time(india(16, 59))
    assert "Open times can still be taken." in shown(practitioner).text
    at_time(india(20))
    assert "Nobody had booked today, and your hours are over." in shown(practitioner).text
