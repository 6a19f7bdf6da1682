"""The arithmetic against an independent model that asks every minute."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from booking import availability, wallclock
from booking.availability import Rules, Slot, State
from tests.booking import model
from tests.booking.strategies import Wish, wishes
from tests.proofs.scale import many

pytestmark = pytest.mark.proof


def expected(wish: Wish) -> dict[datetime, State]:
    return model.states(
        wish.rules,
        first=wish.first,
        last=wish.last,
        zone=wish.zone,
        duration=wish.duration,
        visits=wish.taken,
        now=wish.now,
    )


def answered(wish: Wish) -> list[Slot]:
    return availability.slots(wish.rules, wish.within, wish.duration, wish.visits, wish.asked)


@given(wish=wishes())
@settings(max_examples=many(60, 2000), deadline=None)
def test_the_arithmetic_agrees_with_a_clock_read_minute_by_minute(wish: Wish) -> None:
    slots = answered(wish)
    counts = availability.open_counts(wish.rules, wish.within, wish.duration, wish.visits, wish.asked, zone=wish.zone)

    wanted = expected(wish)
    assert {slot.start: slot.state for slot in slots} == wanted
    assert [slot.start for slot in slots] == list(wanted)
    assert counts == model.open_counts(wanted, wish.zone)
    for slot in slots:
        assert wish.first <= slot.start.astimezone(ZoneInfo(wish.zone)).date() <= wish.last


@given(wish=wishes())
@settings(max_examples=many(100, 2000), deadline=None)
def test_one_time_is_judged_as_the_whole_day_is(wish: Wish) -> None:
    """What `hold` asks about one start is what the list of a window says."""
    listed = {
        start
        for start, _state in availability.states(wish.rules, wish.within, wish.duration, ())
        if _state is not State.BREAK
    }
    low, high = wish.within
    for start in [*sorted(listed)[:20], *range(low, min(high, low + 6 * 3600), 35 * 60)]:
        shown = availability.slots(wish.rules, (start, start + 1), wish.duration, (), wish.asked)
        offered = any(slot.state is not State.BREAK for slot in shown)
        assert availability.is_offered(wish.rules, start, wish.duration, wish.asked) is offered
        assert not offered or start in listed


@given(wish=wishes())
@settings(max_examples=many(100, 2000), deadline=None)
def test_other_visits_matter_no_further_than_reach_says(wish: Wish) -> None:
    """Which bookings are read decides nothing, as long as they are all there as far as `reach` goes."""
    low, high = availability.reach(wish.rules, wish.within, wish.duration)
    near = [visit for visit in wish.visits if visit.taken_from < high and low < visit.taken_to]
    few = availability.slots(wish.rules, wish.within, wish.duration, near, wish.asked)

    assert few == answered(wish)


# --- Controls ---------------------------------------------------------------------------------------------------------


def differs(wish: Wish) -> bool:
    return {slot.start: slot.state for slot in answered(wish)} != expected(wish)


FORGOTTEN: dict[str, Any] = {
    "dates": {}, "off": (), "before": 0, "after": 0, "daily_cap": None, "weekly_cap": None, "notice": 0, "horizon": 9,
}  # fmt: skip


@pytest.mark.parametrize("field", FORGOTTEN)
def test_control_arithmetic_that_forgets_a_rule_is_found_out(monkeypatch: pytest.MonkeyPatch, field: str) -> None:
    whole = availability.slots

    def forgetful(rules: Rules, *rest: Any) -> list[Slot]:
        return whole(replace(rules, **{field: FORGOTTEN[field]}), *rest)

    monkeypatch.setattr(availability, "slots", forgetful)

    assert_found_out(wishes())


def assert_found_out(drawn: st.SearchStrategy[Wish]) -> None:
    some = settings(max_examples=2000, deadline=None, phases=[Phase.generate], database=None)
    try:
        find(drawn, differs, settings=some, random=random.Random(1))
    except NoSuchExample:
        pytest.fail("the model noticed nothing")


def test_control_time_off_that_trusts_the_clock_at_its_edges_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if a reading were one instant: an hour too short where the clock reads the end twice."""

    def naive(zone: str, first: wallclock.WallMoment, last: wallclock.WallMoment) -> wallclock.Interval:
        edges = [datetime(1970, 1, 1, tzinfo=ZoneInfo(zone)) + timedelta(days=d, minutes=m) for d, m in (first, last)]
        return wallclock.seconds(edges[0]), wallclock.seconds(edges[1])

    night = date(2027, 10, 31)
    number = wallclock.day_number(night)
    rules = Rules(
        zone="Europe/London",
        weekly={6: ((0, 4 * 60),)},
        step=30,
        notice=0,
        horizon=30,
        off=[((number, 0), (number, 90))],
    )
    wish = Wish(rules, night, night, "UTC", 30, [], [], datetime(2027, 10, 20, tzinfo=UTC))
    assert not differs(wish)

    monkeypatch.setattr(availability, "between", naive)

    assert differs(wish)
