"""The last page of a booking: what can be pressed on it, and what a press does, in time and too late."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from booking import actions as booking_actions
from booking.lifecycle import Status
from booking.models import Booking, Patient
from common.audit import Actor
from payments import actions
from payments.lifecycle import PaymentStatus
from payments.models import Payment
from payments.providers.base import ProviderUnavailable
from practitioners.models import PayWhen, Practitioner, Service
from tests.answers import Answer
from tests.factories import NOW, TOMORROW_AT_TEN, make_booking, make_payment
from tests.pages.reading import Page, faults, read
from tests.payments.bank import Bank

pytestmark = pytest.mark.django_db
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
TEN = "2026-12-01T04:30Z"
DETAILS = {"name": "Meera Iyer", "phone": "098123 00456", "email": "meera@example.com", "consent": "on"}


@pytest.fixture
def bank(monkeypatch: pytest.MonkeyPatch) -> Bank:
    """The provider of every payment, as a stand-in without HTTP."""
    bank = Bank()
    monkeypatch.setattr(actions, "provider_for", lambda _name: bank)
    return bank


@pytest.fixture
def lapse(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    return lambda: monkeypatch.setattr("common.clock.now", lambda: NOW + 11 * MINUTE)


def held(service: Service, **terms: Any) -> Booking:
    """Somebody who has told who they are holds ten o'clock, under these terms of the service."""
    Service.objects.filter(pk=service.pk).update(**terms)
    service.refresh_from_db()
    snapshot = {name: getattr(service, name) for name in ("needs_approval", "pay_when")}
    return make_booking(service=service, **snapshot)


def shown(client: Client, booking: Booking) -> Page:
    page = read(client.get(f"/h/{booking.public_id}/review/"))
    assert faults(page) == []
    return page


def press(client: Client, booking: Booking, way: str = "") -> Answer:
    return client.post(f"/h/{booking.public_id}/review/", {"way": way} if way else {})


def press_pay(client: Client, booking: Booking) -> Answer:
    return client.post(f"/h/{booking.public_id}/pay/")


def state() -> list[str]:
    """Of every booking, the oldest first."""
    return list(Booking.objects.order_by("pk").values_list("status", flat=True))


# --- What is shown ----------------------------------------------------------------------------------------------------

ONLINE, AT_VISIT, EITHER = ({"pay_when": each} for each in (PayWhen.ONLINE, PayWhen.AT_VISIT, PayWhen.EITHER))
ASKS = {"needs_approval": True}
FREE = {"amount": 0}
WAYS: dict[str, tuple[dict[str, Any], str, list[str]]] = {
    "online": (ONLINE, "Check and pay", ["Pay ₹1,500"]),
    "at the visit": (AT_VISIT, "Check and confirm", ["Confirm"]),
    "either": (EITHER, "Check and choose how to pay", ["Pay ₹1,500", "Pay at the visit"]),
    "free": (FREE, "Check and confirm", ["Confirm"]),
    "asked, online": (ASKS | ONLINE, "Check and request", ["Request this time"]),
    "asked, at the visit": (ASKS | AT_VISIT, "Check and request", ["Request this time"]),
    "asked, either": (ASKS | EITHER, "Check and request", ["Request this time", "Request it, and pay at the visit"]),
    "asked, free": (ASKS | FREE, "Check and request", ["Request this time"]),
}


@pytest.mark.parametrize("name", WAYS)
def test_the_page_ends_as_was_agreed(client: Client, service: Service, name: str) -> None:
    terms, heading, labels = WAYS[name]
    booking = held(service, **terms)

    page = shown(client, booking)

    assert page.heading() == heading
    assert heading in page.title
    buttons = [each for each in page.every("button") if each.text in labels]
    assert [each.text for each in buttons] == labels
    assert [each.attrs.get("data-tone") for each in buttons] == ["primary", None][: len(labels)]
    assert ("Step 2 of 3" if "Pay ₹1,500" in labels else "Step 2 of 2") in page.text
    details = read(client.get(f"/h/{booking.public_id}/"))
    assert ("Step 1 of 3" if "Pay ₹1,500" in labels else "Step 1 of 2") in details.text


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        (ONLINE, "Then you get a link to pay ₹1,500."),
        (AT_VISIT, "You pay ₹1,500 at the visit."),
        (EITHER, "Then you get a link to pay ₹1,500, unless you choose to pay at the visit."),
        (FREE, ""),
    ],
)
def test_a_request_says_until_when_it_is_answered_and_what_comes_then(
    client: Client, service: Service, terms: dict[str, Any], words: str
) -> None:
    Practitioner.objects.update(answer_within=6 * 60)

    page = shown(client, held(service, **ASKS, **terms))

    assert f"Nothing is charged now. Asha Rao answers until Mon 30 Nov 2026, 11:30 AM IST. {words}".strip() in page.text


def test_what_is_paid_at_the_visit_is_said_beside_the_button(client: Client, service: Service) -> None:
    assert "₹1,500 to pay at the visit" in shown(client, held(service, **AT_VISIT)).text
    Booking.objects.update(status=Status.CANCELLED)
    assert "to pay at the visit" not in shown(client, held(service, **FREE)).text


def test_what_was_agreed_decides_and_not_what_is_offered_today(client: Client, service: Service) -> None:
    booking = held(service, **AT_VISIT)
    Service.objects.update(pay_when=PayWhen.ONLINE, needs_approval=True)

    assert shown(client, booking).heading() == "Check and confirm"
    press(client, booking)
    assert state() == [Status.CONFIRMED]


def test_a_link_that_the_practice_sent_leaves_one_way(client: Client, service: Service, bank: Bank) -> None:
    booking = held(service, **ASKS, **EITHER)
    Booking.objects.update(pay_by=NOW + 2 * HOUR, hold_expires_at=NOW + 2 * HOUR)

    page = shown(client, booking)

    assert page.heading() == "Check and pay"
    assert "Pay at the visit" not in page.text
    assert press(client, booking, "at_visit")["Location"] == f"/h/{booking.public_id}/review/"
    assert state() == [Status.PENDING_PAYMENT]
    assert press_pay(client, booking)["Location"] == Payment.objects.get().checkout_url


# --- What a press does ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("terms", "way", "status", "at_visit"),
    [
        (FREE, "", Status.CONFIRMED, False),
        (FREE, "at_visit", Status.CONFIRMED, False),
        (AT_VISIT, "", Status.CONFIRMED, True),
        (EITHER, "at_visit", Status.CONFIRMED, True),
        (EITHER, "", Status.PENDING_PAYMENT, False),
        (EITHER, "nonsense", Status.PENDING_PAYMENT, False),
        (ONLINE, "", Status.PENDING_PAYMENT, False),
        (ONLINE, "at_visit", Status.PENDING_PAYMENT, False),
        (ASKS | ONLINE, "", Status.REQUESTED, False),
        (ASKS | ONLINE, "at_visit", Status.REQUESTED, False),
        (ASKS | EITHER, "", Status.REQUESTED, False),
        (ASKS | EITHER, "at_visit", Status.REQUESTED, True),
        (ASKS | AT_VISIT, "", Status.REQUESTED, True),
        (ASKS | FREE, "", Status.REQUESTED, False),
    ],
)
def test_a_press_does_what_its_button_said(
    client: Client, service: Service, terms: dict[str, Any], way: str, status: Status, *, at_visit: bool
) -> None:
    booking = held(service, **terms)

    answer = press(client, booking, way)

    booking.refresh_from_db()
    assert (booking.status, booking.pays_at_visit) == (status, at_visit)
    page = f"/h/{booking.public_id}/review/" if status == Status.PENDING_PAYMENT else f"/b/{booking.public_id}/"
    assert (answer.status_code, answer["Location"]) == (303, page)
    assert client.get(answer["Location"]).status_code == 200


@pytest.mark.parametrize("terms", [FREE, AT_VISIT, EITHER, ASKS])
def test_a_press_that_is_repeated_ends_at_the_same_page(
    client: Client, service: Service, terms: dict[str, Any]
) -> None:
    booking = held(service, **terms)

    answers = [press(client, booking, "at_visit") for _ in range(3)]

    assert {answer["Location"] for answer in answers} == {f"/b/{booking.public_id}/"}
    assert Booking.objects.count() == 1
    back = client.get(f"/h/{booking.public_id}/review/")
    assert back["Location"] == f"/b/{booking.public_id}/"


def test_nobody_confirms_for_nobody(client: Client, service: Service) -> None:
    booking = held(service, **FREE)
    Booking.objects.update(patient=None)

    assert press(client, booking)["Location"] == f"/h/{booking.public_id}/"
    assert press_pay(client, booking)["Location"] == f"/h/{booking.public_id}/"
    assert state() == [Status.PENDING_PAYMENT]


# --- The pay page -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", WAYS)
@pytest.mark.parametrize("path", ["/b/{}/pay/", "/h/{}/pay/"])
def test_the_address_to_pay_at_works_for_every_kind(
    client: Client, service: Service, bank: Bank, name: str, path: str
) -> None:
    terms, _heading, labels = WAYS[name]
    booking = held(service, **terms)
    address, can_pay = path.format(booking.public_id), "Pay ₹1,500" in labels

    page, pressed = client.get(address), client.post(address)

    if can_pay:
        assert read(page).heading() == "Pay ₹1,500"
        assert pressed["Location"] == Payment.objects.get().checkout_url
    else:
        review = f"/h/{booking.public_id}/review/"
        assert (page.status_code, page["Location"], pressed["Location"]) == (303, review, review)
        assert not Payment.objects.exists()
    assert state() == [Status.PENDING_PAYMENT]
    assert client.head(address).status_code == (200 if can_pay else 303)


def test_a_booking_of_the_api_is_requested_on_our_own_pages(client: Client, service: Service) -> None:
    Service.objects.update(needs_approval=True)
    person = {"name": "Meera Iyer", "email": "meera@example.com", "phone": "+919812300456"}
    body = {"practitioner": "asha-rao", "service": "60-min", "start": TOMORROW_AT_TEN.isoformat(), **person}
    made = client.post("/api/v1/bookings", body, content_type="application/json").json()

    page = client.get(made["payment_url"].removeprefix("http://testserver"), follow=True)

    assert read(page).heading() == "Check and request"
    press(client, Booking.objects.get())
    assert client.get(f"/api/v1/bookings/{made['id']}").json()["status"] == "requested"


def test_pay_pressed_again_and_again_leads_to_one_payment(client: Client, service: Service, bank: Bank) -> None:
    booking = held(service, **EITHER)

    answers = {press_pay(client, booking)["Location"] for _ in range(3)}

    assert len(answers) == Payment.objects.count() == len(bank.opened) == 1
    assert read(client.get(f"/h/{booking.public_id}/review/")).heading() == "Check and choose how to pay"


def test_a_provider_that_does_not_answer_leaves_the_page_with_another_try(
    client: Client, service: Service, bank: Bank
) -> None:
    booking = held(service)
    bank.failure = ProviderUnavailable

    answer = press_pay(client, booking)

    page = read(answer)
    assert answer.status_code == 503
    assert "Nothing was charged." in page.text
    bank.failure = None
    assert press_pay(client, booking)["Location"] == Payment.objects.get().checkout_url


# --- Too late: taken again without a word -----------------------------------------------------------------------------

PRESSES: dict[str, tuple[dict[str, Any], Callable[[Client, Booking], Answer], Status]] = {
    "Pay": (ONLINE, press_pay, Status.PENDING_PAYMENT),
    "Pay of either": (EITHER, press_pay, Status.PENDING_PAYMENT),
    "Confirm": (FREE, press, Status.CONFIRMED),
    "Confirm at the visit": (AT_VISIT, press, Status.CONFIRMED),
    "Pay at the visit": (EITHER, lambda client, booking: press(client, booking, "at_visit"), Status.CONFIRMED),
    "Request": (ASKS, press, Status.REQUESTED),
}


@pytest.mark.parametrize("is_swept", [True, False])
@pytest.mark.parametrize("name", PRESSES)
def test_a_time_that_lapsed_is_taken_again_and_the_press_goes_on(
    client: Client, service: Service, bank: Bank, lapse: Callable[[], None], name: str, *, is_swept: bool
) -> None:
    terms, act, status = PRESSES[name]
    booking = held(service, **terms)
    lapse()
    if is_swept:
        booking_actions.expire_lapsed(now=NOW + 11 * MINUTE)

    answer = act(client, booking)

    fresh = Booking.objects.latest("pk")
    assert state() == [Status.EXPIRED, status]
    assert fresh.starts_at == TOMORROW_AT_TEN
    assert fresh.patient
    assert booking.patient
    assert fresh.patient.email == booking.patient.email
    leads_to = Payment.objects.get().checkout_url if status == Status.PENDING_PAYMENT else f"/b/{fresh.public_id}/"
    assert (answer.status_code, answer["Location"]) == (303, leads_to)
    assert client.cookies["hold"].value.split(".")[0] == fresh.public_id


@pytest.mark.parametrize("remembers", [True, False])
@pytest.mark.parametrize("name", PRESSES)
def test_pressing_twice_after_the_hold_lapsed_is_one_booking(
    client: Client, service: Service, bank: Bank, lapse: Callable[[], None], name: str, *, remembers: bool
) -> None:
    terms, act, status = PRESSES[name]
    booking = held(service, **terms)
    lapse()

    answers = []
    for _ in range(3):
        answers.append(act(client, booking))
        if not remembers:  # the second press left before the first was answered
            client.cookies.clear()

    assert len({answer["Location"] for answer in answers}) == 1
    assert state() == [Status.EXPIRED, status]
    assert Payment.objects.count() == (1 if act is press_pay else 0)


@pytest.mark.parametrize("name", PRESSES)
def test_a_time_that_went_meets_others_that_one_tap_keeps(
    client: Client, service: Service, bank: Bank, lapse: Callable[[], None], name: str
) -> None:
    terms, act, _status = PRESSES[name]
    booking = held(service, **terms)
    lapse()
    Booking.objects.update(status=Status.EXPIRED)
    make_booking(service=service, status=Status.CONFIRMED)

    answer = act(client, booking)

    page = read(answer)
    assert (answer.status_code, page.heading()) == (409, "10:00 AM was just taken")
    assert "Nothing was charged for it. What you typed is kept." in page.text
    assert faults(page) == []
    slots = [each.attrs["value"] for each in page.every("button", name="slot")]
    assert len(slots) == 5
    (form,) = page.every("form", action=f"/h/{booking.public_id}/again/")
    sent = {name: page.hidden(name) for name in ("key", "price")}
    landed = client.post(form.attrs["action"], {**sent, "slot": slots[0]})
    fresh = Booking.objects.latest("pk")
    assert landed["Location"] == f"/h/{fresh.public_id}/review/"
    assert fresh.patient
    assert fresh.patient.email == booking.patient.email  # type: ignore[union-attr]
    assert not Payment.objects.exists()


@pytest.mark.parametrize("name", PRESSES)
def test_another_price_is_never_taken_in_silence(
    client: Client, service: Service, bank: Bank, lapse: Callable[[], None], name: str
) -> None:
    terms, act, _status = PRESSES[name]
    booking = held(service, **terms)
    lapse()
    Service.objects.update(amount=160_000)

    answer = act(client, booking)

    assert (answer.status_code, read(answer).heading()) == (409, "The price is now ₹1,600")
    assert Booking.objects.count() == 1


@pytest.mark.parametrize(
    "change", [{"mode": "phone"}, {"needs_approval": True}, {"pay_when": PayWhen.AT_VISIT}, {"name": "Something else"}]
)
def test_what_has_changed_is_shown_before_anything_goes_on(
    client: Client, service: Service, bank: Bank, lapse: Callable[[], None], change: dict[str, Any]
) -> None:
    booking = held(service)
    lapse()
    Service.objects.update(**change)

    answer = press_pay(client, booking)

    fresh = Booking.objects.latest("pk")
    assert answer["Location"] == f"/h/{fresh.public_id}/review/"
    assert fresh.status == Status.PENDING_PAYMENT
    assert not Payment.objects.exists()


def test_stricter_terms_are_shown_before_anything_goes_on(
    client: Client, service: Service, bank: Bank, lapse: Callable[[], None]
) -> None:
    booking = held(service, **FREE)
    lapse()
    Practitioner.objects.update(cancel_cutoff=20 * 24 * 60)

    assert press(client, booking)["Location"] == f"/h/{Booking.objects.latest('pk').public_id}/review/"
    assert state()[-1] == Status.PENDING_PAYMENT


def test_an_old_tab_pays_for_nothing_where_another_time_is_kept_now(
    client: Client, service: Service, bank: Bank, lapse: Callable[[], None]
) -> None:
    booking = held(service)
    lapse()
    moved = client.post(f"/h/{booking.public_id}/again/", {"slot": "2026-12-01T08:30Z", "key": "a"})["Location"]

    for act in (press_pay, press):
        assert act(client, booking)["Location"] == moved
    assert Booking.objects.standing(NOW + 11 * MINUTE).count() == 1
    assert not Payment.objects.exists()


def test_money_that_came_late_is_not_asked_for_again(
    client: Client, service: Service, bank: Bank, lapse: Callable[[], None]
) -> None:
    payment = make_payment(booking=held(service, **ONLINE), status=PaymentStatus.CAPTURED, attention="amount_differs")
    lapse()

    answer = press_pay(client, payment.booking)

    assert answer["Location"] == f"/b/{payment.booking.public_id}/"
    assert Booking.objects.count() == 1


def test_a_request_that_nobody_answered_is_not_asked_for_again_by_an_old_page(
    client: Client, service: Service, bank: Bank
) -> None:
    booking = held(service, **ASKS)
    booking_actions.settle(booking, now=NOW)
    Booking.objects.update(hold_expires_at=NOW)

    for is_swept in (False, True):
        if is_swept:
            booking_actions.expire_lapsed(now=NOW)
        for act in (press, press_pay):
            assert act(client, booking)["Location"] == f"/b/{booking.public_id}/"
    assert Booking.objects.count() == 1


def test_an_accepted_request_that_was_not_paid_in_time_is_asked_for_anew(
    client: Client, service: Service, bank: Bank, lapse: Callable[[], None]
) -> None:
    booking = held(service, **ASKS)
    booking_actions.settle(booking, now=NOW)
    booking_actions.accept(booking, by=Actor.PRACTITIONER, now=NOW)
    Booking.objects.update(hold_expires_at=NOW)

    answer = press_pay(client, booking)

    fresh = Booking.objects.latest("pk")
    assert answer["Location"] == f"/h/{fresh.public_id}/review/"
    assert shown(client, fresh).heading() == "Check and request"


def test_a_whole_booking_with_every_press_sent_twice_is_one_booking(
    client: Client, service: Service, bank: Bank
) -> None:
    """Hold, details, review, pay; each page reloaded, and once more from the first after all is done."""
    taps = [client.post("/p/asha-rao/60-min/hold/", {"slot": TEN, "key": "a"})["Location"] for _ in range(2)]
    location = taps[0]
    for path in (location, f"{location}review/", f"{location}pay/"):
        for _ in range(2):
            assert client.get(path, follow=True).status_code == 200
        for _ in range(2):
            assert client.post(path, DETAILS, follow=False).status_code == 303
    Booking.objects.update(status=Status.CONFIRMED)
    for path in (location, f"{location}review/", f"{location}pay/"):
        for answer in (client.get(path), client.post(path, DETAILS)):
            assert answer["Location"] == location.replace("/h/", "/b/")

    assert Booking.objects.count() == Patient.objects.count() == Payment.objects.count() == 1


@pytest.mark.usefixtures("bank")
def test_taking_a_time_again_stays_cheap(
    client: Client,
    service: Service,
    lapse: Callable[[], None],
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    booking = held(service)
    lapse()

    with django_assert_max_num_queries(40):  # the savepoints' words among them
        press_pay(client, booking)
