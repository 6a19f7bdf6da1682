"""The version of what a practitioner offers: PostgreSQL raises it with every change, whoever makes it."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.db.models import Model

from booking.lifecycle import Status
from booking.models import Booking
from practitioners.models import DateOverride, OverrideHours, Practitioner, Service, TimeOff, WeeklyHours
from tests.factories import NOW, make_booking, make_practitioner, make_service

pytestmark = pytest.mark.django_db

CHRISTMAS = date(2026, 12, 25)


def version(practitioner: Practitioner) -> int:
    return Practitioner.objects.values_list("version", flat=True).get(pk=practitioner.pk)


def _add_hours(practitioner: Practitioner) -> None:
    practitioner.weekly_hours.create(weekday=6, starts=600, ends=660)


def _change_hours(practitioner: Practitioner) -> None:
    practitioner.weekly_hours.filter(weekday=0, starts=540).update(starts=570)


def _remove_hours(practitioner: Practitioner) -> None:
    practitioner.weekly_hours.filter(weekday=0).delete()


def _override(practitioner: Practitioner) -> None:
    DateOverride.objects.create(practitioner=practitioner, day=CHRISTMAS)


def _override_hours(practitioner: Practitioner) -> None:
    OverrideHours.objects.create(override=practitioner.overrides.get(), starts=600, ends=660)


def _time_off(practitioner: Practitioner) -> None:
    TimeOff.objects.create(practitioner=practitioner, first_day=CHRISTMAS, last_day=CHRISTMAS)


def _service(practitioner: Practitioner) -> None:
    practitioner.services.update(duration=45)


def _rules(practitioner: Practitioner) -> None:
    Practitioner.objects.filter(pk=practitioner.pk).update(notice=5)


def _stale_copy(practitioner: Practitioner) -> None:
    """An object that was read long ago is saved whole, its old version with it."""
    practitioner.save()


def _past_the_models(practitioner: Practitioner) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE practitioners_weeklyhours SET ends = ends - 15 WHERE weekday = 1 AND starts = 780")


CHANGES = [
    _add_hours,
    _change_hours,
    _remove_hours,
    _override,
    _override_hours,
    _time_off,
    _service,
    _rules,
    _stale_copy,
    _past_the_models,
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__.strip("_"))
def test_whatever_changes_what_is_offered_raises_the_version(change: Callable[[Practitioner], None]) -> None:
    practitioner, neighbour = make_practitioner(), make_practitioner()
    make_service(practitioner)
    if change is _override_hours:
        _override(practitioner)
    before = version(practitioner), version(neighbour)

    change(practitioner)

    assert version(practitioner) > before[0]
    if change is not _past_the_models:
        assert version(neighbour) == before[1]


def test_a_booking_raises_it_when_it_comes_and_when_its_time_changes_only() -> None:
    practitioner = make_practitioner()
    before = version(practitioner)

    booking = make_booking(service=make_service(practitioner))
    booked = version(practitioner)
    Booking.objects.filter(pk=booking.pk).update(note="later")
    noted = version(practitioner)
    Booking.objects.filter(pk=booking.pk).update(hold_expires_at=NOW + timedelta(minutes=20))
    extended = version(practitioner)
    Booking.objects.filter(pk=booking.pk).update(status=Status.CANCELLED)

    assert before < booked == noted < extended < version(practitioner)


def test_what_is_rolled_back_leaves_the_version_alone() -> None:
    practitioner = make_practitioner()
    before = version(practitioner)

    with transaction.atomic():
        _add_hours(practitioner)
        transaction.set_rollback(True)

    assert version(practitioner) == before


def test_many_rows_at_once_raise_it_once() -> None:
    practitioner = make_practitioner(hours=())
    before = version(practitioner)

    WeeklyHours.objects.bulk_create(
        WeeklyHours(practitioner=practitioner, weekday=day, starts=540, ends=600) for day in range(7)
    )

    assert version(practitioner) == before + 1


@pytest.mark.parametrize("model", [WeeklyHours, DateOverride, TimeOff, Service])
def test_a_row_that_moves_is_missing_where_it_was(model: type[Model]) -> None:
    practitioner, other = make_practitioner(), make_practitioner(hours=())
    make_service(practitioner)
    _override(practitioner)
    _time_off(practitioner)
    before = version(practitioner), version(other)

    model._default_manager.filter(practitioner=practitioner).update(practitioner=other)

    assert version(practitioner) > before[0]
    assert version(other) > before[1]
