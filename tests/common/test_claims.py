"""Work that waits: claimed once, given up when a worker dies, never waited for."""

import time
from datetime import datetime, timedelta

import psycopg
import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection

from common import claims, clock
from notifications.models import Channel, Kind, Notification
from tests.factories import NOW, make_booking

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def owe(count: int = 1, *, due: datetime = NOW) -> list[Notification]:
    booking = make_booking()
    return [
        Notification.objects.create(
            kind=Kind.CONFIRMED_PATIENT,
            channel=Channel.EMAIL,
            booking=booking,
            dedupe_key=f"{booking.pk}:{number}",
            created_at=NOW,
            due_at=due + number * SECOND,
        )
        for number in range(count)
    ]


def claim(now: datetime = NOW, **more: object) -> list[Notification]:
    return claims.claim(Notification, now=now, **more)  # type: ignore[arg-type]


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The machine's clock, as a list whose last entry is now."""
    times = [NOW]
    monkeypatch.setattr(clock, "machine_now", lambda: times[-1])
    return times


def test_what_is_due_is_claimed_oldest_first_and_the_rest_waits() -> None:
    first, second, _later = owe(3)

    assert claim(NOW + SECOND, limit=5) == [first, second]
    assert claim(NOW + SECOND, limit=5) == []


def test_a_claim_is_limited() -> None:
    owe(3)

    assert [len(claim(NOW + 9 * SECOND, limit=2)) for _ in range(3)] == [2, 1, 0]


def test_only_certain_rows_can_be_asked_for() -> None:
    _first, second = owe(2)

    assert claim(NOW + SECOND, limit=5, only=[second.pk]) == [second]


def test_a_lease_that_ran_out_lets_the_next_worker_in(machine: list[datetime]) -> None:
    owe()
    (first,) = claim()
    machine.append(NOW + claims.LEASE - SECOND)
    assert claim() == []

    machine.append(NOW + claims.LEASE)
    (second,) = claim()

    assert (first.pk, first.attempts, second.attempts) == (second.pk, 1, 2)


def test_a_moved_product_clock_ends_no_lease(machine: list[datetime]) -> None:
    owe()
    claim()

    assert claim(NOW + timedelta(days=1)) == []


def test_who_lost_the_lease_can_neither_finish_nor_put_back(machine: list[datetime]) -> None:
    owe()
    (slow,) = claim()
    machine.append(NOW + claims.LEASE)
    (quick,) = claim()

    assert not claims.finish(slow, now=NOW, message_id="<slow>")
    assert not claims.put_back(slow, now=NOW)
    assert claims.finish(quick, now=NOW, message_id="<quick>")
    assert not claims.finish(quick, now=NOW, message_id="<again>")
    assert Notification.objects.get().message_id == "<quick>"


def test_what_is_done_is_never_claimed_again() -> None:
    owe()
    (row,) = claim()
    claims.finish(row, now=NOW)

    assert claim(NOW + timedelta(days=365)) == []


def test_what_is_put_back_waits_longer_each_time() -> None:
    owe()
    now, waits = NOW, []
    for _ in range(4):
        (row,) = claim(now)
        claims.put_back(row, now=now)
        row.refresh_from_db()
        assert row.due_at is not None
        assert claim(row.due_at - SECOND / 100) == []
        waits.append(row.due_at - now)
        now = row.due_at

    for attempt, wait in enumerate(waits):
        assert 0.75 * 5 * 2**attempt <= wait.total_seconds() <= 1.25 * 5 * 2**attempt


def test_waiting_grows_to_an_hour_and_no_further() -> None:
    assert all(timedelta(minutes=45) <= claims.delay_after(many) <= timedelta(minutes=75) for many in (11, 100, 10**6))


def test_neighbours_do_not_wait_in_step() -> None:
    assert len({claims.delay_after(3) for _ in range(20)}) > 1


# --- Working through --------------------------------------------------------------------------------------------------


def test_rows_are_claimed_one_by_one_each_when_the_one_before_is_done() -> None:
    owe(3)
    leased = []

    def work(row: Notification) -> None:
        leased.append(Notification.objects.exclude(leased_until=None).count())
        claims.finish(row, now=NOW)

    assert claims.work_through(Notification, work, now=NOW + 9 * SECOND, limit=2) == 2
    assert leased == [1, 1]


def test_a_row_that_breaks_the_work_waits_and_the_others_are_done() -> None:
    broken, *_ = owe(3)

    def work(row: Notification) -> None:
        if row == broken:
            raise LookupError
        claims.finish(row, now=NOW)

    assert claims.work_through(Notification, work, now=NOW + 9 * SECOND, limit=9) == 3
    assert list(Notification.objects.filter(done_at=None)) == [broken]
    assert [row.pk for row in claim(NOW + 60 * SECOND, limit=9)] == [broken.pk]


def test_a_tasks_end_is_not_the_rows_failure() -> None:
    owe()

    def work(_: Notification) -> None:
        raise SoftTimeLimitExceeded

    with pytest.raises(SoftTimeLimitExceeded):
        claims.work_through(Notification, work, now=NOW, limit=9)
    assert Notification.objects.get().due_at == NOW


def test_a_sweep_ends_in_time_and_what_it_did_not_reach_keeps_its_attempts(monkeypatch: pytest.MonkeyPatch) -> None:
    owe(3)
    monkeypatch.setattr(claims, "PATIENCE", 0.05)

    def slow(row: Notification) -> None:
        time.sleep(0.06)
        claims.finish(row, now=NOW)

    assert claims.work_through(Notification, slow, now=NOW + 9 * SECOND, limit=9) == 1
    assert sorted(Notification.objects.values_list("attempts", flat=True)) == [0, 0, 1]


@pytest.mark.django_db(transaction=True)
def test_a_row_in_someone_elses_hands_is_passed_over_and_not_waited_for() -> None:
    first, second = owe(2)
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}) as other:
        other.execute("SELECT FROM notifications_notification WHERE id = %s FOR UPDATE", [first.pk])

        assert claim(NOW + 9 * SECOND, limit=5) == [second]
        other.rollback()
    assert claim(NOW + 9 * SECOND, limit=5) == [first]
