"""What comes to the product over HTTP: visitors at pages, programs at the API, a provider at the webhook."""

import hashlib
import hmac
import http.client
import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from booking.models import Booking
from common import clock
from payments.models import Payment
from practitioners.models import Service
from tests.factories import make_booking, make_patient, make_payment, make_practitioner, make_service

WEBHOOK_SECRET = "practice-razorpay-webhook"
PATIENCE = 60.0  # seconds; an answer that takes longer is none


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes
    seconds: float

    def json(self) -> Any:
        return json.loads(self.body)


def send(url: str, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Answer:
    """One request on a connection of its own."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE)
    started = time.monotonic()
    try:
        connection.request(method, path, body or None, dict(headers or {}))
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read(), time.monotonic() - started)
    finally:
        connection.close()


# --- A practice that is always open -----------------------------------------------------------------------------------


def always_open(**service: Any) -> Service:
    """An hour with someone who works day and night in Greenwich."""
    practitioner = make_practitioner(hours=((0, 24 * 60),), days=tuple(range(7)), zone="UTC", notice=0, horizon=400)
    return make_service(practitioner, slug="60-min", **service)


def day_at_ten(days: int = 1) -> datetime:
    """Ten o'clock on a coming day."""
    return (clock.now() + timedelta(days=days)).astimezone(UTC).replace(hour=10, minute=0, second=0, microsecond=0)


def open_payment(days: int = 1) -> Payment:
    """Someone pays for ten o'clock on a coming day; the provider has not said anything yet."""
    booking = make_booking(
        service=always_open(),
        start=day_at_ten(days),
        patient=make_patient(email=f"patient-of-day-{days}@example.com"),
        hold_expires_at=clock.now() + timedelta(minutes=30),
    )
    return make_payment(booking=booking, created_at=clock.now(), expires_at=booking.hold_expires_at, due_at=None)


# --- Booking ----------------------------------------------------------------------------------------------------------


def book(
    url: str, service: Service, start: datetime, *, headers: Mapping[str, str] | None = None, **who: Any
) -> Answer:
    """Ask the API for a time."""
    wish = {
        "practitioner": service.practitioner.slug,
        "service": service.slug,
        "start": start.isoformat(),
        "name": "Meera Iyer",
        "email": "meera@example.com",
        "phone": "+919812300456",
        **who,
    }
    sent = {"Content-Type": "application/json", **(headers or {})}
    return send(url, "POST", "/api/v1/bookings", json.dumps(wish).encode(), sent)


def form_token(url: str, service: Service) -> tuple[str, str]:
    """The cookie and the token that a form of the time page is sent with."""
    page = send(url, "GET", f"/p/{service.practitioner.slug}/{service.slug}/")
    cookie = next(value for value in page.headers.get_all("Set-Cookie", []) if value.startswith("csrf="))
    token = re.search(rb'name="csrfmiddlewaretoken" value="(\w+)"', page.body)
    assert token is not None
    return cookie.partition(";")[0], token[1].decode()


def post_form(url: str, path: str, token: tuple[str, str], cookies: str = "", **fields: str) -> Answer:
    """Send a form as a browser without scripts does."""
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": "; ".join(part for part in (token[0], cookies) if part),
    }
    return send(url, "POST", path, urlencode({"csrfmiddlewaretoken": token[1], **fields}).encode(), headers)


def hold(url: str, service: Service, start: datetime, token: tuple[str, str]) -> Answer:
    """Tap on a time of the page."""
    path = f"/p/{service.practitioner.slug}/{service.slug}/hold/"
    return post_form(url, path, token, slot=start.isoformat())


# --- Being told about money -------------------------------------------------------------------------------------------


def event_body(payment: Payment, kind: str = "payment.captured", **facts: Any) -> bytes:
    """What Razorpay writes when money came (or, for `payment.failed`, did not)."""
    entity = {
        "id": f"pay_{payment.pk:014}",
        "entity": "payment",
        "amount": payment.amount,
        "currency": payment.currency,
        "status": kind.rpartition(".")[2],
        "captured": kind == "payment.captured",
        "order_id": f"order_{payment.pk:014}",
        "description": f"#{payment.reference.removeprefix('plink_')}",
        "notes": {"payment": payment.key},
        "created_at": 1795000412,
        **facts,
    }
    told = {"payment": {"entity": entity}}
    return json.dumps({"entity": "event", "event": kind, "contains": ["payment"], "payload": told}).encode()


def signed(body: bytes, event_id: str, secret: str = WEBHOOK_SECRET) -> dict[str, str]:
    mark = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"Content-Type": "application/json", "X-Razorpay-Signature": mark, "x-razorpay-event-id": event_id}


def tell(url: str, body: bytes, *, event_id: str, secret: str = WEBHOOK_SECRET) -> Answer:
    """Bring a webhook as Razorpay does."""
    return send(url, "POST", "/webhooks/razorpay/", body, signed(body, event_id, secret))


# --- Practice time ----------------------------------------------------------------------------------------------------


def move_clock(url: str, by: timedelta) -> None:
    body = json.dumps({"advance": by.total_seconds()}).encode()
    assert send(url, "POST", "/sandbox/clock/", body, {"Content-Type": "application/json"}).status == 200


# --- A whole booking, page by page ------------------------------------------------------------------------------------


def hold_and_say_who(url: str, service: Service, start: datetime, token: tuple[str, str], **who: str) -> Booking:
    """Tap on a time and fill in the details; the last page is next."""
    page = hold(url, service, start, token).headers["Location"]
    person = {"name": "Meera Iyer", "email": "meera@example.com", "phone": "+919812300456", "consent": "on", **who}
    assert post_form(url, page, token, **person).status == 303
    return Booking.objects.get(public_id=page.strip("/").split("/")[-1])


def press_pay(url: str, booking: Booking, token: tuple[str, str]) -> str:
    """The address of the provider's page."""
    answer = post_form(url, f"/h/{booking.public_id}/pay/", token)
    assert answer.status == 303
    return urlsplit(answer.headers["Location"]).path


def pay_after_closing(url: str, checkout: str, token: tuple[str, str]) -> None:
    """The bank answers when the provider's page has closed; the provider tells us, and nobody comes back to a page."""
    assert post_form(url, checkout, token, how="pay-after-closing").headers["Location"].endswith("?then=paid")
