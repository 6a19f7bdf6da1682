"""Owing a message and sending it. The row is written with the news; sending happens later, and is repeated."""

import json
import logging
import uuid
from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.db.models import QuerySet

from booking.models import Booking
from common import claims, clock
from common.nudge import nudge
from notifications import channels
from notifications.models import REPEATED, TO_PRACTITIONER, URGENT, Channel, Kind, Notification

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 12  # about four hours of trying
OVERTAKEN = "overtaken"  # what it would have said is no longer true


def owe(kinds: Iterable[Kind], booking: Booking, *, now: datetime) -> None:
    """Write down messages about a booking, each once for each version of the booking.

    Not every patient has an address: what would be for one who has none is not owed.
    """
    rows = [
        Notification(
            kind=kind,
            channel=Channel.EMAIL,
            booking=booking,
            sequence=booking.sequence,
            dedupe_key=_key(kind, booking, now=now),
            created_at=now,
            due_at=now,
        )
        for kind in kinds
        if kind in TO_PRACTITIONER or (booking.patient is not None and booking.patient.email)
    ]
    if rows:
        Notification.objects.bulk_create(rows, ignore_conflicts=True)
        nudge("notifications.tasks.deliver_for_booking", booking.pk)


def _key(kind: Kind, booking: Booking, *, now: datetime) -> str:
    key = f"{kind}:{booking.pk}:{booking.sequence}"
    return f"{key}:{now.isoformat()}" if kind in REPEATED else key


def write(kind: Kind, letter: dict[str, Any], *, now: datetime, void_at: datetime | None = None) -> None:
    """Write down a message to an address, such as a code. Who reads the table sees neither."""
    row = Notification.objects.create(
        kind=kind,
        channel=Channel.EMAIL,
        letter=json.dumps(letter),
        dedupe_key=f"{kind}:{uuid.uuid4().hex}",
        created_at=now,
        due_at=now,
        void_at=void_at,
    )
    nudge("notifications.tasks.deliver_one", row.pk)


def deliver(*, now: datetime, limit: int = 20, booking: int | None = None, row: int | None = None) -> int:
    """Send what is due, each by itself and the urgent first; answers how many were claimed."""
    if booking is not None:
        return _deliver(Notification.objects.filter(booking=booking), now=now, limit=limit)
    if row is not None:
        return _deliver(Notification.objects.filter(pk=row), now=now, limit=limit)
    urgent = _deliver(Notification.objects.filter(kind__in=URGENT, done_at=None), now=now, limit=limit)
    return urgent + _deliver(None, now=now, limit=limit)


def _deliver(rows: QuerySet[Notification] | None, *, now: datetime, limit: int) -> int:
    only = None if rows is None else rows.values_list("pk", flat=True)
    return claims.work_through(Notification, partial(_deliver_one, now=now), now=now, limit=limit, only=only)


def _deliver_one(notification: Notification, *, now: datetime) -> None:
    if not notification.is_still_true(now=now, machine_now=clock.machine_now()):
        claims.finish(notification, now=now, last_error=OVERTAKEN, letter=None)
        return
    try:
        message_id = channels.send(notification)
    except SoftTimeLimitExceeded:
        raise  # the task's time is over, not the message's; the lease brings it back
    except Exception as error:  # noqa: BLE001 - whatever happens to one message, the others go out
        failure = type(error).__name__
        logger.warning("message not sent", extra={"notification": notification.pk, "failure": failure})
        if notification.attempts >= MOST_ATTEMPTS:
            claims.finish(notification, now=now, gave_up_at=now, last_error=failure, letter=None)
        else:
            claims.put_back(notification, now=now, last_error=failure)
    else:
        claims.finish(notification, now=now, message_id=message_id, last_error="", letter=None)
        logger.info("message sent", extra={"notification": notification.pk})
