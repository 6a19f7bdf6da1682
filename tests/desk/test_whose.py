"""Whose desk somebody stands at when several are open to them."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from common.models import User
from practitioners.models import DeskAccess, Practitioner
from tests.desk.people import client_of, front_desk, make_desk
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]


@pytest.fixture
def zoya() -> Practitioner:
    return make_desk("zoya@example.org", name="Zoya Khan", slug="zoya")


@pytest.fixture
def asha() -> Practitioner:
    return make_desk("asha@example.org", name="Asha Rao", slug="asha")


@pytest.fixture
def desk(zoya: Practitioner, asha: Practitioner) -> Client:
    """The front desk, whom Zoya let in first, and then Asha."""
    user = front_desk(zoya)
    DeskAccess.objects.filter(user=user).update(granted_at=NOW - timedelta(days=3))
    open_desk(asha, user, since=NOW)
    return client_of(user)


def open_desk(practitioner: Practitioner, user: User, *, since: datetime) -> None:
    assert practitioner.user
    DeskAccess.objects.create(practitioner=practitioner, user=user, granted_by=practitioner.user, granted_at=since)


def stands_at(client: Client) -> Practitioner:
    found: Practitioner = client.get(reverse("desk:today")).context["desk"].practitioner
    return found


def test_a_desk_that_is_opened_later_does_not_take_the_first_ones_place(desk: Client, zoya: Practitioner) -> None:
    assert stands_at(desk) == zoya


def test_ones_own_desk_comes_first(zoya: Practitioner, asha: Practitioner) -> None:
    assert asha.user
    open_desk(zoya, asha.user, since=NOW - timedelta(days=9))

    assert stands_at(client_of(asha.user)) == asha


def test_the_desk_that_was_turned_to_stays(desk: Client, asha: Practitioner) -> None:
    desk.post(reverse("desk:switch"), {"desk": asha.slug})

    assert stands_at(desk) == asha
