"""The settings of practice mode: generated once, kept in the data folder, overruled by what is set already."""

import json
import os
import secrets
import shlex
import socket
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from cryptography.fernet import Fernet

HOST = "127.0.0.1"


class Refused(Exception):
    """A start that makes no sense. The text says what to change."""


def check_given(given: Mapping[str, str]) -> None:
    """Refuse settings that contradict each other or practice mode."""
    if given.get("DATABASE_URL") and not given.get("DATABASE_OWNER_URL"):
        raise Refused(
            "DATABASE_URL is set, so no database is started here. "
            "Set DATABASE_OWNER_URL too: the address with the role that owns the tables and migrates."
        )
    if given.get("DATABASE_OWNER_URL") and not given.get("DATABASE_URL"):
        raise Refused("DATABASE_OWNER_URL is set without DATABASE_URL, the address with the application's role.")
    if given.get("PRACTICE_MODE", "on").lower() not in {"", "on", "true", "1", "yes"}:
        raise Refused("PRACTICE_MODE is off in the environment; a demo is practice mode. Unset it.")


def practice_settings(data: Path, *, port: int, ports: Mapping[str, int]) -> dict[str, str]:
    """What a demo needs beyond its engines."""
    kept = _kept_secrets(data / "secrets.json")
    return {
        **kept,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PRACTICE_MODE": "on",
        "SITE_URL": f"http://{HOST}:{port}",
        "ALLOWED_HOSTS": f"{HOST},localhost",
        "CLOCK_FILE": str(data / "clock"),
        "BEAT_SCHEDULE_FILE": str(data / "run" / "beat"),
        "EMAIL_URL": f"smtp://{HOST}:{ports['smtp']}",
        "RAZORPAY_API_BASE": f"http://{HOST}:{ports['sandbox']}/sandbox/razorpay",
        "RAZORPAY_KEY_ID": "rzp_test_practice",
        "RAZORPAY_KEY_SECRET": "practice-razorpay-secret",
        "RAZORPAY_WEBHOOK_SECRET": "practice-razorpay-webhook",
        "PYTHONUNBUFFERED": "1",
    }


def overruled(settings: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """What is set in the environment wins, unless it is empty."""
    return {**given, **{name: given.get(name) or value for name, value in settings.items()}}


def write_env_file(path: Path, settings: Mapping[str, str]) -> None:
    """For other commands against the demo: manage.py reads it, a shell may (`set -a; . .demo/env`)."""
    _write_private(path, "".join(f"{name}={shlex.quote(value)}\n" for name, value in sorted(settings.items())))


def check_port(port: int) -> None:
    """Raises Refused if the port cannot be listened on."""
    try:
        _listen(port)
    except PermissionError:
        raise Refused(f"Port {port} needs rights you don't have. Choose one above 1023: PORT=8000") from None
    except OSError:
        raise Refused(
            f"Port {port} is taken by another program. Choose another one: PORT={_free_from(port + 1)}"
        ) from None


def inner_ports(path: Path, *, names: tuple[str, ...], avoid: int) -> dict[str, int]:
    """Free loopback ports for what only our own processes talk to; the same as last time where possible."""
    before: dict[str, int] = {}
    with suppress(FileNotFoundError, ValueError):
        before = json.loads(path.read_text())
    found: dict[str, int] = {}
    for name in names:
        taken = {avoid, *found.values()}
        found[name] = before.get(name, 0)
        if found[name] in {0, *taken} or not _is_free(found[name]):
            found[name] = next(port for port in iter(free_port, None) if port not in taken)
    path.write_text(json.dumps(found))
    return found


def free_port() -> int:
    """Any port that nobody listens on just now."""
    return _listen(0)


def _kept_secrets(path: Path) -> dict[str, str]:
    kept: dict[str, str] = {}
    with suppress(FileNotFoundError, ValueError):
        kept = json.loads(path.read_text())
    fresh = {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "FIELD_KEYS": Fernet.generate_key().decode(),
    }
    if missing := fresh.keys() - kept.keys():
        kept |= {name: fresh[name] for name in missing}
        _write_private(path, json.dumps(kept, indent=1))
    return kept


def _write_private(path: Path, text: str) -> None:
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    draft.replace(path)


def _listen(port: int) -> int:
    """Returns the port that was free. Raises OSError."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        return int(listener.getsockname()[1])


def _is_free(port: int) -> bool:
    try:
        return bool(_listen(port))
    except OSError:
        return False


def _free_from(start: int) -> int:
    return next((port for port in range(start, min(start + 100, 65536)) if _is_free(port)), 0) or free_port()
