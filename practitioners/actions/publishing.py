"""When patients see a page."""

from datetime import datetime

from django.db import transaction

from common.audit import Actor, record
from practitioners import queries
from practitioners.actions import rows
from practitioners.checklist import checklist
from practitioners.errors import NotReady
from practitioners.models import Practitioner


@transaction.atomic
def approve_preview(practitioner: Practitioner, *, by: Actor, now: datetime) -> Practitioner:
    """They looked at their page as patients will see it, and found it right."""
    practitioner = rows.locked(practitioner)
    if practitioner.previewed_at is None:
        practitioner.previewed_at = now
        practitioner.save(update_fields=["previewed_at"])
        record("practitioner.previewed", practitioner, by=by, now=now)
    return practitioner


@transaction.atomic
def publish(practitioner: Practitioner, *, by: Actor, now: datetime) -> Practitioner:
    """Raises NotReady."""
    practitioner = rows.locked(practitioner)
    if practitioner.is_published:
        return practitioner
    if missing := checklist(queries.facts_of(practitioner)).missing:
        raise NotReady(missing)
    practitioner.is_published = True
    practitioner.first_published_at = practitioner.first_published_at or now
    practitioner.save(update_fields=["is_published", "first_published_at"])
    record("practitioner.published", practitioner, by=by, now=now)
    return practitioner


@transaction.atomic
def unpublish(practitioner: Practitioner, *, by: Actor, now: datetime) -> Practitioner:
    """Nobody finds the page or books there any more; what is booked stays."""
    practitioner = rows.locked(practitioner)
    if practitioner.is_published:
        practitioner.is_published = False
        practitioner.first_published_at = practitioner.first_published_at or now
        practitioner.save(update_fields=["is_published", "first_published_at"])
        record("practitioner.unpublished", practitioner, by=by, now=now)
    return practitioner
