"""Requests that no browser of ours makes: answered plainly, never with a 5xx."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from config.wsgi import application
from tests.factories import make_payment

pytestmark = pytest.mark.django_db

ODD = [
    "%00",
    "%FF%FE",
    "%F0%9F%95%92",
    "a" * 5000,
    "0001-01-01",
    "9999-12-31",
    "-1",
    "99999999999999999999",
    "../..",
    "{{7*7}}",
]
ASKED = ["q", "date", "month", "tz", "next", "razorpay_payment_link_id", "service", "start", "p", "o"]
MOMENTS = [
    "0001-01-01T00:00:00+05:30",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59-08:00",
    "2026-12-01T10:00",
    "\x00",
    "x",
]


@pytest.fixture
def stranger() -> Client:
    return Client(raise_request_exception=False)


def test_no_address_breaks_the_site(stranger: Client) -> None:
    booking = make_payment().booking
    person, service = booking.practitioner.slug, booking.service.slug
    broken = []
    for odd in ODD:
        paths = [
            f"/{odd}",
            f"/p/{odd}/",
            f"/p/{person}/{odd}/",
            f"/h/{odd}/",
            f"/b/{odd}/",
            f"/b/{odd}/pay/",
            f"/pay/return/{odd}/",
        ]
        paths += [f"/api/v1/practitioners/{odd}", f"/api/v1/bookings/{odd}", f"/sandbox/razorpay/pay/{odd}/"]
        query = "&".join(f"{name}={odd}" for name in ASKED)
        paths += [
            f"{path}?{query}"
            for path in ("/", "/zone/", f"/p/{person}/{service}/", "/pay/return/razorpay/", "/admin/login/")
        ]
        paths += [f"/api/v1/practitioners/{person}/{what}?{query}" for what in ("dates", "slots")]
        broken += [path for path in paths if stranger.get(path).status_code >= 500]

    assert broken == []


@pytest.mark.parametrize("moment", MOMENTS)
def test_no_time_in_a_form_breaks_the_site(stranger: Client, moment: str) -> None:
    booking = make_payment().booking
    hold = reverse("booking:hold", args=[booking.practitioner.slug, booking.service.slug])

    assert stranger.post(hold, {"slot": moment, "key": moment}).status_code == 409
    assert stranger.post(f"/h/{booking.public_id}/again/", {"slot": moment}).status_code < 500


def test_no_cookie_breaks_the_site(stranger: Client) -> None:
    booking = make_payment().booking
    hold = reverse("booking:hold", args=[booking.practitioner.slug, booking.service.slug])
    for odd in ('"\\000"', "\\", "a" * 4000, '"'):
        cookie = "; ".join(f"{name}={odd}" for name in ("hold", "zone", "theme", "session", "csrf", "messages"))
        for path in ("/", f"/b/{booking.public_id}/", "/zone/"):
            assert stranger.get(path, headers={"Cookie": cookie}).status_code < 500
        assert stranger.post(hold, {"slot": "x"}, headers={"Cookie": cookie}).status_code < 500


@pytest.mark.parametrize(
    "charset",
    ["=base64", "=utf-7", "=unicode_escape", "=idna", '="hex"', "*=utf-8''hex", "*=utf-8''utf-7", " *=x''hex"],
)
def test_a_request_in_another_alphabet_is_refused_before_it_is_read(charset: str) -> None:
    answered: list[str] = []
    environ = {"CONTENT_TYPE": f"text/html; charset{charset}", "REQUEST_METHOD": "GET", "PATH_INFO": "/"}

    body = application(environ, lambda status, _headers: answered.append(status))

    assert answered == ["400 Bad Request"]
    assert b"UTF-8" in b"".join(body)


def test_what_django_can_not_read_at_all_is_refused_and_none_of_it_is_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks(*_: object) -> None:
        raise LookupError("canary")

    monkeypatch.setattr("config.wsgi._product", breaks)
    answered: list[str] = []

    application({"PATH_INFO": "/"}, lambda status, _headers: answered.append(status))

    assert answered == ["400 Bad Request"]
    assert [record.getMessage() for record in caplog.records] == ["request could not be read"]


@pytest.mark.parametrize("path", ["/api/v1/practitioners?q=%00", "/api/v1/bookings"])
def test_the_api_refuses_in_its_own_words(stranger: Client, path: str) -> None:
    large = b"{" + b" " * 1_100_000 + b"}"
    answer = stranger.get(path) if "?" in path else stranger.post(path, large, content_type="application/json")

    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == answer.status_code == 400


def test_behind_a_proxy_its_own_word_says_who_asks(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    monkeypatch.setattr("config.wsgi._product", lambda environ, _start: seen.append(environ["REMOTE_ADDR"]))

    for is_behind in (True, False):
        settings.BEHIND_PROXY = is_behind
        headers = {"REMOTE_ADDR": "10.0.0.2", "HTTP_X_FORWARDED_FOR": "1.2.3.4, 203.0.113.9"}
        application({"PATH_INFO": "/", **headers}, print)

    assert seen == ["203.0.113.9", "10.0.0.2"]
