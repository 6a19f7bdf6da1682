"""Webhooks: stored once before anything else, worked on one by one, and healed by asking when one is lost."""

import hashlib
import hmac
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client

from booking.lifecycle import Status
from booking.models import Booking
from common import claims
from payments import actions
from payments.lifecycle import PaymentStatus
from payments.models import Event, Payment, Result
from payments.providers.base import ProviderError, ProviderUnavailable, State
from payments.queries import needs_attention
from tests.answers import Answer
from tests.factories import NOW, captured, make_event, make_payment, told
from tests.payments.bank import Bank

pytestmark = pytest.mark.django_db
SECRET = "practice-razorpay-webhook"
SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def paid(payment: Payment, *, event: str = "payment_link.paid") -> dict[str, Any]:
    """What Razorpay says of a link that was paid."""
    money = {
        "id": "pay_Sd84XwJn3GvA7k",
        "entity": "payment",
        "amount": payment.amount,
        "currency": payment.currency,
        "status": "captured",
        "order_id": "order_Sd82LpVw9RtC6h",
        "captured": True,
        "email": "meera@example.com",
        "contact": "+919812300456",
    }
    link = {"id": payment.reference, "status": "paid", "reference_id": payment.key, "amount_paid": payment.amount}
    told = {"payment_link": {"entity": link}, "payment": {"entity": money}}
    return {"entity": "event", "event": event, "contains": list(told), "payload": told}


def send(
    body: bytes | dict[str, Any], *, event_id: str = "Ev1", secret: str = SECRET, signature: str | None = None
) -> Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    mark = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest() if signature is None else signature
    headers = {"X-Razorpay-Signature": mark, "X-Razorpay-Event-Id": event_id}
    return Client().post("/webhooks/razorpay/", raw, content_type="application/json", headers=headers)


def process(**more: Any) -> int:
    return actions.process_events(**{"now": NOW, **more})


# --- Storing ----------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("stopped_clock")
def test_a_genuine_event_is_stored_as_it_was_signed_and_nothing_else_is_done_yet() -> None:
    payment = make_payment()

    assert send(paid(payment)).status_code == 200

    event = Event.objects.get()
    assert (event.event_id, event.kind, event.done_at) == ("Ev1", "payment_link.paid", None)
    assert json.loads(event.body or "")["payload"]["payment"]["entity"]["email"] == "meera@example.com"
    assert Booking.objects.get().status == Status.PENDING_PAYMENT


@pytest.mark.usefixtures("stopped_clock")
def test_what_names_people_is_ciphertext_in_the_inbox() -> None:
    send(paid(make_payment()))

    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(payments_event)::text FROM payments_event")
        (row,) = cursor.fetchone()
    for secret in ("meera", "9812300456"):
        assert secret not in row
        assert secret.encode().hex() not in row


@pytest.mark.usefixtures("stopped_clock")
def test_the_same_event_is_stored_once() -> None:
    payment = make_payment()

    assert {send(paid(payment)).status_code for _ in range(5)} == {200}

    assert Event.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("stopped_clock")
def test_the_same_event_sent_at_once_is_stored_once() -> None:
    body = json.dumps(paid(make_payment())).encode()

    def deliver(_: int) -> int:
        try:
            return send(body).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(deliver, range(16))) == {200}
    assert Event.objects.count() == 1


@pytest.mark.parametrize("forgery", ["one byte", "wrong secret", "no signature", "empty", "not hex", "upper case"])
def test_what_is_not_genuine_is_refused_and_not_stored(forgery: str) -> None:
    body = json.dumps(paid(make_payment())).encode()
    genuine = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    forgeries: dict[str, Callable[[], Answer]] = {
        "one byte": lambda: send(body.replace(b"150000", b"150001"), signature=genuine),
        "wrong secret": lambda: send(body, secret="another"),
        "no signature": lambda: Client().post("/webhooks/razorpay/", body, content_type="application/json"),
        "empty": lambda: send(body, signature=""),
        "not hex": lambda: send(body, signature="é" * 64),
        "upper case": lambda: send(body, signature=genuine.upper()),
    }
    answer = forgeries[forgery]()

    assert answer.status_code == 400
    assert not Event.objects.exists()


STRANGE = [b"", b"{", b"[]", b"null", b'"text"', b"\xff\xfe", b"{}", b'{"event": 7}', b"[" * 10_000]


@pytest.mark.parametrize("body", STRANGE)
@pytest.mark.usefixtures("stopped_clock")
def test_a_genuine_body_that_nobody_understands_is_kept_for_a_person(body: bytes) -> None:
    assert send(body).status_code == 200

    process()

    event = Event.objects.get()
    assert event.result == Result.UNKNOWN
    assert needs_attention()["events"] == 1


@pytest.mark.usefixtures("stopped_clock")
def test_a_genuine_body_with_a_nul_is_kept_too() -> None:
    assert send(b'{"event": "payment.captured", "payload": {"x": "\\u0000 \x00"}}').status_code == 200
    assert Event.objects.exists()


def test_a_body_that_is_too_large_is_refused() -> None:
    assert send(b'{"x": "' + b"x" * 1024 * 1024 + b'"}').status_code == 400


def test_only_a_post_is_a_webhook(client: Client) -> None:
    assert client.get("/webhooks/razorpay/").status_code == 405


# --- Working ----------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("stopped_clock")
def test_a_paid_event_confirms_the_booking() -> None:
    payment = make_payment()
    send(paid(payment))

    assert process() == 1

    assert Booking.objects.get().status == Status.CONFIRMED
    assert Event.objects.get().result == Result.APPLIED


@pytest.mark.usefixtures("stopped_clock")
def test_the_same_fact_under_another_event_id_is_no_news() -> None:
    """The id stands in a header that nobody signs."""
    payment = make_payment()
    for number in range(5):
        send(paid(payment), event_id=f"Ev{number}")

    process()

    assert sorted(Event.objects.values_list("result", flat=True)) == ["applied", *["no_news"] * 4]


@pytest.mark.parametrize("name", ["key", "reference", "order_id", "provider_payment_id"])
def test_an_event_finds_its_payment_by_any_of_its_names(bank: Bank, name: str) -> None:
    payment = make_payment(order_id="order_1", provider_payment_id="pay_1")
    bank.says[payment.reference] = captured(payment)
    make_event(**{name: getattr(payment, name)})

    process()

    assert Event.objects.get().payment == payment
    assert Booking.objects.get().status == Status.CONFIRMED


@pytest.mark.parametrize("other", [{"provider": "other"}, {"account": "practice-2"}])
def test_an_event_of_another_account_touches_nothing(bank: Bank, other: dict[str, str]) -> None:
    payment = make_payment()
    make_event(reference=payment.reference, **other)

    process()

    assert Event.objects.get().result == Result.UNKNOWN
    assert bank.asked == []


def test_an_event_that_settles_nothing_by_itself_makes_us_ask(bank: Bank) -> None:
    payment = make_payment()
    bank.says[payment.reference] = told(payment, State.OPEN)
    make_event(reference=payment.reference)

    process()

    assert bank.asked == [payment.reference]
    assert Event.objects.get().result == Result.NO_NEWS


@pytest.mark.parametrize("failure", [ProviderUnavailable, ProviderError])
def test_while_the_provider_can_not_be_asked_the_event_waits(bank: Bank, failure: type[Exception]) -> None:
    payment = make_payment()
    make_event(reference=payment.reference)
    bank.failure = failure

    assert process() == 1
    assert process() == 0
    bank.failure, bank.says = None, {payment.reference: captured(payment)}
    assert process(now=NOW + 10 * SECOND) == 1

    assert Booking.objects.get().status == Status.CONFIRMED


def test_an_event_that_breaks_us_does_not_keep_the_others_waiting(bank: Bank) -> None:
    first, second = make_payment(), make_payment()
    poisoned = make_event(reference=first.reference, facts={"state": "melted"})
    make_event(reference=second.reference, due_at=NOW)
    bank.says[second.reference] = captured(second)

    process()

    second.refresh_from_db()
    poisoned.refresh_from_db()
    assert second.status == PaymentStatus.CAPTURED
    assert poisoned.done_at is None
    assert poisoned.due_at is not None
    assert poisoned.due_at > NOW


def test_an_event_that_never_works_waits_for_a_person_in_the_end() -> None:
    make_event(reference=make_payment().reference, facts={"state": "melted"})
    now = NOW
    while (event := Event.objects.get()).done_at is None and event.attempts < 50:
        assert needs_attention()["events"] == 0
        now = event.due_at or now
        process(now=now)

    assert (event.result, event.attempts) == (Result.FAILED, actions.MOST_ATTEMPTS + 1)
    assert now - NOW < DAY
    assert needs_attention()["events"] == 1


@pytest.mark.django_db(transaction=True)
def test_an_event_that_fails_halfway_leaves_nothing_halfway(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    payment = make_payment()
    bank.says[payment.reference] = captured(payment)
    make_event(reference=payment.reference)
    with monkeypatch.context() as broken:
        broken.setattr(claims, "finish", lambda *_, **__: 1 / 0)
        process()
    assert Payment.objects.get().status == PaymentStatus.CREATED
    assert Booking.objects.get().status == Status.PENDING_PAYMENT

    process(now=NOW + MINUTE)

    assert Booking.objects.get().status == Status.CONFIRMED


def test_one_event_can_be_worked_on_alone(bank: Bank) -> None:
    _first, second = make_event(), make_event()

    assert process(only=second.pk) == 1

    assert [event.result for event in Event.objects.order_by("pk")] == ["", "unknown"]
