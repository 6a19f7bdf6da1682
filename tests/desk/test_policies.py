"""A practitioner’s terms: typed in hours and days, refused where they make no sense, told as patients read them."""

from typing import Any

import pytest
from django.test import Client

from common.audit import Actor
from common.models import AuditEntry
from practitioners.actions import policies as actions
from practitioners.models import Practitioner
from tests.answers import Answer
from tests.desk.people import client_of, front_desk, make_desk, own_client
from tests.factories import NOW
from tests.pages.reading import Page, faults, read

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]
URL = "/desk/settings/policies/"
DAY, HOUR = 1440, 60
FORM = {
    "cancel_cutoff_0": "24",
    "cancel_cutoff_1": "60",
    "full_refund_until_0": "",
    "full_refund_until_1": "60",
    "late_refund": "50",
    "move_cutoff_0": "",
    "move_cutoff_1": "60",
    "most_moves": "3",
    "answer_within_0": "1",
    "answer_within_1": "1440",
    "pay_within_0": "2",
    "pay_within_1": "60",
}


def post(mine: Client, **typed: Any) -> Answer:
    return mine.post(URL, {**FORM, **typed})


def refused(mine: Client, **typed: Any) -> Page:
    answer = post(mine, **typed)
    assert answer.status_code == 200, "it was taken"
    page = read(answer)
    assert page.title.startswith("Error:")
    assert faults(page) == []
    return page


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ({"cancel_cutoff_0": "2"}, {"cancel_cutoff": 2 * HOUR}),
        ({"cancel_cutoff_0": "3", "cancel_cutoff_1": "1440"}, {"cancel_cutoff": 3 * DAY}),
        ({"cancel_cutoff_0": "0"}, {"cancel_cutoff": 0}),
        ({"full_refund_until_0": "3", "full_refund_until_1": "1440"}, {"full_refund_until": 3 * DAY}),
        ({"full_refund_until_0": "24"}, {"full_refund_until": DAY}),
        ({"late_refund": "0"}, {"late_refund": 0}),
        ({"late_refund": "100"}, {"late_refund": 100}),
        ({"move_cutoff_0": "0"}, {"move_cutoff": 0}),
        ({"most_moves": "0"}, {"most_moves": 0}),
        ({"answer_within_0": "30", "answer_within_1": "1"}, {"answer_within": 30}),
        ({"pay_within_0": "7", "pay_within_1": "1440"}, {"pay_within": 7 * DAY}),
    ],
)
def test_terms_are_typed_in_hours_or_days(
    mine: Client, practitioner: Practitioner, typed: dict[str, str], stored: dict[str, int]
) -> None:
    before = {name: getattr(practitioner, name) for name in stored}

    answer = post(mine, **typed)

    assert (answer.status_code, answer["Location"]) == (303, URL)
    assert {name: getattr(Practitioner.objects.get(), name) for name in stored} == stored
    if before != stored:
        entry = AuditEntry.objects.get(action="practitioner.policy_changed")
        assert (entry.before, entry.after) == (before, stored)


def test_saving_without_a_change_writes_nothing(mine: Client) -> None:
    for _ in range(2):
        assert post(mine).status_code == 303

    assert not AuditEntry.objects.exists()
    assert "Your policy is saved." in read(mine.get(URL)).text


def test_what_is_stored_is_shown_in_the_largest_unit() -> None:
    mine = own_client(make_desk(cancel_cutoff=2 * DAY, full_refund_until=3 * DAY, late_refund=20, answer_within=90))

    page = read(mine.get(URL))

    typed = {name: page.every("input", name=name)[0].attrs.get("value", "") for name in FORM if "_1" not in name}
    assert typed == {
        "cancel_cutoff_0": "2",
        "full_refund_until_0": "3",
        "late_refund": "20",
        "move_cutoff_0": "",
        "most_moves": "3",
        "answer_within_0": "90",
        "pay_within_0": "2",
    }
    assert faults(page) == []


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"cancel_cutoff_0": ""}, "Enter how long before the visit."),
        ({"cancel_cutoff_0": "-1"}, "Enter a number that is not negative."),
        ({"cancel_cutoff_0": "401", "cancel_cutoff_1": "1440"}, "That is longer than 400 days."),
        ({"cancel_cutoff_0": "a day"}, "Enter a whole number."),
        ({"cancel_cutoff_1": "1"}, "1 is not one of the available choices"),
        ({"cancel_cutoff_0": "9" * 30}, "That number is too large."),
        ({"full_refund_until_0": "23"}, "Nobody can cancel so late. Enter at least 24 hours, or leave it empty."),
        ({"full_refund_until_0": "0"}, "Nobody can cancel so late."),
        ({"late_refund": ""}, "Enter how much goes back."),
        ({"late_refund": "101"}, "That is more than 100 per cent."),
        ({"late_refund": "-5"}, "Enter a number that is not negative."),
        ({"late_refund": "half"}, "Enter a whole number."),
        ({"most_moves": ""}, "Enter how often, or 0 for never."),
        ({"most_moves": "21"}, "At most 20 times."),
        ({"answer_within_0": ""}, "Enter in how long you answer."),
        ({"answer_within_0": "29", "answer_within_1": "1"}, "That is shorter than 30 minutes."),
        ({"answer_within_0": "15"}, "That is longer than 14 days."),
        ({"pay_within_0": ""}, "Enter how long a link to pay holds."),
        ({"pay_within_0": "10", "pay_within_1": "1"}, "That is shorter than 30 minutes."),
        ({"pay_within_0": "8", "pay_within_1": "1440"}, "That is longer than 7 days."),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field_and_kept(mine: Client, typed: dict[str, str], said: str) -> None:
    page = refused(mine, **typed)

    assert said in page.text
    for name, value in typed.items():
        if found := page.every("input", name=name):
            assert found[0].attrs.get("value", "") == value
    assert not AuditEntry.objects.exists()


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

    text = read(mine.get(URL)).text

    assert f"For a visit on {visit}" in text
    assert f"Cancel free until {until}." in text


def test_the_example_tells_all_of_the_terms() -> None:
    desk = make_desk(full_refund_until=3 * DAY, late_refund=30, move_cutoff=2 * HOUR, most_moves=1)

    text = read(own_client(desk).get(URL)).text

    assert "For a visit on Sat 5 Dec 2026, 2:00 PM" in text
    assert "Cancel free until Wed 2 Dec 2026, 2:00 PM." in text
    assert "Cancel until Fri 4 Dec 2026, 2:00 PM, and 30 % of the price goes back." in text
    assert "Move it to another time until Sat 5 Dec 2026, 12:00 PM, once." in text


def test_terms_can_be_looked_at_before_they_are_saved(mine: Client) -> None:
    typed = {"full_refund_until_0": "48", "late_refund": "0"}

    page = read(post(mine, do="preview", **typed))

    assert "by what you typed above. It is not saved yet" in page.text
    assert "You can still cancel until" in page.text
    assert "but nothing goes back then." in page.text
    assert page.every("input", name="full_refund_until_0")[0].attrs["value"] == "48"
    assert Practitioner.objects.get().full_refund_until is None
    assert faults(page) == []
    assert read(post(mine, do="preview", late_refund="101")).title.startswith("Error:")


def test_a_stale_tab_is_told_so_and_overwrites_nothing_by_accident(mine: Client, practitioner: Practitioner) -> None:
    base = read(mine.get(URL)).hidden("base")
    actions.change_terms(practitioner, values={"late_refund": 10}, by=Actor.FRONT_DESK, now=NOW)

    page = refused(mine, base=base, most_moves="5")

    assert "This was changed elsewhere while you were here" in page.text
    practitioner.refresh_from_db()
    assert (practitioner.late_refund, practitioner.most_moves) == (10, 3)
    assert post(mine, base=page.hidden("base"), most_moves="5").status_code == 303
    practitioner.refresh_from_db()
    assert (practitioner.late_refund, practitioner.most_moves) == (50, 5)


def test_the_front_desk_changes_terms_in_its_own_name(practitioner: Practitioner) -> None:
    helper = front_desk(practitioner)

    assert post(client_of(helper), most_moves="1").status_code == 303

    assert AuditEntry.objects.get(action="practitioner.policy_changed").user == helper
