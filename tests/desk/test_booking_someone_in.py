"""Booking somebody in at the desk: the time, who comes, how it is paid; doubts are told, and nothing typed is lost."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from booking.lifecycle import Status
from booking.models import Booking, Move, Patient
from practitioners.models import Practitioner, Service
from tests.desk.people import client_of, front_desk, make_working_desk, own_client
from tests.factories import NOW, TOMORROW_AT_TEN, make_booking, make_patient, make_service
from tests.pages.reading import Page, faults, read

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]
URL = "/desk/book/"
VISITOR = "/desk/book/visitor/"
TEN = "2026-12-01T04:30Z"


def sent(service: Service, **changes: str) -> dict[str, str]:
    usual = {
        "desk": service.practitioner.slug,
        "service": str(service.pk),
        "slot": TEN,
        "key": "one form",
        "name": "Meera Iyer",
        "phone": "098123 00456",
        "email": "meera@example.com",
        "way": "at_visit",
    }
    return {**usual, **changes}


def value(page: Page, name: str) -> str:
    (field,) = (each for each in page.every("input", name=name))
    return field.attrs.get("value", "")


# --- The time ---------------------------------------------------------------------------------------------------------


def test_the_day_begins_with_now_and_shows_what_is_left_of_it(desk: Client, service: Service) -> None:
    make_booking(service=service, start=TOMORROW_AT_TEN - timedelta(days=1), status=Status.CONFIRMED)

    page = read(desk.get(URL))

    assert faults(page) == []
    assert page.every("h2")[0].text == "Monday 30 November 2026"
    assert f"{VISITOR}?service={service.pk}&slot=2026-11-30T00:00Z" in page.links()
    assert "Now, 5:30 AM" in page.text
    offered = [each.attrs["value"] for each in page.every("button", name="slot")]
    assert "2026-11-30T05:30Z" in offered
    assert "10:00 AMBooked" in [each.text for each in page.every("span", data_state="booked")]
    assert "2026-11-30T04:30Z" not in offered


def test_times_that_patients_would_be_too_late_for_are_there(desk: Client, asha: Practitioner) -> None:
    make_service(asha, notice=48 * 60)

    page = read(desk.get(f"{URL}?date=2026-12-01"))

    assert page.every("button", name="slot")
    assert "Now," not in page.text
    assert value(page, "time") == ""


@pytest.mark.parametrize(
    ("date", "shown"),
    [
        ("2026-12-02", "Wednesday 2 December 2026"),
        ("2020-01-01", "Monday 30 November 2026"),
        ("2099-01-01", "Tuesday 4 January 2028"),
        ("nonsense", "Monday 30 November 2026"),
    ],
)
def test_a_day_that_cannot_be_booked_leads_to_the_nearest(
    desk: Client, service: Service, date: str, shown: str
) -> None:
    page = read(desk.get(f"{URL}?date={date}"))

    assert page.every("h2")[0].text == shown
    assert faults(page) == []


def test_a_day_without_hours_says_so_and_still_takes_another_time(desk: Client, service: Service) -> None:
    page = read(desk.get(f"{URL}?date=2026-12-05"))

    assert "No times on this day by your hours." in page.text
    assert page.every("input", name="time")


def test_another_time_leads_on(desk: Client, service: Service) -> None:
    answer = desk.get(f"{URL}?service={service.pk}&date=2026-12-05&time=19:20")

    assert (answer.status_code, answer["Location"]) == (303, f"{VISITOR}?service={service.pk}&slot=2026-12-05T13:50Z")


@pytest.mark.parametrize(
    ("time", "words"),
    [
        ("", "Enter a time."),
        ("noon", "Enter a time like 14:30."),
        ("04:29", "A visit can be booked up to an hour after it began."),
    ],
)
def test_another_time_that_cannot_be_says_why(desk: Client, service: Service, time: str, words: str) -> None:
    page = read(desk.get(f"{URL}?date=2026-11-30&time={time}"))

    assert words in page.text
    assert page.title.startswith("Error:")
    assert faults(page) == []


def test_without_services_the_page_leads_to_them(desk: Client) -> None:
    page = read(desk.get(URL))

    assert "no service is on offer" in page.text
    assert "/desk/services/" in page.links()


def test_the_page_of_times_costs_few_queries(desk: Client, service: Service) -> None:
    with CaptureQueriesContext(connection) as context:
        desk.get(f"{URL}?date=2026-12-01")

    assert len(context) <= 8


@pytest.mark.parametrize("path", ["/desk/", "/desk/calendar/", "/desk/bookings/"])
def test_the_way_in_is_on_every_page_of_the_day(desk: Client, path: str) -> None:
    assert [link for link in read(desk.get(path)).links() if link.startswith(URL)]


# --- Who comes --------------------------------------------------------------------------------------------------------


def test_the_form_asks_for_little_and_says_until_when_a_link_counts(desk: Client, service: Service) -> None:
    page = read(desk.get(f"{VISITOR}?service={service.pk}&slot={TEN}"))

    assert faults(page) == []
    assert page.heading() == "Who comes?"
    assert "Tue 1 Dec 2026 10:00 AM – 11:00 AM IST" in page.text
    assert "By a link in an e-mail, until " in page.text
    assert not page.every("div", class_="notice")
    assert [each.attrs["value"] for each in page.every("input", name="way") if "checked" in each.attrs] == ["link"]


def test_what_is_free_asks_for_no_payment(desk: Client, asha: Practitioner) -> None:
    service = make_service(asha, amount=0)
    page = read(desk.get(f"{VISITOR}?service={service.pk}&slot={TEN}"))
    assert not page.every("input", name="way")

    desk.post(VISITOR, sent(service))

    booking = Booking.objects.get()
    assert (booking.status, booking.pays_at_visit) == (Status.CONFIRMED, False)


def test_a_booking_is_made_and_its_page_says_so(desk: Client, asha: Practitioner, service: Service) -> None:
    answer = desk.post(VISITOR, sent(service, note="Brings X-rays", booked_by="Ravi Iyer"), follow=True)

    booking = Booking.objects.select_related("patient").get()
    assert answer.redirect_chain == [(f"/desk/bookings/{booking.reference}/", 303)]
    assert "It is booked for Tue 1 Dec 2026, 10:00 AM." in read(answer).text
    who = booking.patient
    assert who
    assert (who.name, who.phone, who.email) == ("Meera Iyer", "+919812300456", "meera@example.com")
    assert (who.booked_by, booking.note, booking.source) == ("Ravi Iyer", "Brings X-rays", "desk")
    assert set(Move.objects.values_list("actor", "user")) == {("practitioner", asha.user_id)}


def test_a_link_is_sent_with_its_deadline(desk: Client, service: Service) -> None:
    page = read(desk.post(VISITOR, sent(service, way="link"), follow=True))

    assert "They get a link to pay until Mon 30 Nov 2026, " in page.text
    assert Booking.objects.get().status == Status.PENDING_PAYMENT


def test_whoever_has_neither_phone_nor_address_is_booked_too(desk: Client, service: Service) -> None:
    page = read(desk.post(VISITOR, sent(service, phone="", email="", neither="on"), follow=True))

    assert "tell them the time and the reference" in page.text
    assert (Booking.objects.get().patient or Patient()).phone == ""


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": " "}, "Enter the name of whoever comes."),
        ({"name": "Meera\x07"}, "Leave out the control characters."),
        ({"phone": "", "email": ""}, "Enter a phone number or an e-mail address, or tick that there is neither."),
        ({"phone": "12"}, "Enter a phone number like +91 98123 00456, or none."),
        ({"email": "meera"}, "Enter an e-mail address like name@example.com."),
        ({"way": "link", "email": ""}, "The link to pay needs an e-mail address."),
        ({"way": ""}, "Choose how it is paid."),
        ({"way": "shells"}, "Select a valid choice."),
        ({"note": "x" * 301}, "at most 300 characters"),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_is_kept(
    desk: Client, service: Service, changes: dict[str, str], words: str
) -> None:
    answer = desk.post(VISITOR, sent(service, **{"booked_by": "Ravi Iyer", **changes}))

    page = read(answer)
    assert answer.status_code == 200
    assert words in page.text
    assert value(page, "booked_by") == "Ravi Iyer"
    assert value(page, "key") == "one form"
    assert page.title.startswith("Error:")
    assert faults(page) == []
    assert not Booking.objects.exists()


def test_a_double_press_books_once(desk: Client, service: Service) -> None:
    first, second = (desk.post(VISITOR, sent(service)) for _press in range(2))

    assert first["Location"] == second["Location"]
    assert Booking.objects.count() == 1


# --- Doubts -----------------------------------------------------------------------------------------------------------


def test_outside_hours_the_page_warns_at_once_and_books_by_a_button_of_its_own(desk: Client, service: Service) -> None:
    evening = "2026-12-01T14:30Z"
    page = read(desk.get(f"{VISITOR}?service={service.pk}&slot={evening}"))
    assert "Outside the working hours" in page.text
    assert [each.text for each in page.every("button", name="anyway")] == ["Book it anyway"]

    refused = desk.post(VISITOR, sent(service, slot=evening))
    page = read(refused)
    assert refused.status_code == 409
    assert "Outside the working hours" in page.text
    assert value(page, "name") == "Meera Iyer"
    assert faults(page) == []
    assert not Booking.objects.exists()

    desk.post(VISITOR, sent(service, slot=evening, anyway="1"))
    assert Booking.objects.get().status == Status.CONFIRMED


def test_a_full_day_warns_and_can_be_booked_anyway(desk: Client, asha: Practitioner, service: Service) -> None:
    Practitioner.objects.filter(pk=asha.pk).update(daily_cap=1)
    make_booking(service=service, start=TOMORROW_AT_TEN + timedelta(hours=3), status=Status.CONFIRMED)

    page = read(desk.post(VISITOR, sent(service)))
    assert "The day or the week is full" in page.text

    desk.post(VISITOR, sent(service, anyway="1"))
    assert Booking.objects.count() == 2


def test_a_time_that_is_taken_offers_others_by_one_press(desk: Client, service: Service) -> None:
    make_booking(service=service, status=Status.CONFIRMED)
    answer = desk.post(VISITOR, sent(service, anyway="1", note="Brings X-rays"))
    page = read(answer)

    assert answer.status_code == 409
    assert "10:00 AM is taken" in page.text
    assert not page.every("button", name="anyway")
    assert (value(page, "name"), "Brings X-rays" in page.text) == ("Meera Iyer", True)
    assert faults(page) == []
    other = page.every("button", name="instead")[0].attrs["value"]

    desk.post(VISITOR, sent(service, instead=other))

    booking = Booking.objects.get(source="desk")
    assert booking.starts_at.isoformat()[:16] == other[:16]


def test_a_press_on_another_time_with_something_missing_keeps_that_time(desk: Client, service: Service) -> None:
    page = read(desk.post(VISITOR, sent(service, instead="2026-12-01T05:30Z", name="")))

    assert value(page, "slot") == "2026-12-01T05:30Z"
    assert "11:00 AM – 12:00 PM" in page.text


def test_what_is_long_over_is_not_booked(desk: Client, service: Service) -> None:
    page = read(desk.post(VISITOR, sent(service, slot="2026-11-29T04:30Z", anyway="1")))

    assert "This time can’t be booked" in page.text
    assert faults(page) == []
    assert not Booking.objects.exists()


# --- Once more --------------------------------------------------------------------------------------------------------


def test_an_earlier_booking_fills_the_form_but_for_its_note(desk: Client, asha: Practitioner) -> None:
    make_service(asha, duration=30)
    service = make_service(asha, duration=90)
    patient = make_patient(name="Li Na", email="li@example.com", booked_by="Li Wei", relationship="child", zone="UTC")
    earlier = make_booking(service=service, patient=patient, status=Status.COMPLETED, note="My knee", start=NOW)

    page = read(desk.get(f"{URL}?again={earlier.reference}"))
    assert "For Li Na, once more" in page.text
    assert page.every("option", selected="")[0].attrs["value"] == str(service.pk)
    page = read(desk.get(f"{VISITOR}?service={service.pk}&slot={TEN}&again={earlier.reference}"))
    assert [value(page, name) for name in ("name", "phone", "email", "booked_by")] == [
        "Li Na",
        "+91 98123 00456",
        "li@example.com",
        "Li Wei",
    ]
    assert "knee" not in page.text

    changes = {"name": "Li Na", "booked_by": "Li Wei", "email": "new@example.com", "again": earlier.reference}
    desk.post(VISITOR, sent(service, **changes))

    again = Booking.objects.select_related("patient").exclude(pk=earlier.pk).get()
    assert again.patient
    assert (again.patient.zone, again.patient.relationship) == ("UTC", "child")
    patient.refresh_from_db()
    assert patient.email == "li@example.com"


def test_a_booking_whose_patient_nobody_knows_fills_nothing(desk: Client, service: Service) -> None:
    earlier = make_booking(service=service, patient=None, start=TOMORROW_AT_TEN + timedelta(days=1))

    page = read(desk.get(f"{VISITOR}?service={service.pk}&slot={TEN}&again={earlier.reference}"))

    assert value(page, "name") == ""


# --- Whose ------------------------------------------------------------------------------------------------------------


def test_the_front_desk_books_too_and_is_named(asha: Practitioner, service: Service) -> None:
    helper = front_desk(asha)

    client_of(helper).post(VISITOR, sent(service))

    assert set(Move.objects.values_list("actor", "user")) == {("front_desk", helper.pk)}


def test_what_is_another_desks_is_as_absent_as_what_is_not_there(service: Service) -> None:
    other = make_working_desk(email="other@example.org", slug="other")
    own = make_service(other)
    client, theirs = own_client(other), make_booking(service=service)

    queries = [
        f"service={service.pk}&slot={TEN}",
        f"service=999999999&slot={TEN}",
        f"service={'9' * 30}&slot={TEN}",
        f"service=&slot={TEN}",
        f"service=²&slot={TEN}",
        f"service={own.pk}",
        f"service={own.pk}&slot=nonsense",
        f"service={own.pk}&slot=2026-12-01T04:30",
        f"service={own.pk}&slot={TEN}&again={theirs.reference}",
        f"service={own.pk}&slot={TEN}&again=XXXX-XXXX",
    ]
    assert {client.get(f"{VISITOR}?{query}").status_code for query in queries} == {404}
    assert client.get(f"{URL}?again={theirs.reference}").status_code == 404
    assert client.post(VISITOR, sent(service, desk="other")).status_code == 404
    assert client.get(f"{URL}?service={service.pk}").status_code == 200


def test_whoever_is_not_signed_in_is_asked_to(client: Client, service: Service) -> None:
    for answer in (client.get(URL), client.get(VISITOR), client.post(VISITOR, sent(service))):
        assert answer.status_code == 303
        assert "/signin/" in answer["Location"]
    assert not Booking.objects.exists()


def test_no_name_gets_into_an_address(desk: Client, service: Service) -> None:
    page = read(desk.get(f"{VISITOR}?service={service.pk}&slot={TEN}"))

    (form,) = (each for each in page.every("form") if each.attrs.get("action") == VISITOR)
    assert form.attrs["method"] == "post"
