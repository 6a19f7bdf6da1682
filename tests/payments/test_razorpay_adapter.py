"""The adapter, through the real SDK and real HTTP, against the sandbox and against servers that misbehave."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from common import clock
from common.money import Money
from payments.providers import provider_for, razorpay_calls
from payments.providers.base import ProviderError, ProviderRefused, ProviderUnavailable, State
from payments.providers.razorpay import Razorpay
from payments.sandbox import actions
from payments.sandbox.models import Fault, Link, Payment
from tests.payments.conftest import adapter, fault, wanted

CREATE = {"method": "POST", "path": "/v1/payment_links"}
LINK_ID = "plink_Sd81KzQm4TnB2y"


# --- Opening ----------------------------------------------------------------------------------------------------------


def test_opening_asks_for_the_amount_and_tells_nothing_about_the_patient(razorpay: Razorpay) -> None:
    request = wanted()

    checkout = razorpay.open(request)

    link = Link.objects.get()
    assert (checkout.reference, link.reference_id) == (link.id, request.key)
    assert checkout.url.endswith(f"/sandbox/razorpay/pay/{link.id}/")
    assert (link.amount, link.currency, link.accept_partial) == (150000, "INR", False)
    assert link.expire_by == int(request.expires_at.timestamp())
    assert (link.customer, link.notify, link.reminder_enable) == ({}, {"sms": False, "email": False}, False)
    assert (link.callback_url, link.callback_method) == (request.return_url, "get")
    assert link.notes == {"payment": request.key}


def test_opening_again_with_the_same_key_gives_the_same_checkout(razorpay: Razorpay) -> None:
    request = wanted()

    assert razorpay.open(request) == razorpay.open(request)
    assert Link.objects.count() == 1


def test_a_connection_lost_after_the_link_was_made_still_gives_that_link(razorpay: Razorpay) -> None:
    fault("drop", **CREATE)

    checkout = razorpay.open(wanted())

    assert checkout.reference == Link.objects.get().id


def test_an_answer_that_comes_too_late_still_gives_that_link(
    razorpay: Razorpay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(razorpay_calls, "READ_SECONDS", 0.4)
    fault("delay", seconds=1.5, **CREATE)

    checkout = razorpay.open(wanted())

    assert checkout.reference == Link.objects.get().id


@pytest.mark.parametrize(
    "facts", [{"kind": "status", "status": 500}, {"kind": "status", "status": 503}, {"kind": "html"}]
)
def test_when_no_link_was_made_the_caller_may_try_again(razorpay: Razorpay, facts: dict[str, object]) -> None:
    request = wanted()
    fault(**facts, **CREATE)  # type: ignore[arg-type]

    with pytest.raises(ProviderUnavailable):
        razorpay.open(request)

    assert razorpay.open(request).reference == Link.objects.get().id


def test_a_throttled_call_is_not_followed_by_another(razorpay: Razorpay) -> None:
    fault("status", status=429, times=2)

    with pytest.raises(ProviderUnavailable):
        razorpay.open(wanted())

    assert Fault.objects.get().times == 1


def test_a_link_must_live_a_quarter_of_an_hour_unless_it_exists_already(razorpay: Razorpay) -> None:
    request = wanted(expires_at=clock.now() + timedelta(minutes=16))
    checkout = razorpay.open(request)
    clock.advance(120)

    assert razorpay.open(request) == checkout
    with pytest.raises(ProviderRefused, match="at least 15 minutes"):
        razorpay.open(wanted(expires_at=clock.now() + timedelta(minutes=14, seconds=59)))


def test_a_link_for_another_amount_is_never_handed_out(razorpay: Razorpay) -> None:
    request = wanted()
    razorpay.open(request)

    with pytest.raises(ProviderRefused, match="another amount"):
        razorpay.open(wanted(key=request.key, amount=Money(150100, "INR")))
    fault("amount", by=-1, **CREATE)
    with pytest.raises(ProviderRefused, match="another amount"):
        razorpay.open(wanted())


def test_a_closed_link_is_not_handed_out_again(razorpay: Razorpay) -> None:
    request = wanted()
    razorpay.close(razorpay.open(request).reference)

    with pytest.raises(ProviderRefused, match="closed"):
        razorpay.open(request)


def test_what_razorpay_refuses_is_refused_in_constant_words(razorpay: Razorpay, api: str) -> None:
    with pytest.raises(ProviderRefused) as too_little:
        razorpay.open(wanted(amount=Money(99, "INR")))
    with pytest.raises(ProviderRefused) as bad_key:
        adapter(api, key_secret="wrong").open(wanted())

    assert str(too_little.value) == "Razorpay answered 400 input_validation_failed amount"
    assert str(bad_key.value) == "Razorpay answered 401 input_validation_failed"


# --- Looking up -------------------------------------------------------------------------------------------------------


def test_a_captured_payment_is_reported_with_what_was_paid(razorpay: Razorpay) -> None:
    reference = razorpay.open(wanted()).reference
    payment = actions.pay(reference)

    snapshot = razorpay.look_up(reference)

    assert (snapshot.reference, snapshot.state) == (reference, State.CAPTURED)
    assert (snapshot.amount, snapshot.currency, snapshot.refunded) == (150000, "INR", 0)
    assert (snapshot.payment_id, snapshot.order_id) == (payment.id, payment.order_id)
    assert (snapshot.fee, snapshot.tax, snapshot.method, snapshot.failure) == (3540, 540, "upi", "")


def test_every_state_of_a_link_is_told_apart(razorpay: Razorpay) -> None:
    reference = razorpay.open(wanted()).reference
    assert razorpay.look_up(reference).state is State.OPEN

    actions.decline(reference)
    failed = razorpay.look_up(reference)
    assert (failed.state, failed.amount, failed.failure) == (State.FAILED, 0, "payment_cancelled")

    held = actions.pay(reference, capture=False)
    authorised = razorpay.look_up(reference)
    assert (authorised.state, authorised.amount, authorised.payment_id) == (State.AUTHORISED, 150000, held.id)
    assert (authorised.fee, authorised.tax) == (None, None)

    actions.capture(held.id, {"amount": 150000, "currency": "INR"})
    assert razorpay.look_up(reference).state is State.CAPTURED


def test_a_partial_payment_is_reported_with_its_own_amount(razorpay: Razorpay) -> None:
    reference = razorpay.open(wanted()).reference
    actions.pay(reference, amount=50000)
    assert razorpay.look_up(reference).amount == 50000

    actions.pay(reference)
    assert razorpay.look_up(reference).amount == 150000


def test_an_amount_that_differs_is_reported_as_it_is(razorpay: Razorpay) -> None:
    reference = razorpay.open(wanted()).reference
    actions.pay(reference)
    fault("amount", by=-1, times=2)

    assert razorpay.look_up(reference).amount == 149999


def test_expired_and_cancelled_links_are_closed(razorpay: Razorpay) -> None:
    cancelled, expired = (razorpay.open(wanted()).reference for _ in range(2))
    razorpay.close(cancelled)
    clock.advance(3601)

    assert razorpay.look_up(cancelled).state is State.CLOSED
    assert razorpay.look_up(expired).state is State.CLOSED
    assert Link.objects.get(id=expired).status == "expired"


def test_money_that_comes_after_a_link_has_expired_is_seen(razorpay: Razorpay) -> None:
    reference = razorpay.open(wanted()).reference
    clock.advance(3601)
    actions.expire_links()
    actions.pay(reference, late=True)

    late = razorpay.look_up(reference)

    assert (late.state, late.amount) == (State.CAPTURED, 150000)
    assert Link.objects.get(id=reference).status == "expired"


def test_what_went_back_is_reported(razorpay: Razorpay) -> None:
    reference = razorpay.open(wanted()).reference
    payment = actions.pay(reference)
    actions.refund(payment.id, {"amount": 50000}, key=None)
    assert razorpay.look_up(reference).refunded == 50000

    actions.refund(payment.id, {}, key=None)
    refunded = razorpay.look_up(reference)
    assert (refunded.state, refunded.amount, refunded.refunded) == (State.CAPTURED, 150000, 150000)


def test_a_payment_refunded_before_capture_brought_no_money(razorpay: Razorpay) -> None:
    reference = razorpay.open(wanted()).reference
    held = actions.pay(reference, capture=False)
    Payment.objects.filter(id=held.id).update(status="refunded", amount_refunded=150000)

    assert razorpay.look_up(reference).state is State.FAILED


def test_a_link_that_razorpay_does_not_know_is_refused(razorpay: Razorpay) -> None:
    with pytest.raises(ProviderRefused):
        razorpay.look_up(LINK_ID)


@pytest.mark.parametrize(
    "reference", ["", "plink_", "plink_../orders", "plink_a?b=c", "order_Sd81KzQm4TnB2y", "plink_ü"]
)
def test_only_an_id_reaches_an_address(reference: str) -> None:
    with pytest.raises(ProviderRefused, match="not the id"):
        adapter("http://127.0.0.1:9").look_up(reference)


# --- Closing ----------------------------------------------------------------------------------------------------------


def test_closing_twice_or_after_payment_changes_nothing(razorpay: Razorpay) -> None:
    first, second = (razorpay.open(wanted()).reference for _ in range(2))
    actions.pay(second)

    razorpay.close(first)
    razorpay.close(first)
    razorpay.close(second)

    assert razorpay.look_up(first).state is State.CLOSED
    assert razorpay.look_up(second).state is State.CAPTURED
    with pytest.raises(ProviderRefused):
        razorpay.close(LINK_ID)


# --- Servers that misbehave -------------------------------------------------------------------------------------------

Misbehaviour = Callable[[socket.socket], None]


@contextmanager
def server(misbehave: Misbehaviour) -> Iterator[str]:
    """A server that reads one request a connection and then does as told."""
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def serve() -> None:
        listener.settimeout(0.1)
        while not over.is_set():
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                continue
            with connection:
                connection.settimeout(5)
                connection.recv(65536)
                misbehave(connection)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        over.set()
        thread.join()
        listener.close()


def says(status: str, body: bytes = b"", *headers: str) -> Misbehaviour:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers, "", ""]
    return lambda connection: connection.sendall("\r\n".join(lines).encode() + body)


BAD_REQUEST = b'{"error":{"code":"%s","description":"Meera Iyer +919812300456","reason":"Meera Iyer","field":null}}'


@pytest.mark.parametrize(
    "misbehave",
    [
        says("200 OK"),
        says("200 OK", b"<html>busy</html>"),
        says("200 OK", b"[]"),
        says("200 OK", b'"{}"'),
        says("200 OK", b"{" * 100_000),
        says("200 OK", b'{"id": "plink_Sd81KzQm4TnB2y", "status": "later"}'),
        says("200 OK", b'{"id": "plink_Sd81KzQm4TnB2y", "status": "paid", "payments": null}'),
        says("200 OK", b'{"id": "plink_Sd81KzQm4TnB2y", "status": "paid", "payments": [{"payment_id": "pay_A"}, 7]}'),
        says("204 No Content"),
        says("301 Moved Permanently", b"", "Location: http://127.0.0.1:9/"),
        says("304 Not Modified"),
        says("403 Forbidden", b"<html>proxy</html>"),
        says("409 Conflict", b'{"error":{"code":"BAD_REQUEST_ERROR"}}'),
        says("429 Too Many Requests", b'{"error":{"code":"BAD_REQUEST_ERROR","description":"slow down"}}'),
        says("429 Too Many Requests", b"slow down"),
        says("400 Bad Request", BAD_REQUEST.replace(b"%s", b"SERVER_ERROR")),
        says("500 Internal Server Error", BAD_REQUEST.replace(b"%s", b"BAD_REQUEST_ERROR")),
        says("502 Bad Gateway", b'{"error": "GATEWAY_ERROR"}'),
        says("503 Service Unavailable", b"null"),
        lambda _: None,
        lambda connection: connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"),
        lambda connection: connection.sendall(b"SSH-2.0\r\n"),
    ],
)
def test_an_answer_that_cannot_be_used_means_ask_again_later(
    misbehave: Misbehaviour, capfd: pytest.CaptureFixture[str]
) -> None:
    with server(misbehave) as base, pytest.raises(ProviderUnavailable) as raised:
        adapter(base).look_up(LINK_ID)

    _says_nothing_it_should_not(raised.value, capfd)


@pytest.mark.parametrize("status", ["400 Bad Request", "401 Unauthorized", "403 Forbidden", "404 Not Found"])
def test_a_refusal_quotes_nothing_of_what_was_answered(status: str, capfd: pytest.CaptureFixture[str]) -> None:
    body = BAD_REQUEST.replace(b"%s", b"BAD_REQUEST_ERROR")
    with server(says(status, body)) as base, pytest.raises(ProviderRefused) as raised:
        adapter(base).look_up(LINK_ID)

    _says_nothing_it_should_not(raised.value, capfd)


def test_a_redirect_is_not_followed() -> None:
    with server(says("200 OK", b'{"id": "plink_Sd81KzQm4TnB2y", "status": "created"}')) as elsewhere:
        assert adapter(elsewhere).look_up(LINK_ID).state is State.OPEN
        with (
            server(says("307 Temporary Redirect", b"{}", f"Location: {elsewhere}/")) as base,
            pytest.raises(ProviderUnavailable),
        ):
            adapter(base).look_up(LINK_ID)


def test_a_refused_connection_is_unavailable_and_silent(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ProviderUnavailable) as raised:
        adapter("http://127.0.0.1:9").look_up(LINK_ID)

    _says_nothing_it_should_not(raised.value, capfd)


def _says_nothing_it_should_not(error: ProviderError, capfd: pytest.CaptureFixture[str]) -> None:
    assert "Meera" not in str(error)
    assert error.__cause__ is None
    assert capfd.readouterr() == ("", "")


def test_a_question_ends_when_its_time_is_over() -> None:
    with server(lambda _: time.sleep(2)) as base:
        started = time.monotonic()
        with pytest.raises(ProviderUnavailable):
            adapter(base).look_up(LINK_ID, timeout=0.3)
        took = time.monotonic() - started

    assert took < 1.5


def test_the_address_may_end_in_v1_or_a_slash(razorpay: Razorpay, api: str) -> None:
    reference = razorpay.open(wanted()).reference

    assert adapter(f"{api}/v1").look_up(reference) == adapter(f"{api}/").look_up(reference)


def test_a_proxy_in_the_environment_is_not_asked_for_loopback(
    razorpay: Razorpay, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)

    assert razorpay.open(wanted()).reference


def test_only_known_providers_have_an_adapter() -> None:
    assert provider_for("razorpay").name == "razorpay"
    with pytest.raises(LookupError):
        provider_for("stripe")
