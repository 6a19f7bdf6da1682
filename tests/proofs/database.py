"""Breaking the database itself, for control runs."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

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
