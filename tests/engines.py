"""Pytest plugin (`-p tests.engines`): the settings of a test run, and its PostgreSQL and Valkey.

The engines are the embedded ones, started once per run and gone afterwards, unless the environment names others:
then DATABASE_URL, DATABASE_OWNER_URL and REDIS_URL must all be given. Workers of pytest-xdist inherit the run's
engines; each has a database and a Valkey number of its own.
"""

import os
import re
import tempfile
from collections.abc import Generator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from config.embedded.engines import engines

_ADDRESSES = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")
_BROKER_NUMBERS = 15  # a Redis of default settings has 16; number 0 is left alone

# A run does not depend on what a developer's environment says. The loopback addresses are ones nobody listens on.
_SETTINGS = {
    "SECRET_KEY": "for-tests-only-" + "0123456789" * 4,
    "FIELD_KEYS": Fernet.generate_key().decode(),
    "PRACTICE_MODE": "on",
    "SITE_URL": "http://testserver",
    "SITE_NAME": "Samay",
    "ALLOWED_HOSTS": "testserver,127.0.0.1,localhost",
    "EMAIL_URL": "smtp://127.0.0.1:9",
    "RAZORPAY_API_BASE": "http://127.0.0.1:9",
    "RAZORPAY_KEY_ID": "rzp_test_practice",
    "RAZORPAY_KEY_SECRET": "practice-razorpay-secret",
    "RAZORPAY_WEBHOOK_SECRET": "practice-razorpay-webhook",
    "DJANGO_ALLOW_ASYNC_UNSAFE": "1",  # Playwright's loop runs in the test's own thread
}
_UNSET = (
    "BEHIND_PROXY",
    "BROKER_URL",
    "CLOCK_FILE",
    "DEBUG",
    "RATE_LIMITS",
    "SECOND_FACTOR",
    "SECRET_KEY_FALLBACKS",
)


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, object, object]:
    """Before Django reads its settings."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        _settle(early_config)
    os.environ["REDIS_URL"] = _numbered(os.environ["REDIS_URL"], worker_number() + 1)
    return (yield)


def worker_number() -> int:
    """0 for the first worker, and for a run without workers."""
    return int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))


def _settle(config: pytest.Config) -> None:
    for name in _UNSET:
        os.environ.pop(name, None)
    os.environ.update(_SETTINGS)
    os.environ["TEST_RUN"] = f"test_samay_{os.getpid()}"
    given = [name for name in _ADDRESSES if os.environ.get(name)]
    if not given:
        stack = ExitStack()
        config.add_cleanup(stack.close)
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="samay-", ignore_cleanup_errors=True))
        os.environ.update(stack.enter_context(engines(Path(folder))))
        os.environ["TEST_LOGS"] = str(Path(folder) / "logs")
    elif len(given) < len(_ADDRESSES):
        raise pytest.UsageError(f"Of {', '.join(_ADDRESSES)} give all or none, not {', '.join(given)} alone.")
    else:
        from tests.database import drop_all  # noqa: PLC0415 - imports Django, whose settings are only now complete

        config.add_cleanup(partial(drop_all, os.environ["TEST_RUN"], server=os.environ["DATABASE_OWNER_URL"]))


def _numbered(url: str, number: int) -> str:
    """The same Redis, another of its numbered databases."""
    chosen = 1 + (number - 1) % _BROKER_NUMBERS
    if url.startswith("unix:"):
        return re.sub(r"\?db=\d+$", "", url) + f"?db={chosen}"
    return re.sub(r"(:\d+|[^/:]+)(/\d*)?$", rf"\1/{chosen}", url)
