"""From a tap on a time to the pay button."""

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from booking.lifecycle import Status
from booking.models import Booking
from practitioners.models import Service
from tests.factories import NOW, TOMORROW_AT_TEN, make_booking
from tests.pages.reading import read

pytestmark = pytest.mark.django_db
HOLD = "/p/asha-rao/60-min/hold/"
TEN = "2026-12-01T04:30Z"
DETAILS = {"name": "Meera Iyer", "phone": "098123 00456", "email": "meera@example.com", "consent": "on"}


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("common.clock.now", lambda: NOW + timedelta(minutes=11))


def the_booking() -> Booking:
    return Booking.objects.select_related("patient").get()


def test_a_tap_keeps_the_time_and_leads_to_the_details(client: Client, service: Service) -> None:
    answer = client.post(HOLD, {"slot": TEN, "key": "a"})

    booking = the_booking()
    assert (answer.status_code, answer["Location"]) == (303, f"/h/{booking.public_id}/")
    assert (booking.starts_at, booking.status) == (TOMORROW_AT_TEN, Status.PENDING_PAYMENT)
    page = read(client.get(answer["Location"]))
    assert page.heading() == "Your details"
    assert "Kept for you until 5:40 AM." in page.text
    assert "Tue 1 Dec 2026 10:00 AM – 11:00 AM IST" in page.text


def test_the_same_tap_again_keeps_the_same_time_and_another_tap_moves_it(client: Client, service: Service) -> None:
    client.post(HOLD, {"slot": TEN, "key": "a"})
    client.post(HOLD, {"slot": TEN, "key": "b"})
    assert Booking.objects.count() == 1

    client.post(HOLD, {"slot": "2026-12-01T04:45Z", "key": "b"})

    assert [b.status for b in Booking.objects.order_by("pk")] == [Status.CANCELLED, Status.PENDING_PAYMENT]


def test_the_second_press_of_a_double_press_finds_the_first_ones_hold(service: Service) -> None:
    # Both presses leave before the first answer could set a cookie.
    first = Client().post(HOLD, {"slot": TEN, "key": "same form"})
    second = Client().post(HOLD, {"slot": TEN, "key": "same form"})
    stranger = Client().post(HOLD, {"slot": TEN, "key": "another form"})

    assert first["Location"] == second["Location"]
    assert stranger.status_code == 409


def test_a_taken_time_is_answered_with_others_that_one_tap_keeps(client: Client, service: Service) -> None:
    make_booking(service=service, status=Status.CONFIRMED)

    answer = client.post(HOLD, {"slot": TEN, "key": "a"})

    page = read(answer)
    assert answer.status_code == 409
    assert page.heading() == "10:00 AM was just taken"
    assert "Nothing was charged for it." in page.text
    others = [button.attrs["value"] for button in page.every("button", name="slot")]
    assert len(others) == 5
    assert client.post(HOLD, {"slot": others[0], "key": page.hidden("key")}).status_code == 303


@pytest.mark.parametrize(
    "slot", ["", "soon", "2026-12-01T04:30", "2026-12-01T04:31Z", "2026-12-01T20:00Z", "2020-01-01T04:30Z"]
)
def test_a_time_that_was_never_offered_is_refused_with_others(client: Client, service: Service, slot: str) -> None:
    answer = client.post(HOLD, {"slot": slot})

    assert answer.status_code == 409
    assert read(answer).heading() == "That time can’t be booked"
    assert not Booking.objects.exists()


def test_details_lead_to_the_review_with_everything_on_one_slip(client: Client, service: Service) -> None:
    booking = make_booking(service=service, patient=None)

    answer = client.post(f"/h/{booking.public_id}/", DETAILS)

    assert (answer.status_code, answer["Location"]) == (303, f"/h/{booking.public_id}/review/")
    patient = the_booking().patient
    assert patient is not None
    assert (patient.name, patient.phone, patient.zone) == ("Meera Iyer", "+919812300456", "Asia/Kolkata")
    page = read(client.get(answer["Location"]))
    assert page.heading() == "Check and pay"
    policy = "Cancel free until Mon 30 Nov 2026, 10:00 AM"
    for fact in ("With Asha Rao", "Meera Iyer", "+91 98123 00456", "₹1,500", policy):
        assert fact in page.text
    (form,) = page.every("form", action=f"/h/{booking.public_id}/pay/")
    assert form.text.startswith("Pay ₹1,500")


def test_missing_details_are_named_first_and_next_to_their_fields(client: Client, service: Service) -> None:
    booking = make_booking(service=service, patient=None)

    page = read(client.post(f"/h/{booking.public_id}/", {"name": "Meera", "phone": "12", "email": "meera@"}))

    assert page.title.startswith("Error: Your details")
    (summary,) = page.every("div", role="alert")
    assert summary.text.startswith("There is a problem")
    assert {"#id_phone", "#id_email", "#id_consent"} <= set(page.links())
    for name in ("phone", "email", "consent"):
        (field,) = page.every("input", name=name)
        assert field.attrs["aria-invalid"] == "true"
        assert f"id_{name}_error" in field.attrs["aria-describedby"]
    assert page.every("input", name="name")[0].attrs["value"] == "Meera"
    assert the_booking().patient is None


def test_a_lapsed_hold_is_taken_again_in_silence_when_its_time_is_free(
    client: Client, service: Service, later: None
) -> None:
    booking = make_booking(service=service, patient=None)

    answer = client.post(f"/h/{booking.public_id}/", DETAILS)

    fresh = Booking.objects.latest("pk")
    assert fresh.public_id != booking.public_id
    assert (answer.status_code, answer["Location"]) == (303, f"/h/{fresh.public_id}/review/")


def test_a_lapsed_hold_whose_time_went_meets_the_alternatives(client: Client, service: Service, later: None) -> None:
    booking = make_booking(service=service, patient=None)
    Booking.objects.update(status=Status.EXPIRED)
    make_booking(service=service, status=Status.CONFIRMED)

    answer = client.post(f"/h/{booking.public_id}/", DETAILS)

    assert answer.status_code == 409
    assert read(answer).every("form", action=f"/h/{booking.public_id}/again/")


def test_keeping_it_again_brings_the_details_along(client: Client, service: Service, later: None) -> None:
    booking = make_booking(service=service)

    answer = client.post(f"/h/{booking.public_id}/again/", {})

    fresh = Booking.objects.latest("pk")
    assert answer["Location"] == f"/h/{fresh.public_id}/review/"
    assert fresh.patient is not None
    assert booking.patient is not None
    assert fresh.patient.email == booking.patient.email
    assert fresh.patient_id != booking.patient_id, "what is typed about the one must not change the other"


def test_more_time_is_given_up_to_half_an_hour(client: Client, service: Service) -> None:
    booking = make_booking(service=service)
    for _ in range(12):
        assert client.post(f"/h/{booking.public_id}/extend/").status_code == 303

    assert the_booking().hold_expires_at == NOW + timedelta(minutes=30)


@pytest.mark.parametrize("step", ["", "review/"])
@pytest.mark.parametrize("status", [Status.CONFIRMED, Status.EXPIRED, Status.CANCELLED])
def test_steps_of_a_booking_that_is_past_them_lead_to_its_page(
    client: Client, service: Service, step: str, status: Status
) -> None:
    booking = make_booking(service=service, status=status)

    answer = client.get(f"/h/{booking.public_id}/{step}")

    assert (answer.status_code, answer["Location"]) == (303, f"/b/{booking.public_id}/")


def test_a_free_visit_is_confirmed_without_any_payment(client: Client, service: Service) -> None:
    Service.objects.update(amount=0)
    service.refresh_from_db()
    booking = make_booking(service=service)

    page = read(client.get(f"/h/{booking.public_id}/review/"))
    answer = client.post(f"/h/{booking.public_id}/review/")

    assert page.heading() == "Check and confirm"
    assert answer["Location"] == f"/b/{booking.public_id}/"
    assert the_booking().status == Status.CONFIRMED


def test_a_priced_visit_is_never_confirmed_by_the_review(client: Client, service: Service) -> None:
    booking = make_booking(service=service)

    client.post(f"/h/{booking.public_id}/review/")

    assert the_booking().status == Status.PENDING_PAYMENT


@pytest.mark.parametrize("path", ["/p/asha-rao/60-min/hold/", "/h/{}/again/", "/h/{}/extend/"])
def test_asking_for_a_page_never_changes_anything(client: Client, service: Service, path: str) -> None:
    booking = make_booking(service=service)

    assert client.get(path.format(booking.public_id)).status_code == 405
    assert the_booking().hold_expires_at == booking.hold_expires_at


def test_a_form_without_its_token_is_refused(browser_like: Client, service: Service) -> None:
    assert browser_like.post(HOLD, {"slot": TEN}).status_code == 403
    token = read(browser_like.get("/p/asha-rao/60-min/")).hidden("csrfmiddlewaretoken")

    assert browser_like.post(HOLD, {"slot": TEN, "csrfmiddlewaretoken": token}).status_code == 303


def test_keeping_a_time_stays_cheap(
    client: Client, service: Service, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(14):
        client.post(HOLD, {"slot": TEN, "key": "a"})
    with django_assert_max_num_queries(9):
        client.post(f"/h/{the_booking().public_id}/", DETAILS)


def test_a_number_without_a_country_code_is_of_the_country_whose_times_are_shown(
    client: Client, service: Service
) -> None:
    booking = make_booking(service=service, patient=None)
    client.cookies["zone"] = "America/New_York"

    page = read(client.get(f"/h/{booking.public_id}/"))
    client.post(f"/h/{booking.public_id}/", {**DETAILS, "phone": "(212) 555-0147"})

    assert "unless it is a number in United States" in page.text
    booking.refresh_from_db()
    assert booking.patient
    assert booking.patient.phone == "+12125550147"
