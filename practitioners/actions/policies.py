"""What patients may do on their own."""

from datetime import datetime

from django.db import transaction

from common.audit import Actor, record
from practitioners.actions import rows
from practitioners.models import Practitioner


@transaction.atomic
def change_cutoff(practitioner: Practitioner, *, minutes: int, by: Actor, now: datetime) -> Practitioner:
    """How long before a visit it can be cancelled free."""
    practitioner = rows.locked(practitioner)
    before = practitioner.cancel_cutoff
    if rows.take(practitioner, {"cancel_cutoff": minutes}):
        practitioner.save(update_fields=["cancel_cutoff"])
        facts = [{"cancel_cutoff": value} for value in (before, minutes)]
        record("practitioner.policy_changed", practitioner, by=by, now=now, before=facts[0], after=facts[1])
    return practitioner
