"""Dates that differ, time off, and the sick day."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client

from booking.lifecycle import Status
from booking.models import Booking
from common import clock
from common.models import AuditEntry
from payments.lifecycle import PaymentStatus
from payments.models import Refund
from practitioners.models import DateOverride, OverrideHours, Practitioner, TimeOff, WeeklyHours
from tests.desk.filling import Typed, again, hours_of, press, questions, shown, week
from tests.desk.people import client_of, front_desk, make_desk, own_client
from tests.factories import NINE_TO_FIVE, NOW, TOMORROW_AT_TEN, make_booking, make_payment, make_service
from tests.pages.reading import faults, read

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]
DATES, OFF, CLOSE = "/desk/overrides/", "/desk/time-off/", "/desk/close/"
CHRISTMAS_EVE = date(2026, 12, 24)
EVE = f"{DATES}{CHRISTMAS_EVE}/"
SATURDAY = f"{DATES}2026-12-05/"
HOUR = timedelta(hours=1)


def dates(practitioner: Practitioner) -> dict[str, list[tuple[int, int]]]:
    rows = practitioner.overrides.prefetch_related("hours")
    return {str(row.day): [(hours.starts, hours.ends) for hours in row.hours.all()] for row in rows}


def away(practitioner: Practitioner) -> list[tuple[str, int, str, int]]:
    return [(str(row.first_day), row.starts, str(row.last_day), row.ends) for row in practitioner.time_off.all()]


# --- Dates that differ ------------------------------------------------------------------------------------------------


def test_a_date_begins_with_its_weekdays_hours_and_gets_its_own(desk: Client, asha: Practitioner) -> None:
    page = desk.get(EVE)
    assert hours_of(page) == week({0: NINE_TO_FIVE})
    assert "Usually" in read(page).text
    assert faults(read(page)) == []

    answer = press(desk, EVE, {**week({0: [(540, 660), (720, 1560)]}), "note": "School play"})

    assert (answer.status_code, answer["Location"]) == (303, DATES)
    assert dates(asha) == {"2026-12-24": [(540, 660), (720, 1560)]}
    assert asha.overrides.get().note == "School play"
    entry = AuditEntry.objects.get(action="practitioner.date_changed")
    assert entry.after == {"day": "2026-12-24", "hours": [[540, 660], [720, 1560]]}
    listing = read(desk.get(DATES))
    assert "9:00 AM – 11:00 AM, 12:00 PM – 2:00 AM next day" in listing.text
    assert "School play" in listing.text


def test_a_date_can_be_closed_edited_and_given_back(desk: Client, asha: Practitioner) -> None:
    press(desk, EVE, {})
    assert dates(asha) == {"2026-12-24": []}
    press(desk, EVE, week({0: [(600, 660)]}))
    assert dates(asha) == {"2026-12-24": [(600, 660)]}

    desk.post(EVE, {"base": shown(desk.get(EVE))["base"], "usual": "1"})

    assert dates(asha) == {}
    assert "Thursday 24 December has the usual hours again." in read(desk.get(DATES)).text


def test_an_extra_day_on_a_weekday_that_is_closed(desk: Client, asha: Practitioner) -> None:
    make_service(asha)
    assert "Usually closed." in read(desk.get(SATURDAY)).text

    press(desk, SATURDAY, week({0: [(600, 720)]}))

    assert "Sat 5 Dec: 5 more times" in read(desk.get(DATES)).text


def test_a_date_is_asked_for_on_the_list(desk: Client) -> None:
    answer = desk.get(DATES, {"day": "2026-12-24"})

    assert (answer.status_code, answer["Location"]) == (303, EVE)


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2026-11-29", "This date is over."),
        ("2029-01-01", "more than two years ahead"),
        ("2026-02-30", "Enter a date like"),
        ("soon", "Enter a date like"),
        ("", "Choose a date."),
    ],
)
def test_a_date_that_can_not_be_changed_is_refused_where_it_is_asked_for(desk: Client, day: str, said: str) -> None:
    page = read(desk.get(DATES, {"day": day}))

    assert said in page.text
    assert faults(page) == []


@pytest.mark.parametrize("day", ["2026-11-29", "2029-01-01"])
def test_the_page_of_a_date_out_of_reach_leads_back(desk: Client, asha: Practitioner, day: str) -> None:
    assert desk.get(f"{DATES}{day}/").status_code == 303
    assert desk.post(f"{DATES}{day}/", {**week({0: [(600, 660)]}), "do": "save"}).status_code == 303
    assert dates(asha) == {}


@pytest.mark.parametrize("day", ["2026-02-30", "x", "10000-01-01"])
def test_what_is_no_date_has_no_page(desk: Client, day: str) -> None:
    assert desk.get(f"{DATES}{day}/").status_code == 404


@pytest.mark.parametrize(
    ("typed", "said", "place"),
    [
        (week({0: [(540, 720), (700, 800)]}), "This overlaps 9:00 AM – 12:00 PM.", "#from-0-1"),
        (week({0: [(540, 1560), (0, 60)]}), None, ""),  # the night belongs to the date it began on
        (week({0: [(720, 540)]}), "This ends before it begins.", "#to-0-0"),
        (week({0: [("x", "y")]}), "Choose the time at which this begins.", "#from-0-0"),
        (week({1: [(540, 720)]}), "There is no such day of the week.", "#week"),
        ({**week({0: [(540, 720)]}), "note": "x" * 121}, "at most 120 characters", "#id_note"),
    ],
)
def test_a_date_that_makes_no_sense_is_refused_and_kept_as_typed(
    desk: Client, asha: Practitioner, typed: Typed, said: str | None, place: str
) -> None:
    answer = press(desk, EVE, typed)

    if said is None:
        assert answer.status_code == 303
        return
    page = read(answer)
    assert said in page.every("div", role="alert")[0].text
    assert place in page.links()
    assert page.title.startswith("Error:")
    assert dates(asha) == {}
    assert {name: values[0] for name, values in shown(answer).items()}.items() >= {
        name: value for name, value in typed.items() if "-1-" not in name
    }.items()
    assert faults(page) == []


def test_closing_a_date_asks_about_its_bookings(desk: Client, asha: Practitioner) -> None:
    booking = make_booking(service=make_service(asha), status=Status.CONFIRMED)
    url = f"{DATES}2026-12-01/"

    asked = press(desk, url, {"note": "Away"})
    assert dates(asha) == {}
    again(desk, url, asked, {questions(asked)[0]: "cancel"})

    assert dates(asha) == {"2026-12-01": []}
    assert asha.overrides.get().note == "Away"
    assert Booking.objects.get(pk=booking.pk).status == Status.CANCELLED


def test_giving_an_extra_day_back_asks_about_its_bookings(desk: Client, asha: Practitioner) -> None:
    press(desk, SATURDAY, week({0: [(600, 720)]}))
    make_booking(service=make_service(asha), start=TOMORROW_AT_TEN + 96 * HOUR, status=Status.CONFIRMED)

    asked = desk.post(SATURDAY, {"base": shown(desk.get(SATURDAY))["base"], "usual": "1"})
    assert len(questions(asked)) == 1
    again(desk, SATURDAY, asked, {questions(asked)[0]: "keep"})

    assert dates(asha) == {}


def test_a_date_that_another_tab_has_changed_meanwhile(desk: Client, asha: Practitioner) -> None:
    mine = shown(desk.get(EVE))
    press(desk, EVE, {})

    answer = desk.post(EVE, {**mine, "do": "save"})

    assert "This was changed elsewhere" in read(answer).text
    assert dates(asha) == {"2026-12-24": []}


def test_dates_that_are_over_are_folded_away_and_notes_stay_at_the_desk(
    desk: Client, asha: Practitioner, client: Client
) -> None:
    make_service(asha, slug="60-min")
    DateOverride.objects.create(practitioner=asha, day=date(2026, 11, 2), note="canary")
    soon = DateOverride.objects.create(practitioner=asha, day=date(2026, 12, 1), note="canary")
    OverrideHours.objects.create(override=soon, starts=600, ends=660)
    TimeOff.objects.create(practitioner=asha, first_day=CHRISTMAS_EVE, last_day=CHRISTMAS_EVE, note="canary")

    assert "1 date that is over" in read(desk.get(DATES)).text
    for url in ("/p/asha-rao/", "/p/asha-rao/60-min/?date=2026-12-01", "/api/v1/practitioners/asha-rao"):
        assert b"canary" not in client.get(url).content
    assert not AuditEntry.objects.filter(before__icontains="canary").exists()


# --- Time off ---------------------------------------------------------------------------------------------------------

HOLIDAY: dict[str, object] = {
    "first_day": "2026-12-24",
    "starts": "0",
    "last_day": "2027-01-03",
    "ends": "1440",
    "note": "",
}


@pytest.mark.parametrize(
    ("typed", "row", "words"),
    [
        ({}, ("2026-12-24", 0, "2027-01-03", 1440), "Thu 24 Dec 2026 – Sun 3 Jan 2027"),
        ({"last_day": ""}, ("2026-12-24", 0, "2026-12-24", 1440), "Thu 24 Dec 2026"),
        (
            {"last_day": "", "starts": "840", "ends": "1020"},
            ("2026-12-24", 840, "2026-12-24", 1020),
            "Thu 24 Dec 2026, 2:00 PM – 5:00 PM",
        ),
        (
            {"starts": "1080", "ends": "540"},
            ("2026-12-24", 1080, "2027-01-03", 540),
            "Thu 24 Dec 2026, 6:00 PM – Sun 3 Jan 2027, 9:00 AM",
        ),
        ({"first_day": "2026-11-30"}, ("2026-11-30", 0, "2027-01-03", 1440), "Mon 30 Nov 2026 – Sun 3 Jan 2027"),
    ],
)
def test_time_off_is_stored_and_listed(
    desk: Client, asha: Practitioner, typed: Typed, row: tuple[object, ...], words: str
) -> None:
    answer = press(desk, OFF, {**HOLIDAY, **typed, "note": "Goa"})

    assert (answer.status_code, answer["Location"]) == (303, OFF)
    assert away(asha) == [row]
    page = read(desk.get(OFF))
    assert f"{words} Goa Remove" in page.text
    assert faults(page) == []
    entry = AuditEntry.objects.get(action="practitioner.time_off_added")
    assert entry.after["first"].startswith(str(row[0]))
    assert "Goa" not in str(entry.after)


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ({"last_day": "2026-12-23"}, "last_day"),
        ({"last_day": "", "starts": "1020", "ends": "840"}, "ends"),
        ({"last_day": "", "starts": "840", "ends": "840"}, "ends"),
        ({"first_day": "2026-11-29"}, "first_day"),
        ({"first_day": "2026-11-30", "last_day": "", "ends": "315"}, "ends"),  # it is half past five
        ({"first_day": ""}, "first_day"),
        ({"first_day": "24.12.2026"}, "first_day"),
        ({"last_day": "2029-06-01"}, "last_day"),
        ({"starts": "7"}, "starts"),
        ({"ends": "9999"}, "ends"),
        ({"note": "x" * 121}, "note"),
    ],
)
def test_time_off_that_makes_no_sense_is_refused_at_its_field(
    desk: Client, asha: Practitioner, typed: Typed, place: str
) -> None:
    answer = press(desk, OFF, {**HOLIDAY, **typed})

    page = read(answer)
    assert answer.status_code == 200
    assert f"#id_{place}" in page.links()
    assert away(asha) == []
    assert page.title.startswith("Error:")
    assert faults(page) == []
    kept = {name: values[0] for name, values in shown(answer).items()}
    expected = {**HOLIDAY, **typed}
    assert all(kept[name] == expected[name] for name in ("first_day", "last_day", "note"))


def test_the_same_time_off_twice_is_one(desk: Client, asha: Practitioner) -> None:
    for _ in range(2):
        press(desk, OFF, HOLIDAY)

    assert len(away(asha)) == 1


def test_time_off_asks_about_its_bookings_and_can_be_removed(desk: Client, asha: Practitioner) -> None:
    service = make_service(asha)
    booking = make_booking(service=service, status=Status.CONFIRMED)
    typed = {**HOLIDAY, "first_day": "2026-12-01", "last_day": "", "starts": "645", "ends": "660"}

    asked = press(desk, OFF, typed)
    assert away(asha) == []
    again(desk, OFF, asked, {questions(asked)[0]: "keep"})
    assert len(away(asha)) == 1
    assert Booking.objects.get(pk=booking.pk).status == Status.CONFIRMED

    answer = desk.post(f"{OFF}{asha.time_off.get().pk}/remove/")

    assert (answer.status_code, away(asha)) == (303, [])
    assert "The time off is removed." in read(desk.get(OFF)).text
    assert AuditEntry.objects.filter(action="practitioner.time_off_removed").count() == 1


def test_time_off_of_somebody_else_is_not_found(desk: Client) -> None:
    other = make_desk("other@example.org")
    row = TimeOff.objects.create(practitioner=other, first_day=CHRISTMAS_EVE, last_day=CHRISTMAS_EVE)

    assert desk.post(f"{OFF}{row.pk}/remove/").status_code == 404
    assert TimeOff.objects.filter(pk=row.pk).exists()


def test_time_off_that_is_over_is_folded_away(desk: Client, asha: Practitioner) -> None:
    TimeOff.objects.create(practitioner=asha, first_day=date(2026, 11, 1), last_day=date(2026, 11, 2))
    TimeOff.objects.create(practitioner=asha, first_day=NOW.date(), last_day=NOW.date(), ends=330)  # until just now

    page = read(desk.get(OFF))

    assert "2 that are over" in page.text
    assert "No time off ahead." in page.text


# --- A sick day -------------------------------------------------------------------------------------------------------


def test_a_day_is_closed_with_one_press_and_everyone_is_cancelled(desk: Client, asha: Practitioner) -> None:
    service = make_service(asha)
    paid = make_booking(service=service, status=Status.CONFIRMED)
    make_payment(booking=paid, status=PaymentStatus.CAPTURED)
    make_booking(service=service, start=TOMORROW_AT_TEN + HOUR, patient=None)
    outside = make_booking(service=service, start=TOMORROW_AT_TEN + 10 * HOUR, status=Status.CONFIRMED)
    elsewhere = make_booking(service=service, start=TOMORROW_AT_TEN + 24 * HOUR, status=Status.CONFIRMED)
    page = desk.get(CLOSE, {"date": "2026-12-01"})
    chosen = shown(page)
    assert [chosen[name] for name in questions(page)] == [["cancel"]] * 3
    assert "The whole day will be closed." in read(page).text
    assert faults(read(page)) == []

    answer = desk.post(CLOSE, {**chosen, "reason": "I am ill", "do": "save"})

    assert (answer.status_code, answer["Location"]) == (303, OFF)
    assert away(asha) == [("2026-12-01", 0, "2026-12-01", 1440)]
    assert set(Booking.objects.filter(status=Status.CANCELLED)) == set(Booking.objects.exclude(pk=elsewhere.pk))
    assert Refund.objects.get().amount == paid.amount
    assert outside.moves.get(after=Status.CANCELLED).reason == "I am ill"
    assert "Tuesday 1 December is closed. 3 bookings are cancelled" in read(desk.get(OFF)).text


def test_some_may_be_kept(desk: Client, asha: Practitioner) -> None:
    service = make_service(asha)
    kept = make_booking(service=service, status=Status.CONFIRMED)
    make_booking(service=service, start=TOMORROW_AT_TEN + HOUR, status=Status.CONFIRMED)
    page = desk.get(CLOSE, {"date": "2026-12-01"})

    desk.post(CLOSE, {**shown(page), questions(page)[0]: "keep", "do": "save"})

    assert list(Booking.objects.filter(status=Status.CONFIRMED)) == [kept]


def test_a_booking_made_meanwhile_stops_it_and_comes_back_marked(desk: Client, asha: Practitioner) -> None:
    service = make_service(asha)
    page = desk.get(CLOSE, {"date": "2026-12-01"})
    make_booking(service=service, status=Status.CONFIRMED)

    answer = desk.post(CLOSE, {**shown(page), "do": "save"})

    assert answer.status_code == 200
    assert "New since you looked" in read(answer).text
    assert away(asha) == []
    assert [shown(answer)[name] for name in questions(answer)] == [["cancel"]]
    assert desk.post(CLOSE, {**shown(answer), "do": "save"}).status_code == 303


def test_today_is_closed_from_now_on_and_what_is_over_stays(
    desk: Client, asha: Practitioner, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = make_service(asha)
    done = make_booking(service=service, start=NOW + 4 * HOUR, status=Status.CONFIRMED)
    under_way = make_booking(service=service, start=NOW + 5 * HOUR, status=Status.CONFIRMED)
    monkeypatch.setattr(clock, "now", lambda: NOW + 5.5 * HOUR)  # eleven in India
    page = desk.get(CLOSE)
    assert "It will be closed from now, 11:00 AM, to the end of the day." in read(page).text

    desk.post(CLOSE, {**shown(page), "do": "save"})

    assert away(asha) == [("2026-11-30", 660, "2026-11-30", 1440)]
    assert Booking.objects.get(pk=done.pk).status == Status.CONFIRMED
    assert Booking.objects.get(pk=under_way.pk).status == Status.CANCELLED


def test_the_night_that_begins_on_the_day_is_closed_with_it(desk: Client, asha: Practitioner) -> None:
    WeeklyHours.objects.create(practitioner=asha, weekday=1, starts=1320, ends=1680)  # ten at night to four
    service = make_service(asha)
    night = make_booking(service=service, start=datetime(2026, 12, 1, 20, tzinfo=UTC), status=Status.CONFIRMED)
    page = desk.get(CLOSE, {"date": "2026-12-01"})
    assert "and the night that begins then, until 4:00 AM of the next day." in read(page).text

    desk.post(CLOSE, {**shown(page), "do": "save"})

    assert away(asha) == [("2026-12-01", 0, "2026-12-02", 240)]
    assert Booking.objects.get(pk=night.pk).status == Status.CANCELLED


def test_closing_twice_adds_nothing(desk: Client, asha: Practitioner, monkeypatch: pytest.MonkeyPatch) -> None:
    page = shown(desk.get(CLOSE))
    desk.post(CLOSE, {**page, "do": "save"})
    monkeypatch.setattr(clock, "now", lambda: NOW + HOUR)

    assert desk.post(CLOSE, {**page, "do": "save"}).status_code == 303
    assert len(away(asha)) == 1


@pytest.mark.parametrize("day", ["2026-11-29", "2031-01-01"])
def test_only_days_that_are_to_come_can_be_closed(desk: Client, asha: Practitioner, day: str) -> None:
    assert desk.post(CLOSE, {"date": day, "do": "save"}).status_code == 404
    assert away(asha) == []
    assert desk.get(CLOSE, {"date": day}).status_code == 200


def test_garbage_for_a_date_closes_nothing(desk: Client, asha: Practitioner) -> None:
    assert desk.get(CLOSE, {"date": "x"}).status_code == 200
    assert desk.post(CLOSE, {"date": "x", "do": "save"}).status_code == 404
    assert away(asha) == []


def test_the_front_desk_closes_a_day_for_the_practitioner(asha: Practitioner) -> None:
    helper = client_of(front_desk(asha))

    helper.post(CLOSE, {**shown(helper.get(CLOSE, {"date": "2026-12-01"})), "do": "save"})

    assert AuditEntry.objects.get(action="practitioner.time_off_added").actor == "front_desk"


def test_the_day_on_which_the_clocks_change_is_closed_whole() -> None:
    emily = make_desk("emily@example.org", zone="Europe/London", hours=((0, 1440),), days=(6,), horizon=400)
    service = make_service(emily)
    early = make_booking(service=service, start=datetime(2027, 3, 28, 0, 0, tzinfo=UTC), status=Status.CONFIRMED)
    late = make_booking(service=service, start=datetime(2027, 3, 28, 22, 0, tzinfo=UTC), status=Status.CONFIRMED)
    desk = own_client(emily)

    page = desk.get(CLOSE, {"date": "2027-03-28"})
    desk.post(CLOSE, {**shown(page), "do": "save"})

    assert len(questions(page)) == 2
    assert set(Booking.objects.filter(status=Status.CANCELLED)) == {early, late}
