"""How often a request asks the database: counted, printed, and the same for any amount of data."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from booking import samples
from booking.lifecycle import Status
from booking.models import Booking
from common.audit import Actor
from payments import actions as payment_actions
from practitioners.models import DateOverride, OverrideHours, Practitioner, Service, TimeOff
from tests.answers import Answer
from tests.factories import NOW, TOMORROW_AT_TEN, captured, make_booking, make_payment, make_practitioner, make_service

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]
ASHA = "/api/v1/practitioners/asha-rao"
Ask = Callable[[], Any]

MOST: dict[str, tuple[int, Callable[[Client], Answer]]] = {
    "slots of a day": (4, lambda client: client.get(f"{ASHA}/slots?service=60-min&date=2026-12-01")),
    "dates of a month": (4, lambda client: client.get(f"{ASHA}/dates?service=60-min&month=2026-12")),
    "practitioners": (4, lambda client: client.get("/api/v1/practitioners")),
    "one practitioner": (4, lambda client: client.get(ASHA)),
    "home page": (12, lambda client: client.get("/")),
    "profile page": (12, lambda client: client.get("/p/asha-rao/")),
    "time page": (12, lambda client: client.get("/p/asha-rao/60-min/?date=2026-12-01")),
}


@pytest.fixture
def service(db: None) -> Service:
    return make_service(make_practitioner(slug="asha-rao"), slug="60-min")


def count(name: str, ask: Ask) -> int:
    """The number of statements, transactions' own words left out; printed, as the figures are for reading."""
    with CaptureQueriesContext(connection) as context:
        answer = ask()
    if isinstance(answer, HttpResponse):
        assert answer.status_code < 400, answer.content
    told = [query["sql"] for query in context.captured_queries]
    statements = [sql for sql in told if not sql.startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))]
    print(f"{name}: {len(statements)} statements, {len(told) - len(statements)} savepoint commands")  # noqa: T201
    return len(statements)


@pytest.mark.parametrize("name", MOST)
def test_reading_costs_the_same_for_any_number_of_practitioners_and_bookings(
    client: Client, service: Service, name: str
) -> None:
    most, ask = MOST[name]
    ask(client)  # what a process learns once
    Practitioner.objects.update(daily_cap=9, weekly_cap=40)
    few = count(name, lambda: ask(client))
    fill_the_calendar(service.practitioner)
    for number in range(1, 40):
        make_booking(service=service, start=TOMORROW_AT_TEN + timedelta(days=number), status=Status.CONFIRMED)
    people = samples.make_practitioners(15)
    samples.make_bookings(people, samples.make_patients(5), 60, now=NOW)

    many = count(f"{name}, with more of everything", lambda: ask(client))

    assert few == many <= most


def fill_the_calendar(practitioner: Practitioner) -> None:
    """Dates that differ and time off, behind and ahead."""
    today = NOW.date()
    for number in range(-40, 40):
        override = DateOverride.objects.create(practitioner=practitioner, day=today + timedelta(days=number))
        hours = [OverrideHours(override=override, starts=540 + 60 * n, ends=600 + 60 * n) for n in range(number % 9)]
        OverrideHours.objects.bulk_create(hours)
        day = today + timedelta(days=number)
        TimeOff.objects.create(practitioner=practitioner, first_day=day, last_day=day, starts=600, ends=630)


def wish() -> dict[str, str]:
    person = {"name": "Meera Iyer", "email": "meera@example.com", "phone": "+919812300456"}
    return {"practitioner": "asha-rao", "service": "60-min", "start": TOMORROW_AT_TEN.isoformat(), **person}


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "k1"}], ids=["plain", "repeatable"])
def test_the_deciding_request_of_the_api(client: Client, service: Service, headers: dict[str, str]) -> None:
    def ask() -> Answer:
        return client.post("/api/v1/bookings", wish(), content_type="application/json", headers=headers)

    assert count(f"deciding request, API {headers}", ask) <= 15


def test_the_deciding_request_of_the_page(client: Client, service: Service) -> None:
    hold = reverse("booking:hold", args=["asha-rao", "60-min"])

    def ask() -> Answer:
        return client.post(hold, {"slot": TOMORROW_AT_TEN.isoformat(), "key": "k1"})

    assert count("deciding request, page", ask) <= 15


def test_a_refusal_costs_no_more_than_a_booking(client: Client, service: Service) -> None:
    make_booking(service=service, status=Status.CONFIRMED)
    with CaptureQueriesContext(connection) as context:
        response = client.post("/api/v1/bookings", wish(), content_type="application/json")

    assert response.status_code == 409
    assert len(context.captured_queries) <= 17  # two of them for the limits, which a booking pays, too


PAGES = ["booking:detail", "booking:details", "booking:review", "payments:pay", "booking:cancel"]


@pytest.mark.parametrize("page", PAGES)
def test_a_patients_page_costs_little(client: Client, service: Service, page: str) -> None:
    booking = make_payment(booking=make_booking(service=service)).booking
    address = reverse(page, args=[booking.public_id])

    assert count(page, lambda: client.get(address)) <= 12


def test_pressing_pay_is_one_short_transaction(service: Service) -> None:
    booking = make_booking(service=service)

    assert count("pay: hold kept and payment row written", lambda: payment_actions.begin(booking, now=NOW)) <= 15


def test_a_capture_is_one_short_transaction(service: Service) -> None:
    payment = make_payment(booking=make_booking(service=service))
    snapshot = captured(payment)

    def ask() -> bool:
        return payment_actions.apply_payment(payment, snapshot, by=Actor.PROVIDER, now=NOW)

    assert count("capture: payment, booking, history, messages", ask) <= 25
    assert Booking.objects.get().status == Status.CONFIRMED
