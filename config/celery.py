"""Background work: nudges wake a worker at once, the schedule finds whatever a lost nudge left behind."""

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("samay")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# Sweeps live for one beat only: a backlog of sweeps after an outage would do the same work over and over.
_SWEEPS = {
    "common.tasks.beat_heart": 10,
    "booking.tasks.expire_lapsed_holds": 10,
    "booking.tasks.complete_past_visits": 300,
    "payments.tasks.process_waiting_events": 5,
    "payments.tasks.poll_open_payments": 15,
    "notifications.tasks.deliver_due": 5,
    "common.accounts.tasks.forget_the_past": 600,
}
app.conf.beat_schedule = {
    name: {"task": name, "schedule": seconds, "options": {"expires": seconds}} for name, seconds in _SWEEPS.items()
}


@setup_logging.connect
def keep_our_logging(**_: Any) -> None:
    """Celery would replace the handlers; connecting is what tells it not to."""
