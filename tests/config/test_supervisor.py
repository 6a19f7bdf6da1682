"""The supervisor: the dead are started again, ever more patiently, and logs stay small."""

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.embedded import supervisor as module
from config.embedded.postgres import let_through
from config.embedded.processes import Child, DidNotStart, Family
from config.embedded.supervisor import Stopped, Supervisor


def child(folder: Path, script: str, name: str = "program") -> Child:
    return Child(name, [sys.executable, "-c", script], folder / f"{name}.log", dict(os.environ), cwd=folder)


def stop_soon(seconds: float) -> None:
    threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGTERM)).start()


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervisor(tmp_path: Path, said: list[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Supervisor]:
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    monkeypatch.setattr(module, "_EVERY", 0.02)
    yield Supervisor(tmp_path, say=said.append)
    for number, handler in handlers.items():
        signal.signal(number, handler)


def test_a_child_that_keeps_dying_is_started_less_and_less_often(
    supervisor: Supervisor, tmp_path: Path, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_FIRST_WAIT", 0.05)
    monkeypatch.setattr(module, "_LONGEST_WAIT", 0.2)
    supervisor.heed_signals()

    with supervisor:
        supervisor.start(child(tmp_path, "print('here')"))
        stop_soon(1.5)
        with pytest.raises(Stopped):
            supervisor.watch()

    waits = [float(line.split(" in ")[1].split(" s")[0]) for line in said]
    assert waits[:3] == sorted(waits[:3])
    assert max(waits) == 0.2
    assert (tmp_path / "program.log").read_text().count("here") >= 3


def test_a_long_log_is_put_aside_while_its_writer_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LARGEST_LOG", 1000)
    log = tmp_path / "program.log"
    log.write_text("x" * 1001)

    with log.open("a") as writer:
        module._keep_small(log)
        writer.write("later")

    assert log.read_text() == "later"
    assert (tmp_path / "program.log.1").read_text() == "x" * 1001


def test_a_child_that_ends_before_it_is_ready_tells_its_last_words(tmp_path: Path) -> None:
    with Family(tmp_path) as family:
        broken = family.start(child(tmp_path, "raise SystemExit('no such port')"))

        with pytest.raises(DidNotStart, match="no such port"):
            family.wait_for(broken, ready=lambda: False)


def test_a_deaf_child_is_ended_all_the_same(tmp_path: Path) -> None:
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); open('ready', 'w'); time.sleep(60)"
    with Family(tmp_path, patience=0.1) as family:
        stubborn = family.start(child(tmp_path, deaf))
        family.wait_for(stubborn, ready=(tmp_path / "ready").exists)
        began = time.monotonic()

    assert not stubborn.running
    assert time.monotonic() - began < 5


def test_a_process_that_got_an_old_id_is_left_alone(tmp_path: Path) -> None:
    innocent = child(tmp_path, "import time; time.sleep(60)")
    innocent.start()
    (tmp_path / "processes.json").write_text(f"[[{innocent.pid}, 12345.0, 15, false]]")

    with Family(tmp_path):
        assert innocent.running

    innocent.kill()


def test_other_users_may_pass_a_folder_and_nothing_more(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)

    let_through(closed / "inner")

    assert closed.stat().st_mode & 0o777 == 0o701
