"""Requests on eight kept-alive connections from two processes, for so many seconds; loopback only."""

import http.client
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import cycle
from urllib.parse import urlsplit

PROCESSES = 2
CONNECTIONS = 8
PATIENCE = 30


@dataclass(frozen=True)
class Request:
    path: str
    body: str = ""

    @property
    def method(self) -> str:
        return "POST" if self.body else "GET"


@dataclass
class Outcome:
    """What came back: how often each status, over how many seconds."""

    statuses: Counter[int] = field(default_factory=Counter)
    seconds: float = 0.0

    def rate(self, status: int) -> float:
        """Answers of one status per second."""
        return self.statuses[status] / self.seconds if self.seconds else 0.0


def fire(url: str, requests: Sequence[Request], *, seconds: float, once: bool = False) -> Outcome:
    """Send requests round and round, or each of them `once`, until the time is over."""
    with ProcessPoolExecutor(PROCESSES) as pool:
        shares = [requests[n::PROCESSES] for n in range(PROCESSES)]
        parts = [pool.submit(_share, url, share, seconds, once) for share in shares]
        outcomes = [part.result() for part in parts]
    total = Counter[int]()
    for outcome in outcomes:
        total.update(outcome.statuses)
    return Outcome(total, max(outcome.seconds for outcome in outcomes))


def _share(url: str, requests: Sequence[Request], seconds: float, once: bool) -> Outcome:  # noqa: FBT001 - crosses processes
    wanted: Iterator[Request] = iter(requests) if once else cycle(requests)
    guard, statuses = threading.Lock(), Counter[int]()
    began = time.monotonic()

    def work() -> None:
        mine = Counter[int]()
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE)
        while time.monotonic() < began + seconds:
            with guard:
                request = next(wanted, None)
            if request is None:
                break
            headers = {"Content-Type": "application/json"} if request.body else {}
            connection.request(request.method, request.path, request.body or None, headers)
            response = connection.getresponse()
            response.read()
            mine[response.status] += 1
        connection.close()
        with guard:
            statuses.update(mine)

    threads = [threading.Thread(target=work) for _ in range(CONNECTIONS // PROCESSES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Outcome(statuses, time.monotonic() - began)
