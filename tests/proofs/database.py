"""The database itself, from its owner's side: what it counts, and how to break it for control runs."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg
from psycopg import sql


@contextmanager
def without_the_constraint() -> Iterator[None]:
    """Bookings may overlap while the block runs. Afterwards all of them are cancelled, so that the rule can return."""
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        found = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'one_booking_at_a_time'"
        (definition,) = owner.execute(found).fetchone() or ("",)
        owner.execute("ALTER TABLE booking_booking DROP CONSTRAINT one_booking_at_a_time")
        try:
            yield
        finally:
            owner.execute("UPDATE booking_booking SET status = 'cancelled'")
            owner.execute("UPDATE payments_payment SET captured_amount = NULL, status = 'created'")
            restore = "ALTER TABLE booking_booking ADD CONSTRAINT one_booking_at_a_time {}"
            owner.execute(sql.SQL(restore).format(sql.SQL(definition)))


def deadlocks() -> int:
    """How many PostgreSQL has had to break in this database, once every session has told its figures."""
    time.sleep(0.5)
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        row = owner.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()").fetchone()
    return int(row[0]) if row else 0


def provoke_a_deadlock() -> None:
    """Two sessions take the same two locks in opposite order."""
    both_hold_one = threading.Barrier(2)

    def take(first: int, second: int) -> None:
        with psycopg.connect(os.environ["DATABASE_URL"]) as session:
            session.execute("SELECT pg_advisory_xact_lock(%s)", [first])
            both_hold_one.wait(10)
            with suppress(psycopg.errors.DeadlockDetected):
                session.execute("SELECT pg_advisory_xact_lock(%s)", [second])

    hands = [threading.Thread(target=take, args=order) for order in ((1, 2), (2, 1))]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
