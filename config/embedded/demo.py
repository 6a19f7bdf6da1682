"""`manage.py demo`: the whole product in practice mode, from nothing to an address, under one supervisor."""

import argparse
import fcntl
import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from config.embedded.engines import prepared, start_engines
from config.embedded.environment import (
    Refused,
    check_given,
    check_port,
    inner_ports,
    overruled,
    practice_settings,
    write_env_file,
)
from config.embedded.processes import Child, DidNotStart, tail
from config.embedded.programs import (
    ROOT,
    beat_command,
    healthy,
    listens,
    manage,
    sandbox_command,
    web_command,
    worker_command,
)
from config.embedded.supervisor import Stopped, Supervisor

_WEB_THREADS = 8
_HIGHEST_PORT = 65535
_SECONDS_FOR_A_DYING_DEMO = 20


def main(arguments: list[str]) -> int:
    """Run until stopped. Returns the exit status."""
    try:
        options = _options(arguments)
        data = Path(options.data).expanduser().resolve()
        check_given(os.environ)
        supervisor = Supervisor(data / "run", say=_say)
        supervisor.heed_signals()
        with prepared(data), _only_demo_in(data), supervisor:
            check_port(options.port)
            _run(supervisor, data, options.port)
    except Stopped:
        _say("Everything has stopped.")
        return 0
    except (Refused, DidNotStart) as error:
        sys.stderr.write(f"{error}\n")
    except OSError as error:
        sys.stderr.write(f"{error.filename or data}: {error.strerror}. Choose another folder: DATA=.demo2\n")
    return 1


def _run(supervisor: Supervisor, data: Path, port: int) -> None:
    began = time.monotonic()
    _say(f"Samay in practice mode. Its data: {data}")
    with _step("Database and broker"):
        wanted = {"database": not os.environ.get("DATABASE_URL"), "broker": not os.environ.get("REDIS_URL")}
        engines = start_engines(supervisor, data, durable=True, **wanted)
    ports = inner_ports(data / "ports.json", names=("sandbox", "smtp"), avoid=port)
    ours = practice_settings(data, port=port, ports=ports) | engines
    env = overruled(ours, os.environ)
    write_env_file(data / "env", {name: env[name] for name in ours})
    logs = data / "logs"
    children = _programs(port, ports, logs, env)
    with _step("Tables"):
        _once(supervisor, Child("migrate", manage("migrate", "--no-input"), logs / "migrate.log", env, cwd=ROOT))
    with _step("A practice to look at"):
        logins = _seed(supervisor, data, env)
    with _step("Web and sandbox"):
        for name in ("web", "sandbox"):  # not before there is something to see: whoever gets a page gets the practice
            supervisor.start(children[name])
        supervisor.wait_for(children["web"], ready=lambda: healthy(port))
        supervisor.wait_for(children["sandbox"], ready=lambda: listens(ports["sandbox"]))
    for name in ("worker", "beat"):
        supervisor.start(children[name])
    site = env["SITE_URL"]
    _say(f"\nReady after {time.monotonic() - began:.0f} s:  {site}/\n\n{logins}")
    _say(f"No money moves and no message leaves: look inside at {site}/sandbox/\nCtrl-C stops everything.")
    supervisor.watch()


def _programs(port: int, ports: Mapping[str, int], logs: Path, env: Mapping[str, str]) -> dict[str, Child]:
    commands = {
        "web": web_command(port=port, workers=2, threads=_WEB_THREADS),
        "sandbox": sandbox_command(port=ports["sandbox"], smtp_port=ports["smtp"]),
        "worker": worker_command(processes=2),
        "beat": beat_command(),
    }
    return {name: Child(name, command, logs / f"{name}.log", env, cwd=ROOT) for name, command in commands.items()}


def _seed(supervisor: Supervisor, data: Path, env: Mapping[str, str]) -> str:
    """Fill an empty installation. Returns what the seed said about logins, also at later starts."""
    kept = data / "logins.txt"
    is_ours = not os.environ.get("DATABASE_URL")
    if is_ours and kept.exists():
        return kept.read_text()
    log = data / "logs" / "seed.log"
    _once(supervisor, Child("seed", manage("seed"), log, env, cwd=ROOT))
    log.chmod(0o600)
    # What was said of an outside database must not pass for the one in this folder.
    return (log.rename(kept) if is_ours else log).read_text()


def _once(supervisor: Supervisor, child: Child) -> None:
    """Run a command to its end. Raises DidNotStart with its last words."""
    child.log.unlink(missing_ok=True)
    supervisor.start(child)
    while child.running:
        supervisor.pause()
    del supervisor.children[child.name]
    if child.process and child.process.returncode:
        raise DidNotStart(f"`{child.name}` failed. The end of {child.log}:\n{tail(child.log)}")


@contextmanager
def _only_demo_in(data: Path) -> Iterator[None]:
    """Hold the folder's lock. Our guard holds it too, until it has ended what we left: then we wait a little."""
    with (data / "run" / "lock").open("a+") as lock:
        deadline = time.monotonic() + _SECONDS_FOR_A_DYING_DEMO
        while not _locked(lock.fileno()):
            lock.seek(0)
            holder = lock.read()
            if time.monotonic() > deadline or (holder.isdigit() and psutil.pid_exists(int(holder))):
                raise Refused(
                    f"A demo already runs in {data} (process {holder}). Stop it, or choose another folder and port: "
                    "DATA=.demo2 PORT=8001"
                )
            time.sleep(0.1)
        lock.seek(0)
        lock.truncate()
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("manage.py demo", description="Everything on this machine, in practice mode.")
    parser.add_argument("--port", type=_port, default=os.environ.get("PORT") or "8000")
    parser.add_argument(
        "--data",
        default=os.environ.get("DATA") or ".demo",
        help="the folder for the database, generated secrets and logs",
    )
    return parser.parse_args(arguments)


def _port(text: str) -> int:
    if not (text.isdigit() and 0 < int(text) <= _HIGHEST_PORT):
        raise argparse.ArgumentTypeError(f"PORT must be a number from 1 to {_HIGHEST_PORT}, not {text!r}")
    return int(text)


@contextmanager
def _step(name: str) -> Iterator[None]:
    began = time.monotonic()
    _say(f"  {name} ", end="")
    try:
        yield
    except BaseException:
        _say("")
        raise
    _say(f"{'.' * (30 - len(name))} {time.monotonic() - began:4.1f} s")


def _say(text: str, *, end: str = "\n") -> None:
    with suppress(OSError):  # nobody listens any more
        sys.stdout.write(f"{text}{end}")
        sys.stdout.flush()
