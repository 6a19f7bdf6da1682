from importlib import import_module

from django.apps import AppConfig


class PractitionersConfig(AppConfig):
    name = "practitioners"

    def ready(self) -> None:
        import_module("practitioners.receivers")
