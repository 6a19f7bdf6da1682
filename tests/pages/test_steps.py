"""From a tap on a time to the pay button."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from booking.lifecycle import Status
from booking.models import Booking, Patient
from common.models import User
from payments.models import Payment
from practitioners.models import Service
from tests.factories import NOW, TOMORROW_AT_TEN, make_booking, make_patient, make_practitioner, make_service
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
    with django_assert_max_num_queries(11):
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


# --- One time with one practitioner -----------------------------------------------------------------------------------

HALF_PAST = "2026-12-01T05:00Z"


@pytest.fixture
def another(service: Service) -> Service:
    """The same with somebody else."""
    return make_service(make_practitioner(slug="vikram-nair", name="Vikram Nair"), slug="60-min")


def tap(client: Client, slot: str = TEN, *, of: str = "asha-rao", key: str = "a") -> str:
    answer = client.post(f"/p/{of}/60-min/hold/", {"slot": slot, "key": key})
    assert answer.status_code == 303, answer.status_code
    return str(answer["Location"])


def standing() -> list[tuple[str, str]]:
    """(practitioner, start) of every time that somebody has."""
    rows = Booking.objects.active().order_by("pk").values_list("practitioner__slug", "span")
    return [(slug, span.lower.strftime("%H:%M")) for slug, span in rows]


def test_times_with_two_practitioners_are_kept_side_by_side(client: Client, service: Service, another: Service) -> None:
    with_asha, with_vikram = tap(client), tap(client, of="vikram-nair")

    assert standing() == [("asha-rao", "04:30"), ("vikram-nair", "04:30")]
    assert tap(client) == with_asha
    assert tap(client, HALF_PAST, of="vikram-nair") != with_vikram
    assert standing() == [("asha-rao", "04:30"), ("vikram-nair", "05:00")]


def test_a_page_of_times_shows_what_is_kept_with_its_practitioner(
    client: Client, service: Service, another: Service
) -> None:
    with_asha, with_vikram = tap(client), tap(client, HALF_PAST, of="vikram-nair")

    for slug, location, other in (("asha-rao", with_asha, with_vikram), ("vikram-nair", with_vikram, with_asha)):
        page = read(client.get(f"/p/{slug}/60-min/?date=2026-12-01"))
        assert "is kept for you." in page.text
        assert "Choose another time to have that one instead." in page.text
        assert f"{location}review/" in page.links()
        assert f"{other}review/" not in page.links()


def test_another_service_of_the_same_practitioner_moves_the_hold(client: Client, service: Service) -> None:
    make_service(service.practitioner, slug="30-min", duration=30)
    tap(client)

    client.post("/p/asha-rao/30-min/hold/", {"slot": HALF_PAST, "key": "b"})

    assert standing() == [("asha-rao", "05:00")]


@pytest.mark.parametrize("facts", [{"pay_pressed_at": NOW}, {"pay_by": NOW + timedelta(hours=2)}])
def test_a_time_that_is_being_paid_or_was_accepted_stays_beside_another(
    client: Client, service: Service, facts: dict[str, Any]
) -> None:
    tap(client)
    Booking.objects.update(**facts)

    tap(client, "2026-12-01T08:30Z")

    assert standing() == [("asha-rao", "04:30"), ("asha-rao", "08:30")]
    Booking.objects.filter(**facts).update(hold_expires_at=NOW)
    tap(client, "2026-12-01T09:30Z")
    assert standing()[1:] == [("asha-rao", "09:30")], "the one beside it still moves"


def test_a_browser_remembers_the_last_five(client: Client, service: Service) -> None:
    first = tap(client)
    for number in range(5):
        person = make_practitioner(slug=f"person-{number}")
        make_service(person, slug="60-min")
        tap(client, of=f"person-{number}")

    ids = client.cookies["hold"].value.split(".")

    assert len(ids) == 5
    assert first.split("/")[2] not in ids
    assert Booking.objects.latest("pk").public_id == ids[0]


@pytest.mark.parametrize(
    "cookie", ["", "x", ".", "a" * 4000, f"{'a' * 26}.", "..", "a" * 26 + ";" + "b" * 26, "\u00e9" * 26]
)
def test_an_odd_cookie_is_no_cookie(client: Client, service: Service, cookie: str) -> None:
    client.cookies["hold"] = cookie

    assert client.get("/p/asha-rao/60-min/").status_code == 200
    tap(client)


def test_a_signed_in_person_finds_their_hold_on_another_device(client: Client, service: Service) -> None:
    user = User.objects.create_user("meera@example.com")
    make_booking(service=service, patient=make_patient(user=user))
    client.force_login(user)

    page = read(client.get("/p/asha-rao/60-min/?date=2026-12-01"))
    tap(client, HALF_PAST)

    assert "is kept for you." in page.text
    assert standing() == [("asha-rao", "05:00")]


def test_a_stranger_with_the_same_address_moves_nobodys_hold(client: Client, service: Service) -> None:
    stranger = User.objects.create_user("stranger@example.com")
    make_booking(service=service, patient=make_patient(email="stranger@example.com"))
    make_booking(
        service=service,
        start=TOMORROW_AT_TEN + timedelta(hours=4),
        patient=make_patient(user=User.objects.create_user("meera@example.com"), email="stranger@example.com"),
    )
    client.force_login(stranger)

    tap(client, "2026-12-01T09:30Z")

    assert len(standing()) == 3


# --- What was typed is kept for a day ---------------------------------------------------------------------------------


def at(monkeypatch: pytest.MonkeyPatch, **later: float) -> None:
    monkeypatch.setattr("common.clock.now", lambda: NOW + timedelta(**later))


def test_what_was_typed_goes_along_to_another_time(client: Client, service: Service) -> None:
    client.post(tap(client), {**DETAILS, "note": "by the window"})

    location = tap(client, HALF_PAST, key="b")

    fresh = Booking.objects.latest("pk")
    assert location == f"/h/{fresh.public_id}/review/"
    assert fresh.note == "by the window"
    assert fresh.patient
    assert (fresh.patient.email, fresh.patient.consented_at) == ("meera@example.com", NOW)


def test_what_was_typed_is_there_within_a_day_and_not_longer(
    client: Client, service: Service, another: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.post(tap(client), DETAILS)

    at(monkeypatch, hours=23)
    assert tap(client, "2026-12-03T04:30Z", of="vikram-nair").endswith("/review/")
    at(monkeypatch, hours=48)
    assert not tap(client, "2026-12-03T05:30Z", key="c").endswith("/review/")


def test_a_note_is_shown_before_it_goes_to_another_practitioner(
    client: Client, service: Service, another: Service
) -> None:
    client.post(tap(client), {**DETAILS, "note": "for Asha alone"})

    location = tap(client, of="vikram-nair")

    fresh = Booking.objects.latest("pk")
    assert (location, fresh.note, fresh.patient) == (f"/h/{fresh.public_id}/", None, None)
    page = read(client.get(location))
    assert page.every("input", name="name")[0].attrs["value"] == "Meera Iyer"
    assert page.every("input", name="email")[0].attrs["value"] == "meera@example.com"
    assert page.every("textarea", name="note")[0].text == "for Asha alone"
    assert "checked" in page.every("input", name="consent")[0].attrs


def test_consent_is_asked_for_anew_where_its_words_have_changed(
    client: Client, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.post(tap(client), DETAILS)
    for module in ("booking.people", "booking.holds"):
        monkeypatch.setattr(f"{module}.CONSENT", "2027-01")

    page = read(client.get(tap(client, HALF_PAST, key="b")))

    assert page.heading() == "Your details"
    assert page.every("input", name="phone")[0].attrs["value"] == "+919812300456"
    assert "checked" not in page.every("input", name="consent")[0].attrs


def test_consent_is_not_asked_for_twice(client: Client, service: Service) -> None:
    location = tap(client)
    client.post(location, DETAILS)

    (box,) = read(client.get(location)).every("input", name="consent")

    assert "checked" in box.attrs


def test_what_somebody_typed_who_was_signed_in_is_not_shown_to_the_next(client: Client, service: Service) -> None:
    location = tap(client)
    client.post(location, DETAILS)
    Patient.objects.update(user=User.objects.create_user("meera@example.com"))

    page = read(client.get(tap(client, HALF_PAST, key="b")))

    assert page.heading() == "Your details"
    assert page.every("input", name="name")[0].attrs.get("value", "") == ""


def test_what_was_booked_is_not_typed_over(client: Client, service: Service, another: Service) -> None:
    client.post(tap(client), DETAILS)
    Booking.objects.update(status=Status.CONFIRMED)

    assert not tap(client, of="vikram-nair").endswith("/review/")


def test_what_was_typed_too_late_is_kept_for_an_alternative(client: Client, service: Service, later: None) -> None:
    booking = make_booking(service=service, patient=None, status=Status.EXPIRED)
    make_booking(service=service, status=Status.CONFIRMED)

    page = read(client.post(f"/h/{booking.public_id}/", {**DETAILS, "note": "by the window"}))
    slot = page.every("button", name="slot")[0].attrs["value"]
    answer = client.post(f"/h/{booking.public_id}/again/", {"slot": slot, "key": page.hidden("key")})

    fresh = Booking.objects.latest("pk")
    assert "What you typed is kept." in page.text
    assert answer["Location"] == f"/h/{fresh.public_id}/review/"
    assert fresh.patient
    assert (fresh.patient.name, fresh.note) == ("Meera Iyer", "by the window")


# --- Twice, in two tabs, back, reload ---------------------------------------------------------------------------------


def test_two_tabs_that_tap_two_times_move_one_hold(client: Client, service: Service) -> None:
    """Both know of the first hold only: the second tab's tap was sent before it heard of the first tab's."""
    tap(client)
    both_know = client.cookies["hold"].value
    tap(client, HALF_PAST, key="tab 1")
    client.cookies["hold"] = both_know

    for number, slot in enumerate(("2026-12-01T08:30Z", "2026-12-01T09:30Z")):
        tap(client, slot, key=f"tab {number + 2}")
        client.cookies["hold"] = both_know

    assert standing() == [("asha-rao", "09:30")]


def test_presses_at_once_move_one_hold(service: Service, transactional_db: None) -> None:
    known = Client()
    tap(known)
    slots = ["2026-12-01T05:00Z", "2026-12-01T08:30Z", "2026-12-01T09:30Z", "2026-12-01T10:30Z"]

    def press(slot: str) -> int:
        try:
            visitor = Client()
            visitor.cookies["hold"] = known.cookies["hold"].value
            return visitor.post(HOLD, {"slot": slot, "key": slot}).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(press, slots))

    assert answers == [303] * 4
    assert len(standing()) == 1


def test_going_back_to_the_times_and_tapping_again_keeps_the_same_time(client: Client, service: Service) -> None:
    location = tap(client, key="form")

    assert tap(client, key="form") == location
    client.cookies.clear()
    assert tap(client, key="form") == location, "a browser without the cookie is known by its form"


def test_a_tap_on_a_form_whose_time_was_booked_by_it_leads_to_the_booking(client: Client, service: Service) -> None:
    client.post(tap(client, key="form"), DETAILS)
    booking = the_booking()
    Booking.objects.update(status=Status.CONFIRMED)

    assert tap(client, key="form") == f"/b/{booking.public_id}/"
    client.cookies.clear()
    assert tap(client, key="form") == f"/b/{booking.public_id}/"


def test_continue_pressed_twice_is_one_booking(client: Client, service: Service) -> None:
    location = tap(client)

    answers = [client.post(location, DETAILS) for _ in range(2)]

    assert {answer["Location"] for answer in answers} == {f"{location}review/"}
    assert Patient.objects.count() == 1


@pytest.mark.parametrize("remembers", [True, False])
def test_continue_pressed_twice_after_the_hold_lapsed_is_one_booking(
    client: Client, service: Service, later: None, *, remembers: bool
) -> None:
    left = make_booking(service=service, patient=None)

    answers = []
    for _ in range(3):
        answers.append(client.post(f"/h/{left.public_id}/", DETAILS))
        if not remembers:
            client.cookies.clear()

    fresh = Booking.objects.active().get()
    assert [answer["Location"] for answer in answers] == [f"/h/{fresh.public_id}/review/"] * 3
    assert Booking.objects.count() == 2


@pytest.mark.parametrize("step", ["", "review/", "pay/"])
def test_the_pages_of_a_hold_that_was_left_lead_to_the_one_that_came_after(
    client: Client, service: Service, step: str
) -> None:
    first = tap(client)
    client.post(first, DETAILS)
    second = tap(client, HALF_PAST)

    answer = client.get(f"{first}{step}")

    assert (answer.status_code, answer["Location"]) == (303, second)
    answer = Client().get(f"{first}{step}")
    assert answer["Location"] == first.replace("/h/", "/b/"), "nobody else learns of the other"


@pytest.mark.parametrize("step", ["", "review/", "pay/"])
def test_a_press_in_an_old_tab_never_goes_on_with_another_time_unseen(
    client: Client, service: Service, step: str
) -> None:
    first = tap(client)
    client.post(first, DETAILS)
    second = tap(client, HALF_PAST)

    answer = client.post(f"{first}{step}", DETAILS)

    assert (answer.status_code, answer["Location"]) == (303, second)
    assert standing() == [("asha-rao", "05:00")]
    assert not Payment.objects.exists()


@pytest.mark.parametrize("step", ["", "review/", "again/", "extend/", "pay/"])
@pytest.mark.parametrize(
    "status", [Status.CONFIRMED, Status.REQUESTED, Status.CANCELLED, Status.DECLINED, Status.COMPLETED, Status.NO_SHOW]
)
def test_a_press_on_a_page_whose_booking_is_past_it_changes_nothing(
    client: Client, service: Service, step: str, status: Status
) -> None:
    booking = make_booking(service=service, status=status, hold_expires_at=NOW + timedelta(hours=2))

    answer = client.post(f"/h/{booking.public_id}/{step}", {**DETAILS, "slot": HALF_PAST}, follow=True)

    assert answer.redirect_chain[-1] == (f"/b/{booking.public_id}/", 303)
    assert answer.status_code == 200
    assert the_booking().status == status


@pytest.mark.parametrize("step", ["", "review/", "pay/", "again/", "extend/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_step_of_nobody_is_not_there(client: Client, service: Service, step: str, method: str) -> None:
    answer = getattr(client, method)(f"/h/{'0' * 26}/{step}")

    assert answer.status_code == (405 if method == "get" and step in {"again/", "extend/"} else 404)
