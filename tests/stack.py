"""The product's processes for a test, as production runs them: started, frozen, killed and restarted by name."""

import os
import signal
import threading
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from celery import Celery

from config import env
from config.embedded.engines import prepared, start_engines
from config.embedded.environment import HOST, free_port, practice_settings
from config.embedded.processes import Child, Family, tail
from config.embedded.programs import (
    ROOT,
    beat_command,
    healthy,
    listens,
    sandbox_command,
    web_command,
    worker_command,
)


class Stack:
    """Names are web1, web2, …, worker1, …, beat, sandbox and, if the stack has its own, valkey.

    As in production, a process that dies of itself is started again (Celery's worker ends when it loses the broker at a
    bad moment); one that the test has killed stays dead until `restart`.

    >>> with Stack(folder) as stack:
    ...     stack.up(web=2, worker=1, settings={"RATE_LIMITS": "off"})
    ...     httpx.get(stack.urls[0])
    ...     stack.kill("worker1")
    ...     stack.restart("worker1")
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.logs = folder / "logs"
        self.clock_file = folder / "clock"
        self.urls: list[str] = []
        self.env: dict[str, str] = {}
        self._family = Family(folder / "run", patience=0)
        self._ports: dict[str, int] = {}
        self._kept: set[str] = set()  # names of processes that answered once and were not killed since
        self._turn = threading.RLock()
        self._over = threading.Event()
        self._exits = ExitStack()

    def __enter__(self) -> Self:
        self._exits.enter_context(prepared(self.folder))
        self._exits.enter_context(self._family)
        reviver = threading.Thread(target=self._revive_the_dead, name="reviver", daemon=True)
        reviver.start()
        self._exits.callback(reviver.join)
        self._exits.callback(self._over.set)
        return self

    def __exit__(self, *_: object) -> None:
        self._exits.close()

    def up(
        self,
        *,
        web: int = 1,
        worker: int = 0,
        beat: bool = False,
        sandbox: bool = False,
        own_broker: bool = False,
        threads: int = 8,
        settings: Mapping[str, str] | None = None,
    ) -> str:
        """Start processes and wait until they answer. Returns the first web process's address.

        `settings` are environment variables that overrule the practice ones; DJANGO_SETTINGS_MODULE is one of them.
        `own_broker` gives the stack a Valkey that a test may kill or freeze without hurting its neighbours.
        """
        ports = {name: free_port() for name in ("sandbox", "smtp", *(f"web{n}" for n in range(1, web + 1)))}
        self._ports = ports
        self.urls = [f"http://{HOST}:{ports[f'web{n}']}" for n in range(1, web + 1)]
        practice = practice_settings(self.folder, port=ports.get("web1", ports["sandbox"]), ports=ports)
        secrets = {name: os.environ[name] for name in ("SECRET_KEY", "FIELD_KEYS")}  # shared with the test itself
        broker = start_engines(self._family, self.folder, durable=False, database=False) if own_broker else {}
        self.env = {**os.environ, **practice, **secrets, **broker, **(settings or {})}
        for n in range(1, web + 1):
            self._start(f"web{n}", web_command(port=ports[f"web{n}"], workers=1, threads=threads))
        for n in range(1, worker + 1):
            self._start(f"worker{n}", [*worker_command(processes=2), "--hostname", f"worker{n}@%h"])
        if beat:
            self._start("beat", beat_command())
        if sandbox:
            self._start("sandbox", sandbox_command(port=ports["sandbox"], smtp_port=ports["smtp"]))
        for child in list(self._family.children.values()):
            self._wait(child)
        return self.urls[0] if self.urls else f"http://{HOST}:{ports['sandbox']}"

    def pid(self, name: str) -> int:
        return self._child(name).pid

    def kill(self, name: str) -> None:
        """kill -9 the process and all it has started."""
        with self._turn:
            self._kept.discard(name)
            self._child(name).kill()

    def freeze(self, name: str) -> None:
        """SIGSTOP: the process keeps its connections and says nothing."""
        os.killpg(self.pid(name), signal.SIGSTOP)

    def thaw(self, name: str) -> None:
        os.killpg(self.pid(name), signal.SIGCONT)

    def restart(self, name: str) -> None:
        """Start it again, alive or not, and wait until it answers."""
        with self._turn:
            self._kept.discard(name)
            child = self._family.start(self._child(name))
        self._wait(child)

    def log(self, name: str, *, lines: int = 10_000) -> str:
        return tail(self.logs / f"{name}.log", lines)

    def _revive_the_dead(self) -> None:
        while not self._over.wait(0.2):
            with self._turn:
                for child in list(self._family.children.values()):
                    if child.name in self._kept and not child.running:
                        self._family.start(child)

    def _start(self, name: str, command: list[str]) -> None:
        with self._turn:
            self._family.start(Child(name, command, self.logs / f"{name}.log", self.env, cwd=ROOT))

    def _child(self, name: str) -> Child:
        return self._family.children[name]

    def _wait(self, child: Child) -> None:
        self._family.wait_for(child, ready=lambda: self._ready(child.name))
        self._kept.add(child.name)

    def _ready(self, name: str) -> bool:
        if name.startswith("web"):
            return healthy(self._ports[name])
        if name == "sandbox":
            return listens(self._ports["sandbox"])
        if name.startswith("worker"):
            return self._answers(name)
        return self._child(name).running

    def _answers(self, worker: str) -> bool:
        broker = env.broker("BROKER_URL", default=self.env["REDIS_URL"])
        with Celery(broker=broker, set_as_current=False) as caller:
            replies = caller.control.ping(timeout=0.3) or []
        return any(node.startswith(f"{worker}@") for reply in replies for node in reply)
