"""What a page says about its practitioner."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from common.audit import Actor, record
from common.ids import new_public_id
from practitioners.actions import rows
from practitioners.errors import AddressFixed, AddressTaken
from practitioners.models import Photo, Practitioner
from practitioners.photos import Portrait


@transaction.atomic
def change_profile(practitioner: Practitioner, *, values: Mapping[str, Any], by: Actor, now: datetime) -> Practitioner:
    """`values` are fields of the page; its address (`slug`) can change until it is published for the first time.

    Raises AddressFixed, AddressTaken.
    """
    practitioner = rows.locked(practitioner)
    changed = rows.take(practitioner, values)
    if not changed:
        return practitioner
    if "slug" in changed and practitioner.has_fixed_address:
        raise AddressFixed
    try:
        with transaction.atomic():
            practitioner.save(update_fields=changed)
    except IntegrityError:
        raise AddressTaken from None
    record("practitioner.profile_changed", practitioner, by=by, now=now, after={"changed": sorted(changed)})
    return practitioner


@transaction.atomic
def show_photo(practitioner: Practitioner, portrait: Portrait, *, by: Actor, now: datetime) -> Photo:
    """The new picture instead of the one before; its address is new, too."""
    practitioner = rows.locked(practitioner)
    drawn = {"token": new_public_id(), "large": portrait.large, "small": portrait.small}
    photo, _is_new = Photo.objects.update_or_create(practitioner=practitioner, defaults=drawn)
    record("practitioner.photo_changed", practitioner, by=by, now=now, after={"photo": photo.pk})
    return photo


@transaction.atomic
def remove_photo(practitioner: Practitioner, *, by: Actor, now: datetime) -> None:
    practitioner = rows.locked(practitioner)
    removed, _by_kind = Photo.objects.filter(practitioner=practitioner).delete()
    if removed:
        record("practitioner.photo_removed", practitioner, by=by, now=now)
