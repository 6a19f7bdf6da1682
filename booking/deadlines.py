"""How long things are kept: arithmetic on instants, with no Django inside."""

from datetime import datetime, timedelta

HOLD = timedelta(minutes=10)
HOLD_ONCE_PAYING = timedelta(minutes=16)  # a payment link can't live shorter than 15 minutes


def hold_until(now: datetime) -> datetime:
    return now + HOLD


def hold_once_paying(current: datetime, now: datetime) -> datetime:
    """Pressing Pay never shortens a hold."""
    return max(current, now + HOLD_ONCE_PAYING)


def cancellable_until(start: datetime, cutoff_minutes: int) -> datetime:
    return start - timedelta(minutes=cutoff_minutes)
