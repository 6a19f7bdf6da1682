"""Owing a message and sending it. The row is written with the news; sending happens later, and is repeated."""

import logging
from collections.abc import Iterable
from datetime import datetime
from functools import partial

from celery.exceptions import SoftTimeLimitExceeded

from booking.models import Booking
from common import claims
from common.nudge import nudge
from notifications import channels
from notifications.models import Channel, Kind, Notification

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 12  # about four hours of trying
OVERTAKEN = "overtaken"  # what it would have said is no longer true


def owe(kinds: Iterable[Kind], booking: Booking, *, now: datetime) -> None:
    """Write down messages about a booking, each once for each version of the booking."""
    rows = [
        Notification(
            kind=kind,
            channel=Channel.EMAIL,
            booking=booking,
            dedupe_key=f"{kind}:{booking.pk}:{booking.sequence}",
            created_at=now,
            due_at=now,
        )
        for kind in kinds
    ]
    Notification.objects.bulk_create(rows, ignore_conflicts=True)
    nudge("notifications.tasks.deliver_for_booking", booking.pk)


def deliver(*, now: datetime, limit: int = 20, booking: int | None = None) -> int:
    """Send what is due, each by itself; answers how many were claimed."""
    only = None if booking is None else Notification.objects.filter(booking=booking).values_list("pk", flat=True)
    return claims.work_through(Notification, partial(_deliver_one, now=now), now=now, limit=limit, only=only)


def _deliver_one(notification: Notification, *, now: datetime) -> None:
    if not notification.is_still_true():
        claims.finish(notification, now=now, last_error=OVERTAKEN)
        return
    try:
        message_id = channels.send(notification)
    except SoftTimeLimitExceeded:
        raise  # the task's time is over, not the message's; the lease brings it back
    except Exception as error:  # noqa: BLE001 - whatever happens to one message, the others go out
        failure = type(error).__name__
        logger.warning("message not sent", extra={"notification": notification.pk, "failure": failure})
        if notification.attempts >= MOST_ATTEMPTS:
            claims.finish(notification, now=now, gave_up_at=now, last_error=failure)
        else:
            claims.put_back(notification, now=now, last_error=failure)
    else:
        claims.finish(notification, now=now, message_id=message_id, last_error="")
        logger.info("message sent", extra={"notification": notification.pk})
