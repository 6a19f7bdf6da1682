"""Who else may work at a practitioner's desk."""

from datetime import datetime

from django.db import IntegrityError, transaction

from common.audit import Actor, record
from common.models import User
from practitioners.actions import rows
from practitioners.errors import OwnDesk, TooManyPeople
from practitioners.models import DeskAccess, Practitioner
from practitioners.signals import desk_opened

MOST_PEOPLE = 20


@transaction.atomic
def give_access(practitioner: Practitioner, *, email: str, by: Actor, now: datetime) -> DeskAccess:
    """Let someone in who can read mail at an address. Nothing tells whether they had an account before.

    Raises OwnDesk, TooManyPeople.
    """
    practitioner = rows.locked(practitioner)
    email = User.objects.normalize_email(email).lower()
    there = practitioner.desk_access.filter(user__email=email).first()
    if there is not None:
        return there
    owner = practitioner.user
    if owner is None or owner.email == email:
        raise OwnDesk
    if practitioner.desk_access.count() >= MOST_PEOPLE:
        raise TooManyPeople
    access = DeskAccess.objects.create(
        practitioner=practitioner, user=_user_of(email), granted_by=owner, granted_at=now
    )
    record("desk_access.given", practitioner, by=by, now=now, after={"user": access.user_id})
    desk_opened.send(sender=DeskAccess, access=access, now=now)
    return access


def _user_of(email: str) -> User:
    found = User.objects.filter(email=email).first()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            return User.objects.create_user(email)
    except IntegrityError:  # they signed in for the first time a moment ago
        return User.objects.get(email=email)


@transaction.atomic
def take_access(access: DeskAccess, *, by: Actor, now: datetime) -> None:
    """From their next click on, the desk is closed to them."""
    practitioner = rows.locked(access.practitioner)
    if practitioner.desk_access.filter(pk=access.pk).delete()[0]:
        record("desk_access.taken", practitioner, by=by, now=now, before={"user": access.user_id})
