"""What the tests of one's own pages share: the time stands still, and there is somebody with a proven address."""

import pytest
from django.test import Client

from common.models import User
from practitioners.models import Service
from tests.factories import NOW, make_practitioner, make_service
from tests.me.people import make_person, pages_of


@pytest.fixture(autouse=True)
def _the_time_is_now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("common.clock.now", lambda: NOW)


@pytest.fixture
def meera(db: None) -> User:
    return make_person(name="Meera Iyer")


@pytest.fixture
def hers(meera: User) -> Client:
    """Her browser."""
    return pages_of(meera)


@pytest.fixture
def service(db: None) -> Service:
    return make_service(make_practitioner(slug="asha-rao"), slug="60-min")
