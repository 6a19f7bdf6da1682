"""The stack for proofs: real processes that share the test's database and end with it."""

import os
import signal

import httpx
import psutil
import pytest
from django.contrib.auth.hashers import make_password

from common.models import Heartbeat, User
from config.celery import app as celery_app
from config.embedded.processes import lives
from config.embedded.programs import listens
from tests.stack import Stack
from tests.waiting import eventually

pytestmark = pytest.mark.django_db(transaction=True)


def test_every_web_process_answers_from_the_tests_database(stack: Stack) -> None:
    User.objects.create(email="someone@example.org", password=make_password("unused"))

    stack.up(web=2)

    for url in stack.urls:
        assert httpx.get(f"{url}/readyz").json()["database"] == "ok"


def test_a_worker_runs_what_the_test_sends_and_again_after_kill_9(stack: Stack) -> None:
    stack.up(web=0, worker=1)
    celery_app.send_task("common.tasks.beat_heart")
    assert eventually(Heartbeat.objects.exists)

    stack.kill("worker1")
    Heartbeat.objects.all().delete()
    stack.restart("worker1")
    celery_app.send_task("common.tasks.beat_heart")

    assert eventually(Heartbeat.objects.exists)


def test_a_process_that_dies_of_itself_comes_back(stack: Stack) -> None:
    url = stack.up()
    before = stack.pid("web1")

    os.kill(before, signal.SIGTERM)

    assert eventually(lambda: stack.pid("web1") != before)
    assert eventually(lambda: listens(int(url.rpartition(":")[2])))


def test_a_frozen_process_says_nothing_until_it_is_thawed(stack: Stack) -> None:
    url = stack.up()
    stack.freeze("web1")
    with pytest.raises(httpx.TimeoutException):
        httpx.get(f"{url}/healthz", timeout=0.5)

    stack.thaw("web1")

    assert httpx.get(f"{url}/healthz").is_success


def test_settings_overrule_the_practice_ones(stack: Stack) -> None:
    url = stack.up(settings={"SITE_NAME": "Quiet Rooms"})

    assert "Quiet Rooms" in httpx.get(f"{url}/").text


def test_the_stacks_own_broker_may_die(stack: Stack) -> None:
    url = stack.up(own_broker=True)

    stack.kill("valkey")

    assert httpx.get(f"{url}/healthz", timeout=5).is_success


def test_nothing_is_left_afterwards(stack: Stack) -> None:
    stack.up(web=1, worker=1, beat=True, sandbox=True, own_broker=True)
    ours = [psutil.Process(stack.pid(name)) for name in ("web1", "worker1", "beat", "sandbox", "valkey")]
    ours += [child for process in ours for child in process.children(recursive=True)]

    stack.__exit__()

    assert not [process for process in ours if lives(process)]
