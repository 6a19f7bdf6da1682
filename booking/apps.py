from importlib import import_module

from django.apps import AppConfig


class BookingConfig(AppConfig):
    name = "booking"

    def ready(self) -> None:
        import_module("booking.receivers")
