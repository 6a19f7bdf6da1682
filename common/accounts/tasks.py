from celery import shared_task
from django.contrib.sessions.backends.db import SessionStore

from common import limits


@shared_task
def forget_the_past() -> None:
    """Remove sessions that are over and counts of tries that count no more."""
    SessionStore.clear_expired()
    limits.forget_the_past()
