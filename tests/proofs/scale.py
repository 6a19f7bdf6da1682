"""How much a proof tries: a little with every run of the tests, all of it with `make proof`."""

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

FULL = os.environ.get("PROOF") == "full"
T = TypeVar("T")


def many(few: int, full: int) -> int:
    return full if FULL else few


def at_once(count: int, act: Callable[[int], T]) -> list[T]:
    """Do something `count` times, all at the same moment, each in a thread of its own."""
    start = threading.Barrier(count)

    def wait_and_act(number: int) -> T:
        start.wait(60)
        return act(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(wait_and_act, range(count)))
