"""How long things are kept, and what goes back: each answer on both sides of its boundary."""

from dataclasses import replace
from datetime import timedelta

import pytest

from booking import deadlines
from booking.deadlines import Agreed
from tests.factories import NOW

SECOND, MINUTE, HOUR, DAY = (timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours", "days"))
START = NOW + 10 * DAY
LIMIT = NOW + 30 * MINUTE  # of a hold that began now
ORDINARY = Agreed(cancel_cutoff=24 * 60, full_refund_until=None, late_refund=50, move_cutoff=None, most_moves=3)


# --- Holds ------------------------------------------------------------------------------------------------------------


def test_a_hold_is_kept_for_ten_minutes_and_asking_helps_for_thirty() -> None:
    assert deadlines.hold_until(NOW) == NOW + 10 * MINUTE
    assert deadlines.hold_limit(NOW) == NOW + 30 * MINUTE


@pytest.mark.parametrize(
    ("current", "becomes"),
    [
        (10 * MINUTE, 12 * MINUTE),
        (28 * MINUTE, 30 * MINUTE),
        (29 * MINUTE, 30 * MINUTE),
        (30 * MINUTE, 30 * MINUTE),
        (45 * MINUTE, 45 * MINUTE),  # somebody is paying: asking never shortens a hold
    ],
)
def test_asking_gives_two_minutes_up_to_the_limit(current: timedelta, becomes: timedelta) -> None:
    assert deadlines.hold_extended(NOW + current, LIMIT) == NOW + becomes


@pytest.mark.parametrize(
    ("pressed", "current", "becomes"),
    [
        (9 * MINUTE, 10 * MINUTE, 25 * MINUTE),
        (9 * MINUTE, 28 * MINUTE, 28 * MINUTE),  # pressing never shortens a hold
        (30 * MINUTE - SECOND, 30 * MINUTE, 46 * MINUTE - SECOND),
        (30 * MINUTE, 45 * MINUTE, 45 * MINUTE),  # pressing again and again keeps no time for ever
        (44 * MINUTE, 45 * MINUTE, 45 * MINUTE),
    ],
)
def test_pressing_pay_keeps_a_time_while_a_payment_runs(
    pressed: timedelta, current: timedelta, becomes: timedelta
) -> None:
    assert deadlines.hold_once_paying(NOW + current, LIMIT, NOW + pressed) == NOW + becomes


@pytest.mark.parametrize(
    ("failed", "current", "becomes"),
    [
        (20 * MINUTE, 25 * MINUTE, 30 * MINUTE),
        (5 * MINUTE, 25 * MINUTE, 25 * MINUTE),  # a failure never shortens a hold
        (36 * MINUTE, 45 * MINUTE, 46 * MINUTE),
        (44 * MINUTE, 45 * MINUTE, 46 * MINUTE),  # the limit and as long as a payment takes
    ],
)
def test_a_payment_that_failed_leaves_time_for_another(
    failed: timedelta, current: timedelta, becomes: timedelta
) -> None:
    assert deadlines.hold_after_failure(NOW + current, LIMIT, NOW + failed) == NOW + becomes


# --- Answers and links to pay -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("away", "kept"),
    [(DAY, HOUR), (HOUR + SECOND, HOUR), (HOUR, HOUR), (HOUR - SECOND, HOUR - SECOND), (MINUTE, MINUTE)],
)
def test_a_request_waits_as_long_as_was_said_and_never_past_its_visit(away: timedelta, kept: timedelta) -> None:
    assert deadlines.answer_until(NOW + away, NOW, 60) == NOW + kept


@pytest.mark.parametrize(
    ("away", "kept"),
    [
        (DAY, HOUR),
        (HOUR, HOUR),
        (40 * MINUTE, 40 * MINUTE),
        (16 * MINUTE, 16 * MINUTE),
        (5 * MINUTE, 16 * MINUTE),  # no payment link lives shorter
        (-HOUR, 16 * MINUTE),  # somebody came by and is being seen already
    ],
)
def test_a_link_to_pay_lives_until_the_visit_and_long_enough_to_be_paid(away: timedelta, kept: timedelta) -> None:
    assert deadlines.pay_until(NOW + away, NOW, 60) == NOW + kept


# --- Terms ------------------------------------------------------------------------------------------------------------


def test_cut_offs_that_are_not_given_follow_the_one_for_cancelling() -> None:
    assert deadlines.cancellable_until(START, ORDINARY) == START - DAY
    assert deadlines.movable_until(START, ORDINARY) == START - DAY
    assert deadlines.all_back_until(START, ORDINARY) == START - DAY


def test_each_cut_off_may_differ_and_nought_is_one() -> None:
    own = replace(ORDINARY, move_cutoff=0, full_refund_until=3 * 24 * 60)

    assert deadlines.cancellable_until(START, own) == START - DAY
    assert deadlines.movable_until(START, own) == START
    assert deadlines.all_back_until(START, own) == START - 3 * DAY
    assert deadlines.cancellable_until(START, replace(own, cancel_cutoff=0)) == START


def test_all_goes_back_at_most_as_long_as_one_may_cancel() -> None:
    generous = replace(ORDINARY, full_refund_until=60)

    assert deadlines.all_back_until(START, generous) == START - DAY


def test_the_percent_changes_right_after_the_last_moment() -> None:
    last = START - DAY
    assert [deadlines.refund_percent(START, ORDINARY, last + by) for by in (-SECOND, 0 * SECOND, SECOND)] == [
        100,
        100,
        50,
    ]
    assert deadlines.refund_percent(START, replace(ORDINARY, late_refund=0), last + SECOND) == 0
    assert deadlines.refund_percent(START, replace(ORDINARY, late_refund=100), last + SECOND) == 100


@pytest.mark.parametrize(
    ("amount", "percent", "part"),
    [
        (150_000, 100, 150_000),
        (150_000, 0, 0),
        (150_000, 50, 75_000),
        (99_999, 50, 50_000),  # half a unit goes to the patient
        (1, 1, 1),
        (1, 0, 0),
        (0, 50, 0),
        (10**9, 33, 330_000_000),
        (100, 33, 33),
    ],
)
def test_a_share_is_whole_and_in_the_patients_favour(amount: int, percent: int, part: int) -> None:
    assert deadlines.share(amount, percent) == part


def test_a_share_and_what_is_kept_are_the_whole() -> None:
    for amount in (0, 1, 7, 99, 100, 101, 149_999):
        shares = [deadlines.share(amount, percent) for percent in range(101)]
        assert shares == sorted(shares)
        assert (shares[0], shares[100]) == (0, amount)
        assert all(0 <= share - amount * percent / 100 < 1 for percent, share in enumerate(shares))


# --- The room of a video visit ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        (-10 * MINUTE - SECOND, False),
        (-10 * MINUTE, True),
        (30 * MINUTE, True),
        (HOUR + 30 * MINUTE - SECOND, True),
        (HOUR + 30 * MINUTE, False),
    ],
)
def test_the_room_is_open_a_little_before_and_a_while_after(at: timedelta, *, is_open: bool) -> None:
    assert deadlines.may_join(START, START + HOUR, START + at) is is_open
