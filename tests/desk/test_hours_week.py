"""The working week at the desk: typed, rearranged, refused, stored."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from booking.lifecycle import Status
from booking.models import Booking
from common.models import AuditEntry
from practitioners.models import Practitioner, WeeklyHours
from tests.answers import Answer
from tests.desk.filling import WEEKDAYS, Typed, hours_of, press, shown, week
from tests.desk.people import OFFICE_WEEK, client_of, front_desk, make_desk, own_client, stored_week
from tests.factories import TOMORROW_AT_TEN, make_booking, make_practitioner, make_service
from tests.pages.reading import faults, read

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]
URL = "/desk/hours/"


def test_the_page_shows_the_week_its_breaks_and_what_it_amounts_to(desk: Client, asha: Practitioner) -> None:
    make_service(asha, duration=60)
    make_service(asha, duration=90, name="Long talk")

    answer = desk.get(URL)

    page = read(answer)
    assert faults(page) == []
    assert hours_of(answer) == week(WEEKDAYS)
    assert page.text.count("Break 12:00 PM – 1:00 PM") == 5
    assert "35 bookable hours a week" in page.text
    assert "Consultation, 60-minute sessions: up to 35 a week" in page.text
    assert "Long talk, 90-minute sessions: up to 20 a week" in page.text


def test_an_empty_week_is_closed_every_day(client: Client) -> None:
    page = read(own_client(make_desk()).get(URL))

    assert faults(page) == []
    assert page.text.count("Closed") == 7
    assert "0 bookable hours a week" in page.text


def test_a_week_is_stored_with_its_history(desk: Client, asha: Practitioner) -> None:
    answer = press(desk, URL, week({0: [(600, 660)], 6: [(1320, 1560), (480, 540)]}))

    assert (answer.status_code, answer["Location"]) == (303, URL)
    assert stored_week(asha) == [(0, 600, 660), (6, 480, 540), (6, 1320, 1560)]
    entry = AuditEntry.objects.get(action="practitioner.hours_changed")
    assert (entry.actor, entry.user_id, entry.subject_id) == ("practitioner", asha.user_id, asha.pk)
    assert entry.before["weekly"] == {str(day): [[540, 720], [780, 1020]] for day in range(5)}
    assert entry.after["weekly"] == {"0": [[600, 660]], "6": [[480, 540], [1320, 1560]]}
    assert "Your week is saved." in read(desk.get(URL)).text


def test_the_end_after_midnight_reads_next_day(desk: Client) -> None:
    press(desk, URL, week({6: [(1320, 1560)], 5: [(0, 1440)]}))

    words = {(each.attrs["value"], each.text) for each in read(desk.get(URL)).every("option")}
    assert words >= {("1560", "2:00 AM next day"), ("1440", "Midnight"), ("0", "12:00 AM"), ("780", "1:00 PM")}


def test_minutes_off_the_grid_keep_their_value(desk: Client, asha: Practitioner) -> None:
    WeeklyHours.objects.create(practitioner=asha, weekday=5, starts=607, ends=2047)

    answer = desk.get(URL)

    assert (hours_of(answer)["from-5-0"], hours_of(answer)["to-5-0"]) == ("607", "2047")
    press(desk, URL, hours_of(answer))
    assert stored_week(asha)[-1] == (5, 607, 2047)


@pytest.mark.parametrize(
    ("typed", "said", "place"),
    [
        (week({0: [(540, 720), (700, 800)]}), "Monday: This overlaps Monday, 9:00 AM – 12:00 PM.", "from-0-1"),
        (week({0: [(700, 800), (540, 720)]}), "Monday: This overlaps Monday, 9:00 AM – 12:00 PM.", "from-0-0"),
        (week({0: [(540, 720), (540, 720)]}), "This overlaps Monday", "from-0-1"),
        (week({0: [(1320, 1560)], 1: [(60, 120)]}), "This overlaps Monday, 10:00 PM – 2:00 AM next day.", "from-1-0"),
        (week({6: [(1320, 1560)], 0: [(60, 120)]}), "This overlaps Sunday, 10:00 PM – 2:00 AM next day.", "from-0-0"),
        (week({6: [(0, 1440), (1380, 1500)]}), "This overlaps Sunday", "from-6-1"),
        (week({2: [(600, 500)]}), "Wednesday: This ends before it begins.", "to-2-0"),
        (week({2: [(600, 600)]}), "This ends before it begins.", "to-2-0"),
        (week({2: [(600, 2055)]}), "This is longer than 24 hours.", "to-2-0"),
        (week({2: [(1500, 1560)]}), "Choose the time at which this begins.", "from-2-0"),
        (week({2: [("25:00", 1560)]}), "Choose the time at which this begins.", "from-2-0"),
        (week({2: [(600, "25:00")]}), "Choose the time at which this ends.", "to-2-0"),
        (week({2: [("<b>", "")]}), "Choose the time at which this begins.", "from-2-0"),
        (week({2: [("-60", "60")]}), "Choose the time at which this begins.", "from-2-0"),
        (week({2: [("540.5", "600")]}), "Choose the time at which this begins.", "from-2-0"),
        (week({2: [("٥٤٠", "600")]}), "Choose the time at which this begins.", "from-2-0"),
        (week({2: [(600, 9999)]}), "Choose the time at which this ends.", "to-2-0"),
        (week({2: [("", "")]}), "Choose the time at which this ends.", "from-2-0"),
        (week({7: [(540, 600)]}), "There is no such day of the week.", "week"),
        (week({2: [(60 * n, 60 * n + 30) for n in range(13)]}), "more intervals than a day can have", "week"),
    ],
)
def test_what_makes_no_sense_is_refused_in_its_place_and_kept_as_typed(
    desk: Client, asha: Practitioner, typed: Typed, said: str, place: str
) -> None:
    answer = press(desk, URL, typed)

    page = read(answer)
    assert answer.status_code == 200
    assert stored_week(asha) == OFFICE_WEEK
    assert not AuditEntry.objects.filter(action__startswith="practitioner.").exists()
    (summary,) = page.every("div", role="alert")
    assert said in summary.text
    assert any(f"#{place}" == link for link in page.links())
    assert faults(page) == []
    assert page.title.startswith("Error:")
    known = {name: value for name, value in typed.items() if not name.startswith(("from-7", "to-7"))}
    assert hours_of(answer).items() >= {name: value for name, value in known.items() if "-12" not in name}.items()


def test_hours_that_only_touch_are_fine(desk: Client, asha: Practitioner) -> None:
    answer = press(desk, URL, week({6: [(540, 720), (720, 1440)], 0: [(0, 1440)]}))

    assert answer.status_code == 303
    assert stored_week(asha) == [(0, 0, 1440), (6, 540, 720), (6, 720, 1440)]


@pytest.mark.parametrize(
    ("button", "changed"),
    [
        ({"add": "5"}, {"from-5-0": "540", "to-5-0": "1020"}),
        ({"add": "0"}, {"from-0-2": "1080", "to-0-2": "1320"}),
        ({"remove": "0-0"}, {"from-0-0": "780", "to-0-0": "1020", "from-0-1": None, "to-0-1": None}),
        ({"closed": "0"}, {"from-0-0": None, "to-0-0": None, "from-0-1": None, "to-0-1": None}),
        (
            {"copy": "1", "source": "5", "target": ["0"]},
            {"from-0-0": None, "to-0-0": None, "from-0-1": None, "to-0-1": None},
        ),
        (
            {"copy": "1", "source": "0", "target": ["5", "0"]},
            {"from-5-0": "540", "to-5-0": "720", "from-5-1": "780", "to-5-1": "1020"},
        ),
        ({"copy": "1", "source": "0"}, {}),
        ({"add": "9"}, {}),
        ({"add": ""}, {}),
        ({"remove": "0-77"}, {}),
        ({"remove": "x"}, {}),
        ({"closed": "-1"}, {}),
        ({"do": "look"}, {}),
        ({}, {}),
    ],
)
def test_buttons_that_rearrange_keep_what_was_typed_and_store_nothing(
    desk: Client, asha: Practitioner, button: Typed, changed: dict[str, str | None]
) -> None:
    typed = {**week(WEEKDAYS), "from-3-0": "555"}

    answer = desk.post(URL, {**typed, **button})

    expected = {name: value for name, value in {**typed, **changed}.items() if value is not None}
    assert hours_of(answer) == expected
    assert stored_week(asha) == OFFICE_WEEK
    assert faults(read(answer)) == []


def test_an_added_interval_begins_after_a_break_or_is_left_to_choose_late_at_night(desk: Client) -> None:
    late = hours_of(desk.post(URL, {**week({0: [(540, 1400)]}), "add": "0"}))
    early = hours_of(desk.post(URL, {**week({0: [(540, 1300)]}), "add": "0"}))

    assert (late["from-0-1"], late["to-0-1"]) == ("", "")
    assert (early["from-0-1"], early["to-0-1"]) == ("1360", "1440")


def test_the_sums_follow_what_is_typed_before_it_is_saved(desk: Client, asha: Practitioner) -> None:
    make_service(asha)

    page = read(desk.post(URL, {**week({0: [(540, 720)], 1: [("x", 600)]}), "do": "look"}))

    assert "3 bookable hours a week" in page.text
    assert "up to 3 a week" in page.text


def test_a_week_that_another_tab_has_changed_meanwhile_is_not_undone_by_accident(
    desk: Client, asha: Practitioner
) -> None:
    mine = shown(desk.get(URL))
    press(desk, URL, week({0: [(600, 660)]}))

    answer = desk.post(URL, {**mine, **week({1: [(600, 660)]}), "do": "save"})

    assert answer.status_code == 200
    assert "This was changed elsewhere while you were here" in read(answer).text
    assert stored_week(asha) == [(0, 600, 660)]
    again = desk.post(URL, {**shown(answer), "do": "save"})
    assert again.status_code == 303
    assert (1, 600, 660) in stored_week(asha)


def test_saving_what_is_there_already_says_that_nothing_changes(desk: Client, asha: Practitioner) -> None:
    make_service(asha)

    press(desk, URL, week(WEEKDAYS))

    assert "The times on offer stay as they were." in read(desk.get(URL)).text


def test_the_front_desk_may_and_a_stranger_may_not(asha: Practitioner) -> None:
    helper = client_of(front_desk(asha))
    stranger = own_client(make_desk("stranger@example.org"))

    assert press(helper, URL, week({0: [(600, 660)]})).status_code == 303
    assert AuditEntry.objects.get(action="practitioner.hours_changed").actor == "front_desk"
    assert stranger.post(URL, {**week({1: [(600, 660)]}), "do": "save", "desk": asha.slug}).status_code == 404
    assert stored_week(asha) == [(0, 600, 660)]


def queries(ask: object) -> int:
    with CaptureQueriesContext(connection) as context:
        answer: Answer = ask()  # type: ignore[operator]  # a function without arguments
    assert answer.status_code == 200
    return len(context)


@pytest.mark.parametrize("do", ["look", "preview"])
def test_looking_costs_the_same_with_three_hundred_bookings(desk: Client, asha: Practitioner, do: str) -> None:
    service = make_service(asha)
    make_booking(service=service, status=Status.CONFIRMED)
    typed = {**week({0: [(1200, 1260)]}), "do": do}
    few = queries(lambda: desk.post(URL, typed))
    patient = Booking.objects.get().patient
    for number in range(1, 300):
        start = TOMORROW_AT_TEN + timedelta(hours=2 * number)
        make_booking(service=service, patient=patient, start=start, status=Status.CONFIRMED)

    many = queries(lambda: desk.post(URL, typed))

    print(f"{do}: {many} statements with 300 bookings")  # noqa: T201 - the figures are for reading
    assert few == many <= 14


def test_the_week_of_another_practitioner_is_never_touched(desk: Client) -> None:
    other = make_practitioner()

    press(desk, URL, week({0: [(600, 660)]}))

    assert stored_week(other) == OFFICE_WEEK


def test_nothing_typed_reaches_the_log(desk: Client, caplog: pytest.LogCaptureFixture) -> None:
    press(desk, URL, week({0: [("canary", "canary")]}))

    assert "canary" not in caplog.text


@pytest.mark.parametrize("target", [[], ["0"]])
def test_copying_to_no_other_day_is_said(desk: Client, target: list[str]) -> None:
    page = read(desk.post(URL, {"copy": "1", "source": "0", "target": target}))

    assert "Tick at least one other day to copy to." in page.text
    assert "Copied." not in page.text
