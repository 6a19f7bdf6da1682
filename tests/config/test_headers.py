"""Headers and cookies of every route there is: a new one is asked as soon as it exists."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from pytest_django import DjangoDbBlocker, Settings

from booking.models import Booking
from common.models import User
from notifications.sandbox.models import Mail
from tests.answers import Answer
from tests.factories import NOW, make_payment

pytestmark = pytest.mark.django_db

# Pages of one person: kept by nobody, and their address is told to nobody.
PERSONAL = ("/h/", "/b/", "/pay/return/", "/signin/", "/signout/", "/join/", "/account/", "/me/")
# What is shown inside a frame of our own, and pages of others' making that write style attributes.
FRAMED = ("/sandbox/mail/",)
INLINE_STYLES = ("/sandbox/mail/", "/api/v1/docs", "/api/v1/openapi.json")


def _patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for found in resolver.url_patterns:
        route = prefix + str(found.pattern).removeprefix("^")
        if isinstance(found, URLResolver):
            yield from _patterns(found, route)
        else:
            yield route, found


def _address(route: str, booking: Booking) -> str:
    """A route with its holes filled, by what there is or by something harmless."""
    known = {"public_id": booking.public_id, "practitioner": booking.practitioner.slug, "service": booking.service.slug}
    known |= {"slug": booking.practitioner.slug, "id": booking.public_id, "provider": "razorpay"}
    filled = ""
    for part in route.replace(".*$", "").replace("(?P<", "<").split("<"):
        if ">" not in part:
            filled += part
            continue
        hole, _, rest = part.partition(">")
        filled += known.get(hole.rpartition(":")[2], "1") + rest.removeprefix(".+)$").removeprefix(".*)$")
    return "/" + filled.rstrip("$")


@pytest.fixture
def booking() -> Booking:
    return make_payment().booking


def _addresses(booking: Booking) -> list[str]:
    addresses = {_address(route, booking) for route, _ in _patterns(get_resolver())}
    return sorted(address for address in addresses if "(?" not in address)


@pytest.fixture(scope="module")
def answers(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> dict[str, Answer]:
    """What every address says to a GET: asked once, by a stranger, and for the admin's pages by an admin."""
    stranger, admin = Client(), Client()
    with django_db_blocker.unblock(), transaction.atomic():
        booking = make_payment().booking
        mail = Mail.objects.create(pk=1, received_at=NOW)
        mail.attachments.create(pk=1)
        admin.force_login(User.objects.create_superuser("admin@example.org"))
        found = {
            address: (admin if address.startswith("/admin/") else stranger).get(address)
            for address in _addresses(booking)
        }
        transaction.set_rollback(True)
    return found


def _policy(response: Answer) -> dict[str, str]:
    parts = response.headers["Content-Security-Policy"].split(";")
    return {name: rest for name, _, rest in (part.strip().partition(" ") for part in parts)}


def _is_under(address: str, prefixes: tuple[str, ...]) -> bool:
    return address.startswith(prefixes)


def test_the_crawl_reaches_the_pages(answers: dict[str, Answer]) -> None:
    shown = {response.resolver_match.view_name for response in answers.values() if response.status_code == 200}

    assert {"booking:detail", "booking:times", "booking:review", "payments:pay", "api:booking"} <= shown
    assert {"notifications_sandbox:mailbox", "admin:booking_booking_changelist"} <= shown
    assert not [address for address, response in answers.items() if response.status_code >= 500]


def test_every_answer_carries_the_common_headers(answers: dict[str, Answer]) -> None:
    for address, response in answers.items():
        headers = response.headers
        assert headers["X-Content-Type-Options"] == "nosniff", address
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin", address
        assert headers["Referrer-Policy"] in {"same-origin", "no-referrer"}, address
        assert "camera=()" in headers["Permissions-Policy"], address
        assert headers["X-Frame-Options"] == ("SAMEORIGIN" if address.endswith("/html/") else "DENY"), address
        assert "Server" not in headers, address
        assert "X-Powered-By" not in headers, address


def test_scripts_need_a_nonce_and_nothing_else_is_let_in(answers: dict[str, Answer]) -> None:
    for address, response in answers.items():
        policy = _policy(response)
        scripts = policy.get("script-src", policy["default-src"])
        assert "unsafe" not in scripts, address
        assert "*" not in scripts, address
        if not _is_under(address, INLINE_STYLES):
            assert "unsafe" not in policy["style-src"], address
        assert policy.get("object-src", policy["default-src"]) == "'none'", address
        if not _is_under(address, FRAMED):
            assert policy["frame-ancestors"] == "'none'", address
            assert policy["base-uri"] == "'none'", address


def test_a_persons_pages_are_kept_by_nobody_and_told_to_nobody(answers: dict[str, Answer]) -> None:
    personal = {address: response for address, response in answers.items() if _is_under(address, PERSONAL)}

    assert len(personal) >= 8
    for address, response in personal.items():
        if response.status_code == 405:
            continue
        assert "no-store" in response.headers["Cache-Control"], address
        assert response.headers["Referrer-Policy"] == "no-referrer", address


def test_the_booking_of_one_person_is_not_kept_by_the_api_either(booking: Booking, client: Client) -> None:
    response = client.get(f"/api/v1/bookings/{booking.public_id}")

    assert response.status_code == 200
    assert "no-store" in response.headers.get("Cache-Control", "")


def test_a_get_changes_nothing(booking: Booking, client: Client) -> None:
    """Mail scanners and chat previews follow every link."""
    before = Booking.objects.values().get()

    for address in _addresses(booking):
        client.get(address)
        client.head(address)

    assert Booking.objects.values().get() == before


@pytest.mark.parametrize("secure", [False, True])
def test_cookies_are_for_us_alone(client: Client, booking: Booking, settings: Settings, *, secure: bool) -> None:
    settings.SECURE = settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = secure
    Booking.objects.update(status="cancelled")
    User.objects.create_superuser("admin@example.org", "practice makes perfect")
    client.get("/signin/password/")
    client.post("/signin/password/", {"email": "admin@example.org", "password": "practice makes perfect"})
    client.post("/theme/", {"theme": "dark"})
    client.post("/zone/", {"zone": "Europe/London"})
    times = reverse("booking:times", args=[booking.practitioner.slug, booking.service.slug])
    shown = client.get(times)
    assert not isinstance(shown.wsgi_request.user, AnonymousUser)
    slot = next(
        entry.start for part in shown.context["page"].parts for entry in part.first if entry.state == "available"
    )
    client.post(f"{times}hold/", {"slot": slot.isoformat(), "key": "k"})

    cookies: dict[str, Any] = dict(client.cookies)
    assert {"session", "csrf", "theme", "zone", "hold"} <= cookies.keys()
    for name, cookie in cookies.items():
        assert bool(cookie["secure"]) is secure, name
        assert cookie["samesite"] == "Lax", name
        assert cookie["httponly"] or name == "theme", name
        assert not cookie["domain"], name


def test_no_address_answers_another_sites_script(answers: dict[str, Answer]) -> None:
    for address, response in answers.items():
        assert "Access-Control-Allow-Origin" not in response.headers, address


@pytest.mark.parametrize(
    "address", ["/p/a/b/hold/", "/h/x/", "/b/x/pay/", "/b/x/cancel/", "/theme/", "/zone/", "/signin/", "/signout/"]
)
def test_a_form_from_another_site_is_refused(address: str) -> None:
    strict = Client(enforce_csrf_checks=True)

    assert strict.post(address, {"slot": "now"}, headers={"Origin": "https://evil.example"}).status_code == 403
