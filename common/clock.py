"""The one place that says what time it is.

The product asks `now()`; practice mode may move it forward, by an offset in seconds kept in the file `CLOCK_FILE`,
which every process of the machine shares. `machine_now()` is for facts about machines (leases, heartbeats), which no
rehearsal may move.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings


class _Offset:
    """The practice offset, read again only when the file has changed."""

    def __init__(self) -> None:
        self._seen: tuple[str, int] | None = None
        self._value = timedelta()

    def read(self) -> timedelta:
        path = settings.CLOCK_FILE
        if not path:
            return timedelta()
        try:
            seen = (path, Path(path).stat().st_mtime_ns)
        except FileNotFoundError:
            return timedelta()
        if seen != self._seen:
            self._value = timedelta(seconds=float(Path(path).read_text() or 0))
            self._seen = seen
        return self._value


_offset = _Offset()


def machine_now() -> datetime:
    return datetime.now(UTC)


def now() -> datetime:
    return machine_now() + _offset.read()


def advance(seconds: float) -> datetime:
    """Move practice time forward and answer the new now. Refused outside practice mode and backwards."""
    if not settings.PRACTICE_MODE or not settings.CLOCK_FILE:
        raise RuntimeError("Only practice mode can move the clock.")
    if seconds < 0:
        raise ValueError("Time moves forward only.")
    target = Path(settings.CLOCK_FILE)
    total = _offset.read().total_seconds() + seconds
    fresh = target.with_suffix(".new")
    fresh.write_text(repr(total))
    fresh.replace(target)
    return now()
