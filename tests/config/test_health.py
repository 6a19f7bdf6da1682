"""What machines ask about the process and about its work."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings

from common import clock
from common.models import Heartbeat
from common.tasks import beat_heart

MINUTES = timedelta(minutes=1)


def ready(client: Client) -> tuple[int, dict[str, str]]:
    response = client.get("/readyz")
    return response.status_code, response.json()


@pytest.mark.django_db
def test_everything_there_is_ready(client: Client) -> None:
    beat_heart()

    assert ready(client) == (200, {"status": "ok", "database": "ok", "broker": "ok", "worker": "ok"})


@pytest.mark.django_db
def test_without_a_worker_or_a_broker_messages_wait_and_pages_are_served(client: Client, settings: Settings) -> None:
    assert ready(client)[1]["worker"] == "never seen"
    Heartbeat.objects.create(process="worker", at=clock.machine_now() - 2 * MINUTES)
    settings.REDIS_URL = "redis://127.0.0.1:9/0"

    assert ready(client) == (200, {"status": "degraded", "database": "ok", "broker": "down", "worker": "silent"})


@pytest.mark.django_db
def test_a_frozen_workers_old_pulse_is_not_taken_for_a_new_one(client: Client) -> None:
    Heartbeat.objects.create(process="worker", at=clock.machine_now() - 2 * MINUTES)
    beat_heart()

    assert ready(client)[1]["worker"] == "ok"


@pytest.mark.django_db(transaction=True)
def test_without_a_database_nothing_is_ready_and_the_process_still_lives(client: Client) -> None:
    connection.close()
    name = connection.settings_dict["NAME"]
    connection.settings_dict["NAME"] = "no_such_database"
    try:
        answer, alive = ready(client), client.get("/healthz")
    finally:
        connection.close()
        connection.settings_dict["NAME"] = name

    assert answer == (503, {"status": "down", "database": "down", "broker": "ok", "worker": "unknown"})
    assert (alive.status_code, alive.content) == (200, b"ok\n")


def test_health_is_never_cached(client: Client) -> None:
    assert "no-store" in client.get("/healthz").headers["Cache-Control"]
