"""What the control runs break, one thing each, so that a proof is seen to fail. No part of the product knows of it."""

import logging
import threading
from typing import Any

from django.apps import AppConfig


class Sabotage(AppConfig):
    name = "tests.proofs.sabotage"
    label = "sabotage"

    def ready(self) -> None:
        self.break_something()

    def break_something(self) -> None:
        raise NotImplementedError


def broken_by(sabotage: type[Sabotage]) -> dict[str, str]:
    """The environment of a stack in which this is broken."""
    return {"DJANGO_SETTINGS_MODULE": "tests.proofs.sabotaged", "SABOTAGE": sabotage.__name__}


class LapsedHoldsStay(Sabotage):
    """Nobody retires a lapsed hold when its time is wanted."""

    def break_something(self) -> None:
        from booking import actions

        actions._retire_lapsed = lambda *_, **__: None  # type: ignore[assignment]


class EveryReportIsNews(Sabotage):
    """Money that was booked already is booked again."""

    def break_something(self) -> None:
        from payments import actions

        actions.RECEIVED = ()  # type: ignore[assignment]


class AnswersBeforeStoring(Sabotage):
    """A webhook is answered at once and stored a second later."""

    def break_something(self) -> None:
        from django.db import connection

        from payments.models import Event
        from payments.views import webhooks

        store = webhooks.actions.store_event

        def store_and_leave(*args: Any, **facts: Any) -> None:
            store(*args, **facts)
            connection.close()

        def later(*args: Any, **facts: Any) -> Event:
            threading.Timer(1, store_and_leave, args, facts).start()
            return Event(done_at=facts["now"])

        webhooks.actions.store_event = later


class WaitsForTheBroker(Sabotage):
    """Whoever has work for a worker tells the broker at once, and waits for its answer."""

    def break_something(self) -> None:
        from celery import current_app

        from common import nudge

        nudge._enqueue = lambda task, row_id: current_app.send_task(task, (row_id,))  # type: ignore[assignment]


class LeaksNames(Sabotage):
    """A careless log line."""

    def break_something(self) -> None:
        from booking.signals import booking_confirmed

        def careless(*, booking: Any, **_: Any) -> None:
            logging.getLogger("booking").info("confirmed for %s", booking.patient.name)

        booking_confirmed.connect(careless, weak=False)
