"""Whose desk it is: somebody new, or Asha, who is at work."""

import pytest
from django.test import Client

from practitioners.models import Practitioner, Service
from tests.desk.people import make_desk, make_working_desk, own_client
from tests.factories import make_service


@pytest.fixture
def practitioner(db: None) -> Practitioner:
    """Somebody new."""
    return make_desk()


@pytest.fixture
def mine(practitioner: Practitioner) -> Client:
    return own_client(practitioner)


@pytest.fixture
def asha(db: None) -> Practitioner:
    return make_working_desk(slug="asha-rao")


@pytest.fixture
def service(asha: Practitioner) -> Service:
    return make_service(asha)


@pytest.fixture
def desk(asha: Practitioner) -> Client:
    return own_client(asha)
