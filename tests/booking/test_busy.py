"""A lock that nobody gives back in time: a polite answer, and never a 5xx that looks like a fault."""

import json
from collections.abc import Iterator

import psycopg
import pytest
from django.db import connection
from django.test import Client

from booking.lifecycle import Status
from booking.models import Booking
from tests.factories import TOMORROW_AT_TEN, make_booking

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("stopped_clock")]


@pytest.fixture
def booking() -> Booking:
    return make_booking(status=Status.CONFIRMED, start=TOMORROW_AT_TEN.replace(day=3))


@pytest.fixture
def held(booking: Booking) -> Iterator[psycopg.Connection]:
    """Someone else keeps the practitioner and the booking locked; we wait a tenth of a second."""
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}) as other:
        other.execute("SELECT FROM practitioners_practitioner FOR NO KEY UPDATE")
        other.execute("SELECT FROM booking_booking FOR NO KEY UPDATE")
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '100ms'")
        yield other
        other.rollback()
    connection.close()


def test_a_time_that_can_not_be_had_now_counts_as_taken(
    client: Client, booking: Booking, held: psycopg.Connection
) -> None:
    hold = f"/p/{booking.practitioner.slug}/{booking.service.slug}/hold/"

    answer = client.post(hold, {"slot": TOMORROW_AT_TEN.isoformat()})

    assert answer.status_code == 409
    assert answer.context["alternatives"]


def test_what_has_to_wait_asks_to_come_back_in_a_moment(
    client: Client, booking: Booking, held: psycopg.Connection
) -> None:
    by_page = client.post(f"/b/{booking.public_id}/cancel/", {"reason": ""})
    by_api = client.post(f"/api/v1/bookings/{booking.public_id}/cancel", {}, content_type="application/json")

    assert [by_page.status_code, by_api.status_code] == [503, 503]
    assert by_page.headers["Retry-After"] == by_api.headers["Retry-After"] == "2"
    assert json.loads(by_api.content)["type"] == "/problems/busy"
    held.rollback()
    assert client.post(f"/b/{booking.public_id}/cancel/", {"reason": ""}).status_code == 303
    assert Booking.objects.get().status == Status.CANCELLED


def test_reading_waits_for_nobody(client: Client, booking: Booking, held: psycopg.Connection) -> None:
    times = f"/p/{booking.practitioner.slug}/{booking.service.slug}/"

    assert [client.get(page).status_code for page in ("/", times, f"/b/{booking.public_id}/")] == [200] * 3
