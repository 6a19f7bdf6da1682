"""`migrate` works as the database's owner and then gives the application's role its rights."""

from typing import Any

from django.conf import settings
from django.core.management.commands.migrate import Command as Migrate
from django.db import connection

from common import rights


class Command(Migrate):
    def handle(self, *args: Any, **options: Any) -> None:
        owner = settings.DATABASE_OWNER
        if owner is None:
            super().handle(*args, **options)
            return
        application = dict(connection.settings_dict)
        connection.close()
        connection.settings_dict.update(
            {key: owner[key] for key in ("USER", "PASSWORD", "HOST", "PORT", "OPTIONS") if key in owner}
        )
        try:
            super().handle(*args, **options)
            if application["USER"] != owner["USER"]:
                rights.grant(application["USER"])
        finally:
            connection.close()
            connection.settings_dict.clear()
            connection.settings_dict.update(application)
