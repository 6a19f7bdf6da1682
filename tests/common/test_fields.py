"""Encrypted text: readable to us, ciphertext to the database, through a change of keys."""

import pytest
from cryptography.fernet import Fernet, InvalidToken
from django.db import connection
from pytest_django import Settings

from booking.models import Booking
from tests.factories import make_booking

pytestmark = pytest.mark.django_db


def stored() -> bytes:
    with connection.cursor() as cursor:
        cursor.execute("SELECT note FROM booking_booking")
        (note,) = cursor.fetchone()
    return bytes(note)


def test_the_database_never_sees_the_text() -> None:
    make_booking(note="trouble sleeping")

    assert b"sleeping" not in stored()
    assert Booking.objects.get().note == "trouble sleeping"


def test_a_new_key_encrypts_and_the_old_one_still_opens(settings: Settings) -> None:
    make_booking(note="trouble sleeping")
    old, new = settings.FIELD_KEYS, [Fernet.generate_key().decode()]

    settings.FIELD_KEYS = [*new, *old]
    booking = Booking.objects.get()
    assert booking.note == "trouble sleeping"
    booking.save(update_fields=["note"])

    settings.FIELD_KEYS = new
    assert Booking.objects.get().note == "trouble sleeping"
    settings.FIELD_KEYS = old
    with pytest.raises(InvalidToken):
        Booking.objects.get()


def test_nothing_stays_nothing() -> None:
    make_booking(note=None)

    assert Booking.objects.get().note is None
