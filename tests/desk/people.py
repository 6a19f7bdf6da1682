"""Somebody at a desk, for the tests of setting up and of settings."""

from typing import Any

from django.test import Client

from common import clock
from common.audit import Actor
from common.gate import ACCOUNT
from common.models import User
from practitioners.models import DeskAccess, Practitioner
from tests.factories import NINE_TO_FIVE, make_practitioner

OWNER = "owner@example.org"
OFFICE_WEEK = [(day, starts, ends) for day in range(5) for starts, ends in NINE_TO_FIVE]


def make_desk(email: str = OWNER, **fields: Any) -> Practitioner:
    """A practitioner with a login and nothing else: no hours, no services, not published."""
    user = User.objects.create_user(email)
    told = {"days": (), "is_published": False, "name": "Asha Rao", "credential": "", **fields}
    return make_practitioner(user=user, **told)


def make_working_desk(**fields: Any) -> Practitioner:
    """Nine to five from Monday to Friday, with a break at noon, and published."""
    return make_desk(**{"hours": NINE_TO_FIVE, "days": range(5), "is_published": True, **fields})


def stored_week(practitioner: Practitioner) -> list[tuple[int, int, int]]:
    return [(row.weekday, row.starts, row.ends) for row in practitioner.weekly_hours.order_by("weekday", "starts")]


def own_client(practitioner: Practitioner) -> Client:
    assert practitioner.user
    return client_of(practitioner.user)


def client_of(user: User) -> Client:
    """Signed in as one does by the door: the session knows that its person works at a desk."""
    client = Client()
    client.force_login(user)
    session = client.session
    now = int(clock.machine_now().timestamp())
    session[ACCOUNT] = {"since": now, "seen": now}
    if Practitioner.objects.at_whose_desk(user).exists():
        own = Practitioner.objects.filter(user=user).exists()
        session[ACCOUNT] |= {"desk": (Actor.PRACTITIONER if own else Actor.FRONT_DESK).kind}
    session.save()
    return client


def front_desk(practitioner: Practitioner, email: str = "front@example.org") -> User:
    """Somebody whom the practitioner has let in."""
    assert practitioner.user
    user = User.objects.create_user(email)
    DeskAccess.objects.create(practitioner=practitioner, user=user, granted_by=practitioner.user)
    return user
