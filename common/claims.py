"""Work that waits in a table until someone has time for it: notifications, events, polls.

The broker only wakes workers; what is owed stands in the row. Whoever claims a row has a lease on it. A worker that
dies lets its lease run out, and the row is claimed again.
"""

import logging
import random
import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from celery.exceptions import SoftTimeLimitExceeded
from django.db import models, transaction
from django.db.models import F, Q

from common import clock

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=100)  # a little longer than a task may take
PATIENCE = 30.0  # seconds after which a sweep leaves the rest to the next one
FIRST_DELAY = timedelta(seconds=5)
LONGEST_DELAY = timedelta(hours=1)

Row = TypeVar("Row", bound="Claimable")


class Claimable(models.Model):
    """A row of waiting work. `due_at` is product time; `leased_until` is machine time."""

    due_at = models.DateTimeField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True, editable=False)
    attempts = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


def waiting(table: str) -> models.Index:
    """The index that finds waiting rows among any number of finished ones."""
    return models.Index(fields=["due_at"], name=f"{table}_waiting", condition=Q(done_at=None, due_at__isnull=False))


def claim(
    model: type[Row], *, now: datetime, limit: int = 1, only: Iterable[int] | None = None, lease: timedelta = LEASE
) -> list[Row]:
    """Take up to `limit` due rows that nobody else holds, oldest first, each with a lease and one more attempt."""
    machine = clock.machine_now()
    free = Q(leased_until=None) | Q(leased_until__lte=machine)
    rows = model._default_manager.filter(free, done_at=None, due_at__lte=now)
    if only is not None:
        rows = rows.filter(pk__in=only)
    with transaction.atomic():
        claimed = list(rows.order_by("due_at", "pk").select_for_update(skip_locked=True, of=("self",))[:limit])
        for row in claimed:
            row.leased_until = machine + lease
            row.attempts += 1
        model._default_manager.filter(pk__in=[row.pk for row in claimed]).update(
            leased_until=machine + lease, attempts=F("attempts") + 1
        )
    return claimed


def work_through(
    model: type[Row], work: Callable[[Row], None], *, now: datetime, limit: int, only: Iterable[int] | None = None
) -> int:
    """Claim due rows one by one, each when the one before is done with, for as long as a task may take.

    A row that is not reached keeps its attempts and waits for the next sweep; a row that breaks the work waits longer
    and keeps none of the others. Answers how many were claimed.
    """
    wanted = None if only is None else list(only)
    until = time.monotonic() + PATIENCE
    count = 0
    while count < limit and time.monotonic() < until and (rows := claim(model, now=now, only=wanted)):
        _attempt(work, rows[0], now=now)
        count += 1
    return count


def _attempt(work: Callable[[Row], None], row: Row, *, now: datetime) -> None:
    try:
        work(row)
    except SoftTimeLimitExceeded:
        raise  # the task's time is over, not the row's; its lease brings it back
    except Exception:
        logger.exception("work not done", extra={"table": row._meta.db_table, "row": row.pk})
        put_back(row, now=now)


def finish(row: Claimable, *, now: datetime, **facts: Any) -> bool:
    """Mark the work done, with what is known of it. False if the lease was lost and someone else has the row now."""
    return _leave(row, done_at=now, leased_until=None, **facts)


def put_back(row: Claimable, *, now: datetime, **facts: Any) -> bool:
    """Let the row wait again: longer after each attempt, and never in step with its neighbours."""
    return _leave(row, due_at=now + delay_after(row.attempts), leased_until=None, **facts)


def delay_after(attempts: int) -> timedelta:
    """Exponential, capped, with up to a quarter of jitter."""
    doubled: timedelta = FIRST_DELAY * 2 ** min(max(attempts - 1, 0), 12)
    return min(doubled, LONGEST_DELAY) * random.uniform(0.75, 1.25)  # noqa: S311 - spreads load, guards nothing


def _leave(row: Claimable, **changes: Any) -> bool:
    mine = type(row)._default_manager.filter(pk=row.pk, attempts=row.attempts, done_at=None)
    return bool(mine.update(**changes))
