"""The sandbox's provider on a real port, the real SDK in front of it, and a site that hears its webhooks."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from common import clock
from common.ids import new_payment_key
from common.money import Money
from notifications.sandbox.server import Server
from payments import actions
from payments.providers.base import OpenRequest
from payments.providers.razorpay import Razorpay
from payments.sandbox import faults
from payments.sandbox.courier import Courier
from tests.payments.bank import Bank

KEY_ID, KEY_SECRET, WEBHOOK_SECRET = "rzp_test_practice", "practice-razorpay-secret", "practice-razorpay-webhook"
Press = Callable[[str, str], str]


@pytest.fixture
def practice(settings: Settings, tmp_path: Path) -> Settings:
    """Practice mode's own settings, whatever the environment says, and a clock that can be moved."""
    settings.PRACTICE_MODE = True
    settings.ALLOWED_HOSTS = ["127.0.0.1", "testserver"]
    settings.SITE_URL = "http://127.0.0.1:9"  # nobody listens there unless a test says otherwise
    settings.CLOCK_FILE = str(tmp_path / "clock")
    settings.RAZORPAY_KEY_ID = KEY_ID
    settings.RAZORPAY_KEY_SECRET = KEY_SECRET
    settings.RAZORPAY_WEBHOOK_SECRET = [WEBHOOK_SECRET]
    return settings


@pytest.fixture
def bank(monkeypatch: pytest.MonkeyPatch) -> Bank:
    """The provider of every payment, as a stand-in without HTTP."""
    bank = Bank()
    monkeypatch.setattr(actions, "provider_for", lambda _name: bank)
    return bank


@pytest.fixture
def api(practice: Settings, transactional_db: None) -> Iterator[str]:
    """The address of the provider's API."""
    server = Server(0)
    server.start()
    yield f"http://127.0.0.1:{server.server_port}/sandbox/razorpay"
    server.stop()


@pytest.fixture
def razorpay(api: str) -> Razorpay:
    return adapter(api)


def adapter(
    api_base: str, *, key_secret: str = KEY_SECRET, webhook_secrets: tuple[str, ...] = (WEBHOOK_SECRET,)
) -> Razorpay:
    return Razorpay(key_id=KEY_ID, key_secret=key_secret, webhook_secrets=webhook_secrets, api_base=api_base)


def wanted(**changes: Any) -> OpenRequest:
    """₹1,500 within the next hour."""
    request: dict[str, Any] = {
        "key": new_payment_key(),
        "amount": Money(150000, "INR"),
        "description": "Booking 7F3K-29QX",
        "expires_at": clock.now() + timedelta(hours=1),
        "return_url": "http://127.0.0.1:9/pay/return/razorpay/",
    }
    return OpenRequest(**{**request, **changes})


def fault(kind: str, **facts: Any) -> None:
    faults.add({"kind": kind, **facts})


@pytest.fixture
def press(client: Client) -> Press:
    """Press a button of the checkout page; answers where it leads."""

    def pressed(link_id: str, how: str) -> str:
        answer = client.post(f"/sandbox/razorpay/pay/{link_id}/", {"how": how})
        assert answer.status_code == 303
        return str(answer["Location"])

    return pressed


@dataclass
class Site:
    """Hears webhooks. `answers` are the statuses it gives, in turn; then 200."""

    url: str = ""
    heard: list[tuple[bytes, dict[str, str]]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    def kinds(self) -> list[str]:
        return sorted(json.loads(body)["event"] for body, _ in self.heard)


@pytest.fixture
def site() -> Iterator[Site]:
    heard = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard.heard.append((body, dict(self.headers.items())))
            self.send_response(heard.answers.pop(0) if heard.answers else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    heard.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield heard
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def courier(practice: Settings, site: Site, transactional_db: None) -> Iterator[Courier]:
    running = Courier(site.url)
    running.start()
    yield running
    running.stop()
