"""Reading webhooks and returns: what is forged is refused, and the documented samples are read as they are meant."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

import pytest
from django.http.request import HttpHeaders

from payments.providers.base import BadSignature, ProviderEvent, Snapshot, State
from tests.payments.conftest import KEY_SECRET, WEBHOOK_SECRET, adapter

PREVIOUS = "the-secret-before"
LINK, ORDER, PAYMENT = "plink_Sd81KzQm4TnB2y", "order_Sd82LpVw9RtC6h", "pay_Sd84XwJn3GvA7k"

PAYMENT_ENTITY: dict[str, Any] = {
    "id": PAYMENT, "entity": "payment", "amount": 250000, "currency": "INR", "base_amount": 250000,
    "status": "captured", "order_id": ORDER, "invoice_id": None, "international": False, "method": "upi",
    "amount_refunded": 0, "amount_transferred": 0, "refund_status": None, "captured": True,
    "description": "#Sd81KzQm4TnB2y", "card_id": None, "bank": None, "wallet": None, "vpa": "meera@okexample",
    "email": "meera@example.org", "contact": "+919812300456", "notes": [], "fee": 5900, "tax": 900,
    "error_code": None, "error_description": None, "error_source": None, "error_step": None, "error_reason": None,
    "acquirer_data": {"rrn": "632411870954"}, "created_at": 1795000412,
}  # fmt: skip
LINK_ENTITY: dict[str, Any] = {
    "id": LINK, "status": "paid", "amount": 250000, "amount_paid": 250000, "currency": "INR",
    "reference_id": "BK-7F3K2", "order_id": ORDER, "accept_partial": False, "notes": None,
    "customer": {"email": "meera@example.org", "contact": "+919812300456"}, "reminders": {"status": "failed"},
    "expire_by": 1795002100, "expired_at": 0, "cancelled_at": 0, "created_at": 1795000100,
}  # fmt: skip
ORDER_IN_LINK_EVENT: dict[str, Any] = {
    "id": "Sd82LpVw9RtC6h", "amount": 250000, "amount_paid": 250000, "amount_due": 0, "currency": "INR",
    "receipt": "BK-7F3K2", "status": "paid", "attempts": 1, "notes": [], "product_id": "Sd81KzQm4TnB2y",
    "product_type": "payment_link_v2", "created_at": 1795000120,
}  # fmt: skip


def event(kind: str, **entities: dict[str, Any]) -> dict[str, Any]:
    payload = {name: {"entity": entity} for name, entity in entities.items()}
    return {"entity": "event", "event": kind, "contains": list(entities), "payload": payload}


def signed(body: bytes, secret: str = WEBHOOK_SECRET) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def read(body: bytes | dict[str, Any], *, secret: str = WEBHOOK_SECRET, event_id: str | None = "Ev1") -> ProviderEvent:
    """Read an authentic webhook."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"X-Razorpay-Signature": signed(raw, secret), "x-razorpay-event-id": event_id}
    told = {name: value for name, value in headers.items() if value is not None}
    return adapter("http://127.0.0.1:9", webhook_secrets=(WEBHOOK_SECRET, PREVIOUS)).read_webhook(raw, told)


# --- Forgeries --------------------------------------------------------------------------------------------------------

BODY = json.dumps(event("payment.captured", payment=PAYMENT_ENTITY)).encode()
GOOD = signed(BODY)


def _header(value: Any) -> tuple[bytes, dict[str, Any]]:
    return BODY, {"X-Razorpay-Signature": value}


def _body(body: bytes) -> tuple[bytes, dict[str, Any]]:
    return body, {"X-Razorpay-Signature": GOOD}


FORGERIES: dict[str, tuple[bytes, dict[str, Any]]] = {
    # The signature
    "missing": (BODY, {}),
    "empty": _header(""),
    "none": _header(None),
    "a number": _header(0),
    "bytes": _header(GOOD.encode()),
    "one digit changed": _header(("0" if GOOD[0] != "0" else "1") + GOOD[1:]),
    "last digit changed": _header(GOOD[:-1] + ("0" if GOOD[-1] != "0" else "1")),
    "one digit short": _header(GOOD[:-1]),
    "one digit long": _header(GOOD + "0"),
    "upper case": _header(GOOD.upper()),
    "space before": _header(" " + GOOD),
    "space after": _header(GOOD + " "),
    "line end after": _header(GOOD + "\n"),
    "with its algorithm": _header("sha256=" + GOOD),
    "quoted": _header(f'"{GOOD}"'),
    "sent twice": _header(f"{GOOD},{GOOD}"),
    "in full-width digits": _header("".join(chr(ord(c) + 0xFEE0) for c in GOOD)),
    "with a non-ASCII letter": _header("é" + GOOD[1:]),
    "with a lone surrogate": _header("\udcff" + GOOD[1:]),
    "with a NUL": _header(GOOD + "\0"),
    "zeros": _header("0" * 64),
    "in base 64": _header(base64.b64encode(bytes.fromhex(GOOD)).decode()),
    "plain hash": _header(hashlib.sha256(BODY).hexdigest()),
    "hash of secret and body": _header(hashlib.sha256(WEBHOOK_SECRET.encode() + BODY).hexdigest()),
    "under SHA-1": _header(hmac.new(WEBHOOK_SECRET.encode(), BODY, hashlib.sha1).hexdigest()),
    "under SHA-512": _header(hmac.new(WEBHOOK_SECRET.encode(), BODY, hashlib.sha512).hexdigest()),
    "under an empty secret": _header(signed(BODY, "")),
    "under another secret": _header(signed(BODY, "whsec_practice")),
    "under the key's secret": _header(signed(BODY, KEY_SECRET)),
    "under the secret with a space": _header(signed(BODY, WEBHOOK_SECRET + " ")),
    "of the parsed body": _header(signed(json.dumps(json.loads(BODY), separators=(",", ":")).encode())),
    "under another name": (BODY, {"X-Razorpay-Signature-256": GOOD, "Authorization": GOOD}),
    # The body
    "one byte changed": _body(BODY.replace(b"250000", b"250001", 1)),
    "one byte more": _body(BODY + b" "),
    "one byte less": _body(BODY[:-1]),
    "nothing": _body(b""),
    "a byte order mark": _body(b"\xef\xbb\xbf" + BODY),
    "in UTF-16": _body(BODY.decode().encode("utf-16")),
    "a letter escaped": _body(BODY.replace(b"INR", b"\\u0049NR", 1)),
    "a key twice": _body(BODY[:-1] + b', "event": "payment.failed"}'),
    "spaced otherwise": _body(BODY.replace(b": ", b":")),
    "line ends changed": _body(BODY.replace(b", ", b",\r\n", 1)),
    "another event": _body(BODY.replace(b"payment.captured", b"payment_link.paid", 1)),
}


@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES.keys())
def test_a_forged_webhook_is_refused(forgery: tuple[bytes, Mapping[str, str]]) -> None:
    body, headers = forgery
    razorpay = adapter("http://127.0.0.1:9", webhook_secrets=(WEBHOOK_SECRET, PREVIOUS))
    with pytest.raises(BadSignature):
        razorpay.read_webhook(body, headers)

    assert razorpay.read_webhook(BODY, {"X-Razorpay-Signature": GOOD}).kind == "payment.captured"


def test_there_are_at_least_forty_forgeries() -> None:
    assert len(FORGERIES) >= 40


@pytest.mark.parametrize("secrets", [(), ("",)])
def test_without_a_secret_nothing_is_authentic(secrets: tuple[str, ...]) -> None:
    with pytest.raises(BadSignature):
        adapter("http://127.0.0.1:9", webhook_secrets=secrets).read_webhook(
            BODY, {"X-Razorpay-Signature": signed(BODY, "")}
        )


def test_the_secret_before_is_good_during_a_rotation() -> None:
    assert read(BODY, secret=PREVIOUS) == read(BODY)


def test_header_names_may_be_in_any_case() -> None:
    headers = HttpHeaders({"HTTP_X_RAZORPAY_SIGNATURE": GOOD, "HTTP_X_RAZORPAY_EVENT_ID": "Ev1"})

    assert adapter("http://127.0.0.1:9").read_webhook(BODY, headers).event_id == "Ev1"


@pytest.mark.parametrize("event_id", [None, "", "é", "a b", "x" * 65, "a\nb"])
def test_without_a_usable_event_id_the_body_names_the_event(event_id: str | None) -> None:
    named = read(BODY, event_id=event_id).event_id

    assert named == read(BODY, event_id=None).event_id
    assert named.startswith("body-")
    assert len(named) <= 64
    assert named != read(BODY + b" ", event_id=None).event_id


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"payment.captured"',
        b"{",
        b"\xff\xfe",
        b'{"event": "payment.captured", "event": "payment.failed"}',
        b'{"event": "payment.captured", "payload": {"payment": {"entity": {"amount": 1, "amount": 250000}}}}',
        b'{"event": NaN}',
        b'{"event": "\\ud800"}',
        b'{"event": "a\\u0000b"}',
        b'{"event": {"payment": "captured"}}',
        b'{"event": ' + b"9" * 5000 + b"}",
        b"[" * 200_000,
        json.dumps({"event": "x" * 100}).encode(),
    ],
)
def test_an_authentic_body_that_nobody_understands_is_an_event_without_meaning(body: bytes) -> None:
    assert read(body) == ProviderEvent(event_id="Ev1")


@pytest.mark.parametrize("payload", [None, [], "", 7, {"payment": None}, {"payment": {"entity": []}}, {"payment": []}])
def test_a_strange_payload_leaves_the_references_empty(payload: object) -> None:
    assert read({"event": "payment.captured", "payload": payload}) == ProviderEvent("Ev1", kind="payment.captured")


# --- What the samples mean --------------------------------------------------------------------------------------------

CAPTURED = Snapshot(
    reference=LINK, state=State.CAPTURED, amount=250000, currency="INR", payment_id=PAYMENT, order_id=ORDER,
    fee=5900, tax=900, method="upi",
)  # fmt: skip


def test_a_captured_payment_leads_back_to_its_link() -> None:
    assert read(event("payment.captured", payment=PAYMENT_ENTITY)) == ProviderEvent(
        event_id="Ev1", kind="payment.captured", reference=LINK, order_id=ORDER, payment_id=PAYMENT, snapshot=CAPTURED
    )


def test_a_paid_link_is_read_although_its_order_lacks_the_prefix() -> None:
    told = read(event("payment_link.paid", payment_link=LINK_ENTITY, order=ORDER_IN_LINK_EVENT, payment=PAYMENT_ENTITY))

    assert (told.reference, told.order_id, told.payment_id, told.key) == (LINK, ORDER, PAYMENT, "BK-7F3K2")
    assert told.snapshot == CAPTURED


def test_the_order_alone_tells_as_much() -> None:
    payment = {"id": PAYMENT, "status": "captured", "amount": 250000}

    told = read(event("payment_link.paid", order=ORDER_IN_LINK_EVENT, payment=payment))

    assert (told.reference, told.order_id, told.key) == (LINK, ORDER, "BK-7F3K2")
    assert told.snapshot is not None
    assert (told.snapshot.state, told.snapshot.currency) == (State.CAPTURED, "INR")


def test_a_paid_order_is_read_from_a_shortened_payment() -> None:
    order = ORDER_IN_LINK_EVENT | {"id": ORDER, "entity": "order", "product_id": None}
    payment = {"id": PAYMENT, "status": "captured", "order_id": ORDER, "amount": 250000}

    told = read(event("order.paid", payment=payment, order=order))

    assert (told.reference, told.order_id, told.key) == ("", ORDER, "BK-7F3K2")
    assert told.snapshot is not None
    assert (told.snapshot.amount, told.snapshot.currency) == (250000, "INR")


def test_authorised_is_not_captured_even_if_it_says_so() -> None:
    payment = PAYMENT_ENTITY | {"status": "authorized", "captured": True, "fee": None, "tax": None}

    snapshot = read(event("payment.authorized", payment=payment)).snapshot

    assert snapshot is not None
    assert (snapshot.state, snapshot.amount, snapshot.fee) == (State.AUTHORISED, 250000, None)


def test_a_failed_payment_brought_nothing() -> None:
    payment = PAYMENT_ENTITY | {"status": "failed", "captured": False, "error_reason": "payment_cancelled"}

    snapshot = read(event("payment.failed", payment=payment)).snapshot

    assert snapshot is not None
    assert (snapshot.state, snapshot.amount, snapshot.failure) == (State.FAILED, 0, "payment_cancelled")


def test_a_refund_by_razorpay_itself_is_no_income() -> None:
    payment = PAYMENT_ENTITY | {"status": "refunded", "captured": False, "amount_refunded": 250000}

    snapshot = read(event("payment.captured", payment=payment)).snapshot

    assert snapshot is not None
    assert (snapshot.state, snapshot.amount) == (State.FAILED, 0)


@pytest.mark.parametrize(
    ("kind", "status"), [("payment_link.expired", "expired"), ("payment_link.cancelled", "cancelled")]
)
def test_a_closed_link_is_closed_unless_something_was_paid(kind: str, status: str) -> None:
    link = {key: value for key, value in LINK_ENTITY.items() if key != "order_id"} | {
        "status": status,
        "amount_paid": 0,
    }

    told = read(event(kind, payment_link=link))
    part_paid = read(event(kind, payment_link=link | {"amount_paid": 100}))

    assert told.snapshot == Snapshot(reference=LINK, state=State.CLOSED, amount=0, currency="INR")
    assert (told.order_id, told.key) == ("", "BK-7F3K2")
    assert (part_paid.reference, part_paid.snapshot) == (LINK, None)


def test_a_partial_payment_is_reported_with_its_own_amount_and_a_second_one_is_left_to_a_look_up() -> None:
    first = PAYMENT_ENTITY | {"amount": 100000}
    link = LINK_ENTITY | {"status": "partially_paid", "amount_paid": 100000}
    second = PAYMENT_ENTITY | {"id": "pay_SecondPayment1", "amount": 150000}

    partly = read(event("payment_link.partially_paid", payment_link=link, order=ORDER_IN_LINK_EVENT, payment=first))
    fully = read(event("payment_link.paid", payment_link=LINK_ENTITY, order=ORDER_IN_LINK_EVENT, payment=second))

    assert partly.snapshot is not None
    assert (partly.snapshot.state, partly.snapshot.amount) == (State.CAPTURED, 100000)
    assert (fully.reference, fully.snapshot) == (LINK, None)


def test_what_was_paid_is_reported_not_what_was_asked() -> None:
    payment = PAYMENT_ENTITY | {"amount": 249999, "currency": "USD"}

    snapshot = read(event("payment.captured", payment=payment)).snapshot

    assert snapshot is not None
    assert (snapshot.amount, snapshot.currency) == (249999, "USD")


@pytest.mark.parametrize("amount", [None, "250000", 250000.0, -1, True, 0])
def test_a_captured_payment_without_a_readable_amount_settles_nothing(amount: object) -> None:
    told = read(event("payment.captured", payment=PAYMENT_ENTITY | {"amount": amount}))

    assert (told.reference, told.snapshot) == (LINK, None)


@pytest.mark.parametrize("notes", [None, [], {}, "", {"payment": "pay_ourkey"}])
def test_notes_come_in_every_shape(notes: object) -> None:
    told = read(event("payment.captured", payment=PAYMENT_ENTITY | {"notes": notes}))

    assert told.key == ("pay_ourkey" if isinstance(notes, dict) and notes else "")


@pytest.mark.parametrize("description", [None, "", "#", "Consultation", "#Sd81KzQm4TnB2y1", "# Sd81KzQm4TnB2", 14])
def test_a_description_that_is_no_link_is_no_reference(description: object) -> None:
    assert read(event("payment.captured", payment=PAYMENT_ENTITY | {"description": description})).reference == ""


@pytest.mark.parametrize("kind", ["refund.created", "refund.processed", "refund.failed", "refund.speed_changed"])
def test_a_refund_event_names_its_payment_and_says_nothing_about_its_state(kind: str) -> None:
    refund = {"id": "rfnd_Si51WdNf7QkJ6u", "amount": 50000, "payment_id": PAYMENT, "status": "processed"}
    payment = PAYMENT_ENTITY | {"amount_refunded": 50000}

    for told in (read(event(kind, refund=refund, payment=payment)), read(event(kind, refund=refund))):
        assert (told.kind, told.payment_id, told.snapshot) == (kind, PAYMENT, None)


def test_a_dispute_names_its_payment() -> None:
    dispute = {"id": "disp_Si51WdNf7QkJ6u", "payment_id": PAYMENT, "amount": 250000, "status": "open"}

    assert read(event("payment.dispute.created", dispute=dispute)).payment_id == PAYMENT


# --- The return -------------------------------------------------------------------------------------------------------


def returned(**changes: str) -> dict[str, str]:
    """A return as Razorpay signs it, then changed."""
    text = f"{LINK}|BK-7F3K2|paid|{PAYMENT}"
    told = {
        "razorpay_payment_id": PAYMENT,
        "razorpay_payment_link_id": LINK,
        "razorpay_payment_link_reference_id": "BK-7F3K2",
        "razorpay_payment_link_status": "paid",
        "razorpay_signature": signed(text.encode(), KEY_SECRET),
    }
    return {**told, **changes}


def test_a_signed_return_names_its_link() -> None:
    assert adapter("http://127.0.0.1:9").read_return(returned()) == LINK
    nameless = signed(f"{LINK}||paid|{PAYMENT}".encode(), KEY_SECRET)
    unnamed = returned(razorpay_payment_link_reference_id="", razorpay_signature=nameless)
    assert adapter("http://127.0.0.1:9").read_return(unnamed) == LINK


@pytest.mark.parametrize(
    "changes",
    [
        {"razorpay_payment_id": "pay_Sd84XwJn3GvA7j"},
        {"razorpay_payment_link_id": "plink_Sd81KzQm4TnB2z"},
        {"razorpay_payment_link_reference_id": "BK-7F3K3"},
        {"razorpay_payment_link_reference_id": ""},
        {"razorpay_payment_link_status": "created"},
        {"razorpay_signature": ""},
        {"razorpay_signature": "é" * 64},
        {"razorpay_signature": returned()["razorpay_signature"].upper()},
        {"razorpay_signature": signed(f"{LINK}|BK-7F3K2|paid|{PAYMENT}".encode())},
        {"razorpay_signature": signed(f"{ORDER}|{PAYMENT}".encode(), KEY_SECRET)},
    ],
)
def test_a_forged_return_is_refused(changes: dict[str, str]) -> None:
    with pytest.raises(BadSignature):
        adapter("http://127.0.0.1:9").read_return(returned(**changes))


def test_a_return_is_refused_where_the_same_signed_text_could_be_cut_at_another_place() -> None:
    signature = signed(f"{LINK}|BK|7F3K2|paid|{PAYMENT}".encode(), KEY_SECRET)
    for reference_id, status in (("BK|7F3K2", "paid"), ("BK", "7F3K2|paid")):
        told = returned(
            razorpay_payment_link_reference_id=reference_id,
            razorpay_payment_link_status=status,
            razorpay_signature=signature,
        )
        with pytest.raises(BadSignature):
            adapter("http://127.0.0.1:9").read_return(told)


@pytest.mark.parametrize("name", sorted(returned()))
def test_an_incomplete_return_is_refused(name: str) -> None:
    told = returned()
    del told[name]
    with pytest.raises(BadSignature):
        adapter("http://127.0.0.1:9").read_return(told)


def test_without_a_key_no_return_is_authentic() -> None:
    forged = returned(razorpay_signature=signed(f"{LINK}|BK-7F3K2|paid|{PAYMENT}".encode(), ""))
    with pytest.raises(BadSignature):
        adapter("http://127.0.0.1:9", key_secret="").read_return(forged)
