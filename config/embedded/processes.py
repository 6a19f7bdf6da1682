"""Processes that live and die together: each knows its log, all are ended by whoever outlives the rest."""

import json
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import psutil

_SECONDS_TO_STOP = 8.0
_SAME_START = 5.0  # seconds by which the operating system's word on a process's start may wander


class DidNotStart(Exception):
    """A process that ended or stayed silent instead of becoming ready. The text is fit for a person."""


@dataclass
class Child:
    """One process in a session of its own, so that a Ctrl-C in the terminal reaches us alone."""

    name: str
    command: Sequence[str]
    log: Path
    env: Mapping[str, str] | None = None
    cwd: Path = Path("/")
    user: str | None = None  # the operating system's user to run as, when we are root
    stop_signal: int = signal.SIGTERM
    engine: bool = False  # engines end after everything that uses them
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def pid(self) -> int:
        """The process's id, which is also the id of its group. Raises LookupError before the first start."""
        if self.process is None:
            raise LookupError(self.name)
        return self.process.pid

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        account = pwd.getpwnam(self.user) if self.user else None
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self.env,
                cwd=self.cwd,
                start_new_session=True,
                user=account and account.pw_uid,
                group=account and account.pw_gid,
                extra_groups=[] if account else None,
            )

    def kill(self) -> None:
        """End the process and whatever it has started, at once."""
        if self.process is not None:
            _signal_group(self.process.pid, signal.SIGKILL)
            self.process.wait()


class Family:
    """Children that are started one by one and ended together.

    Their ids stand in `folder`, so that a guard (if we are killed) or the next start can end what is left.
    """

    def __init__(self, folder: Path, *, patience: float = _SECONDS_TO_STOP) -> None:
        """`patience`: seconds that programs get to finish what they are doing. Engines always get theirs."""
        self.children: dict[str, Child] = {}
        self._patience = patience
        self._ledger = folder / "processes.json"
        self._guard: tuple[int, int] | None = None

    def __enter__(self) -> Self:
        end_strays(self._ledger)
        self._guard = _start_guard(self._ledger)
        return self

    def __exit__(self, *_: object) -> None:
        for engine in (False, True):
            some = [child for child in self.children.values() if child.engine is engine and child.process]
            patience = _SECONDS_TO_STOP if engine else self._patience
            _end([psutil.Process(c.pid) for c in some if c.running], {c.pid: c.stop_signal for c in some}, patience)
            for child in some:
                child.kill()  # also what a child that died earlier left behind
        self._ledger.unlink(missing_ok=True)
        if self._guard is not None:
            pid, line = self._guard
            os.write(line, b".")
            os.close(line)
            os.waitpid(pid, 0)

    def start(self, child: Child) -> Child:
        """Start a child, the first time or again."""
        if child.process is not None:
            child.kill()  # what a dead parent left in its group would hold its port
        child.start()
        self.children[child.name] = child
        self._write_ledger()
        return child

    def wait_for(self, child: Child, *, ready: Callable[[], bool], seconds: float = 60) -> None:
        """Wait until the child is ready. Raises DidNotStart with the end of its log."""
        deadline = time.monotonic() + seconds
        while not ready():
            if not child.running:
                raise DidNotStart(f"{child.name} ended while starting. The end of {child.log}:\n{tail(child.log)}")
            if time.monotonic() > deadline:
                raise DidNotStart(f"{child.name} was not ready after {seconds:.0f} s. Its log: {child.log}")
            self.pause()

    def pause(self) -> None:
        time.sleep(0.03)

    def _write_ledger(self) -> None:
        running = [c for c in self.children.values() if c.running]
        rows = []
        for child in running:
            with suppress(psutil.NoSuchProcess):
                started = psutil.Process(child.pid).create_time()
                rows.append([child.pid, started, int(child.stop_signal), child.engine])
        draft = self._ledger.with_suffix(".new")
        draft.write_text(json.dumps(rows))
        draft.replace(self._ledger)


def end_strays(ledger: Path) -> None:
    """End what an earlier run has left behind. A process that merely got an old id is left alone."""
    with suppress(FileNotFoundError, ValueError):
        rows = json.loads(ledger.read_text())
        for engine in (False, True):
            strays = [psutil.Process(pid) for pid, started, _, kind in rows if kind is engine and _is(pid, started)]
            _end(strays, {pid: number for pid, _, number, _ in rows}, _SECONDS_TO_STOP)
    ledger.unlink(missing_ok=True)


def tail(log: Path, lines: int = 15) -> str:
    with suppress(FileNotFoundError):
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    return ""


def _is(pid: int, started: float) -> bool:
    with suppress(psutil.NoSuchProcess):
        return bool(abs(psutil.Process(pid).create_time() - started) < _SAME_START)
    return False


def _end(processes: list[psutil.Process], signals: Mapping[int, int], patience: float) -> None:
    """Ask all of them, wait together, insist."""
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(signals[process.pid])
            process.send_signal(signal.SIGCONT)  # a stopped process would not hear the first one
    deadline = time.monotonic() + patience
    while any(lives(process) for process in processes) and time.monotonic() < deadline:
        time.sleep(0.02)
    for process in processes:
        _signal_group(process.pid, signal.SIGKILL)


def lives(process: psutil.Process) -> bool:
    """A zombie is dead, though nobody has asked yet how it ended."""
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _signal_group(group: int, number: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def _start_guard(ledger: Path) -> tuple[int, int]:
    """Fork a helper that sleeps until we are gone, in whichever way, and then ends our children.

    Returns its id and our end of the line to it; a word on that line lets it go.
    """
    hears, line = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        os.close(hears)
        return pid, line
    try:
        os.setsid()
        os.close(line)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nothing, stream)
        if not os.read(hears, 1):
            end_strays(ledger)
    finally:
        os._exit(0)
