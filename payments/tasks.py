from celery import shared_task

from common import clock
from payments import actions


@shared_task
def process_event(event_id: int) -> None:
    actions.process_events(now=clock.now(), only=event_id)


@shared_task
def process_waiting_events() -> None:
    actions.process_events(now=clock.now())


@shared_task
def poll_open_payments() -> None:
    actions.poll_payments(now=clock.now())
