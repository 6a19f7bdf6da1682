"""What people type is in the database and in their mail, and nowhere else: not in any log, not in Redis."""

import base64
import binascii
import json
import os
import re
import threading
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote, urlsplit

import pytest
import redis

from booking.lifecycle import Status
from booking.models import Booking
from common import clock
from notifications.models import Notification
from notifications.sandbox.models import Mail
from practitioners.models import Service
from tests.factories import make_booking, make_patient
from tests.proofs import visitors
from tests.proofs.sabotage import CancellingFails, LeaksNames, broken_by
from tests.stack import Stack
from tests.waiting import eventually

pytestmark = [pytest.mark.proof, pytest.mark.django_db(transaction=True)]

NAME, EMAIL, PHONE = "Zoë Canary", "canary.zoe@example.net", "+919876500123"
NOTE, REASON, QUERY, AGENT = "canary cannot sleep", "canary is unwell", "canaryquery", "CanaryBrowser/7"
SECRETS = [NAME, "canary", "9876500123", visitors.WEBHOOK_SECRET]


# --- Looking everywhere -----------------------------------------------------------------------------------------------


class Ear:
    """Hears every command that a Redis is given."""

    def __init__(self, address: str) -> None:
        self.heard: list[str] = []
        self._client = redis.Redis.from_url(address, socket_timeout=None)
        self._listening = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def _listen(self) -> None:
        with self._client.monitor() as monitor:  # type: ignore[no-untyped-call]
            self._listening.set()
            try:
                for command in monitor.listen():
                    self.heard.append(str(command["command"]))
            except (redis.ConnectionError, ValueError, OSError):
                return

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._listening.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()


def kept_by(address: str) -> str:
    """Everything a Redis still holds."""
    with redis.Redis.from_url(address) as client:
        return "\n".join(f"{key!r} {client.dump(key)!r}" for key in client.scan_iter())


def opened(text: str) -> str:
    """A text and what stands in it in base 64, as Celery writes its messages."""
    found = [text]
    for part in re.findall(r"[A-Za-z0-9+/]{16,}={0,2}", text):
        try:
            found.append(base64.b64decode(part, validate=True).decode())
        except (binascii.Error, UnicodeDecodeError):
            continue
    return "\n".join(found)


def spellings(secret: str) -> set[str]:
    ways = (secret, quote(secret), json.dumps(secret).strip('"'), ascii(secret).strip("'"))
    return {way.casefold() for way in ways}


def leaks(texts: dict[str, str], secrets: list[str]) -> list[tuple[str, str]]:
    """(place, secret) of everything that was found where it must not be."""
    return [
        (place, secret)
        for place, text in texts.items()
        for secret in secrets
        if any(spelling in text.casefold() for spelling in spellings(secret))
    ]


def logs(stack: Stack) -> dict[str, str]:
    """Every process's log; PostgreSQL's, too, unless the run was given a server of its own."""
    shared = Path(os.environ["TEST_LOGS"]) / "postgres.log" if "TEST_LOGS" in os.environ else None
    found = [*stack.logs.glob("*.log"), *([shared] if shared else [])]
    return {path.name: path.read_text(errors="replace") for path in found}


# --- Leaving traces everywhere ----------------------------------------------------------------------------------------


def by_page(url: str, service: Service) -> str:
    """Search, hold, mistype, correct, pay, come back. Answers the booking's public id."""
    visitors.send(url, "GET", f"/?q={QUERY}", headers={"User-Agent": AGENT, "X-Forwarded-For": "canary"})
    token = visitors.form_token(url, service)
    held = visitors.hold(url, service, visitors.day_at_ten(), token).headers["Location"]
    person = {"name": NAME, "email": EMAIL, "phone": PHONE, "note": NOTE, "consent": "on"}
    assert visitors.post_form(url, held, token, **{**person, "phone": "canary"}).status == 200
    review = visitors.post_form(url, held, token, **person).headers["Location"]
    assert visitors.send(url, "GET", review, headers={"Referer": url + held, "User-Agent": AGENT}).status == 200
    checkout = visitors.post_form(url, f"{held}pay/", token).headers["Location"]
    back = visitors.post_form(url, urlsplit(checkout).path, token, how="succeed").headers["Location"]
    assert visitors.send(url, "GET", back.removeprefix(url)).status == 303
    return held.strip("/").split("/")[-1]


def by_api(url: str, service: Service) -> str:
    """Book, be refused, mistype, cancel with a reason. Answers the booking's public id."""
    who: dict[str, Any] = {"name": NAME, "email": EMAIL, "phone": PHONE}
    start = visitors.day_at_ten(2)
    made = visitors.book(url, service, start, headers={"User-Agent": AGENT, "Idempotency-Key": f"{EMAIL}-1"}, **who)
    assert made.status == 201
    assert visitors.book(url, service, start, **who).status == 409
    assert visitors.book(url, service, start, **{**who, "email": NAME}).status == 422
    for broken in (f'{{"name": "{NAME}"', f'["{EMAIL}"]', f"name={PHONE}"):
        visitors.send(url, "POST", "/api/v1/bookings", broken.encode(), {"Content-Type": "application/json"})
    public_id = str(made.json()["id"])
    reason = json.dumps({"reason": REASON}).encode()
    path = f"/api/v1/bookings/{public_id}/cancel"
    assert visitors.send(url, "POST", path, reason, {"Content-Type": "application/json"}).status == 500
    return public_id


def by_webhook(url: str) -> None:
    """A genuine event of nobody we know, a forged one, one that can't be read, and one whose work fails at first."""
    payment = visitors.open_payment(3)
    person = {"email": EMAIL, "contact": PHONE, "vpa": "canary@upi"}
    nobodys: dict[str, Any] = {
        "id": "pay_Stranger000001",
        "description": "#Stranger000001",
        "notes": {},
        "order_id": "",
    }
    stranger = visitors.event_body(payment, **nobodys, **person)
    assert visitors.tell(url, stranger, event_id="canary-1").status == 200
    assert visitors.tell(url, stranger, event_id="canary-2", secret="canary").status == 400
    assert visitors.tell(url, f'{{"event": "{NAME}'.encode(), event_id="canary-3").status == 200
    booking = payment.booking
    booking.patient = make_patient(name=f"{NAME} (fails)", email=EMAIL, phone=PHONE)
    booking.save()
    assert visitors.tell(url, visitors.event_body(payment, **person), event_id=payment.key).status == 200


def by_mistake(url: str, public_id: str) -> None:
    wrong = (f"/b/{public_id}", f"/b/{public_id}/nothing/", f"/{EMAIL}", f"/b/{NAME.split()[1]}/", f"/admin/?q={QUERY}")
    for path in wrong:
        visitors.send(url, "GET", path, headers={"Host": urlsplit(url).netloc, "Referer": f"{url}/b/{public_id}/"})
    visitors.send(url, "GET", "/", headers={"Host": "canary.example"})
    visitors.send(url, "PUT", f"/b/{public_id}/", NAME.encode())
    visitors.send(url, "POST", f"/b/{public_id}/cancel/", f"reason={REASON}".encode(), {"Cookie": f"csrf={QUERY}"})


def test_nothing_a_person_typed_is_in_a_log_or_in_redis(stack: Stack) -> None:
    service = visitors.always_open()
    other = make_booking(service=service, start=visitors.day_at_ten(9), status=Status.CONFIRMED)
    url = stack.up(web=1, worker=1, beat=True, sandbox=True, own_broker=True, settings=broken_by(CancellingFails))

    with Ear(stack.env["REDIS_URL"]) as ear:
        ids = [by_page(url, service), by_api(url, service), other.public_id]
        by_webhook(url)
        by_mistake(url, other.public_id)
        assert eventually(lambda: Mail.objects.count() == 2, seconds=60)
        stack.kill("sandbox")
        owed = Booking.objects.filter(public_id=ids[0]).get()
        Notification.objects.filter(booking=owed).update(done_at=None, due_at=clock.now())
        assert eventually(lambda: Notification.objects.exclude(last_error="").exists(), seconds=60)
        assert eventually(lambda: "ValueError at " in stack.log("worker1"), seconds=60)
        in_redis = "\n".join(ear.heard) + kept_by(stack.env["REDIS_URL"])

    places = {name: opened(text) for name, text in {**logs(stack), "redis": in_redis}.items()}
    assert Mail.objects.filter(to=EMAIL, text__contains=NAME).exists()
    for proof_of_hearing in ("payments.tasks.process_event", "notifications.tasks.deliver_for_booking"):
        assert proof_of_hearing in places["redis"]
    assert {"web1.log", "worker1.log", "beat.log", "sandbox.log", "valkey.log"} <= places.keys()
    assert "postgres.log" in places or "TEST_LOGS" not in os.environ
    assert "ValueError at " in places["web1.log"]
    assert "ValueError at " in places["worker1.log"]
    assert leaks(places, [*SECRETS, *ids]) == []


def test_control_a_careless_log_line_is_found(stack: Stack) -> None:
    url = stack.up(web=1, worker=1, sandbox=True, settings=broken_by(LeaksNames))
    service = visitors.always_open()

    by_page(url, service)
    assert eventually(lambda: Booking.objects.filter(status=Status.CONFIRMED).exists())

    found = leaks(logs(stack), SECRETS)
    assert {secret for _, secret in found} == {NAME, "canary"}
    assert {place for place, _ in found} <= {"web1.log", "worker1.log"}


def test_control_a_secret_in_a_message_to_a_worker_is_found() -> None:
    message = base64.b64encode(json.dumps([["canary.zoe@example.net"], {}]).encode()).decode()

    assert leaks({"redis": opened(f'LPUSH celery {{"body": "{message}"}}')}, SECRETS) == [("redis", "canary")]
