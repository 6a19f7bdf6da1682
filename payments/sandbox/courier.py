"""Brings webhooks, as Razorpay does: at least once, in any order, again and again for a day.

What is to be brought stands in the table of deliveries, so that the courier may be killed at any moment. A delivery
that was on its way then is brought once more when its lease has run out.
"""

import http.client
import logging
import threading
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import django.db
from django.conf import settings
from django.db import close_old_connections, connections

from common import claims, clock
from payments.sandbox import actions
from payments.sandbox.models import Delivery

logger = logging.getLogger("samay.sandbox")

PATH = "/webhooks/razorpay/"
PARALLEL = 8
TIMEOUT_SECONDS = 5
LEASE = timedelta(seconds=15)
LONGEST_DELAY = timedelta(minutes=15)
PATIENCE = timedelta(hours=24)
IDLE_SECONDS = 0.2
EXPIRY_SECONDS = 1.0


class Courier(threading.Thread):
    """Runs until `stop()`. `site` is where webhooks go; SITE_URL unless told otherwise."""

    def __init__(self, site: str = "") -> None:
        super().__init__(name="webhook courier", daemon=True)
        self._url = (site or settings.SITE_URL) + PATH
        self._stopped = threading.Event()
        self._looked_at_links = 0.0

    def stop(self) -> None:
        """Take nothing new, and wait for what is on its way."""
        self._stopped.set()
        self.join(TIMEOUT_SECONDS + 1)

    def run(self) -> None:
        on_the_way: dict[Future[int], Delivery] = {}
        with ThreadPoolExecutor(PARALLEL, thread_name_prefix="webhook") as pool:
            while not self._stopped.is_set() or on_the_way:
                try:
                    self._round(pool, on_the_way)
                except django.db.Error:
                    logger.warning("the courier can't reach its table")
                    connections.close_all()
                    self._stopped.wait(1)
        connections.close_all()

    def _round(self, pool: ThreadPoolExecutor, on_the_way: dict[Future[int], Delivery]) -> None:
        close_old_connections()
        if not self._stopped.is_set():
            self._expire_links()
            free = PARALLEL - len(on_the_way)
            for delivery in claims.claim(Delivery, now=clock.machine_now(), limit=free, lease=LEASE) if free else []:
                on_the_way[pool.submit(post, self._url, delivery)] = delivery
        if not on_the_way:
            self._stopped.wait(IDLE_SECONDS)
            return
        for future in wait(on_the_way, timeout=IDLE_SECONDS, return_when=FIRST_COMPLETED).done:
            record(on_the_way.pop(future), future.result(), now=clock.machine_now())

    def _expire_links(self) -> None:
        if time.monotonic() - self._looked_at_links > EXPIRY_SECONDS:
            actions.expire_links()
            self._looked_at_links = time.monotonic()


def post(url: str, delivery: Delivery) -> int:
    """Bring one webhook. The HTTP status of the answer; 0 if none came in time."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=TIMEOUT_SECONDS)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Razorpay-Webhook/v1",
        "X-Razorpay-Signature": delivery.signature,
        "x-razorpay-event-id": delivery.event_id,
    }
    try:
        connection.request("POST", parts.path, body=delivery.body.encode(), headers=headers)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def record(delivery: Delivery, status: int, *, now: datetime) -> None:
    """Any 2xx is success; everything else, redirects included, is brought again for a day."""
    if status in range(200, 300):
        claims.finish(delivery, now=now, status=status)
    elif now - delivery.created_at > PATIENCE:
        claims.finish(delivery, now=now, status=status, gave_up=True)
        logger.warning("webhook given up", extra={"delivery": delivery.pk, "status": status})
    else:
        mine = Delivery.objects.filter(pk=delivery.pk, attempts=delivery.attempts, done_at=None)
        mine.update(status=status, leased_until=None, due_at=now + delay_after(delivery.attempts))


def delay_after(attempts: int) -> timedelta:
    """1, 2, 4, 8 … seconds, at most a quarter of an hour."""
    return min(timedelta(seconds=2 ** min(attempts - 1, 12)), LONGEST_DELAY)
