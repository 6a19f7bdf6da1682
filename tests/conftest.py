"""What every test may use: a database with the application's own rights, an empty Valkey, a browser, a real stack."""

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
import redis
from django.db import connection
from django.test import TransactionTestCase
from playwright.sync_api import Browser, sync_playwright
from pytest_django import DjangoDbBlocker, Settings
from pytest_django.live_server_helper import LiveServer

from common import clock
from tests import chromium
from tests.browsing import Open, opening
from tests.database import Cleaner, worker_database
from tests.factories import NOW
from tests.stack import Stack

_BROKER = os.environ["REDIS_URL"]


@pytest.fixture(scope="session")
def database_cleaner(
    django_test_environment: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Cleaner]:
    run, worker = os.environ["TEST_RUN"], os.environ.get("PYTEST_XDIST_WORKER", "alone")
    lock = tmp_path_factory.getbasetemp().parent / f"{run}.lock"
    with (
        django_db_blocker.unblock(),
        worker_database(f"{run}_{worker}", template=f"{run}_template", lock=lock) as cleaner,
    ):
        yield cleaner


@pytest.fixture(scope="session")
def django_db_setup(database_cleaner: Cleaner) -> Iterator[None]:
    """Instead of pytest-django's: its flush works with the application's rights, which do not allow a TRUNCATE."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _case: database_cleaner.clean())
        yield


@pytest.fixture(autouse=True)
def _empty_broker_and_cache() -> Iterator[None]:
    yield
    with redis.Redis.from_url(_BROKER) as client:
        client.flushdb()


@pytest.fixture(autouse=True)
def _every_rupee_is_accounted_for(request: pytest.FixtureRequest) -> Iterator[None]:
    """After each test that used the database: no captured money is without a place."""
    names = set(request.fixturenames)
    uses_database = names & {"db", "transactional_db"} or request.node.get_closest_marker("django_db")
    if not uses_database or "money_adrift" in names:
        yield
        return
    request.getfixturevalue("db")
    yield
    if not connection.needs_rollback:
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM report_money_drift")
            assert cursor.fetchall() == []


@pytest.fixture
def money_adrift() -> None:
    """Ask for it where a test loses money on purpose."""


@pytest.fixture
def stopped_clock(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """The product's time stands still at the factories' NOW."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return NOW


@pytest.fixture
def stack(transactional_db: None, settings: Settings, tmp_path: Path) -> Iterator[Stack]:
    """Real processes on loopback against this test's database; they end with the test."""
    with Stack(tmp_path / "stack") as running:
        settings.CLOCK_FILE = str(running.clock_file)
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real Chromium, as it is on this machine."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Browser, live_server: LiveServer) -> Iterator[Open]:
    """Opens a page of the product in it; what the browser complains about fails the test."""
    with opening(browser, live_server.url) as opened:
        yield opened
