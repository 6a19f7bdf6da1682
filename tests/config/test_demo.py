"""`manage.py demo`: one command to an address, and no way of ending it that leaves something running."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import psutil
import pytest

from config.embedded import demo
from config.embedded.environment import HOST, free_port, inner_ports, overruled, practice_settings
from config.embedded.processes import lives
from config.embedded.programs import ROOT
from tests.waiting import eventually

_FROM_TESTS = (
    "DATABASE_URL",
    "DATABASE_OWNER_URL",
    "REDIS_URL",
    "SITE_URL",
    "ALLOWED_HOSTS",
    "EMAIL_URL",
    "RAZORPAY_API_BASE",
)

_PROGRAMS = ("config worker", "config beat", "manage.py sandbox", "config.serve", "valkey-server", "bin/postgres")


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """The environment of somebody who has set nothing, and sits at a terminal: under `nohup` a demo heeds no SIGHUP."""
    for name in _FROM_TESTS:
        monkeypatch.delenv(name, raising=False)
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield monkeypatch
    signal.signal(signal.SIGHUP, before)


@contextmanager
def running_demo(data: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    """A demo that has told its address, which is gone when the block ends."""
    command = [sys.executable, str(ROOT / "manage.py"), "demo", "--port", str(port), "--data", str(data)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=data.parent)
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if "Ctrl-C" in line:
                break
        else:
            pytest.fail("The demo ended before it was ready.")
        yield process
    finally:
        process.terminate()
        process.communicate()


def family(process: subprocess.Popen[str]) -> list[psutil.Process]:
    return [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]


def find(some: list[psutil.Process], words: str) -> psutil.Process:
    return next(process for process in some if lives(process) and words in " ".join(process.cmdline()))


def test_a_demo_from_nothing_to_nothing(outside: pytest.MonkeyPatch, tmp_path: Path) -> None:
    data, port = tmp_path / "demo", free_port()
    site = f"http://{HOST}:{port}"

    with running_demo(data, port) as process:
        assert httpx.get(f"{site}/p/").is_success
        assert httpx.get(f"{site}/sandbox/").is_success
        assert httpx.get(f"{site}/readyz").json()["broker"] == "ok"
        assert httpx.post(f"{site}/sandbox/clock/", json={"advance": 60}).is_success
        seeded = subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), "seed", "--practitioners", "1", "--json"],
            env={**os.environ, "DATA": str(data)},
            capture_output=True,
            text=True,
            check=True,
        )
        (made,) = json.loads(seeded.stdout)["practitioners"]
        assert httpx.get(f"{site}/p/{made['slug']}/").is_success
        for name in ("env", "secrets.json", "logins.txt"):
            assert (data / name).stat().st_mode & 0o077 == 0, name
        before = family(process)
        killed = [find(before, words) for words in _PROGRAMS]
        for program in killed:
            program.kill()
        assert eventually(lambda: not any(lives(program) for program in killed))
        assert eventually(lambda: _answers(f"{site}/p/"), seconds=60)
        assert all(find(family(process), words) for words in _PROGRAMS)
        everybody = before + family(process)
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0

    assert not [other for other in everybody if lives(other)]


def _answers(url: str) -> bool:
    try:
        return httpx.get(url).is_success
    except httpx.TransportError:
        return False


def test_a_second_start_keeps_data_and_secrets_even_after_kill_9(outside: pytest.MonkeyPatch, tmp_path: Path) -> None:
    data, port = tmp_path / "demo", free_port()
    with running_demo(data, port) as process:
        secrets = (data / "secrets.json").read_text()
        orphans = family(process)[1:]
        process.kill()

    with running_demo(data, port) as process:
        assert (data / "secrets.json").read_text() == secrets
        assert "admin@example.org" in (data / "logins.txt").read_text()
        assert not [orphan for orphan in orphans if lives(orphan)]
        process.send_signal(signal.SIGHUP)
        assert process.wait(30) == 0


def test_a_taken_port_is_named_with_a_free_one(
    outside: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(socket.create_server((HOST, 0))) as other:
        taken = other.getsockname()[1]

        assert demo.main(["--port", str(taken), "--data", str(tmp_path)]) == 1

    said = capsys.readouterr().err
    assert f"Port {taken} is taken" in said
    assert re.search(r"PORT=\d+", said)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"DATABASE_URL": "postgres://a@db/samay"}, "DATABASE_OWNER_URL"),
        ({"DATABASE_OWNER_URL": "postgres://a@db/samay"}, "DATABASE_URL"),
        ({"PRACTICE_MODE": "off"}, "PRACTICE_MODE"),
    ],
)
def test_settings_that_contradict_each_other_are_named(
    outside: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str], given: dict[str, str], named: str
) -> None:
    for name, value in given.items():
        outside.setenv(name, value)

    assert demo.main(["--data", str(tmp_path)]) == 1

    assert named in capsys.readouterr().err


def test_a_setting_the_product_refuses_is_named_without_a_traceback(
    outside: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outside.setenv("SECRET_KEY", "short")

    assert demo.main(["--port", str(free_port()), "--data", str(tmp_path)]) == 1

    said = capsys.readouterr().err
    assert "The setting SECRET_KEY" in said
    assert "Traceback" not in said


@pytest.mark.parametrize("port", ["0", "65536", "http"])
def test_a_port_that_is_none_is_refused(port: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refusal:
        demo.main(["--port", port, "--data", str(tmp_path)])

    assert refusal.value.code != 0
    assert f"not '{port}'" in capsys.readouterr().err


def test_data_that_is_a_file_is_named(
    outside: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "file"
    file.touch()

    assert demo.main(["--data", str(file)]) == 1

    assert str(file) in capsys.readouterr().err


def test_what_is_set_in_the_environment_wins_unless_it_is_empty(tmp_path: Path) -> None:
    settings = practice_settings(tmp_path, port=1, ports={"sandbox": 2, "smtp": 3})
    given = {"RAZORPAY_API_BASE": "https://api.razorpay.com", "EMAIL_URL": "", "OTHER": "kept"}

    found = overruled(settings, given)

    assert found["RAZORPAY_API_BASE"] == "https://api.razorpay.com"
    assert found["EMAIL_URL"] == "smtp://127.0.0.1:3"
    assert found["OTHER"] == "kept"


def test_inner_ports_stay_the_same_and_avoid_each_other(tmp_path: Path) -> None:
    note = tmp_path / "ports.json"
    first = inner_ports(note, names=("sandbox", "smtp"), avoid=8000)

    assert inner_ports(note, names=("sandbox", "smtp"), avoid=8000) == first
    assert inner_ports(note, names=("sandbox", "smtp"), avoid=first["smtp"])["smtp"] != first["smtp"]
    assert len(set(json.loads(note.read_text()).values())) == 2
