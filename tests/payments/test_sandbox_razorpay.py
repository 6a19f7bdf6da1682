"""The stand-in for Razorpay keeps Razorpay's rules: its API, its checkout page, its webhooks."""

import base64
import json
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from django.conf import settings
from django.test import Client

from common import clock
from payments.providers.base import ProviderEvent, ProviderRefused, State
from payments.providers.razorpay import Razorpay
from payments.sandbox import actions
from payments.sandbox.courier import PATH, Courier, delay_after, record
from payments.sandbox.events import Manner
from payments.sandbox.models import Delivery, Link, Order, Payment, Refund, seconds_now
from tests.payments.conftest import KEY_ID, KEY_SECRET, Press, Site, adapter, fault, wanted

FOUR = ["order.paid", "payment.authorized", "payment.captured", "payment_link.paid"]

Ask = Callable[..., tuple[int, Any]]


@pytest.fixture
def ask(api: str) -> Ask:
    """Call the API as a stranger to the SDK would: status and JSON."""

    def asked(method: str, path: str, body: object = None, **headers: str) -> tuple[int, Any]:
        answer = requests.request(method, api + path, json=body, auth=(KEY_ID, KEY_SECRET), headers=headers, timeout=5)
        return answer.status_code, answer.json()

    return asked


def until(true: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def link(ask: Ask, **changes: Any) -> dict[str, Any]:
    status, made = ask("POST", "/v1/payment_links", {"amount": 150000, "currency": "INR", **changes})
    assert status == 200, made
    return dict(made)


# --- The API ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Basic",
        "Basic !!!",
        "Bearer " + base64.b64encode(f"{KEY_ID}:{KEY_SECRET}".encode()).decode(),
        "basic " + base64.b64encode(f"{KEY_ID}:{KEY_SECRET}".encode()).decode(),
        "BASIC " + base64.b64encode(f"{KEY_ID}:{KEY_SECRET}".encode()).decode(),
        "Basic " + base64.b64encode(f"{KEY_ID}:".encode()).decode(),
        "Basic " + base64.b64encode(f"rzp_live_other:{KEY_SECRET}".encode()).decode(),
    ],
)
def test_only_the_key_pair_opens_the_api(api: str, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    for path in ("/v1/payment_links", "/v1/orders", "/faults/"):
        answer = requests.post(api + path, json={"amount": 100}, headers=headers, timeout=5)
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "BAD_REQUEST_ERROR")


def test_a_link_is_written_as_razorpay_writes_it(ask: Ask) -> None:
    made = link(ask, reference_id="BK-7F3K2", notes={"payment": "BK-7F3K2"})

    assert "entity" not in made
    assert "order_id" not in made
    assert made["id"].startswith("plink_")
    assert len(made["id"]) == len("plink_") + 14
    assert (made["status"], made["amount_paid"], made["payments"], made["notes"]) == (
        "created", 0, None, {"payment": "BK-7F3K2"},
    )  # fmt: skip
    assert made["short_url"] == f"{settings.SITE_URL}/sandbox/razorpay/pay/{made['id']}/"
    assert ask("GET", f"/v1/payment_links/{made['id']}") == (200, made)
    assert ask("GET", "/v1/payment_links?reference_id=BK-7F3K2") == (200, {"payment_links": [made]})
    assert ask("GET", "/v1/payment_links?reference_id=BK") == (200, {"payment_links": []})


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount": None}, "amount"),
        ({"amount": 99}, "amount"),
        ({"amount": "150000"}, "amount"),
        ({"amount": 1500.0}, "amount"),
        ({"currency": "rupees"}, "currency"),
        ({"reference_id": "x" * 41}, "reference_id"),
        ({"reference_id": 7}, "reference_id"),
        ({"description": "x" * 2049}, "description"),
        ({"notes": {str(n): "x" for n in range(16)}}, "notes"),
        ({"notes": {"a": "x" * 256}}, "notes"),
        ({"notes": "x"}, "notes"),
        ({"expire_by": 1}, "expire_by"),
        ({"expire_by": "tomorrow"}, "expire_by"),
        ({"callback_url": "https://example.org/"}, "callback_method"),
        ({"callback_url": "https://example.org/", "callback_method": "post"}, "callback_method"),
        ({"callback_url": "javascript:alert(1)", "callback_method": "get"}, "callback_url"),
        ({"first_min_partial_amount": 100}, "first_min_partial_amount"),
        ({"upi_link": True}, "upi_link"),
        ({"reminder_enable": "yes"}, "reminder_enable"),
        ({"colour": "green"}, None),
    ],
)
def test_what_razorpay_refuses_is_refused(ask: Ask, changes: dict[str, Any], field: str | None) -> None:
    status, answer = ask("POST", "/v1/payment_links", {"amount": 150000, "currency": "INR", **changes})

    assert (status, answer["error"]["code"], answer["error"]["field"]) == (400, "BAD_REQUEST_ERROR", field)
    assert not Link.objects.exists()


def test_a_link_lives_from_a_quarter_of_an_hour_to_half_a_year(ask: Ask) -> None:
    clock.advance(7200)  # by the product's clock, not the machine's
    for seconds, expected in ((15 * 60 - 1, 400), (15 * 60 + 2, 200), (200 * 86400, 400)):
        body = {"amount": 100, "expire_by": seconds_now() + seconds}
        assert ask("POST", "/v1/payment_links", body)[0] == expected


def test_a_reference_is_used_once_also_in_a_race(ask: Ask) -> None:
    answers: list[int] = []
    body = {"amount": 150000, "reference_id": "BK-7F3K2"}
    racers = [
        threading.Thread(target=lambda: answers.append(ask("POST", "/v1/payment_links", body)[0])) for _ in range(8)
    ]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()

    assert sorted(answers) == [200] + [400] * 7
    _, refusal = ask("POST", "/v1/payment_links", body)
    assert refusal["error"]["description"].startswith("payment link with given reference_id: BK-7F3K2 already exists")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/payment_links/plink_AAAAAAAAAAAAAA"),
        ("POST", "/v1/payment_links/plink_AAAAAAAAAAAAAA/cancel"),
        ("GET", "/v1/orders/order_AAAAAAAAAAAAAA"),
        ("GET", "/v1/orders/order_AAAAAAAAAAAAAA/payments"),
        ("GET", "/v1/payments/pay_AAAAAAAAAAAAAA"),
        ("POST", "/v1/payments/pay_AAAAAAAAAAAAAA/capture"),
        ("POST", "/v1/payments/pay_AAAAAAAAAAAAAA/refund"),
        ("GET", "/v1/payments/pay_AAAAAAAAAAAAAA/refunds"),
        ("GET", "/v1/refunds/rfnd_AAAAAAAAAAAAAA"),
        ("GET", "/v1/nothing"),
        ("DELETE", "/v1/orders"),
    ],
)
def test_what_does_not_exist_is_a_bad_request(ask: Ask, method: str, path: str) -> None:
    status, answer = ask(method, path, {} if method == "POST" else None)

    assert (status, answer["error"]["code"]) == (400, "BAD_REQUEST_ERROR")


def test_orders_are_listed_and_read_with_their_payments(ask: Ask) -> None:
    _, order = ask("POST", "/v1/orders", {"amount": 149900, "currency": "INR", "receipt": "BK-7F3K2"})

    assert (order["entity"], order["status"], order["amount_due"], order["notes"]) == ("order", "created", 149900, [])
    assert ask("GET", f"/v1/orders/{order['id']}") == (200, order)
    listed = {"entity": "collection", "count": 1, "items": [order]}
    assert ask("GET", "/v1/orders?receipt=BK-7F3K2&count=5&skip=0") == (200, listed)
    assert ask("GET", f"/v1/orders/{order['id']}/payments") == (200, {"entity": "collection", "count": 0, "items": []})
    assert ask("GET", "/v1/orders?count=101")[0] == 400


def test_a_paid_link_shows_its_payment_and_can_not_be_cancelled(ask: Ask) -> None:
    made = link(ask)
    payment = actions.pay(made["id"])

    _, paid = ask("GET", f"/v1/payment_links/{made['id']}")

    assert (paid["status"], paid["amount_paid"], paid["order_id"]) == ("paid", 150000, payment.order_id)
    assert [one["payment_id"] for one in paid["payments"]] == [payment.id]
    assert ask("POST", f"/v1/payment_links/{made['id']}/cancel", {})[0] == 400
    _, entity = ask("GET", f"/v1/payments/{payment.id}")
    assert (entity["fee"], entity["tax"], entity["description"]) == (3540, 540, f"#{made['id'].removeprefix('plink_')}")


def test_the_fee_is_razorpays() -> None:
    assert actions.fee_for(149900) == (3538, 540)


def test_an_authorised_payment_is_captured_once_and_in_full(ask: Ask) -> None:
    payment = actions.pay(link(ask)["id"], capture=False)
    path = f"/v1/payments/{payment.id}/capture"

    assert ask("POST", path, {"amount": 149999, "currency": "INR"})[0] == 400
    assert ask("POST", path, {"amount": 150000, "currency": "INR"})[1]["status"] == "captured"
    assert ask("POST", path, {"amount": 150000, "currency": "INR"})[0] == 400


def test_a_refund_is_made_once_for_a_key_and_never_exceeds_the_payment(ask: Ask) -> None:
    payment = actions.pay(link(ask)["id"])
    path, key = f"/v1/payments/{payment.id}/refund", {"X-Refund-Idempotency": "refund-0001"}

    first = ask("POST", path, {"amount": 50000}, **key)
    again = ask("POST", path, {"amount": 50000}, **key)
    other = ask("POST", path, {"amount": 40000}, **key)

    assert first == again
    assert (first[0], first[1]["status"], other[0]) == (200, "processed", 409)
    assert ask("POST", path, {}, **{"X-Refund-Idempotency": "short"})[0] == 400
    assert ask("POST", path, {"amount": 100001})[0] == 400
    assert ask("POST", path, {"amount": 99})[0] == 400
    assert ask("POST", path, {"amount": 100, "colour": "green"})[0] == 400
    assert ask("POST", path, {})[1]["amount"] == 100000
    assert ask("POST", path, {})[0] == 400
    assert ask("GET", f"/v1/refunds/{first[1]['id']}") == first
    assert ask("GET", f"/v1/payments/{payment.id}/refunds")[1]["count"] == Refund.objects.count() == 2
    assert Payment.objects.get().status == "refunded"


def test_faults_are_ordered_over_http_and_spent_one_by_one(ask: Ask) -> None:
    assert ask("POST", "/faults/", {"kind": "fire"})[0] == 400
    assert ask("POST", "/faults/", {"kind": "status", "times": "2"})[0] == 400
    assert ask("POST", "/faults/", {"kind": "status", "status": 429, "path": "/v1/orders", "times": 2})[0] == 200

    assert ask("GET", "/v1/payment_links")[0] == 200
    assert [ask("GET", "/v1/orders")[0] for _ in range(3)] == [429, 429, 200]
    assert ask("GET", "/faults/")[1] == {"faults": []}
    assert ask("DELETE", "/faults/")[1] == {"cleared": 1}


# --- The checkout page ------------------------------------------------------------------------------------------------


def test_the_page_says_that_it_is_practice_and_looking_changes_nothing(razorpay: Razorpay, client: Client) -> None:
    url = urlsplit(razorpay.open(wanted()).url).path

    page = client.get(url).content.decode()

    assert "Practice mode – no money moves" in page
    assert "Pay ₹1,500" in page
    assert not Order.objects.exists()
    assert client.get("/sandbox/razorpay/pay/plink_AAAAAAAAAAAAAA/").status_code == 404


def test_the_page_takes_no_button_press_from_another_site(razorpay: Razorpay) -> None:
    path = urlsplit(razorpay.open(wanted()).url).path

    assert Client(enforce_csrf_checks=True).post(path, {"how": "succeed"}).status_code == 403
    assert not Payment.objects.exists()


def test_succeeding_sends_the_payer_back_with_a_signed_return(razorpay: Razorpay, press: Press) -> None:
    request = wanted()
    reference = razorpay.open(request).reference

    back = urlsplit(press(reference, "succeed"))

    assert f"{back.scheme}://{back.netloc}{back.path}" == request.return_url
    told = dict(parse_qsl(back.query, keep_blank_values=True))
    assert razorpay.read_return(told) == reference
    assert told["razorpay_payment_link_reference_id"] == request.key
    assert razorpay.look_up(reference).state is State.CAPTURED


def test_failing_leaves_the_page_open_for_another_try(razorpay: Razorpay, press: Press, client: Client) -> None:
    reference = razorpay.open(wanted()).reference

    page = client.get(press(reference, "fail")).content.decode()

    assert "The bank declined" in page
    assert razorpay.look_up(reference).state is State.FAILED
    press(reference, "succeed")
    assert razorpay.look_up(reference).state is State.CAPTURED


def test_leaving_pays_nothing(razorpay: Razorpay, press: Press, client: Client) -> None:
    reference = razorpay.open(wanted()).reference

    page = client.get(press(reference, "leave")).content.decode()

    assert "You left without paying" in page
    assert "http://127.0.0.1:9/" in page
    assert not Delivery.objects.exists()


def test_a_late_report_comes_a_minute_later_and_without_a_return(
    razorpay: Razorpay, press: Press, client: Client
) -> None:
    reference = razorpay.open(wanted()).reference

    page = client.get(press(reference, "succeed-late")).content.decode()

    assert "You may close this page" in page
    waits = [delivery.due_at - clock.machine_now() for delivery in Delivery.objects.all() if delivery.due_at]
    assert len(waits) == 4
    assert all(timedelta(seconds=50) < wait <= timedelta(seconds=60) for wait in waits)


def test_a_silent_success_is_never_reported(razorpay: Razorpay, press: Press) -> None:
    reference = razorpay.open(wanted()).reference

    assert "razorpay_signature=" in press(reference, "succeed-silent")
    assert not Delivery.objects.exists()
    assert razorpay.look_up(reference).state is State.CAPTURED


def test_pressing_twice_pays_once(razorpay: Razorpay, press: Press) -> None:
    reference = razorpay.open(wanted()).reference

    press(reference, "succeed")

    assert press(reference, "succeed").endswith("?then=refused")
    assert press(reference, "fail").endswith("?then=refused")
    assert press(reference, "dance").endswith("?then=refused")
    assert Payment.objects.count() == 1


@pytest.mark.parametrize("how", ["expire", "cancel"])
def test_a_closed_page_refuses_payment_unless_the_bank_was_slow(
    razorpay: Razorpay, press: Press, client: Client, how: str
) -> None:
    reference = razorpay.open(wanted()).reference
    clock.advance(3600) if how == "expire" else razorpay.close(reference)

    page = client.get(f"/sandbox/razorpay/pay/{reference}/").content.decode()

    assert "This payment page is closed" in page
    assert press(reference, "succeed").endswith("?then=refused")
    assert not Payment.objects.exists()
    assert press(reference, "pay-after-closing").endswith("?then=paid")
    assert razorpay.look_up(reference).state is State.CAPTURED
    assert Link.objects.get().status in {"expired", "cancelled"}
    kinds = sorted(Delivery.objects.filter(kind__startswith="payment.").values_list("kind", flat=True))
    assert kinds == ["payment.authorized", "payment.captured"]


# --- Webhooks ---------------------------------------------------------------------------------------------------------


def heard_by(site: Site, razorpay: Razorpay) -> list[ProviderEvent]:
    return [razorpay.read_webhook(body, headers) for body, headers in site.heard]


def test_a_paid_link_is_reported_four_times_in_razorpays_way(razorpay: Razorpay, courier: Courier, site: Site) -> None:
    request = wanted()
    reference = razorpay.open(request).reference

    payment = actions.pay(reference)
    until(lambda: len(site.heard) == 4)

    assert site.kinds() == FOUR
    events = {event.kind: event for event in heard_by(site, razorpay)}
    assert len({event.event_id for event in events.values()}) == 4
    assert {event.payment_id for event in events.values()} == {payment.id}
    assert {event.order_id for event in events.values()} == {payment.order_id}
    assert {event.reference for event in events.values()} == {reference}
    assert events["payment_link.paid"].key == events["order.paid"].key == request.key
    looked_up = razorpay.look_up(reference)
    assert all(events[kind].snapshot == looked_up for kind in FOUR if kind != "payment.authorized")
    authorised = events["payment.authorized"].snapshot
    assert authorised is not None
    assert authorised.state is State.AUTHORISED


def test_the_samples_traps_are_in_the_webhooks(razorpay: Razorpay, courier: Courier, site: Site) -> None:
    reference = razorpay.open(wanted()).reference
    clock.advance(300)
    actions.pay(reference)
    until(lambda: len(site.heard) == 4)

    bodies = {(body := json.loads(raw))["event"]: body for raw, _ in site.heard}
    paid = bodies["payment_link.paid"]
    assert paid["created_at"] == Link.objects.get().created_at
    assert not paid["payload"]["order"]["entity"]["id"].startswith("order_")
    assert "entity" not in paid["payload"]["order"]["entity"]
    assert bodies["payment.captured"]["payload"]["payment"]["entity"]["notes"] == []
    assert bodies["payment.captured"]["created_at"] > paid["created_at"]


def test_what_is_not_acknowledged_is_brought_again(razorpay: Razorpay, courier: Courier, site: Site) -> None:
    site.answers = [500, 302]
    actions.decline(razorpay.open(wanted()).reference)

    until(lambda: len(site.heard) == 3)

    assert site.kinds() == ["payment.failed"] * 3
    assert len({event.event_id for event in heard_by(site, razorpay)}) == 1
    until(lambda: Delivery.objects.get().done_at is not None)
    assert (Delivery.objects.get().attempts, Delivery.objects.get().status) == (3, 200)


def test_duplicates_come_five_times_at_once(razorpay: Razorpay, courier: Courier, site: Site, press: Press) -> None:
    press(razorpay.open(wanted()).reference, "succeed-repeated")

    until(lambda: len(site.heard) == 20)

    assert site.kinds() == sorted(FOUR * 5)
    assert len({event.event_id for event in heard_by(site, razorpay)}) == 4


def test_a_delivery_that_died_with_its_courier_is_brought_again(razorpay: Razorpay, site: Site) -> None:
    actions.decline(razorpay.open(wanted()).reference)
    # As a killed courier leaves it: claimed, not done. Its lease has run out since.
    Delivery.objects.update(attempts=1, leased_until=clock.machine_now() - timedelta(seconds=1))

    again = Courier(site.url)
    again.start()
    until(lambda: len(site.heard) == 1)
    again.stop()

    assert Delivery.objects.get().done_at is not None


def test_a_courier_gives_up_after_a_day(razorpay: Razorpay) -> None:
    actions.decline(razorpay.open(wanted()).reference)
    delivery, now = Delivery.objects.get(), clock.machine_now()

    record(delivery, 500, now=now + timedelta(hours=23))
    assert Delivery.objects.get().done_at is None
    record(delivery, 0, now=now + timedelta(hours=25))
    assert Delivery.objects.get().gave_up

    assert [delay_after(n).total_seconds() for n in (1, 2, 3, 4, 50)] == [1, 2, 4, 8, 900]


def test_expiry_and_cancelling_are_reported(razorpay: Razorpay, courier: Courier, site: Site) -> None:
    cancelled, expired = (razorpay.open(wanted()).reference for _ in range(2))

    razorpay.close(cancelled)
    clock.advance(3601)
    until(lambda: len(site.heard) == 2)

    events = {event.kind: event for event in heard_by(site, razorpay)}
    assert events["payment_link.cancelled"].reference == cancelled
    assert events["payment_link.expired"].reference == expired
    assert all(event.snapshot and event.snapshot.state is State.CLOSED for event in events.values())


def test_a_refund_is_reported_twice(razorpay: Razorpay, courier: Courier, site: Site) -> None:
    payment = actions.pay(razorpay.open(wanted()).reference, manner=Manner(copies=0))

    actions.refund(payment.id, {"amount": 50000}, key=None)
    until(lambda: len(site.heard) == 2)

    assert site.kinds() == ["refund.created", "refund.processed"]
    assert {event.payment_id for event in heard_by(site, razorpay)} == {payment.id}


def test_older_events_keep_the_signature_of_their_day(razorpay: Razorpay, site: Site, practice: Any) -> None:
    actions.decline(razorpay.open(wanted()).reference)
    practice.RAZORPAY_WEBHOOK_SECRET = ["a-new-secret", "practice-razorpay-webhook"]
    actions.decline(razorpay.open(wanted()).reference)

    after = Courier(site.url)
    after.start()
    until(lambda: len(site.heard) == 2)
    after.stop()

    rotating = adapter("http://127.0.0.1:9", webhook_secrets=("a-new-secret", "practice-razorpay-webhook"))
    assert len(heard_by(site, rotating)) == 2
    assert site.heard[0][1]["X-Razorpay-Signature"] != site.heard[1][1]["X-Razorpay-Signature"]


def test_webhooks_go_to_the_site(practice: Any) -> None:
    assert Courier()._url == f"{practice.SITE_URL}{PATH}" == "http://127.0.0.1:9/webhooks/razorpay/"


def test_a_fault_spares_calls_it_was_not_ordered_for(razorpay: Razorpay) -> None:
    fault("status", status=500, method="GET", path="/v1/payment_links/")
    reference = razorpay.open(wanted()).reference

    fault("amount", by=5, path="/v1/payment_links", method="POST")
    with pytest.raises(ProviderRefused):
        razorpay.open(wanted())
    assert Link.objects.exclude(id=reference).count() == 1
