"""Plain cases of the arithmetic, by the clock on the practitioner's wall."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from booking import availability, wallclock
from booking.availability import Rules, State, Visit

MONDAY = date(2026, 12, 7)
WEEKDAYS = range(5)
RULES = Rules(
    zone="Asia/Kolkata",
    weekly=dict.fromkeys(WEEKDAYS, ((9 * 60, 12 * 60), (13 * 60, 17 * 60))),
    step=60,
    notice=0,
    horizon=60,
)


def at(day: date, clock: str, zone: str = "Asia/Kolkata", *, fold: int = 0) -> int:
    """Unix seconds of a wall-clock time."""
    wall = datetime.fromisoformat(f"{day} {clock}").replace(tzinfo=ZoneInfo(zone), fold=fold)
    return wallclock.seconds(wall)


def visit(day: date, begins: str, ends: str, *, before: int = 0, after: int = 0, held: bool = False) -> Visit:
    """Another's visit, with the minutes kept free around it."""
    start, end = at(day, begins), at(day, ends)
    return Visit(start, end, start - before * 60, end + after * 60, held)


def shown(
    rules: Rules,
    day: date,
    *,
    duration: int = 60,
    busy: tuple[Visit, ...] = (),
    now: int | None = None,
    zone: str | None = None,
    state: State = State.AVAILABLE,
) -> list[str]:
    """The starts of a day that have a state, as a wall clock in `zone` shows them."""
    face = zone or rules.zone
    asked = at(day - timedelta(days=7), "00:00", rules.zone) if now is None else now
    slots = availability.slots(rules, wallclock.window_of(face, day, day), duration, busy, asked)
    return [f"{slot.start.astimezone(ZoneInfo(face)):%H:%M}" for slot in slots if slot.state == state]


def hours(*intervals: tuple[int, int], zone: str = "Europe/London", step: int = 30) -> Rules:
    """Every day of the week alike."""
    return replace(RULES, zone=zone, step=step, weekly=dict.fromkeys(range(7), intervals))


# --- An ordinary day --------------------------------------------------------------------------------------------------


def test_an_hour_long_visit_fits_between_opening_break_and_closing() -> None:
    assert shown(RULES, MONDAY) == ["09:00", "10:00", "11:00", "13:00", "14:00", "15:00", "16:00"]


def test_a_day_without_hours_has_no_times() -> None:
    saturday = MONDAY + timedelta(days=5)

    assert shown(RULES, saturday) == []


def test_the_gap_between_two_intervals_is_the_break() -> None:
    assert shown(RULES, MONDAY, state=State.BREAK) == ["12:00"]


def test_a_long_visit_must_end_before_the_break() -> None:
    assert shown(RULES, MONDAY, duration=120) == ["09:00", "10:00", "13:00", "14:00", "15:00"]


@pytest.mark.parametrize(("step", "first"), [(15, "09:15"), (30, "09:30"), (60, "10:00")])
def test_times_lie_on_a_grid_that_begins_with_the_working_interval(step: int, first: str) -> None:
    starts = shown(replace(RULES, step=step), MONDAY)

    assert starts[:2] == ["09:00", first]


def test_each_working_interval_has_a_grid_of_its_own() -> None:
    rules = replace(RULES, weekly={0: ((9 * 60 + 20, 11 * 60), (13 * 60 + 5, 15 * 60 + 5))}, step=30)

    assert shown(rules, MONDAY, duration=30) == ["09:20", "09:50", "10:20", "13:05", "13:35", "14:05", "14:35"]


# --- What is taken ----------------------------------------------------------------------------------------------------


def test_a_taken_time_is_shown_as_booked_and_its_neighbours_stay_open() -> None:
    taken = (visit(MONDAY, "10:00", "11:00"),)

    assert shown(RULES, MONDAY, busy=taken, state=State.BOOKED) == ["10:00"]
    assert shown(RULES, MONDAY, busy=taken)[:2] == ["09:00", "11:00"]


def test_a_visit_that_is_too_long_for_the_gap_before_a_booking_is_not_offered() -> None:
    taken = (visit(MONDAY, "10:30", "11:00"),)

    assert shown(RULES, MONDAY, busy=taken)[:2] == ["09:00", "11:00"]


def test_a_buffer_is_kept_free_after_a_visit_too() -> None:
    """Half an hour of buffer: the new visit's own must end before the next booking begins."""
    taken = (visit(MONDAY, "11:00", "12:00"),)
    rules = replace(RULES, step=30, after=30)

    assert shown(rules, MONDAY, busy=taken)[:2] == ["09:00", "09:30"]


def test_a_buffer_may_reach_into_the_break_and_past_closing() -> None:
    assert shown(replace(RULES, after=30), MONDAY) == shown(RULES, MONDAY)


def test_a_buffer_before_a_visit_is_kept_free_too() -> None:
    taken = (visit(MONDAY, "09:00", "10:00"),)
    rules = replace(RULES, step=30, before=30)

    assert shown(rules, MONDAY, busy=taken)[0] == "10:30"


def test_the_buffers_of_neighbours_add_up() -> None:
    """Fifteen minutes after theirs and fifteen before ours."""
    taken = (visit(MONDAY, "09:00", "10:00", after=15),)
    rules = replace(RULES, step=15, before=15)

    assert shown(rules, MONDAY, busy=taken)[0] == "10:30"


# --- Dates that differ, time off --------------------------------------------------------------------------------------

NUMBER = wallclock.day_number(MONDAY)


def test_a_date_may_have_hours_of_its_own() -> None:
    rules = replace(RULES, dates={NUMBER: ((10 * 60, 12 * 60), (15 * 60, 16 * 60))})

    assert shown(rules, MONDAY) == ["10:00", "11:00", "15:00"]
    assert shown(rules, MONDAY, state=State.BREAK) == ["12:00", "13:00", "14:00"]
    assert shown(rules, MONDAY + timedelta(days=1)) == shown(RULES, MONDAY + timedelta(days=1))


def test_a_date_may_be_closed_and_another_opened() -> None:
    saturday = NUMBER + 5
    rules = replace(RULES, dates={NUMBER: (), saturday: ((9 * 60, 11 * 60),)})

    assert shown(rules, MONDAY) == shown(rules, MONDAY, state=State.BREAK) == []
    assert shown(rules, MONDAY + timedelta(days=5)) == ["09:00", "10:00"]


def test_a_date_replaces_what_begins_on_it_and_not_what_the_night_before_began() -> None:
    night = replace(RULES, weekly=dict.fromkeys(range(7), ((22 * 60, 26 * 60),)), dates={NUMBER: ()})

    assert shown(night, MONDAY) == ["00:00", "01:00"]
    assert shown(night, MONDAY + timedelta(days=1)) == ["22:00", "23:00"]


def test_time_off_hides_every_visit_it_meets() -> None:
    dentist = replace(RULES, off=[((NUMBER, 10 * 60 + 30), (NUMBER, 14 * 60))])

    assert shown(dentist, MONDAY) == ["09:00", "14:00", "15:00", "16:00"]
    assert shown(dentist, MONDAY, state=State.BREAK) == shown(dentist, MONDAY, state=State.BOOKED) == []


def test_whole_days_off_end_at_midnight() -> None:
    holiday = replace(RULES, off=[((NUMBER, 0), (NUMBER + 1, 24 * 60))])

    assert shown(holiday, MONDAY) == shown(holiday, MONDAY + timedelta(days=1)) == []
    assert shown(holiday, MONDAY + timedelta(days=2)) == shown(RULES, MONDAY)


# --- Caps -------------------------------------------------------------------------------------------------------------


def test_a_full_day_is_shown_as_booked() -> None:
    taken = (visit(MONDAY, "09:00", "10:00"), visit(MONDAY, "13:00", "14:00"))

    assert shown(replace(RULES, daily_cap=2), MONDAY, busy=taken) == []
    assert len(shown(replace(RULES, daily_cap=2), MONDAY, busy=taken, state=State.BOOKED)) == 7
    assert len(shown(replace(RULES, daily_cap=3), MONDAY, busy=taken)) == 5
    assert shown(replace(RULES, daily_cap=2), MONDAY + timedelta(days=1), busy=taken) == shown(RULES, MONDAY)


def test_a_full_week_ends_with_sunday() -> None:
    taken = (visit(MONDAY, "09:00", "10:00"), visit(MONDAY + timedelta(days=2), "09:00", "10:00"))
    rules = replace(RULES, weekly_cap=2)

    assert shown(rules, MONDAY + timedelta(days=4), busy=taken) == []
    assert shown(rules, MONDAY + timedelta(days=7), busy=taken) == shown(RULES, MONDAY)


def test_a_visit_counts_on_the_day_it_starts_by_the_practitioners_calendar() -> None:
    """A quarter past midnight in India is still the evening before in Greenwich."""
    rules = replace(RULES, weekly=dict.fromkeys(range(7), ((22 * 60, 26 * 60),)), daily_cap=1)
    taken = (visit(MONDAY + timedelta(days=1), "00:00", "01:00"),)

    assert shown(rules, MONDAY, busy=taken) == ["00:00", "01:00", "22:00", "23:00"]
    assert shown(rules, MONDAY + timedelta(days=1), busy=taken) == []


# --- Too soon and too far ---------------------------------------------------------------------------------------------


def test_notice_hides_what_is_too_soon() -> None:
    rules = replace(RULES, notice=120)

    assert shown(rules, MONDAY, now=at(MONDAY, "09:00"))[:1] == ["11:00"]
    assert shown(rules, MONDAY, now=at(MONDAY, "09:00") + 1)[:1] == ["13:00"]


def test_what_is_past_is_not_even_shown_as_booked() -> None:
    taken = (visit(MONDAY, "09:00", "10:00"),)

    assert shown(RULES, MONDAY, busy=taken, now=at(MONDAY, "09:30"), state=State.BOOKED) == []


def test_the_horizon_ends_with_a_day_of_the_practitioner() -> None:
    rules = replace(RULES, horizon=14)
    two_weeks_before = at(MONDAY - timedelta(days=14), "23:59")

    assert shown(rules, MONDAY, now=two_weeks_before) == shown(RULES, MONDAY)
    assert shown(rules, MONDAY + timedelta(days=1), now=two_weeks_before) == []


# --- Clocks that jump -------------------------------------------------------------------------------------------------

LONDON_SPRING, LONDON_AUTUMN = date(2027, 3, 28), date(2027, 10, 31)  # 01:00 → 02:00 and 02:00 → 01:00


def test_a_spring_gap_holds_no_time() -> None:
    starts = shown(hours((0, 4 * 60)), LONDON_SPRING, duration=30)

    assert starts == ["00:00", "00:30", "02:00", "02:30", "03:00", "03:30"]


def test_a_visit_across_the_spring_gap_has_its_full_length() -> None:
    rules = hours((0, 4 * 60))
    within = wallclock.window_of(rules.zone, LONDON_SPRING, LONDON_SPRING)

    found = availability.slots(rules, within, 60, (), at(LONDON_SPRING - timedelta(days=7), "00:00"))

    assert found
    assert all(slot.end - slot.start == timedelta(hours=1) for slot in found)


def test_an_autumn_hour_comes_twice_and_each_instant_once() -> None:
    rules = hours((0, 3 * 60))
    now = at(LONDON_AUTUMN - timedelta(days=7), "00:00", rules.zone)
    within = wallclock.window_of(rules.zone, LONDON_AUTUMN, LONDON_AUTUMN)

    starts = list(availability.open_starts(rules, within, 30, (), now))

    assert shown(rules, LONDON_AUTUMN, duration=30) == [
        "00:00", "00:30", "01:00", "01:30", "01:00", "01:30", "02:00", "02:30",
    ]  # fmt: skip
    assert len(starts) == len(set(starts)) == 8


def test_a_zone_that_moves_by_half_an_hour() -> None:
    """Lord Howe Island: on 4 April 2027 the clock goes back from 02:00 to 01:30."""
    rules = hours((60, 3 * 60), zone="Australia/Lord_Howe")

    assert shown(rules, date(2027, 4, 4), duration=30) == ["01:00", "01:30", "01:30", "02:00", "02:30"]


def test_a_zone_at_a_quarter_to() -> None:
    rules = hours((9 * 60, 11 * 60), zone="Asia/Kathmandu", step=60)
    found = availability.slots(rules, wallclock.window_of(rules.zone, MONDAY, MONDAY), 60, (), at(MONDAY, "00:00"))

    assert [f"{slot.start:%H:%M}" for slot in found] == ["03:15", "04:15"]  # UTC


def test_a_repeated_hour_never_shortens_time_off() -> None:
    """Until half past one: the second one, when the clock shows it twice."""
    number = wallclock.day_number(LONDON_AUTUMN)
    rules = replace(hours((0, 3 * 60)), off=[((number, 60), (number, 90))])

    assert shown(rules, LONDON_AUTUMN, duration=30) == ["00:00", "00:30", "01:30", "02:00", "02:30"]


def test_time_off_that_begins_or_ends_in_a_gap_covers_all_there_is() -> None:
    number = wallclock.day_number(LONDON_SPRING)
    begins = replace(hours((0, 4 * 60)), off=[((number, 90), (number, 150))])
    ends = replace(hours((0, 4 * 60)), off=[((number, 30), (number, 90))])
    within = replace(hours((0, 4 * 60)), off=[((number, 70), (number, 110))])

    assert shown(begins, LONDON_SPRING, duration=30) == ["00:00", "00:30", "02:30", "03:00", "03:30"]
    assert shown(ends, LONDON_SPRING, duration=30) == ["00:00", "02:00", "02:30", "03:00", "03:30"]
    assert shown(within, LONDON_SPRING, duration=30) == shown(hours((0, 4 * 60)), LONDON_SPRING, duration=30)


def test_hours_past_midnight_belong_to_the_evening_they_began() -> None:
    friday, saturday = MONDAY + timedelta(days=4), MONDAY + timedelta(days=5)
    rules = replace(RULES, weekly={4: ((22 * 60, 26 * 60),)})

    assert shown(rules, friday) == ["22:00", "23:00"]
    assert shown(rules, saturday) == ["00:00", "01:00"]


def test_a_visit_may_cross_midnight_within_one_interval() -> None:
    rules = replace(RULES, weekly={4: ((23 * 60, 26 * 60),)})

    assert shown(rules, MONDAY + timedelta(days=4), duration=120) == ["23:00"]


# --- Seen from elsewhere ----------------------------------------------------------------------------------------------


def test_another_display_zone_shows_the_same_instants_on_its_own_calendar() -> None:
    """Nine in India is half past ten in the evening before in New York."""
    sunday = MONDAY - timedelta(days=1)

    assert shown(RULES, sunday, zone="America/New_York") == ["22:30", "23:30"]
    assert shown(RULES, MONDAY, zone="America/New_York")[:5] == ["00:30", "02:30", "03:30", "04:30", "05:30"]


def test_across_the_date_line_a_working_day_is_seen_as_the_day_before() -> None:
    kiritimati = replace(RULES, zone="Pacific/Kiritimati")  # UTC+14
    sunday = MONDAY - timedelta(days=1)

    assert shown(kiritimati, sunday, zone="Pacific/Pago_Pago")[0] == "08:00"  # UTC−11
    assert shown(kiritimati, MONDAY, zone="Pacific/Pago_Pago")[0] == "08:00"  # Tuesday's hours


def test_a_day_that_a_zone_skipped_is_empty() -> None:
    """Samoa went from 29 to 31 December 2011."""
    rules = hours((9 * 60, 11 * 60), zone="Pacific/Apia")
    skipped = date(2011, 12, 30)

    assert shown(rules, skipped, now=at(date(2011, 12, 20), "00:00", rules.zone)) == []
    assert len(shown(rules, date(2011, 12, 31), now=at(date(2011, 12, 20), "00:00", rules.zone))) == 3


def test_a_month_counts_the_open_times_of_each_day_that_has_any() -> None:
    within = wallclock.window_of(RULES.zone, MONDAY, MONDAY + timedelta(days=6))
    taken = (visit(MONDAY, "09:00", "17:00"),)

    counts = availability.open_counts(RULES, within, 60, taken, at(MONDAY, "00:00"), zone=RULES.zone)

    assert counts == {MONDAY + timedelta(days=n): 7 for n in range(1, 5)}


# --- One time ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("clock", "duration", "offered"),
    [
        ("09:00", 60, True),
        ("09:01", 60, False),
        ("09:30", 60, False),
        ("11:30", 60, False),
        ("12:00", 60, False),
        ("16:00", 60, True),
        ("17:00", 60, False),
        ("08:00", 60, False),
        ("16:00", 90, False),
    ],
)
def test_only_a_time_on_the_grid_and_within_hours_is_offered(clock: str, duration: int, *, offered: bool) -> None:
    now = at(MONDAY, "00:00")

    assert availability.is_offered(RULES, at(MONDAY, clock), duration, now) is offered


def test_a_time_in_time_off_or_on_a_closed_date_is_not_offered() -> None:
    now, nine = at(MONDAY, "00:00"), at(MONDAY, "09:00")

    assert availability.is_offered(RULES, nine, 60, now)
    assert not availability.is_offered(replace(RULES, dates={NUMBER: ()}), nine, 60, now)
    assert not availability.is_offered(replace(RULES, off=[((NUMBER, 0), (NUMBER, 9 * 60 + 1))]), nine, 60, now)
