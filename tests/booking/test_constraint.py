"""The database alone refuses what must never be: no action and no lock stands before it here."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from booking.lifecycle import ACTIVE, Status
from booking.models import Booking
from practitioners.models import Service
from tests.factories import NOW, TOMORROW_AT_TEN, make_booking, make_practitioner, make_service

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)

COPY_OF_A_BOOKING = """
    INSERT INTO booking_booking (public_id, reference, practitioner_id, service_id, status, span, occupied, held_at,
        hold_expires_at, service_name, amount, currency, mode, source, sequence)
    SELECT 'another', 'ANOT-HER1', practitioner_id, service_id, 'confirmed', span, occupied, held_at,
        hold_expires_at, service_name, amount, currency, mode, source, sequence
    FROM booking_booking WHERE id = %s
"""


def test_sql_typed_by_the_applications_role_can_not_sell_a_time_twice() -> None:
    booking = make_booking()

    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("samay_app",)
        with pytest.raises(IntegrityError, match="one_booking_at_a_time"), transaction.atomic():
            cursor.execute(COPY_OF_A_BOOKING, [booking.pk])
        Booking.objects.update(status=Status.CANCELLED)
        cursor.execute(COPY_OF_A_BOOKING, [booking.pk])

    assert Booking.objects.active().count() == 1


@pytest.mark.parametrize("status", Status)
def test_every_active_status_occupies_and_no_other_does(service: Service, status: Status) -> None:
    make_booking(service=service, status=Status.CONFIRMED)

    try:
        with transaction.atomic():
            make_booking(service=service, status=status)
    except IntegrityError:
        refused = True
    else:
        refused = False

    assert refused is (status in ACTIVE)


def test_a_booking_that_comes_back_to_life_is_checked_too(service: Service) -> None:
    dead = make_booking(service=service, status=Status.EXPIRED)
    make_booking(service=service, status=Status.CONFIRMED)

    with pytest.raises(IntegrityError), transaction.atomic():
        Booking.objects.filter(pk=dead.pk).update(status=Status.CONFIRMED)


def test_neighbours_may_touch_and_a_buffer_may_not_be_entered() -> None:
    service = make_service(make_practitioner(buffer_after=15))
    make_booking(service=service)

    make_booking(service=service, start=TOMORROW_AT_TEN + 75 * MINUTE)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_booking(service=service, start=TOMORROW_AT_TEN + 74 * MINUTE + 75 * MINUTE)


@pytest.mark.parametrize(
    "broken",
    [
        {"span": DateTimeTZRange(empty=True), "occupied": DateTimeTZRange(empty=True)},
        {"span": DateTimeTZRange(TOMORROW_AT_TEN, None)},
        {"occupied": DateTimeTZRange(TOMORROW_AT_TEN, TOMORROW_AT_TEN + MINUTE)},
        {"hold_expires_at": None},
        {"status": "paid"},
    ],
    ids=["empty span", "endless span", "occupied less than its span", "a hold without an end", "unknown status"],
)
def test_a_booking_that_makes_no_sense_is_refused(broken: dict[str, object]) -> None:
    booking = make_booking(hold_expires_at=NOW)

    with pytest.raises(IntegrityError), transaction.atomic():
        Booking.objects.filter(pk=booking.pk).update(**broken)
