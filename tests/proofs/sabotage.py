"""What the control runs break, one thing each, so that a proof is seen to fail. No part of the product knows of it."""

import logging
import threading
from importlib import import_module
from typing import Any

from celery import current_app
from django.apps import AppConfig, apps
from django.db import connection
from django.dispatch import Signal


class Sabotage(AppConfig):
    name = "tests.proofs.sabotage"
    label = "sabotage"

    def ready(self) -> None:
        self.break_something()

    def break_something(self) -> None:
        raise AssertionError("a sabotage that breaks nothing would control nothing")


def replace(module: str, name: str, by: object) -> Any:
    """Put something else in the place of a module's word, and answer what stood there."""
    home = import_module(module)
    before = getattr(home, name)
    setattr(home, name, by)
    return before


def signal(name: str) -> Signal:
    found: Signal = getattr(import_module("booking.signals"), name)
    return found


def broken_by(sabotage: type[Sabotage]) -> dict[str, str]:
    """The environment of a stack in which this is broken."""
    return {"DJANGO_SETTINGS_MODULE": "tests.proofs.sabotaged", "SABOTAGE": sabotage.__name__}


class LapsedHoldsStay(Sabotage):
    """Nobody retires a lapsed hold when its time is wanted."""

    def break_something(self) -> None:
        replace("booking.actions.rows", "retire_lapsed", by=lambda *_, **__: None)


class EveryReportIsNews(Sabotage):
    """Money that was booked already is booked again."""

    def break_something(self) -> None:
        replace("payments.actions", "RECEIVED", by=())


class AnswersBeforeStoring(Sabotage):
    """A webhook is answered at once and stored a second later."""

    def break_something(self) -> None:
        def store_and_leave(*args: Any, **facts: Any) -> None:
            store(*args, **facts)
            connection.close()

        def later(*args: Any, **facts: Any) -> object:
            threading.Timer(1, store_and_leave, args, facts).start()
            return apps.get_model("payments", "Event")(done_at=facts["now"])

        store = replace("payments.actions", "store_event", by=later)


class WaitsForTheBroker(Sabotage):
    """Whoever has work for a worker tells the broker at once, and waits for its answer."""

    def break_something(self) -> None:
        replace("common.nudge", "_enqueue", by=lambda task, row_id: current_app.send_task(task, (row_id,)))


class CancellingFails(Sabotage):
    """An accident whose message quotes a person: in the web process, and in the worker for whoever is named so."""

    def break_something(self) -> None:
        def fail(*, booking: Any, **_: Any) -> None:
            patient = booking.patient
            raise ValueError(f"{patient.name} {patient.email} {patient.phone} {booking.note} {booking.public_id}")

        def fail_for_some(*, booking: Any, **_: Any) -> None:
            if booking.patient.name.endswith("(fails)"):
                fail(booking=booking)

        signal("booking_cancelled").connect(fail, weak=False)
        signal("booking_confirmed").connect(fail_for_some, weak=False)


class LeaksNames(Sabotage):
    """A careless log line."""

    def break_something(self) -> None:
        def careless(*, booking: Any, **_: Any) -> None:
            logging.getLogger("booking").info("confirmed for %s", booking.patient.name)

        signal("booking_confirmed").connect(careless, weak=False)
