"""Why a time is not offered: one reason for every time, and `open` for just those that can be booked."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings

from booking import availability, explaining, wallclock
from booking.availability import Rules, State, Visit
from booking.explaining import Stretch, Verdict
from tests.booking.strategies import Wish, wishes
from tests.booking.test_availability import MONDAY, NUMBER, RULES, at, visit
from tests.proofs.scale import many

NOW = at(MONDAY - timedelta(days=7), "12:00")
Told = list[tuple[str, str, int | None]]


def told(
    rules: Rules = RULES, day: date = MONDAY, *, duration: int = 60, visits: tuple[Visit, ...] = (), now: int = NOW
) -> Told:
    """From when (by the wall) which reason holds, and the number of what decides."""
    found = explaining.explain(rules, day, duration, visits, now)
    return [(_wall(stretch, rules.zone), stretch.reason.verdict.value, stretch.reason.which) for stretch in found]


def _wall(stretch: Stretch, zone: str) -> str:
    return f"{wallclock.instant(stretch.start).astimezone(ZoneInfo(zone)):%H:%M}"


def words(told_: Told) -> list[tuple[str, str]]:
    return [(clock, verdict) for clock, verdict, _which in told_]


def test_an_ordinary_day_is_closed_open_a_break_open_and_closed() -> None:
    assert words(told()) == [
        ("00:00", "closed"), ("09:00", "open"), ("12:00", "break"), ("13:00", "open"), ("17:00", "closed"),
    ]  # fmt: skip


def test_the_stretches_of_a_day_leave_nothing_out() -> None:
    found = explaining.explain(RULES, MONDAY, 60, (), NOW)

    assert (found[0].start, found[-1].end) == wallclock.window_of(RULES.zone, MONDAY, MONDAY)
    assert [stretch.end for stretch in found[:-1]] == [stretch.start for stretch in found[1:]]


def test_a_long_visit_does_not_fit_before_the_break_and_closing() -> None:
    assert words(told(duration=120))[1:6] == [
        ("09:00", "open"), ("11:00", "does_not_fit"), ("12:00", "break"), ("13:00", "open"), ("16:00", "does_not_fit"),
    ]  # fmt: skip


def test_a_date_of_its_own_answers_for_the_hours_it_takes_away() -> None:
    shorter = replace(RULES, dates={NUMBER: ((10 * 60, 11 * 60), (14 * 60, 15 * 60))})
    closed = replace(RULES, dates={NUMBER: ()})

    assert words(told(shorter)) == [
        ("00:00", "closed"), ("09:00", "override"), ("10:00", "open"), ("11:00", "break"), ("14:00", "open"),
        ("15:00", "override"), ("17:00", "closed"),
    ]  # fmt: skip
    assert ("09:00", "override") in words(told(closed))
    assert ("12:00", "closed") in words(told(closed))


def test_time_off_is_named_by_its_place() -> None:
    rules = replace(RULES, off=[((NUMBER - 9, 0), (NUMBER - 8, 60)), ((NUMBER, 0), (NUMBER, 10 * 60))])

    assert told(rules)[:3] == [("00:00", "closed", None), ("09:00", "time_off", 1), ("10:00", "open", None)]


def test_today_is_past_then_too_soon_then_open() -> None:
    rules = replace(RULES, notice=120)

    assert words(told(rules, now=at(MONDAY, "10:30")))[1:5] == [
        ("09:00", "past"), ("11:00", "notice"), ("12:00", "break"), ("13:00", "open"),
    ]  # fmt: skip


def test_a_day_that_is_too_far_is_beyond_the_horizon_within_its_hours_alone() -> None:
    rules = replace(RULES, horizon=3)

    assert words(told(rules)) == [
        ("00:00", "closed"), ("09:00", "horizon"), ("12:00", "break"), ("13:00", "horizon"), ("17:00", "closed"),
    ]  # fmt: skip


def test_bookings_holds_and_what_is_kept_free_around_them_are_told_apart() -> None:
    rules = replace(RULES, step=30, after=30)
    visits = (visit(MONDAY, "10:00", "11:00", after=30), visit(MONDAY, "14:00", "15:00", after=30, held=True))

    assert told(rules, duration=30, visits=visits)[1:-1] == [
        ("09:00", "open", None), ("09:30", "buffer", 0), ("10:00", "booking", 0), ("11:00", "buffer", 0),
        ("11:30", "open", None), ("12:00", "break", None), ("13:00", "open", None), ("13:30", "buffer", 1),
        ("14:00", "hold", 1), ("15:00", "buffer", 1), ("15:30", "open", None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("caps", "verdict"),
    [
        ({"daily_cap": 1}, "daily_cap"),
        ({"weekly_cap": 1}, "weekly_cap"),
        ({"daily_cap": 1, "weekly_cap": 1}, "daily_cap"),
    ],
)
def test_what_is_free_on_a_full_day_is_capped_and_what_is_booked_stays_booked(
    caps: dict[str, Any], verdict: str
) -> None:
    found = words(told(replace(RULES, **caps), visits=(visit(MONDAY, "09:00", "10:00"),)))

    assert found[1:3] == [("09:00", "booking"), ("10:00", verdict)]


def test_hours_off_the_plain_grid_are_explained_on_their_own() -> None:
    rules = replace(RULES, weekly={0: ((9 * 60 + 20, 11 * 60),)}, step=30)
    found = explaining.explain(rules, MONDAY, 30, (), NOW)
    opened = next(stretch for stretch in found if stretch.reason.verdict is Verdict.OPEN)

    assert [f"{wallclock.instant(start).astimezone(ZoneInfo(rules.zone)):%H:%M}" for start in opened.starts] == [
        "09:20", "09:50", "10:20",
    ]  # fmt: skip
    assert ("10:50", "does_not_fit") in words(told(rules, duration=30))


# --- For any rules ----------------------------------------------------------------------------------------------------

TAKEN = {Verdict.BOOKING, Verdict.HOLD, Verdict.BUFFER, Verdict.DAILY_CAP, Verdict.WEEKLY_CAP}


def at_home(wish: Wish) -> tuple[list[Stretch], dict[int, State]]:
    """The explanation of a wish's first day, and the states of its times."""
    within = wallclock.window_of(wish.rules.zone, wish.first, wish.first)
    slots = availability.slots(wish.rules, within, wish.duration, wish.visits, wish.asked)
    stretches = explaining.explain(wish.rules, wish.first, wish.duration, wish.visits, wish.asked)
    return stretches, {wallclock.seconds(slot.start): slot.state for slot in slots}


def disagreements(wish: Wish) -> list[str]:
    stretches, states = at_home(wish)
    told_ = {start: stretch.reason.verdict for stretch in stretches for start in stretch.starts}
    opened = {start for start, verdict in told_.items() if verdict is Verdict.OPEN}
    taken = {start for start, verdict in told_.items() if verdict in TAKEN}
    found = []
    if opened != {start for start, state in states.items() if state is State.AVAILABLE}:
        found.append("open")
    if taken != {start for start, state in states.items() if state is State.BOOKED}:
        found.append("taken")
    return found


@pytest.mark.proof
@given(wish=wishes())
@settings(max_examples=many(200, 4000), deadline=None)
def test_a_time_is_explained_as_open_if_and_only_if_it_can_be_booked(wish: Wish) -> None:
    if wallclock.resolve(wish.rules.zone, wallclock.day_number(wish.first), 0, 1440):
        assert disagreements(wish) == []
    else:
        assert explaining.explain(wish.rules, wish.first, wish.duration, wish.visits, wish.asked) == []


@pytest.mark.proof
@given(wish=wishes())
@settings(max_examples=many(200, 4000), deadline=None)
def test_every_time_has_one_reason_and_points_at_what_decides(wish: Wish) -> None:
    stretches, _ = at_home(wish)
    starts = [start for stretch in stretches for start in stretch.starts]

    assert starts == sorted(set(starts))
    for stretch in stretches:
        assert stretch.start == stretch.starts[0] <= stretch.starts[-1] < stretch.end
        verdict, which = stretch.reason.verdict, stretch.reason.which
        if verdict in {Verdict.BOOKING, Verdict.HOLD}:
            assert which is not None
            assert wish.visits[which].held is (verdict is Verdict.HOLD)
        elif verdict in {Verdict.BUFFER, Verdict.TIME_OFF}:
            assert which in range(len(wish.visits if verdict is Verdict.BUFFER else wish.rules.off))
        else:
            assert which is None


@pytest.mark.proof
def test_control_an_explanation_that_overlooks_buffers_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = (visit(MONDAY, "10:00", "11:00", after=30),)
    wish = Wish(RULES, MONDAY, MONDAY, RULES.zone, 60, [], [], wallclock.instant(NOW))
    monkeypatch.setattr(Wish, "visits", taken)
    assert disagreements(wish) == []

    monkeypatch.setattr(explaining._Judge, "_by_visits", lambda _self, _start: None)

    assert disagreements(wish) == ["open", "taken"]
