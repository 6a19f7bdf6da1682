"""Reading one setting from the environment: a value of the right kind, or a sentence with the setting's name."""

import os
from typing import Any, NoReturn
from urllib.parse import urlsplit

import environ
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

_env = environ.Env()
_EXAMPLES = ("change-me", "insecure", "example", "secret-key")


def refuse(name: str, why: str) -> NoReturn:
    raise ImproperlyConfigured(f"The setting {name} {why}. See .env.example.")


def given(name: str) -> bool:
    return bool(os.environ.get(name))


def text(name: str, default: str | None = None) -> str:
    """The value as it stands. Empty is the same as not given. Read directly: django-environ would resolve a `$`."""
    value = os.environ.get(name) or default
    if value is None:
        refuse(name, "is missing")
    return value


def boolean(name: str, *, default: bool) -> bool:
    value = text(name, default="").strip().lower()
    if value in {"", "on", "off", "true", "false", "1", "0", "yes", "no"}:
        return value in {"on", "true", "1", "yes"} if value else default
    refuse(name, "is neither on nor off")


def one_of(name: str, *choices: str, default: str) -> str:
    value = text(name, default=default).strip().lower()
    if value not in choices:
        refuse(name, f"is none of: {', '.join(choices)}")
    return value


def listed(name: str, default: list[str]) -> list[str]:
    """Values separated by commas."""
    return [item.strip() for item in text(name, default=",".join(default)).split(",") if item.strip()]


def url(name: str, default: str | None = None) -> str:
    """An http(s) address without a trailing slash."""
    value = text(name, default=default).rstrip("/")
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        refuse(name, "is not an http:// or https:// address")
    return value


def secret(name: str, *, at_least: int) -> str:
    value = text(name)
    if len(value) < at_least or any(word in value.lower() for word in _EXAMPLES):
        refuse(name, f"is an example or shorter than {at_least} characters; make a random one")
    return value


def fernet_keys(name: str) -> list[str]:
    keys = listed(name, default=[])
    if not keys:
        refuse(name, "is missing")
    for key in keys:
        try:
            Fernet(key)
        except ValueError:
            refuse(name, "holds something that is not a Fernet key")
    return keys


def database(name: str, *, limits: str) -> dict[str, Any]:
    """A PostgreSQL address; `limits` are server options for each connection."""
    value = text(name)
    if not value.startswith(("postgres://", "postgresql://")):
        refuse(name, "is not a postgres:// address")
    try:
        found: dict[str, Any] = _env.db_url_config(value)
    except ValueError:
        refuse(name, "can't be read as an address")
    if host := found.get("OPTIONS", {}).pop("host", ""):
        found["HOST"] = host  # a folder: PostgreSQL's unix socket
    if limits:
        found.setdefault("OPTIONS", {})["options"] = limits
    return {**found, "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True, "ATOMIC_REQUESTS": False}


def broker(name: str, default: str) -> str:
    """Celery's address; a socket is written unix:///path as redis-py does, or redis+socket:///path as Celery does."""
    value = text(name, default=default)
    if value.startswith("unix://"):
        return "redis+socket://" + value.removeprefix("unix://").replace("?db=", "?virtual_host=")
    if urlsplit(value).scheme not in {"redis", "rediss", "redis+socket", "amqp", "amqps"}:
        refuse(name, "is not a redis://, unix:// or amqp:// address")
    return value


def redis(name: str, default: str) -> str:
    value = text(name, default=default)
    if urlsplit(value).scheme not in {"redis", "rediss", "unix"}:
        refuse(name, "is not a redis:// or unix:// address")
    return value


def mail(name: str, default: str) -> dict[str, Any]:
    """An smtp:// (or smtp+tls://, smtp+ssl://) address."""
    value = text(name, default=default)
    try:
        found: dict[str, Any] = _env.email_url_config(value)
    except (KeyError, ValueError, ImproperlyConfigured):
        refuse(name, "is not an smtp:// address")
    defaults = {"EMAIL_HOST": "localhost", "EMAIL_PORT": 25, "EMAIL_USE_TLS": False, "EMAIL_USE_SSL": False}
    return {
        "EMAIL_HOST_USER": "",
        "EMAIL_HOST_PASSWORD": "",
        **defaults,
        **{k: v for k, v in found.items() if v is not None},
    }
