"""How long things are kept: arithmetic on instants, with no Django inside."""

from datetime import datetime, timedelta

HOLD = timedelta(minutes=10)
MORE = timedelta(minutes=2)
HOLD_AT_MOST = timedelta(minutes=30)
HOLD_ONCE_PAYING = timedelta(minutes=16)  # a payment link can't live shorter than 15 minutes


def hold_until(now: datetime) -> datetime:
    return now + HOLD


def hold_once_paying(current: datetime, held_at: datetime, now: datetime) -> datetime:
    """Pressing Pay never shortens a hold, and pressing it again and again does not keep a time for ever."""
    return max(current, now + HOLD_ONCE_PAYING) if now < held_at + HOLD_AT_MOST else current


def hold_after_failure(current: datetime, held_at: datetime, now: datetime) -> datetime:
    """A try that failed leaves time for another."""
    return max(current, min(now + HOLD, held_at + HOLD_AT_MOST + HOLD_ONCE_PAYING))


def hold_extended(current: datetime, held_at: datetime) -> datetime:
    """A little more time for whoever asks, up to a limit; asking never shortens a hold."""
    return max(current, min(current + MORE, held_at + HOLD_AT_MOST))


def cancellable_until(start: datetime, cutoff_minutes: int) -> datetime:
    return start - timedelta(minutes=cutoff_minutes)
