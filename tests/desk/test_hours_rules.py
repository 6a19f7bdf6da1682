"""The rules beside the hours: zone, grid, buffers, notice, horizon, caps."""

from typing import Any

import pytest
from django.test import Client

from booking.hours.forms import zone_choices
from booking.lifecycle import Status
from booking.models import Booking
from common.models import AuditEntry
from practitioners.models import Practitioner
from tests.desk.filling import again, press, questions, shown
from tests.desk.people import client_of, front_desk
from tests.factories import make_booking, make_service
from tests.pages.reading import faults, read

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]
URL = "/desk/hours/rules/"
TYPED: dict[str, Any] = {
    "zone": "Asia/Kolkata",
    "step": "30",
    "before": "5",
    "after": "10",
    "notice": "3",
    "unit": "1440",
    "horizon": "90",
    "daily_cap": "6",
    "weekly_cap": "20",
}


def rules(practitioner: Practitioner) -> tuple[object, ...]:
    names = ("zone", "step", "buffer_before", "buffer_after", "notice", "horizon", "daily_cap", "weekly_cap")
    row = Practitioner.objects.get(pk=practitioner.pk)
    return tuple(getattr(row, name) for name in names)


AS_MADE = ("Asia/Kolkata", 15, 0, 0, 120, 60, None, None)


def test_the_page_speaks_of_notice_in_the_largest_unit_that_fits(desk: Client, asha: Practitioner) -> None:
    for notice, words in ((120, ("2", "60")), (2880, ("2", "1440")), (90, ("90", "1")), (0, ("0", "1"))):
        Practitioner.objects.filter(pk=asha.pk).update(notice=notice)
        page = shown(desk.get(URL))
        assert (page["notice"], page["unit"]) == ([words[0]], [words[1]])
    assert faults(read(desk.get(URL))) == []


def test_rules_are_stored_with_their_history(desk: Client, asha: Practitioner) -> None:
    answer = press(desk, URL, TYPED)

    assert (answer.status_code, answer["Location"]) == (303, URL)
    assert rules(asha) == ("Asia/Kolkata", 30, 5, 10, 3 * 1440, 90, 6, 20)
    entry = AuditEntry.objects.get(action="practitioner.rules_changed")
    assert (entry.before["step"], entry.after["step"], entry.after["weekly_cap"]) == (15, 30, 20)


def test_caps_may_be_left_empty(desk: Client, asha: Practitioner) -> None:
    press(desk, URL, TYPED)
    press(desk, URL, {**TYPED, "daily_cap": "", "weekly_cap": ""})

    assert rules(asha)[-2:] == (None, None)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("zone", "Mars/Olympus"),
        ("zone", ""),
        ("zone", "../etc/passwd"),
        ("step", "20"),
        ("step", ""),
        ("before", "-1"),
        ("before", "721"),
        ("before", "five"),
        ("after", ""),
        ("after", "99999999999"),
        ("notice", "-1"),
        ("notice", "15"),  # days: fourteen at most
        ("notice", ""),
        ("unit", "7"),
        ("horizon", "0"),
        ("horizon", "13"),
        ("horizon", "401"),
        ("horizon", "1.5"),
        ("daily_cap", "0"),
        ("daily_cap", "-3"),
        ("daily_cap", "501"),
        ("weekly_cap", "0"),
        ("weekly_cap", "many"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field_and_kept_as_typed(
    desk: Client, asha: Practitioner, name: str, value: str
) -> None:
    typed = {**TYPED, name: value}

    answer = press(desk, URL, typed)

    page = read(answer)
    assert answer.status_code == 200
    assert rules(asha) == AS_MADE
    assert f"#id_{name}" in page.links()
    assert page.title.startswith("Error:")
    (field,) = [each for each in page.elements if each.attrs.get("name") == name]
    assert field.attrs["aria-invalid"] == "true"
    kept = {key: values[0] for key, values in shown(answer).items() if key in typed}
    if name not in {"step", "unit"}:  # a list of three has no place for a fourth
        assert kept == typed
    assert faults(page) == []


def test_a_zone_is_found_by_country_or_city_and_what_was_typed_stays(desk: Client, asha: Practitioner) -> None:
    answer = desk.post(URL, {**TYPED, "horizon": "oops", "query": "kathmandu", "do": "find"})

    zones = [each.attrs["value"] for each in read(answer).every("option") if "/" in each.attrs["value"]]
    assert zones == ["Asia/Kolkata", "Asia/Kathmandu"]
    assert shown(answer)["horizon"] == ["oops"]
    assert rules(asha) == AS_MADE
    nowhere = read(desk.post(URL, {**TYPED, "query": "atlantis", "do": "find"}))
    assert "No zone is called “atlantis”." in nowhere.text


def test_every_zone_can_be_chosen(desk: Client) -> None:
    zones = {each.attrs["value"] for each in read(desk.get(URL)).every("option") if "/" in each.attrs["value"]}

    assert len(zones) > 300
    assert zones >= {"Asia/Kolkata", "Europe/London", "America/Argentina/Buenos_Aires", "Pacific/Chatham"}


def test_another_zone_asks_about_those_it_strands(desk: Client, asha: Practitioner) -> None:
    booking = make_booking(service=make_service(asha), status=Status.CONFIRMED)
    typed = {**TYPED, "zone": "Europe/London"}

    asked = press(desk, URL, typed)
    assert len(questions(asked)) == 1
    assert rules(asha) == AS_MADE

    again(desk, URL, asked, {questions(asked)[0]: "keep"})
    assert rules(asha)[0] == "Europe/London"
    assert Booking.objects.get(pk=booking.pk).status == Status.CONFIRMED


def test_buffers_and_caps_ask_nobody_and_touch_no_booking(desk: Client, asha: Practitioner) -> None:
    booking = make_booking(service=make_service(asha), status=Status.CONFIRMED)

    assert press(desk, URL, {**TYPED, "before": "300", "daily_cap": "1", "horizon": "14"}).status_code == 303
    assert Booking.objects.get(pk=booking.pk).occupied == booking.occupied


def test_the_preview_stores_nothing_and_leads_back(desk: Client, asha: Practitioner) -> None:
    make_service(asha)

    preview = press(desk, URL, TYPED, do="preview")

    assert "more" in read(preview).text
    assert rules(asha) == AS_MADE
    assert shown(again(desk, URL, preview, {}, do="edit"))["horizon"] == ["90"]


def test_rules_that_another_tab_has_changed_meanwhile(desk: Client, asha: Practitioner) -> None:
    mine = shown(desk.get(URL))
    press(desk, URL, TYPED)

    answer = desk.post(URL, {**mine, "do": "save"})

    assert "This was changed elsewhere while you were here" in read(answer).text
    assert rules(asha)[1] == 30


def test_the_front_desk_may(asha: Practitioner) -> None:
    press(client_of(front_desk(asha)), URL, TYPED)

    assert AuditEntry.objects.get(action="practitioner.rules_changed").actor == "front_desk"


def test_zones_stand_under_their_countries_and_none_has_a_name_that_runs_backwards() -> None:
    offered = zone_choices("Asia/Kolkata")
    named = [name for _zone, name in offered]

    assert not [zone for zone, _name in offered if zone.startswith("Etc/GMT")]  # Etc/GMT+1 is an hour behind Greenwich
    assert "Etc/UTC" in dict(offered)
    assert named.index("Åland Islands – Europe/Mariehamn") < named.index("Albania – Europe/Tirane")
    assert named.index("Germany – Europe/Berlin") < named.index("Germany (Busingen) – Europe/Busingen")
    assert zone_choices("Etc/GMT+1")[0][0] == "Etc/GMT+1"  # who has it keeps it
