"""What the two roles of the database may and may not do."""

import os
from collections.abc import Iterator

import psycopg
import pytest
from django.apps import apps
from django.db import ProgrammingError, connection, transaction
from psycopg import sql

from common.append_only import AppendOnly
from common.audit import Actor, record
from payments import receipts
from tests.factories import NOW, make_booking, make_payment

APPEND_ONLY = [model._meta.db_table for model in apps.get_models() if issubclass(model, AppendOnly)]
REWRITES = {
    "update": "UPDATE {} SET id = id",
    "delete": "DELETE FROM {}",
    "truncate": "TRUNCATE {} CASCADE",
}


@pytest.fixture
def owner(db: None) -> Iterator[psycopg.Connection]:
    """The tables' owner, in a transaction that is undone."""
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"]) as found:
        yield found
        found.rollback()


@pytest.mark.parametrize("rewrite", REWRITES)
@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.django_db
def test_the_application_can_not_rewrite_history(table: str, rewrite: str) -> None:
    with (
        connection.cursor() as cursor,
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
    ):
        cursor.execute(REWRITES[rewrite].format(table))


@pytest.mark.parametrize("rewrite", REWRITES)
@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.django_db(transaction=True)
def test_not_even_the_owner_can_rewrite_history(owner: psycopg.Connection, table: str, rewrite: str) -> None:
    booking = make_booking()
    booking.moves.create(at=NOW, actor="system", before="", after=booking.status)
    record("booking.looked_at", booking, by=Actor.SYSTEM, now=NOW)
    receipts.issue(make_payment(booking=booking), booking.practitioner, now=NOW)

    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="never changed or removed"):
        owner.execute(sql.SQL(REWRITES[rewrite].replace("{}", "{table}")).format(table=sql.Identifier(table)))


def test_history_audit_and_receipts_are_among_the_tables_that_only_grow() -> None:
    assert {"common_auditentry", "booking_move", "payments_receipt"} <= set(APPEND_ONLY)


@pytest.mark.django_db
def test_the_application_owns_nothing() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT relname FROM pg_class WHERE relowner = current_user::regrole
            UNION ALL SELECT proname FROM pg_proc WHERE proowner = current_user::regrole
            UNION ALL SELECT nspname FROM pg_namespace WHERE nspowner = current_user::regrole
            UNION ALL SELECT datname FROM pg_database WHERE datdba = current_user::regrole
            """
        )
        assert cursor.fetchall() == []
        cursor.execute(
            "SELECT rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls "
            "FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (False, False, False, False, False)
        cursor.execute("SELECT count(*) FROM pg_auth_members WHERE member = current_user::regrole")
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (id int)",
        "DROP TABLE booking_booking CASCADE",
        "TRUNCATE booking_booking CASCADE",
        "ALTER TABLE booking_booking DROP CONSTRAINT one_booking_at_a_time",
        "ALTER TABLE common_auditentry DISABLE TRIGGER ALL",
        "DROP TRIGGER no_rewrite ON common_auditentry",
        "CREATE OR REPLACE FUNCTION refuse_rewrite() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "CREATE INDEX ON booking_booking (id)",
        "SET session_replication_role = replica",
        "DELETE FROM booking_booking",
        "DELETE FROM payments_payment",
        "DELETE FROM payments_event",
        "DELETE FROM django_migrations",
    ],
)
@pytest.mark.django_db
def test_the_application_can_neither_change_the_schema_nor_remove_bookings_and_money(statement: str) -> None:
    with connection.cursor() as cursor, pytest.raises(ProgrammingError), transaction.atomic():
        cursor.execute(statement)


@pytest.mark.django_db
def test_reports_are_there_to_be_read() -> None:
    with connection.cursor() as cursor:
        for kind in ("bookings", "payments", "refunds", "notifications", "events", "audit", "money_drift"):
            cursor.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(f"report_{kind}")))
            assert cursor.fetchall() == []
