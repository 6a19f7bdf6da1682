from celery import shared_task

from common import clock
from common.models import Heartbeat


@shared_task
def beat_heart() -> None:
    """Beat sent it and a worker ran it: both are alive."""
    Heartbeat.objects.update_or_create(process="worker", defaults={"at": clock.machine_now()})
