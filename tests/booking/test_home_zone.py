"""Which zone a booking is told in, on its page and in its mails."""

import pytest

from practitioners.models import Mode
from tests.factories import make_booking, make_patient

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("mode", "zone"),
    [(Mode.VIDEO, "Europe/London"), (Mode.PHONE, "Europe/London"), (Mode.IN_PERSON, "Asia/Kolkata")],
)
def test_it_is_told_where_the_patient_is_unless_they_have_to_come(mode: Mode, zone: str) -> None:
    assert make_booking(patient=make_patient(zone="Europe/London"), mode=mode).home_zone == zone


def test_a_hold_without_a_patient_is_told_where_the_practitioner_is() -> None:
    assert make_booking(patient=None).home_zone == "Asia/Kolkata"
