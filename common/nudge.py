"""Wake a worker without ever waiting for the broker.

A nudge is a hint: the row it speaks of is already committed, and a sweep finds it if the hint is lost. So publishing
happens on a thread of its own, and a dead or frozen broker costs a request nothing.
"""

import logging
import queue
import threading

from celery import current_app
from django.db import transaction

logger = logging.getLogger(__name__)

_QUEUE_SIZE = 1000
_waiting: queue.Queue[tuple[str, int]] = queue.Queue(maxsize=_QUEUE_SIZE)
_lock = threading.Lock()
_thread: threading.Thread | None = None


def nudge(task: str, row_id: int) -> None:
    """After the commit, tell a worker to run a task (by its name) on a row."""
    transaction.on_commit(lambda: _enqueue(task, row_id), robust=True)


def _enqueue(task: str, row_id: int) -> None:
    _ensure_thread()
    try:
        _waiting.put_nowait((task, row_id))
    except queue.Full:
        logger.warning("nudge dropped", extra={"task": task, "row": row_id})


def _ensure_thread() -> None:
    global _thread  # noqa: PLW0603 - one publisher per process
    with _lock:
        if _thread is None or not _thread.is_alive():
            _thread = threading.Thread(target=_publish_forever, name="nudge", daemon=True)
            _thread.start()


def _publish_forever() -> None:
    while True:
        task, row_id = _waiting.get()
        try:
            current_app.send_task(task, (row_id,), retry=False)
        except Exception:  # noqa: BLE001 - whatever the broker does, the sweep has the row
            logger.warning("nudge not delivered", extra={"task": task, "row": row_id})
