"""What PostgreSQL refuses to store about working times, whoever asks."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from practitioners.models import DateOverride, OverrideHours, Practitioner, TimeOff, WeeklyHours
from tests.factories import make_practitioner

pytestmark = pytest.mark.django_db
MONDAY, SUNDAY = 0, 6
CHRISTMAS, NEW_YEAR = date(2026, 12, 25), date(2027, 1, 1)


@pytest.fixture
def practitioner() -> Practitioner:
    practitioner = make_practitioner()
    practitioner.weekly_hours.all().delete()
    return practitioner


def hours(practitioner: Practitioner, weekday: int, starts: int, ends: int) -> WeeklyHours:
    return WeeklyHours(practitioner=practitioner, weekday=weekday, starts=starts, ends=ends)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((MONDAY, 540, 720), (MONDAY, 700, 800)),
        ((MONDAY, 1320, 1560), (1, 60, 120)),
        ((SUNDAY, 1320, 1560), (MONDAY, 60, 120)),
        ((MONDAY, 0, 60), (SUNDAY, 1380, 1500)),
    ],
    ids=["same day", "into the next day", "Sunday night into Monday", "Monday before Sunday night"],
)
def test_intervals_that_overlap_are_refused(
    practitioner: Practitioner, first: tuple[int, int, int], second: tuple[int, int, int]
) -> None:
    hours(practitioner, *first).save()
    other = hours(practitioner, *second)

    with pytest.raises(ValidationError):
        other.full_clean()
    with pytest.raises(IntegrityError, match="hours_do_not_overlap"):
        other.save()


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((MONDAY, 540, 720), (MONDAY, 720, 800)),
        ((SUNDAY, 1320, 1560), (MONDAY, 120, 180)),
        ((0, 0, 1440), (1, 0, 1440)),
    ],
    ids=["touching", "Sunday night and Monday after it", "whole days"],
)
def test_intervals_that_only_touch_are_taken(
    practitioner: Practitioner, first: tuple[int, int, int], second: tuple[int, int, int]
) -> None:
    hours(practitioner, *first).save()
    other = hours(practitioner, *second)

    other.full_clean()
    other.save()

    assert practitioner.weekly_hours.count() == 2


def test_another_practitioners_hours_are_no_overlap(practitioner: Practitioner) -> None:
    hours(practitioner, SUNDAY, 1320, 1560).save()

    hours(make_practitioner(hours=()), MONDAY, 60, 120).save()


@pytest.mark.parametrize(
    ("starts", "ends"), [(600, 600), (600, 540), (1440, 1500), (600, 2041)], ids=["empty", "back", "late", "over a day"]
)
def test_an_interval_runs_forward_and_is_a_day_at_most(practitioner: Practitioner, starts: int, ends: int) -> None:
    override = DateOverride.objects.create(practitioner=practitioner, day=CHRISTMAS)

    with pytest.raises(ValidationError):
        OverrideHours(override=override, starts=starts, ends=ends).full_clean()
    with pytest.raises(ValidationError):
        hours(practitioner, MONDAY, starts, ends).full_clean()


def test_intervals_of_one_date_do_not_overlap(practitioner: Practitioner) -> None:
    override = DateOverride.objects.create(practitioner=practitioner, day=CHRISTMAS)
    OverrideHours.objects.create(override=override, starts=600, ends=660)

    with pytest.raises(IntegrityError, match="override_hours_do_not_overlap"):
        OverrideHours.objects.create(override=override, starts=630, ends=700)


@pytest.mark.parametrize(
    "span",
    [
        {"first_day": NEW_YEAR, "last_day": CHRISTMAS},
        {"first_day": CHRISTMAS, "last_day": CHRISTMAS, "starts": 600, "ends": 600},
        {"first_day": CHRISTMAS, "last_day": NEW_YEAR, "starts": 1440},
        {"first_day": CHRISTMAS, "last_day": NEW_YEAR, "ends": 1441},
    ],
    ids=["back in days", "empty", "begins at 24:00", "ends after 24:00"],
)
def test_time_off_runs_forward(practitioner: Practitioner, span: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError, match="time_off_runs_forward"):
        TimeOff.objects.create(practitioner=practitioner, **span)
