"""Razorpay: a payment link for every booking, driven by Razorpay's own SDK.

Two secrets sign three things. The API key's secret signs the browser's return; the webhook secret signs events.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta

from common import clock
from payments.providers import razorpay_shapes as shapes
from payments.providers.base import (
    BadSignature,
    Checkout,
    OpenRequest,
    ProviderEvent,
    ProviderRefused,
    ProviderUnavailable,
    Snapshot,
)
from payments.providers.razorpay_calls import Calls, Json, Throttled

SHORTEST_LIFE = timedelta(minutes=15)  # Razorpay refuses links that expire sooner

_SIGNED_FIELD = re.compile(r"[A-Za-z0-9_]{1,64}")
_REFERENCE_FIELD = re.compile(r"[ -{}~]{0,40}")  # printable, and no |
_EVENT_ID = re.compile(r"[!-~]{1,64}")


class Razorpay:
    """The adapter for one Razorpay account. `webhook_secrets`: the current one first, then those being rotated out."""

    name = "razorpay"

    def __init__(self, *, key_id: str, key_secret: str, webhook_secrets: Sequence[str], api_base: str) -> None:
        self._key_id = key_id
        self._key_secret = key_secret
        self._webhook_secrets = [secret for secret in webhook_secrets if secret]
        self._api_base = api_base.rstrip("/").removesuffix("/v1")  # the SDK adds /v1 itself

    # --- Asking -------------------------------------------------------------------------------------------------------

    def open(self, request: OpenRequest) -> Checkout:
        with self._calls() as calls:
            if request.expires_at - clock.now() < SHORTEST_LIFE:
                if link := _link_named(calls, request.key):
                    return _checkout(link, request)
                raise ProviderRefused("a payment link must live at least 15 minutes")
            try:
                link = calls.create_link(_fields(request))
            except Throttled:
                raise
            except (ProviderUnavailable, ProviderRefused):
                # The link may exist all the same: made just now without our hearing of it, or on an earlier try.
                found = _link_named(calls, request.key)
                if found is None:
                    raise
                link = found
            return _checkout(link, request)

    def look_up(self, reference: str, *, timeout: float | None = None) -> Snapshot:
        with self._calls(timeout) as calls:
            link = calls.link(_link_id(reference))
            found: dict[str, shapes.Payment] = {}
            if order_id := shapes.order_id_of(link):
                for entity in shapes.items_of(calls.payments_of_order(order_id)):
                    payment = shapes.payment_of(entity)
                    found[payment.payment_id] = payment
            for payment_id in shapes.captured_ids(link):
                if payment_id not in found:
                    found[payment_id] = shapes.payment_of(calls.payment(payment_id))
        return shapes.snapshot_of(link, list(found.values()))

    def close(self, reference: str) -> None:
        with self._calls() as calls:
            try:
                calls.cancel_link(_link_id(reference))
            except ProviderRefused:
                if calls.link(reference).get("status") == "created":
                    raise

    def _calls(self, seconds: float | None = None) -> Calls:
        return Calls(base=self._api_base, key_id=self._key_id, key_secret=self._key_secret, seconds=seconds)

    # --- Being told ---------------------------------------------------------------------------------------------------

    def read_webhook(self, body: bytes, headers: Mapping[str, str]) -> ProviderEvent:
        told = {name.lower(): value for name, value in headers.items()}
        _check(told.get("x-razorpay-signature"), body, self._webhook_secrets)
        event_id = told.get("x-razorpay-event-id", "")
        if not _EVENT_ID.fullmatch(event_id):
            event_id = f"body-{hashlib.sha256(body).hexdigest()[:48]}"
        return shapes.event_of(event_id, shapes.parsed(body))

    def read_return(self, params: Mapping[str, str]) -> str:
        link_id, status, payment_id = (
            _signed_field(params, f"razorpay_{name}", _SIGNED_FIELD)
            for name in ("payment_link_id", "payment_link_status", "payment_id")
        )
        reference_id = _signed_field(params, "razorpay_payment_link_reference_id", _REFERENCE_FIELD)
        signed = f"{link_id}|{reference_id}|{status}|{payment_id}"
        _check(params.get("razorpay_signature"), signed.encode(), [self._key_secret] if self._key_secret else [])
        return link_id


def _fields(request: OpenRequest) -> Json:
    return {
        "amount": request.amount.amount,
        "currency": request.amount.currency,
        "accept_partial": False,
        "reference_id": request.key,
        "description": request.description[:2048],
        "expire_by": int(request.expires_at.timestamp()),
        "notify": {"sms": False, "email": False},
        "reminder_enable": False,
        "notes": {shapes.NOTE: request.key},
        "callback_url": request.return_url,
        "callback_method": "get",
    }


def _link_named(calls: Calls, key: str) -> Json | None:
    links = shapes.items_of(calls.links_named(key), "payment_links")
    return next((link for link in links if link.get("reference_id") == key), None)


def _checkout(link: Json, request: OpenRequest) -> Checkout:
    reference, url = shapes.entity_id("plink_", link.get("id")), link.get("short_url")
    if not reference or not isinstance(url, str) or not url.startswith(("https://", "http://")):
        raise ProviderUnavailable("Razorpay answered a link we can't read")
    if (link.get("amount"), link.get("currency")) != (request.amount.amount, request.amount.currency):
        raise ProviderRefused("the payment link is for another amount")
    if link.get("status") in {"expired", "cancelled"}:
        raise ProviderRefused("the payment link is closed")
    return Checkout(reference=reference, url=url)


def _link_id(reference: str) -> str:
    """A reference goes into an address, so it must be nothing but an id."""
    if link_id := shapes.entity_id("plink_", reference):
        return link_id
    raise ProviderRefused("not the id of a payment link")


def _signed_field(params: Mapping[str, str], name: str, shape: re.Pattern[str]) -> str:
    """The separator must not occur inside a field, or two different returns would share a signature."""
    value = params.get(name)
    if not isinstance(value, str) or not shape.fullmatch(value):
        raise BadSignature("a signed field is missing or malformed")
    return value


def _check(given: object, signed: bytes, secrets: Sequence[str]) -> None:
    """Lower-case hex HMAC-SHA256 under any of the secrets, compared in constant time."""
    if not isinstance(given, str) or not given.isascii():
        raise BadSignature("the signature is missing or malformed")
    mark = given.encode("ascii")
    expected = [hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest().encode() for secret in secrets]
    if not any([hmac.compare_digest(one, mark) for one in expected]):  # noqa: C419 - every secret costs the same time
        raise BadSignature("the signature does not match")
