"""A day takes as many visits as its practitioner says, though everyone comes at once and for different times."""

from datetime import timedelta

import pytest
from django.db import connection

from booking import actions
from booking.errors import FullyBooked
from booking.models import Booking, Source
from common.audit import Actor
from practitioners.models import Practitioner, Service
from practitioners.models.people import PractitionerQuerySet
from tests.factories import NOW, TOMORROW_AT_TEN, make_practitioner, make_service
from tests.proofs.scale import at_once, many

pytestmark = [pytest.mark.proof, pytest.mark.django_db(transaction=True)]
CAP, CROWD = 3, 12


@pytest.fixture
def service() -> Service:
    return make_service(make_practitioner(hours=((0, 24 * 60),), daily_cap=CAP), duration=30)


def crowd(service: Service, day: int) -> int:
    """Everyone wants another time of one day; answers how many are told that the day is full."""

    def try_one(number: int) -> bool:
        start = TOMORROW_AT_TEN + timedelta(days=day, minutes=30 * number)
        try:
            actions.hold(service, start=start, by=Actor.PATIENT, source=Source.WEB, now=NOW)
        except FullyBooked:
            return True
        finally:
            connection.close()
        return False

    return sum(at_once(CROWD, try_one))


def test_a_day_takes_no_more_than_its_cap(service: Service) -> None:
    # Four working days from Tuesday, then from Monday on.
    days = [day for day in range(many(4, 45)) if (TOMORROW_AT_TEN + timedelta(days=day)).weekday() < 5]
    for held, day in enumerate(days, start=1):
        assert crowd(service, day) == CROWD - CAP
        assert Booking.objects.active().count() == held * CAP
    print(f"{len(days)} days, {CROWD} at once for {CAP} visits each")  # noqa: T201


def test_control_without_the_queue_at_the_door_a_day_takes_too_many(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PractitionerQuerySet, "locked", lambda self: self)

    assert any(crowd(service, day) < CROWD - CAP for day in (0, 1, 2, 3))
    assert Booking.objects.active().count() > CAP
    assert Practitioner.objects.get().daily_cap == CAP
