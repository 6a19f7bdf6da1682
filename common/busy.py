"""Telling a database that is busy from one that is broken."""

from django.db import OperationalError

_BUSY = {"40001", "40P01", "55P03"}  # serialization failure, deadlock, lock not available


def is_busy(error: BaseException) -> bool:
    """Whether trying again in a moment is all that is needed."""
    return isinstance(error, OperationalError) and getattr(error.__cause__, "sqlstate", "") in _BUSY
