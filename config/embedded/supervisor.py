"""A family whose members are started again when they die, until somebody asks us to stop."""

import os
import select
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from config.embedded.processes import Child, Family

_FIRST_WAIT, _LONGEST_WAIT = 0.5, 20.0  # seconds before a dead child's next start
_WELL = 30.0  # a child that lived as long as this is not failing over and over
_LARGEST_LOG = 5_000_000  # bytes
_EVERY = 0.25


class Stopped(Exception):
    """A Ctrl-C, a SIGTERM, or a closed terminal."""


class Supervisor(Family):
    def __init__(self, folder: Path, *, say: Callable[[str], None]) -> None:
        super().__init__(folder)
        self._say = say
        self._asked_to_stop = False
        self._terminal = select.poll()
        self._started: dict[str, float] = {}
        self._waits: dict[str, float] = {}
        self._due: dict[str, float] = {}

    def heed_signals(self) -> None:
        """Stop on the usual signals. A shell's `&` ignores SIGINT for us, which is not meant; `nohup` is."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask_to_stop)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            signal.signal(signal.SIGHUP, self._ask_to_stop)
            if os.isatty(0):
                self._terminal.register(0, 0)

    def pause(self) -> None:
        super().pause()
        # A closed terminal signals its first process alone, and `make` keeps that to itself.
        if self._asked_to_stop or self._terminal.poll(0):
            raise Stopped

    def start(self, child: Child) -> Child:
        self._started[child.name] = time.monotonic()
        return super().start(child)

    def watch(self) -> None:
        """Keep every child alive and every log small. Ends with Stopped."""
        while True:
            deadline = time.monotonic() + _EVERY
            while time.monotonic() < deadline:
                self.pause()
            for child in list(self.children.values()):
                _keep_small(child.log)
                if not child.running:
                    self._revive(child)

    def _revive(self, child: Child) -> None:
        now = time.monotonic()
        if child.name not in self._due:
            lived = now - self._started[child.name]
            before = self._waits.get(child.name, 0.0)
            wait = _FIRST_WAIT if lived > _WELL or not before else min(before * 2, _LONGEST_WAIT)
            self._waits[child.name], self._due[child.name] = wait, now + wait
            self._say(f"{child.name} ended and is started again in {wait:.1f} s. Its log: {child.log}")
        elif now >= self._due[child.name]:
            del self._due[child.name]
            self.start(child)

    def _ask_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._asked_to_stop = True


def _keep_small(log: Path) -> None:
    """Put a long log aside. Its writers append, so cutting it under their hands is safe."""
    if log.exists() and log.stat().st_size > _LARGEST_LOG:
        shutil.copyfile(log, log.with_suffix(".log.1"))
        with log.open("r+b") as file:
            file.truncate()
