"""Signing in as a person does: by pages and by mail."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from pytest_django import Settings

from common import clock
from common.models import User
from notifications import actions
from tests.answers import Answer

PASSWORD = "practice makes perfect"
ADDRESS = "meera@example.org"


def newest_code(to: str = ADDRESS) -> str:
    """Let the outbox send, and read the code from the newest mail to an address."""
    actions.deliver(now=clock.now())
    letters = [str(one.body) for one in mail.outbox if one.to == [to]]
    return [found[0] for letter in letters if (found := re.search(r"^\d{6}$", letter, re.MULTILINE))][-1]


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def ask_for_code(client: Client, email: str = ADDRESS, **fields: str) -> Answer:
    return client.post("/signin/", {"email": email, **fields})


def sign_in_by_code(client: Client, email: str = ADDRESS, **fields: str) -> Answer:
    ask_for_code(client, email, **fields)
    return client.post("/signin/code/", {"code": newest_code(email)})


def sign_in_by_password(client: Client, email: str = ADDRESS, password: str = PASSWORD, **fields: str) -> Answer:
    return client.post("/signin/password/", {"email": email, "password": password, **fields})


def signed_in_as(client: Client) -> int | None:
    found = client.session.get("_auth_user_id")
    return int(found) if found else None


@pytest.fixture(autouse=True)
def _quick_hashing(request: pytest.FixtureRequest, settings: Settings) -> None:
    """Where the time that hashing takes is not the point."""
    if not request.node.get_closest_marker("slow_hashing"):
        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def meera(db: None) -> User:
    return User.objects.create_user(ADDRESS, PASSWORD, name="Meera Iyer")


@pytest.fixture
def time_passes(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Moves the machine's own time, by which codes, limits and sessions live."""
    real, moved = clock.machine_now, [0.0]

    def move(seconds: float) -> None:
        moved[0] += seconds
        monkeypatch.setattr(clock, "machine_now", lambda: real() + timedelta(seconds=moved[0]))

    return move
