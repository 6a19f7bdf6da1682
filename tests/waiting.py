"""Waiting for a fact that other processes bring about."""

import time
from collections.abc import Callable


def eventually(fact: Callable[[], object], *, seconds: float = 10) -> bool:
    """Whether it came true in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if fact():
            return True
        time.sleep(0.05)
    return False
