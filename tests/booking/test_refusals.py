"""What was not offered can't be booked: forged requests, on the API and on the page, and nothing is stored of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from django.test import Client

from booking.lifecycle import Status
from booking.models import Booking, Move, Patient, RepeatKey
from payments.models import Payment
from practitioners.models import DateOverride, Practitioner, Service, TimeOff
from tests.factories import TOMORROW_AT_TEN, make_booking, make_practitioner, make_service
from tests.pages.reading import read

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]
TEN = "2026-12-01T10:00:00+05:30"
TOMORROW = date(2026, 12, 1)


@pytest.fixture
def service(db: None) -> Service:
    return make_service(make_practitioner(slug="asha-rao", horizon=14), slug="60-min")


def nothing(service: Service) -> None:
    """The request itself is the forgery."""


def set_on_practitioner(**fields: object) -> Callable[[Service], None]:
    return lambda service: void(Practitioner.objects.filter(pk=service.practitioner_id).update(**fields))


def set_on_service(**fields: object) -> Callable[[Service], None]:
    return lambda service: void(Service.objects.filter(pk=service.pk).update(**fields))


def void(_result: object) -> None:
    return None


def close_tomorrow(service: Service) -> None:
    DateOverride.objects.create(practitioner=service.practitioner, day=TOMORROW)


def take_tomorrow_morning_off(service: Service) -> None:
    TimeOff.objects.create(
        practitioner=service.practitioner, first_day=TOMORROW, starts=0, last_day=TOMORROW, ends=10 * 60 + 1
    )


def fill(cap: str) -> Callable[[Service], None]:
    def act(service: Service) -> None:
        make_booking(service=service, start=TOMORROW_AT_TEN.replace(hour=8), status=Status.CONFIRMED)
        Practitioner.objects.filter(pk=service.practitioner_id).update(**{cap: 1})

    return act


@dataclass(frozen=True)
class Forged:
    kind: str = "not-offered"
    start: str = TEN
    prepare: Callable[[Service], None] = nothing
    practitioner: str = "asha-rao"
    heading: str = "That time can’t be booked"

    @property
    def status(self) -> int:
        return 404 if self.kind == "not-found" else 409


def make_another(service: Service) -> None:
    make_practitioner(slug="someone-else")


FORGED = {
    "outside hours": Forged(start="2026-12-01T08:00:00+05:30"),
    "too near closing time": Forged(start="2026-12-01T16:30:00+05:30"),
    "in the past": Forged(start="2026-11-27T10:00:00+05:30"),
    "a minute off the grid": Forged(start="2026-12-01T10:01:00+05:30"),
    "a second off the grid": Forged(start="2026-12-01T10:00:01+05:30"),
    "inside the notice": Forged(prepare=set_on_practitioner(notice=2 * 24 * 60)),
    "inside the service’s own notice": Forged(prepare=set_on_service(notice=2 * 24 * 60)),
    "beyond the horizon": Forged(start="2026-12-15T10:00:00+05:30"),
    "someone not published": Forged("not-found", prepare=set_on_practitioner(is_published=False)),
    "another practitioner’s service": Forged("not-found", prepare=make_another, practitioner="someone-else"),
    "a service no longer offered": Forged("not-found", prepare=set_on_service(is_active=False)),
    "a stale price": Forged("price-changed", prepare=set_on_service(amount=160_000), heading="The price is now ₹1,600"),
    "in the break": Forged(start="2026-12-01T12:00:00+05:30"),
    "in time off": Forged(prepare=take_tomorrow_morning_off),
    "on a date that is closed": Forged(prepare=close_tomorrow),
    "on a full day": Forged("fully-booked", prepare=fill("daily_cap"), heading="No more visits are taken on that day"),
    "in a full week": Forged(
        "fully-booked", prepare=fill("weekly_cap"), heading="No more visits are taken on that day"
    ),
}  # fmt: skip


def stored() -> list[int]:
    return [model._default_manager.count() for model in (Booking, Patient, Move, RepeatKey, Payment)]


def by_api(client: Client, service: Service, forged: Forged) -> tuple[int, dict[str, Any]]:
    person = {"name": "PATIENT_TEST", "email": "patient@example.org", "phone": "+10000000000"}
    seen = {"amount": 150_000, "currency": "INR"}
    body = {"practitioner": forged.practitioner, "service": str(service.pk), "start": forged.start, **person, **seen}
    answer = client.post("/api/v1/bookings", body, content_type="application/json", headers={"Idempotency-Key": "k"})
    return answer.status_code, answer.json()


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED)
def test_a_forged_request_is_refused_by_the_api(client: Client, service: Service, forged: Forged) -> None:
    forged.prepare(service)
    before = stored()

    status, body = by_api(client, service, forged)

    assert (status, body["type"]) == (forged.status, f"/problems/{forged.kind}")
    assert body["detail"]
    assert bool(body.get("alternatives")) is (status == 409)
    assert stored() == before


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED)
def test_a_forged_request_is_refused_by_the_page(client: Client, service: Service, forged: Forged) -> None:
    forged.prepare(service)
    before = stored()

    answer = client.post(
        f"/p/{forged.practitioner}/{service.slug}/hold/", {"slot": forged.start, "key": "k", "price": "150000 INR"}
    )

    assert answer.status_code == forged.status
    if forged.status == 409:
        page = read(answer)
        assert page.heading() == forged.heading
        assert page.every("button", name="slot")
    assert stored() == before


def test_control_the_same_request_unforged_is_accepted(client: Client, service: Service) -> None:
    assert by_api(client, service, Forged())[0] == 201
    Booking.objects.update(status=Status.CANCELLED)
    answer = client.post("/p/asha-rao/60-min/hold/", {"slot": TEN, "key": "k", "price": "150000 INR"})
    assert answer.status_code == 303


# --- A price that has changed -----------------------------------------------------------------------------------------


def test_a_changed_price_is_named_with_its_numbers(client: Client, service: Service) -> None:
    Service.objects.update(amount=160_000)

    status, body = by_api(client, service, Forged())

    assert (status, body["detail"]) == (409, "The price is now ₹1,600.")
    assert (body["amount"], body["currency"]) == (160_000, "INR")
    assert "2026-12-01T04:30:00+00:00" in body["alternatives"]


def test_one_tap_takes_the_new_price(client: Client, service: Service) -> None:
    Service.objects.update(amount=160_000)
    refused = read(client.post("/p/asha-rao/60-min/hold/", {"slot": TEN, "key": "k", "price": "150000 INR"}))
    (button,) = refused.every("button", name="slot")
    (form,) = refused.every("form", action="/p/asha-rao/60-min/hold/")

    again = {name: refused.hidden(name) for name in ("key", "price")} | {"slot": button.attrs["value"]}
    answer = client.post(form.attrs["action"], again)

    assert answer.status_code == 303
    assert Booking.objects.get().amount == 160_000


@pytest.mark.parametrize("page", ["/p/asha-rao/60-min/", "/p/asha-rao/"])
def test_every_time_that_can_be_tapped_carries_the_price_beside_it(client: Client, service: Service, page: str) -> None:
    assert read(client.get(page)).hidden("price") == "150000 INR"


def test_a_hold_that_lapsed_is_not_taken_again_at_another_price(client: Client, service: Service) -> None:
    booking = make_booking(service=service, status=Status.EXPIRED)
    Service.objects.update(amount=160_000)

    detail = read(client.get(f"/b/{booking.public_id}/"))
    answer = client.post(f"/h/{booking.public_id}/again/", {"price": detail.hidden("price"), "key": "k"})

    assert answer.status_code == 409
    assert read(answer).heading() == "The price is now ₹1,600"


@pytest.mark.parametrize("price", [{"amount": 150_000}, {"currency": "INR"}, {"amount": "much", "currency": "INR"}])
def test_half_a_price_is_no_price(client: Client, service: Service, price: dict[str, object]) -> None:
    person = {"name": "PATIENT_TEST", "email": "patient@example.org", "phone": "+10000000000"}
    body = {"practitioner": "asha-rao", "service": "60-min", "start": TEN, **person, **price}

    assert client.post("/api/v1/bookings", body, content_type="application/json").status_code == 422
    assert not Booking.objects.exists()


# --- Caps -------------------------------------------------------------------------------------------------------------


def test_choosing_another_time_on_a_full_day_moves_the_own_hold(client: Client, service: Service) -> None:
    Practitioner.objects.update(daily_cap=1)
    client.post("/p/asha-rao/60-min/hold/", {"slot": TEN, "key": "a"})

    answer = client.post("/p/asha-rao/60-min/hold/", {"slot": "2026-12-01T11:00:00+05:30", "key": "b"})

    assert answer.status_code == 303
    assert Booking.objects.active().get().starts_at == TOMORROW_AT_TEN.replace(hour=5)


def test_a_hold_that_lapsed_does_not_count(client: Client, service: Service) -> None:
    make_booking(
        service=service, start=TOMORROW_AT_TEN.replace(hour=8), hold_expires_at=TOMORROW_AT_TEN.replace(day=1, month=11)
    )
    Practitioner.objects.update(daily_cap=1)

    assert client.post("/p/asha-rao/60-min/hold/", {"slot": TEN, "key": "a"}).status_code == 303


def test_nothing_is_offered_instead_of_a_time_with_someone_who_is_hidden(client: Client, service: Service) -> None:
    location = client.post("/p/asha-rao/60-min/hold/", {"slot": TEN, "key": "a"})["Location"]
    Practitioner.objects.update(is_published=False)

    answer = client.post(f"{location}again/", {"slot": "2026-12-01T11:00:00+05:30", "key": "b"})

    assert answer.status_code == 409
    assert read(answer).every("button", name="slot") == []
