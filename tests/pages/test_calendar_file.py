"""The file that takes a visit into a calendar: read by hand here, so that its writer is not its own judge."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.test import Client

from booking import actions
from booking.calendar_file import calendar_file, google_link
from booking.lifecycle import Status
from booking.models import Booking
from common.audit import Actor
from practitioners.models import Location, Mode, Service
from tests.factories import NOW, TOMORROW_AT_TEN, make_booking, make_practitioner, make_service

pytestmark = pytest.mark.django_db
LONG = "Dr Asha Rao, née Venkatanarasimharajuvaripeta; Clinical – and – Rehabilitation, Psychologist \\ Therapist"


def lines(body: bytes) -> list[str]:
    """The lines of RFC 5545, unfolded; every line that is sent fits into 75 bytes and ends as it should."""
    assert body.endswith(b"\r\n")
    sent = body.split(b"\r\n")[:-1]
    assert not any(b"\n" in line or b"\r" in line for line in sent)
    assert max(map(len, sent)) <= 75
    return re.sub(rb"\r\n[ \t]", b"", body).decode().split("\r\n")[:-1]


def event(body: bytes) -> dict[str, str]:
    """The properties of the one event, those of its alarm under a name of their own."""
    found: dict[str, str] = {}
    inside: list[str] = []
    for line in lines(body):
        name, _colon, value = line.partition(":")
        if name == "BEGIN":
            inside.append(value)
        elif name == "END":
            assert inside.pop() == value
        else:
            key = ".".join([*inside[1:], name]).removeprefix("VEVENT.")
            assert key not in found
            found[key] = re.sub(r"\\([\\;,n])", lambda m: "\n" if m[1] == "n" else m[1], value)
    assert inside == []
    return found


@pytest.fixture
def booking(service: Service) -> Booking:
    service.name = "Anxiety consultation"
    service.save()
    return make_booking(service=service, status=Status.CONFIRMED, note="panic attacks")


def test_a_visit_becomes_an_event_with_an_alarm(client: Client, booking: Booking) -> None:
    answer = client.get(f"/b/{booking.public_id}/calendar.ics")

    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="appointment-2026-12-01.ics"'
    host = urlsplit(settings.SITE_URL).hostname
    assert event(answer.content) == {
        "VERSION": "2.0",
        "PRODID": "-//Samay//EN",
        "METHOD": "PUBLISH",
        "UID": f"{booking.reference}@{host}",
        "SEQUENCE": "0",
        "STATUS": "CONFIRMED",
        "DTSTAMP": "20261130T000000Z",
        "DTSTART": "20261201T043000Z",
        "DTEND": "20261201T053000Z",
        "SUMMARY": "Appointment with Asha Rao",
        "CLASS": "PRIVATE",
        "VALARM.ACTION": "DISPLAY",
        "VALARM.TRIGGER": "-PT1H",
        "VALARM.DESCRIPTION": "Appointment with Asha Rao",
    }


def test_nothing_private_leaves_with_it(client: Client, booking: Booking) -> None:
    booking.practitioner.meeting_url = "https://video.example.org/room"
    booking.practitioner.save()
    body = "".join(lines(client.get(f"/b/{booking.public_id}/calendar.ics").content)) + google_link(booking)

    for private in (booking.public_id, "Anxiety", "panic", "1,500", "Meera", "example.com", "/b/", "video.example"):
        assert private not in body


def test_it_is_kept_by_nobody_and_told_to_nobody(client: Client, booking: Booking) -> None:
    answer = client.get(f"/b/{booking.public_id}/calendar.ics")

    assert answer["Cache-Control"] == "no-store"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer["X-Robots-Tag"]
    assert client.get("/b/nothing/calendar.ics").status_code == 404
    assert client.post(f"/b/{booking.public_id}/calendar.ics").status_code == 405


def test_a_moved_visit_keeps_its_name_and_counts_on(client: Client, booking: Booking) -> None:
    before = event(calendar_file(booking, now=NOW))
    actions.reschedule(booking, start=TOMORROW_AT_TEN + timedelta(hours=4), by=Actor.FRONT_DESK, now=NOW)
    booking.refresh_from_db()

    after = event(calendar_file(booking, now=NOW))

    assert after["UID"] == before["UID"]
    assert (after["SEQUENCE"], after["DTSTART"]) == ("1", "20261201T083000Z")


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (Status.PENDING_PAYMENT, "TENTATIVE"),
        (Status.REQUESTED, "TENTATIVE"),
        (Status.COMPLETED, "CONFIRMED"),
        (Status.CANCELLED, "CANCELLED"),
        (Status.DECLINED, "CANCELLED"),
        (Status.EXPIRED, "CANCELLED"),
    ],
)
def test_how_it_stands_is_told(service: Service, status: Status, told: str) -> None:
    found = event(calendar_file(make_booking(service=service, status=status, sequence=2), now=NOW))

    assert found["STATUS"] == told
    assert found["SEQUENCE"] == ("3" if told == "CANCELLED" else "2")
    assert ("VALARM.TRIGGER" in found) is (told != "CANCELLED")


def test_where_somebody_has_to_be_is_told_and_signs_survive() -> None:
    person = make_practitioner(name=LONG)
    room = Location.objects.create(practitioner=person, name="Clinic; 2nd floor", address="12, Long Road, Bengaluru")
    there = make_booking(
        service=make_service(person, mode=Mode.IN_PERSON, location=room),
        location=room,
        status=Status.CONFIRMED,
    )

    found = event(calendar_file(there, now=NOW))

    assert found["SUMMARY"] == f"Appointment with {LONG}"
    assert found["LOCATION"] == "Clinic; 2nd floor, 12, Long Road, Bengaluru"


def test_mails_say_what_they_want_of_the_calendar(booking: Booking) -> None:
    assert event(calendar_file(booking, now=NOW, method="CANCEL"))["METHOD"] == "CANCEL"


def test_google_is_told_the_same_facts(client: Client, booking: Booking) -> None:
    facts = parse_qs(urlsplit(google_link(booking)).query)

    assert facts == {
        "action": ["TEMPLATE"],
        "text": ["Appointment with Asha Rao"],
        "dates": ["20261201T043000Z/20261201T053000Z"],
    }


def test_times_are_told_in_greenwich_whatever_the_zone() -> None:
    london = make_service(make_practitioner(zone="Europe/London"))
    summer = datetime(2027, 6, 1, 9, tzinfo=UTC)

    assert event(calendar_file(make_booking(service=london, start=summer), now=NOW))["DTSTART"] == "20270601T090000Z"
