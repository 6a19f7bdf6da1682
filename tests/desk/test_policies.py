"""How long before a visit it can be cancelled, in hours and days, and what patients read."""

import pytest

from common.models import AuditEntry
from practitioners.models import Practitioner
from tests.desk.people import make_desk, own_client
from tests.pages.reading import read

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]


@pytest.mark.parametrize(("number", "unit", "minutes"), [("2", "60", 120), ("3", "1440", 4320), ("0", "60", 0)])
def test_a_cutoff_is_typed_in_hours_or_days(number: str, unit: str, minutes: int) -> None:
    mine = own_client(make_desk())

    response = mine.post("/desk/settings/policies/", {"cancel_cutoff_0": number, "cancel_cutoff_1": unit})

    assert response.status_code == 303
    assert Practitioner.objects.get().cancel_cutoff == minutes
    entry = AuditEntry.objects.get()
    assert (entry.before, entry.after) == ({"cancel_cutoff": 1440}, {"cancel_cutoff": minutes})


@pytest.mark.parametrize(
    ("number", "unit", "said"),
    [
        ("", "60", "Enter how long before the visit."),
        ("-1", "60", "Enter a number that is not negative."),
        ("401", "1440", "That is longer than 400 days."),
        ("a day", "60", "Enter a whole number."),
        ("1", "1", "1 is not one of the available choices"),
        ("9" * 30, "60", "That number is too large."),
    ],
)
def test_what_makes_no_sense_is_refused_and_kept(number: str, unit: str, said: str) -> None:
    mine = own_client(make_desk())

    page = read(mine.post("/desk/settings/policies/", {"cancel_cutoff_0": number, "cancel_cutoff_1": unit}))

    assert said in page.text
    assert page.every("input", name="cancel_cutoff_0")[0].attrs.get("value", "") == number
    assert Practitioner.objects.get().cancel_cutoff == 1440


@pytest.mark.parametrize(
    ("zone", "cutoff", "visit", "until"),
    [
        ("Asia/Kolkata", 1440, "Thu 3 Dec 2026, 2:00 PM", "Wed 2 Dec 2026, 2:00 PM"),
        ("Asia/Kolkata", 90, "Wed 2 Dec 2026, 2:00 PM", "Wed 2 Dec 2026, 12:30 PM"),
        ("Pacific/Auckland", 2880, "Fri 4 Dec 2026, 2:00 PM", "Wed 2 Dec 2026, 2:00 PM"),
    ],
)
def test_the_example_has_real_dates_of_the_practitioners_zone(zone: str, cutoff: int, visit: str, until: str) -> None:
    mine = own_client(make_desk(zone=zone, cancel_cutoff=cutoff))

    text = read(mine.get("/desk/settings/policies/")).text

    assert f"For a visit on {visit}" in text
    assert f"Cancel free until {until}." in text
