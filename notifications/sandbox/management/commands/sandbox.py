"""Run the outside world of practice mode: the payment provider with its webhooks, and the mail receiver."""

import signal
import threading
from contextlib import ExitStack
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from notifications.sandbox.receiver import receiver
from notifications.sandbox.server import HOST, Server
from payments.sandbox.courier import Courier


class Command(BaseCommand):
    help = "Stand in for payment providers and mail on loopback, until SIGTERM or SIGINT. Practice mode only."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8001, help="HTTP port of the provider's API (default 8001).")
        parser.add_argument("--smtp-port", type=int, default=8025, help="SMTP port of the receiver (default 8025).")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.PRACTICE_MODE:
            raise CommandError("The sandbox belongs to practice mode; PRACTICE_MODE is off.")
        over = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: over.set())
        with ExitStack() as running:
            try:
                server, post_office, courier = Server(options["port"]), receiver(options["smtp_port"]), Courier()
                for part in (server, post_office, courier):
                    part.start()
                    running.callback(part.stop)
            except OSError as error:
                raise CommandError(f"The sandbox can't listen: {error}") from None
            addresses = f"http://{HOST}:{server.server_port} and smtp://{HOST}:{options['smtp_port']}"
            self.stdout.write(f"The sandbox listens on {addresses}")
            self.stdout.flush()
            over.wait()
