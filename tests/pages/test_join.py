"""The way into the room of a visit by video: open for whom it is for, and only while it is on."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from pytest_django import Settings

from booking import actions
from booking.lifecycle import Status
from booking.meeting import room_url
from booking.models import Booking
from common.audit import Actor
from practitioners.models import Mode, Service
from tests.factories import NOW, TOMORROW_AT_TEN, make_booking
from tests.pages.reading import faults, read

pytestmark = pytest.mark.django_db
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def booking(service: Service) -> Booking:
    return make_booking(service=service, status=Status.CONFIRMED)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> object:
    return lambda moment: monkeypatch.setattr("common.clock.now", lambda: moment)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        (TOMORROW_AT_TEN - 11 * MINUTE, False),
        (TOMORROW_AT_TEN - 10 * MINUTE, True),
        (TOMORROW_AT_TEN + 89 * MINUTE, True),
        (TOMORROW_AT_TEN + 90 * MINUTE, False),
    ],
)
def test_the_room_opens_ten_minutes_before_and_closes_half_an_hour_after(
    client: Client, booking: Booking, monkeypatch: pytest.MonkeyPatch, moment: datetime, *, is_open: bool
) -> None:
    monkeypatch.setattr("common.clock.now", lambda: moment)

    answer = client.get(f"/b/{booking.public_id}/join/")

    assert answer.status_code == (303 if is_open else 200)
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["Cache-Control"] == "no-store"
    assert answer.get("Location") == (room_url(booking) if is_open else None)


def test_before_that_the_page_says_when_and_tells_no_room(client: Client, booking: Booking) -> None:
    answer = client.get(f"/b/{booking.public_id}/join/")

    page = read(answer)
    assert page.heading() == "The video call opens at 9:50 AM"
    assert "That is on Tue 1 Dec 2026 (IST), ten minutes before your visit." in page.text
    assert faults(page) == []
    assert room_url(booking).encode() not in answer.content


def test_after_it_the_page_says_that_it_is_over(
    client: Client, booking: Booking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("common.clock.now", lambda: TOMORROW_AT_TEN + 2 * HOUR)

    assert read(client.get(f"/b/{booking.public_id}/join/")).heading() == "This video call is over"


def test_a_visit_that_is_noted_as_done_can_still_be_joined(
    client: Client, booking: Booking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("common.clock.now", lambda: TOMORROW_AT_TEN + HOUR)
    actions.complete(booking, by=Actor.PRACTITIONER, now=TOMORROW_AT_TEN + HOUR)

    assert client.get(f"/b/{booking.public_id}/join/")["Location"] == room_url(booking)
    assert f"/b/{booking.public_id}/join/" in read(client.get(f"/b/{booking.public_id}/")).links()


@pytest.mark.parametrize("status", [s for s in Status if s not in {Status.CONFIRMED, Status.COMPLETED}])
def test_what_is_not_firm_has_no_room(
    client: Client, service: Service, monkeypatch: pytest.MonkeyPatch, status: Status
) -> None:
    booking = make_booking(service=service, status=status)
    monkeypatch.setattr("common.clock.now", lambda: TOMORROW_AT_TEN)

    assert client.get(f"/b/{booking.public_id}/join/")["Location"] == f"/b/{booking.public_id}/"


@pytest.mark.parametrize("mode", [Mode.PHONE, Mode.IN_PERSON])
def test_visits_of_another_kind_have_no_room(client: Client, service: Service, mode: Mode) -> None:
    booking = make_booking(service=service, status=Status.CONFIRMED, mode=mode)

    assert client.get(f"/b/{booking.public_id}/join/").status_code == 404
    assert "Join" not in read(client.get(f"/b/{booking.public_id}/")).text


def test_an_unknown_link_and_a_form_open_nothing(client: Client, booking: Booking) -> None:
    assert client.get("/b/nothing/join/").status_code == 404
    assert client.post(f"/b/{booking.public_id}/join/").status_code == 405


def test_a_room_is_told_apart_by_nothing_but_the_link(settings: Settings, service: Service, booking: Booking) -> None:
    settings.MEETING_BASE = "https://meet.example.org"
    first = room_url(booking)
    other = make_booking(service=service, status=Status.CONFIRMED, start=TOMORROW_AT_TEN + HOUR)

    assert first.startswith("https://meet.example.org/visit-")
    assert len(first.rpartition("-")[2]) == 32
    assert booking.public_id not in first
    assert booking.reference not in first
    assert room_url(other) != first
    booking.refresh_from_db()
    assert room_url(booking) == first


def test_a_new_link_has_a_new_room(booking: Booking) -> None:
    first = room_url(booking)

    assert room_url(actions.renew_link(booking, by=Actor.PATIENT, now=NOW)) != first


def test_a_practitioner_may_have_a_room_of_their_own(
    client: Client, booking: Booking, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking.practitioner.meeting_url = "https://video.example.org/asha"
    booking.practitioner.save()
    monkeypatch.setattr("common.clock.now", lambda: TOMORROW_AT_TEN)

    assert client.get(f"/b/{booking.public_id}/join/")["Location"] == "https://video.example.org/asha"


def test_the_page_of_the_booking_says_when_the_room_opens_and_offers_it_first_once_it_is_open(
    client: Client, booking: Booking, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = read(client.get(f"/b/{booking.public_id}/"))
    assert "Join the video call It opens on Tue 1 Dec 2026, 9:50 AM." in page.text
    assert not page.every("a", data_tone="primary")

    monkeypatch.setattr("common.clock.now", lambda: TOMORROW_AT_TEN + MINUTE)

    page = read(client.get(f"/b/{booking.public_id}/"))
    assert [e.text for e in page.every("a", data_tone="primary")] == ["Join the video call"]
