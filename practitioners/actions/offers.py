"""What is offered and where. Bookings keep what was agreed, so nothing here touches one."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError
from django.forms.models import model_to_dict

from common.audit import Actor, record
from common.ids import fingerprint
from practitioners.actions import rows
from practitioners.errors import InUse, Overtaken, TooManyServices
from practitioners.models import Location, Practitioner, Service
from practitioners.slugs import first_free, readable

MOST_SERVICES = 40  # at once: the difference that a change of hours makes is worked out for each of them
# Of a service, in the audit trail.
_TOLD = ("duration", "amount", "currency", "mode", "location_id", "pay_when", "needs_approval", "is_active")


@transaction.atomic
def add_service(practitioner: Practitioner, *, values: Mapping[str, Any], by: Actor, now: datetime) -> Service:
    """Something to book; what is offered already, word for word, is not offered twice. Raises TooManyServices."""
    practitioner = rows.locked(practitioner)
    if (same := practitioner.services.filter(**values).first()) is not None:
        return same
    _leave_room(practitioner, values)
    wish = f"{readable(values['name'], otherwise='visit')}-{values['duration']}-min"
    slug = first_free(wish, is_taken=lambda slug: practitioner.services.filter(slug=slug).exists())
    service = Service.objects.create(practitioner=practitioner, slug=slug, **values)
    record("service.added", service, by=by, now=now, after=_facts(service))
    return service


@transaction.atomic
def change_service(service: Service, *, values: Mapping[str, Any], base: str = "", by: Actor, now: datetime) -> Service:
    """Its address stays, whatever it is called now. `base` says what the change was typed over, see `base_of`.

    Raises TooManyServices, Overtaken.
    """
    practitioner = rows.locked(service.practitioner)
    service = practitioner.services.get(pk=service.pk)
    if base and base != base_of(service):
        raise Overtaken
    before = _facts(service)
    if not service.is_active:
        _leave_room(practitioner, values)
    if changed := rows.take(service, values):
        service.save(update_fields=changed)
        record("service.changed", service, by=by, now=now, before=before, after=_facts(service))
    return service


def base_of(service: Service) -> str:
    """Stands in a form for the service it was filled with, so that it can't undo what another tab has saved since."""
    return fingerprint(model_to_dict(service))


def _leave_room(practitioner: Practitioner, values: Mapping[str, Any]) -> None:
    if values["is_active"] and practitioner.services.filter(is_active=True).count() >= MOST_SERVICES:
        raise TooManyServices


def _facts(service: Service) -> dict[str, Any]:
    return {name: getattr(service, name) for name in _TOLD}


@transaction.atomic
def add_location(practitioner: Practitioner, *, values: Mapping[str, Any], by: Actor, now: datetime) -> Location:
    practitioner = rows.locked(practitioner)
    if (same := practitioner.locations.filter(is_active=True, **values).first()) is not None:
        return same
    location = Location.objects.create(practitioner=practitioner, **values)
    record("location.added", location, by=by, now=now)
    return location


@transaction.atomic
def change_location(location: Location, *, values: Mapping[str, Any], by: Actor, now: datetime) -> Location:
    practitioner = rows.locked(location.practitioner)
    location = practitioner.locations.get(pk=location.pk)
    if changed := rows.take(location, values):
        location.save(update_fields=changed)
        record("location.changed", location, by=by, now=now, after={"changed": sorted(changed)})
    return location


@transaction.atomic
def close_location(location: Location, *, by: Actor, now: datetime) -> None:
    """Nothing takes place there any more. It stays in the books if anything ever did. Raises InUse."""
    practitioner = rows.locked(location.practitioner)
    location = practitioner.locations.get(pk=location.pk)
    if location.services.filter(is_active=True).exists():
        raise InUse
    record("location.closed", location, by=by, now=now)
    try:
        with transaction.atomic():
            location.delete()
    except ProtectedError:
        location.is_active = False
        location.save(update_fields=["is_active"])


@transaction.atomic
def reopen_location(location: Location, *, by: Actor, now: datetime) -> None:
    practitioner = rows.locked(location.practitioner)
    location = practitioner.locations.get(pk=location.pk)
    if rows.take(location, {"is_active": True}):
        location.save(update_fields=["is_active"])
        record("location.reopened", location, by=by, now=now)
