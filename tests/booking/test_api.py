"""The JSON API as others rely on it: fields, answers, refusals, repeats."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from booking.api import schemas
from booking.lifecycle import Status
from booking.models import Booking, Patient
from practitioners.models import Practitioner, Service
from tests.answers import Answer
from tests.factories import NOW, TOMORROW_AT_TEN, make_booking, make_practitioner, make_service

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]
TEN = "2026-12-01T10:00:00+05:30"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def service(db: None) -> Service:
    return make_service(make_practitioner(slug="asha-rao", step=60), slug="60-min")


def wish(**changes: Any) -> dict[str, Any]:
    asked = {
        "practitioner": "asha-rao",
        "service": "60-min",
        "start": TEN,
        "name": "Meera Iyer",
        "email": "meera@example.com",
        "phone": "098123 00456",
    }
    return {name: value for name, value in (asked | changes).items() if value is not None}


def book(client: Client, body: Any = None, *, key: str | None = None, **changes: Any) -> Answer:
    headers = {"Idempotency-Key": key} if key is not None else {}
    sent = wish(**changes) if body is None else body
    return client.post("/api/v1/bookings", sent, content_type="application/json", headers=headers)


def problem(response: Answer, status: int, kind: str) -> dict[str, Any]:
    """The body of a refusal, which must be RFC 9457 problem JSON."""
    assert response.status_code == status, response.content
    assert response.headers["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = json.loads(response.content)
    assert body["type"] == f"/problems/{kind}"
    assert body["status"] == status
    assert body["title"]
    assert body["detail"]
    return body


# --- Finding ----------------------------------------------------------------------------------------------------------


def test_practitioners_are_listed_with_what_they_offer(client: Client, service: Service) -> None:
    make_service(service.practitioner, slug="withdrawn", is_active=False)
    make_service(make_practitioner(is_published=False))

    listed = client.get("/api/v1/practitioners").json()["practitioners"]
    (one,) = listed

    assert client.get("/api/v1/practitioners/asha-rao").json() == one
    assert (one["slug"], one["name"], one["zone"]) == ("asha-rao", "Asha Rao", "Asia/Kolkata")
    assert one["services"] == [
        {
            "id": service.pk,
            "slug": "60-min",
            "name": "Consultation",
            "duration": 60,
            "amount": 150_000,
            "currency": "INR",
            "mode": "video",
        }
    ]
    assert "email" not in one


def test_what_is_told_of_dates_and_times_fits_the_schema_that_is_published(client: Client, service: Service) -> None:
    make_booking(service=service, status=Status.CONFIRMED)
    dates = client.get("/api/v1/practitioners/asha-rao/dates?service=60-min&month=2026-12").json()
    slots = client.get("/api/v1/practitioners/asha-rao/slots?service=60-min&date=2026-12-01&tz=UTC").json()

    assert schemas.DatesOut.model_validate(dates).model_dump(mode="json") == dates
    told = schemas.SlotsOut.model_validate(slots)
    assert set(schemas.SlotsOut.model_fields) == set(slots)
    assert {slot.state for slot in told.slots} == {"available", "booked", "break"}
    assert set(schemas.SlotOut.model_fields) == set(slots["slots"][0])


def test_the_dates_of_a_month_say_how_many_times_are_open(client: Client, service: Service) -> None:
    make_booking(service=service, status=Status.CONFIRMED)

    answer = client.get("/api/v1/practitioners/asha-rao/dates?service=60-min&month=2026-12").json()

    assert answer["dates"][:2] == [{"date": "2026-12-01", "available": 6}, {"date": "2026-12-02", "available": 7}]
    assert "2026-12-05" not in {day["date"] for day in answer["dates"]}


def test_the_slots_of_a_day_say_what_each_time_is(client: Client, service: Service) -> None:
    make_booking(service=service, status=Status.CONFIRMED)

    answer = client.get(f"/api/v1/practitioners/asha-rao/slots?service={service.pk}&date=2026-12-01").json()

    assert (answer["date"], answer["zone"]) == ("2026-12-01", "Asia/Kolkata")
    assert answer["slots"][:2] == [
        {"start": "2026-12-01T09:00:00+05:30", "end": "2026-12-01T10:00:00+05:30", "state": "available"},
        {"start": TEN, "end": "2026-12-01T11:00:00+05:30", "state": "booked"},
    ]
    assert [slot["state"] for slot in answer["slots"]].count("break") == 1


def test_times_can_be_asked_for_in_another_zone(client: Client, service: Service) -> None:
    address = "/api/v1/practitioners/asha-rao/slots?service=60-min&date=2026-11-30&tz=America/New_York"

    answer = client.get(address).json()

    assert answer["zone"] == "America/New_York"
    assert answer["slots"][-1]["start"] == "2026-11-30T23:30:00-05:00"


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/nobody", 404),
        ("/nobody/slots?service=60-min&date=2026-12-01", 404),
        ("/asha-rao/slots?service=none&date=2026-12-01", 404),
        ("/asha-rao/slots?service=99999999999999999999&date=2026-12-01", 404),
        ("/asha-rao/slots?service=60-min", 422),
        ("/asha-rao/slots?service=60-min&date=2026-13-01", 422),
        ("/asha-rao/slots?service=60-min&date=tomorrow", 422),
        ("/asha-rao/slots?service=60-min&date=2026-12-01&tz=Mars/Base", 422),
        ("/asha-rao/slots?service=60-min&date=2026-12-01&tz=../../etc/passwd", 422),
        ("/asha-rao/slots?service=60-min&date=0001-01-01", 422),
        ("/asha-rao/slots?service=60-min&date=9999-12-31", 422),
        ("/asha-rao/dates?service=60-min&month=2026-1", 422),
        ("/asha-rao/dates?service=60-min&month=2026-13", 422),
        ("/asha-rao/dates?service=60-min&month=0001-01", 422),
        ("/asha-rao/dates?service=60-min&month=9999-12", 422),
        ("/asha-rao/dates?service=60-min&month=0000-01", 422),
    ],
)
def test_strange_questions_get_plain_answers(client: Client, service: Service, address: str, status: int) -> None:
    response = client.get(f"/api/v1/practitioners{address}")

    problem(response, status, "not-found" if status == 404 else "invalid")


# --- Booking ----------------------------------------------------------------------------------------------------------


def test_booking_answers_with_everything_needed_to_pay(client: Client, service: Service) -> None:
    response = book(client)

    booking = Booking.objects.get()
    assert response.status_code == 201
    assert response.json() == {
        "id": booking.public_id,
        "reference": booking.reference,
        "status": "pending_payment",
        "hold_expires_at": "2026-11-30T00:10:00Z",
        "amount": 150_000,
        "currency": "INR",
        "payment_url": f"http://testserver/b/{booking.public_id}/pay/",
    }
    assert (booking.starts_at, booking.source) == (TOMORROW_AT_TEN, "api")
    assert booking.patient is not None
    assert booking.patient.phone == "+919812300456"


def test_a_service_is_named_by_its_id_or_its_slug(client: Client, service: Service) -> None:
    assert book(client, service=service.pk).status_code == 201
    assert book(client, service=str(service.pk), start="2026-12-01T11:00:00+05:30").status_code == 201


def test_the_same_instant_may_be_written_in_any_zone(client: Client, service: Service) -> None:
    assert book(client, start="2026-12-01T04:30:00Z").status_code == 201
    problem(book(client, start="2026-11-30T23:30:00-05:00"), 409, "slot-taken")


def test_a_booking_is_shown_to_whoever_has_its_id(client: Client, service: Service) -> None:
    made = book(client).json()

    shown = client.get(f"/api/v1/bookings/{made['id']}").json()

    more = {"start": TEN, "end": "2026-12-01T11:00:00+05:30", "practitioner": "asha-rao", "service": "60-min"}
    assert shown == made | more


def test_a_taken_time_is_a_conflict_with_others_that_can_be_had(client: Client, service: Service) -> None:
    book(client)

    answer = problem(book(client), 409, "slot-taken")

    assert len(answer["alternatives"]) == 5
    assert datetime.fromisoformat(answer["alternatives"][0]).tzinfo is not None
    assert book(client, start=answer["alternatives"][0]).status_code == 201


@pytest.mark.parametrize(
    "start",
    [
        "2026-12-01T08:00:00+05:30",
        "2026-12-01T18:00:00+05:30",
        "2026-12-01T12:00:00+05:30",
        "2026-12-01T11:30:00+05:30",
        "2026-12-05T10:00:00+05:30",
        "2026-12-01T10:05:00+05:30",
        "2026-12-01T10:00:01+05:30",
        "2026-11-27T10:00:00+05:30",
        "2026-11-30T07:00:00+05:30",
        "2027-02-02T10:00:00+05:30",
    ],
)
def test_a_forged_time_is_refused(client: Client, service: Service, start: str) -> None:
    answer = problem(book(client, start=start), 409, "not-offered")

    assert len(answer["alternatives"]) <= 5
    assert not Booking.objects.exists()
    assert not Patient.objects.exists()


def test_what_is_not_offered_to_anyone_is_not_there(client: Client, service: Service) -> None:
    other = make_service()

    problem(book(client, practitioner="nobody"), 404, "not-found")
    problem(book(client, service=other.pk), 404, "not-found")
    Service.objects.filter(pk=service.pk).update(is_active=False)
    problem(book(client), 404, "not-found")
    Service.objects.filter(pk=service.pk).update(is_active=True)
    Practitioner.objects.filter(slug="asha-rao").update(is_published=False)
    problem(book(client), 404, "not-found")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"start": "2026-12-01T10:00:00"}, "start"),
        ({"start": "tomorrow"}, "start"),
        ({"start": None}, "start"),
        ({"start": "0001-01-01T00:00:00Z"}, "start"),
        ({"start": "9999-12-31T23:59:59Z"}, "start"),
        ({"name": ""}, "name"),
        ({"name": "   "}, "name"),
        ({"name": "M" * 121}, "name"),
        ({"name": None}, "name"),
        ({"name": "Meera\x00Iyer"}, "name"),
        ({"service": "60\x00min"}, "service"),
        ({"service": ["60-min"]}, "service"),
        ({"email": "meera"}, "email"),
        ({"email": "meera@example.com\nBcc: all@example.com"}, "email"),
        ({"email": f"{'m' * 250}@example.com"}, "email"),
        ({"phone": "12"}, "phone"),
        ({"phone": "call me"}, "phone"),
        ({"practitioner": None}, "practitioner"),
    ],
)
def test_a_field_that_can_not_be_used_is_named(
    client: Client, service: Service, changes: dict[str, Any], field: str
) -> None:
    answer = problem(book(client, **changes), 422, "invalid")

    assert list(answer["errors"]) == [field]
    assert not Booking.objects.exists()


@pytest.mark.parametrize("body", ["{", "[]", '"text"', "", "null", '{"start": NaN}', "\x00", "[" * 5000])
def test_what_is_not_a_json_object_is_refused(client: Client, service: Service, body: str) -> None:
    response = client.post("/api/v1/bookings", body, content_type="application/json")

    assert response.status_code in {400, 422}
    problem(response, response.status_code, "invalid" if response.status_code == 422 else "unreadable")


def test_a_method_that_is_not_there_is_refused(client: Client) -> None:
    assert client.get("/api/v1/bookings").status_code == 405
    assert client.delete("/api/v1/bookings/x").status_code == 405


# --- Cancelling -------------------------------------------------------------------------------------------------------


def test_a_hold_is_cancelled_once(client: Client, service: Service) -> None:
    address = f"/api/v1/bookings/{book(client).json()['id']}/cancel"

    first = client.post(address, {"reason": "unwell"}, content_type="application/json")

    assert (first.status_code, first.json()["status"]) == (200, "cancelled")
    assert Booking.objects.get().moves.last().reason == "unwell"  # type: ignore[union-attr]
    problem(client.post(address, {}, content_type="application/json"), 409, "wrong-state")


def test_after_the_cut_off_it_is_too_late(client: Client, service: Service) -> None:
    booking = make_booking(service=service, start=NOW + 23 * HOUR, status=Status.CONFIRMED)

    response = client.post(f"/api/v1/bookings/{booking.public_id}/cancel", {}, content_type="application/json")

    problem(response, 409, "too-late")


# --- Moving -----------------------------------------------------------------------------------------------------------


def move(client: Client, booking: Booking, start: Any = "2026-12-01T11:00:00+05:30") -> Answer:
    url = f"/api/v1/bookings/{booking.public_id}/reschedule"
    return client.post(url, {"start": start}, content_type="application/json")


def test_a_visit_is_moved_and_shown_as_it_is_then(client: Client, service: Service) -> None:
    booking = make_booking(service=service, status=Status.CONFIRMED, move_cutoff=60)

    answer = move(client, booking)

    assert answer.status_code == 200
    assert answer.json()["start"] == "2026-12-01T11:00:00+05:30"
    assert answer.json() == client.get(f"/api/v1/bookings/{booking.public_id}").json()
    assert answer.headers["Cache-Control"] == "no-store"
    assert move(client, booking).status_code == 200  # said twice it is done once
    booking.refresh_from_db()
    assert (booking.sequence, booking.moves_made) == (1, 1)


def test_moving_to_a_taken_time_is_a_conflict_with_others(client: Client, service: Service) -> None:
    booking = make_booking(service=service, status=Status.CONFIRMED, move_cutoff=60)
    make_booking(service=service, start=TOMORROW_AT_TEN + HOUR)

    others = problem(move(client, booking), 409, "slot-taken")["alternatives"]

    assert len(others) == 5
    assert move(client, booking, others[0]).status_code == 200


def test_moving_to_a_time_that_is_not_offered_is_a_conflict(client: Client, service: Service) -> None:
    booking = make_booking(service=service, status=Status.CONFIRMED, move_cutoff=60)

    problem(move(client, booking, "2026-12-01T06:00:00+05:30"), 409, "not-offered")


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"move_cutoff": 3 * 24 * 60}, "too-late"),
        ({"moves_made": 3}, "moved-too-often"),
        ({"status": Status.PENDING_PAYMENT}, "wrong-state"),
        ({"status": Status.CANCELLED}, "wrong-state"),
    ],
)
def test_what_can_not_be_moved_says_why(client: Client, service: Service, fields: dict[str, Any], kind: str) -> None:
    booking = make_booking(service=service, **{"status": Status.CONFIRMED, "move_cutoff": 60, **fields})

    problem(move(client, booking), 409, kind)

    booking.refresh_from_db()
    assert booking.starts_at == TOMORROW_AT_TEN


@pytest.mark.parametrize("start", [None, "", "tomorrow", "2026-12-01T11:00:00", "9999-01-01T00:00:00Z", 5])
def test_a_start_that_can_not_be_used_is_named(client: Client, service: Service, start: Any) -> None:
    booking = make_booking(service=service, status=Status.CONFIRMED)

    assert list(problem(move(client, booking, start), 422, "invalid")["errors"]) == ["start"]


def test_nobody_moves_what_is_not_there(client: Client, service: Service) -> None:
    answer = client.post("/api/v1/bookings/nothing/reschedule", {"start": TEN}, content_type="application/json")

    problem(answer, 404, "not-found")


def test_an_unknown_booking_is_not_there(client: Client) -> None:
    problem(client.get("/api/v1/bookings/00000000000000000000000000"), 404, "not-found")
    address = "/api/v1/bookings/00000000000000000000000000/cancel"
    problem(client.post(address, {}, content_type="application/json"), 404, "not-found")


# --- Repeating --------------------------------------------------------------------------------------------------------


def test_the_same_key_and_body_lead_to_the_same_booking(client: Client, service: Service) -> None:
    first, again = book(client, key="k1"), book(client, key="k1")

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert Booking.objects.count() == 1


def test_the_same_key_with_another_body_is_refused(client: Client, service: Service) -> None:
    book(client, key="k1")

    answer = problem(book(client, key="k1", name="Someone Else"), 422, "key-reused")

    assert list(answer["errors"]) == ["Idempotency-Key"]
    assert Booking.objects.count() == 1


def test_a_refused_request_does_not_use_up_its_key(client: Client, service: Service) -> None:
    blocking = book(client).json()
    problem(book(client, key="k1"), 409, "slot-taken")
    client.post(f"/api/v1/bookings/{blocking['id']}/cancel", {}, content_type="application/json")

    assert book(client, key="k1").status_code == 201


def test_without_a_key_each_request_stands_for_itself(client: Client, service: Service) -> None:
    assert [book(client).status_code for _ in range(2)] == [201, 409]


@pytest.mark.django_db(transaction=True)
def test_the_same_request_sent_eight_times_at_once_is_one_booking(service: Service) -> None:
    def send(_: int) -> tuple[int, str]:
        try:
            response = book(Client(), key="k1")
            return response.status_code, json.loads(response.content).get("id", "")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(send, range(8)))

    assert answers == {(201, Booking.objects.get().public_id)}
