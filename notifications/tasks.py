from celery import shared_task

from common import clock
from notifications import actions


@shared_task
def deliver_for_booking(booking_id: int) -> None:
    actions.deliver(now=clock.now(), booking=booking_id)


@shared_task
def deliver_one(notification_id: int) -> None:
    actions.deliver(now=clock.now(), row=notification_id)


@shared_task
def deliver_due() -> None:
    actions.deliver(now=clock.now())
