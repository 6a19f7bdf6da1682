from celery import shared_task

from booking import actions
from common import clock


@shared_task
def expire_lapsed_holds() -> None:
    actions.expire_lapsed(now=clock.now())


@shared_task
def complete_past_visits() -> None:
    actions.complete_past(now=clock.now())
