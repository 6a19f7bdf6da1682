"""What somebody has kept about themself and the people they book for."""

from datetime import datetime

from django.db import transaction

from booking.mine import queries
from booking.models import SavedPerson
from common import audit
from common.audit import Actor
from common.models import User

MOST_PEOPLE = 20


class TooManyPeople(Exception):
    """An account keeps so many and no more."""


@transaction.atomic
def keep_myself(user: User, *, name: str, phone: str, zone: str, consent: str, by: Actor, now: datetime) -> SavedPerson:
    """`consent` is the version of the text that is agreed to for bookings to come, or nothing."""
    me = queries.owner_of(user)
    is_as_before = me is not None and me.consent_version == consent
    consented_at = me.consented_at if me and is_as_before else now if consent else None
    facts = {"name": name, "phone": phone, "zone": zone, "consent_version": consent, "consented_at": consented_at}
    row, _made = SavedPerson.objects.update_or_create(user=user, relationship="", defaults=facts)
    audit.record("person.kept", row, by=by, now=now, after={"consent": consent})
    return row


@transaction.atomic
def keep_person(
    user: User, person: SavedPerson | None, *, name: str, relationship: str, by: Actor, now: datetime
) -> SavedPerson:
    """Somebody new, or `person` under another name. Raises TooManyPeople."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)  # two at once are counted in turn
    if person is None and queries.others_of(user).count() >= MOST_PEOPLE:
        raise TooManyPeople
    row = person or SavedPerson(user=user)
    row.name, row.relationship = name, relationship
    row.save()
    audit.record("person.kept", row, by=by, now=now)
    return row


@transaction.atomic
def forget_person(person: SavedPerson, *, by: Actor, now: datetime) -> None:
    """What was booked for them stays booked."""
    audit.record("person.forgotten", person, by=by, now=now)
    person.delete()
