"""A nudge is a hint: it waits for the commit, and nobody waits for it."""

import threading
import time
from collections.abc import Iterator

import pytest
from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

from common import nudge

Sent = list[tuple[str, tuple[int, ...]]]


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty queue with a publisher of its own."""
    monkeypatch.setattr(nudge, "_waiting", type(nudge._waiting)(maxsize=3))
    monkeypatch.setattr(nudge, "_thread", None)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch, fresh: None) -> Sent:
    told: Sent = []
    monkeypatch.setattr(current_app, "send_task", lambda task, args, **_: told.append((task, args)))
    return told


@pytest.fixture
def stuck(monkeypatch: pytest.MonkeyPatch, fresh: None) -> Iterator[threading.Event]:
    """A broker that takes the connection and never answers."""
    released = threading.Event()
    monkeypatch.setattr(current_app, "send_task", lambda *_, **__: released.wait(30))
    yield released
    released.set()


def wait_for(sent: Sent, count: int) -> None:
    deadline = time.monotonic() + 5
    while len(sent) < count and time.monotonic() < deadline:
        time.sleep(0.005)


@pytest.mark.django_db(transaction=True)
def test_a_worker_is_told_after_the_commit_and_not_before(sent: Sent) -> None:
    with transaction.atomic():
        nudge.nudge("common.tasks.beat_heart", 7)
        time.sleep(0.05)
        assert sent == []

    wait_for(sent, 1)
    assert sent == [("common.tasks.beat_heart", (7,))]


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_is_told_to_nobody(sent: Sent) -> None:
    with transaction.atomic():
        nudge.nudge("common.tasks.beat_heart", 7)
        transaction.set_rollback(True)
    nudge.nudge("common.tasks.beat_heart", 8)

    wait_for(sent, 1)
    assert sent == [("common.tasks.beat_heart", (8,))]


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_hangs_costs_nothing_however_many_nudges_there_are(stuck: threading.Event) -> None:
    started = time.monotonic()

    for number in range(20):
        nudge.nudge("common.tasks.beat_heart", number)

    assert time.monotonic() - started < 5
    assert not stuck.is_set()


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_fails_is_asked_again_at_the_next_nudge(sent: Sent, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        sent.append(("refused", ()))
        raise OperationalError

    working = current_app.send_task
    with monkeypatch.context() as broken:
        broken.setattr(current_app, "send_task", refuse)
        nudge.nudge("common.tasks.beat_heart", 1)
        wait_for(sent, 1)
    assert current_app.send_task == working
    nudge.nudge("common.tasks.beat_heart", 2)

    wait_for(sent, 2)
    assert sent == [("refused", ()), ("common.tasks.beat_heart", (2,))]
