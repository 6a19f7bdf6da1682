"""What the actions have in common."""

from collections.abc import Mapping
from typing import Any

from django.db import models

from practitioners.models import Practitioner


def locked(practitioner: Practitioner) -> Practitioner:
    """The queue at the practitioner's door. Call it inside the transaction, before anything else is locked."""
    return Practitioner.objects.locked().get(pk=practitioner.pk)


def take(row: models.Model, values: Mapping[str, Any]) -> list[str]:
    """Give a row its new values; answers which of them differed."""
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    return changed
