"""What the tests of pages share: the time stands still, and a page can be read like a person reads it."""

from collections.abc import Callable

import pytest
from django.http import HttpRequest
from django.test import Client, RequestFactory

from practitioners.models import Service
from tests.factories import NOW, make_practitioner, make_service


@pytest.fixture(autouse=True)
def _the_time_is_now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("common.clock.now", lambda: NOW)


@pytest.fixture
def service(db: None) -> Service:
    """An hour with Asha Rao, who works from nine to five in India, with a break at noon."""
    practitioner = make_practitioner(slug="asha-rao", languages=["English", "Hindi"], needs=["Sleep", "Back pain"])
    return make_service(practitioner, slug="60-min", name="Consultation")


@pytest.fixture
def browser_like() -> Client:
    """A client that is asked for the token of every form, as a browser is."""
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def rf_get(rf: RequestFactory) -> Callable[[], HttpRequest]:
    """A bare request, as the error handlers get it."""
    return lambda: rf.get("/")
