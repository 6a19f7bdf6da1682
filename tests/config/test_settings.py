"""Settings: what is missing or wrong is named, and `.env.example` tells of every one."""

import ast
import re
import runpy
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parents[2]
GIVEN = {
    "SECRET_KEY": "0123456789" * 5,
    "FIELD_KEYS": Fernet.generate_key().decode(),
    "SITE_URL": "https://booking.clinic.test",
    "DATABASE_URL": "postgres://samay_app:p%40ss@postgres/samay",
}


def settings_names() -> set[str]:
    """Every environment variable that config/settings.py asks for."""
    tree = ast.parse((ROOT / "config/settings.py").read_text())
    asked = (
        node.args[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "env"
        and node.func.attr != "refuse"
    )
    return {str(name.value) for name in asked if isinstance(name, ast.Constant)}


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Read the settings afresh from an environment of their own."""

    def run(**changes: str) -> dict[str, Any]:
        for name in settings_names():
            monkeypatch.delenv(name, raising=False)
        for name, value in {**GIVEN, **changes}.items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(ROOT / "config/settings.py"))

    return run


def test_a_production_start_needs_four_settings(read: Any) -> None:
    settings = read()

    assert settings["PRACTICE_MODE"] is False
    assert settings["DEBUG"] is False
    assert settings["ALLOWED_HOSTS"] == ["booking.clinic.test"]
    assert settings["DATABASES"]["default"]["PASSWORD"] == "p@ss"


@pytest.mark.parametrize("name", GIVEN)
def test_what_is_missing_is_named(read: Any, name: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=rf"The setting {name} is missing\. See \.env\.example\."):
        read(**{name: ""})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "brief"),
        ("SECRET_KEY", "change-me-" * 8),
        ("SECRET_KEY", "django-insecure-" + "0123456789" * 5),
        ("FIELD_KEYS", "not-a-key"),
        ("FIELD_KEYS", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=,not-a-key"),
        ("SITE_URL", "booking.clinic.test"),
        ("SITE_URL", "ftp://booking.clinic.test"),
        ("SITE_URL", "http://booking.clinic.test"),
        ("PRACTICE_MODE", "maybe"),
        ("DEBUG", "2"),
        ("BEHIND_PROXY", "nginx"),
        ("DATABASE_URL", "mysql://root@localhost/samay"),
        ("DATABASE_URL", "sqlite:///samay.db"),
        ("DATABASE_URL", "postgres://samay@localhost:port/samay"),
        ("DATABASE_OWNER_URL", "samay_owner"),
        ("REDIS_URL", "localhost:6379"),
        ("SECOND_FACTOR", "sometimes"),
        ("RATE_LIMITS", "low"),
        ("BROKER_URL", "sqs://"),
        ("EMAIL_URL", "mail.clinic.test"),
        ("RAZORPAY_API_BASE", "api.razorpay.com"),
        ("MEETING_BASE", "http://meet.clinic.test"),
        ("MEETING_BASE", "meet.clinic.test"),
        ("PRACTITIONER_SIGNUP", "sometimes"),
        ("SITE_ZONE", "Mars/Olympus"),
    ],
)
def test_what_is_wrong_is_named(read: Any, name: str, value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"The setting {name} ") as refusal:
        read(**{name: value})

    assert value not in str(refusal.value)


def test_a_password_that_begins_with_a_dollar_is_taken_as_it_stands(read: Any) -> None:
    assert read(RAZORPAY_KEY_SECRET="$ecret")["RAZORPAY_KEY_SECRET"] == "$ecret"


def test_celery_gets_the_address_of_redis_in_its_own_spelling(read: Any) -> None:
    settings = read(REDIS_URL="unix:///run/valkey.sock?db=3")

    assert settings["CELERY_BROKER_URL"] == "redis+socket:///run/valkey.sock?virtual_host=3"


def test_nothing_that_a_request_needs_is_asked_of_redis(read: Any) -> None:
    settings = read(CACHE_URL="redis://cache/0")

    assert "redis" not in str(settings["CACHES"])
    assert settings["SESSION_ENGINE"] == "django.contrib.sessions.backends.db"


def test_a_second_factor_is_required_but_in_practice_mode(read: Any) -> None:
    assert read()["SECOND_FACTOR"] == "required"
    assert read(SECOND_FACTOR="optional")["SECOND_FACTOR"] == "optional"
    assert read(PRACTICE_MODE="on")["SECOND_FACTOR"] == "optional"
    assert read(PRACTICE_MODE="on", SECOND_FACTOR="required")["SECOND_FACTOR"] == "required"


def test_load_tests_run_without_limits_in_practice_mode_alone(read: Any) -> None:
    assert read()["RATE_LIMITS"] is True
    assert read(PRACTICE_MODE="on", RATE_LIMITS="off")["RATE_LIMITS"] is False
    with pytest.raises(ImproperlyConfigured, match="The setting RATE_LIMITS "):
        read(RATE_LIMITS="off")


def test_practice_tools_exist_in_practice_mode_alone(read: Any) -> None:
    real, practice = read(CLOCK_FILE="/run/clock"), read(PRACTICE_MODE="on", CLOCK_FILE="/run/clock")

    assert not [app for app in real["INSTALLED_APPS"] if "sandbox" in app]
    assert [app for app in practice["INSTALLED_APPS"] if "sandbox" in app]
    assert (real["CLOCK_FILE"], practice["CLOCK_FILE"]) == ("", "/run/clock")


def test_who_may_sign_up_is_asked_first_where_it_is_real(read: Any) -> None:
    assert read()["PRACTITIONER_SIGNUP"] == "approve"
    assert read(PRACTICE_MODE="on")["PRACTITIONER_SIGNUP"] == "open"
    assert read(PRACTICE_MODE="on", PRACTITIONER_SIGNUP="off")["PRACTITIONER_SIGNUP"] == "off"


def test_behind_https_cookies_are_bound_to_the_host_and_pages_to_https(read: Any) -> None:
    settings = read()

    for kind in ("SESSION", "CSRF"):
        assert settings[f"{kind}_COOKIE_NAME"].startswith("__Host-")
        assert settings[f"{kind}_COOKIE_SECURE"]
        assert settings[f"{kind}_COOKIE_HTTPONLY"]
        assert settings[f"{kind}_COOKIE_SAMESITE"] == "Lax"
    assert settings["SECURE_SSL_REDIRECT"]
    assert settings["SECURE_HSTS_SECONDS"] >= 365 * 24 * 3600
    assert settings["SECURE_PROXY_SSL_HEADER"] is None
    assert read(BEHIND_PROXY="on")["SECURE_PROXY_SSL_HEADER"] == ("HTTP_X_FORWARDED_PROTO", "https")
    assert settings["SILENCED_SYSTEM_CHECKS"] == []


def test_the_example_tells_of_every_setting_with_a_reason() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    named = {
        match[1]: number for number, line in enumerate(lines) if (match := re.match(r"#?\s*([A-Z][A-Z_]+)=", line))
    }

    assert named.keys() == settings_names()
    assert [name for name, number in named.items() if not lines[number - 1].startswith("# ")] == []
