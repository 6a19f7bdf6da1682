"""The promises that the test databases keep, since every other test leans on them."""

import os

import psycopg
import pytest
from django.contrib.auth.models import Permission
from django.db import ProgrammingError, connection, transaction

from common import clock
from common.audit import Actor, record
from common.models import AuditEntry, User
from tests.database import Cleaner


@pytest.mark.django_db
def test_the_application_owns_nothing() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, count(*) FROM pg_class WHERE pg_get_userbyid(relowner) = current_user")
        assert cursor.fetchone() == ("samay_app", 0)


@pytest.mark.django_db
def test_the_application_cannot_make_or_empty_a_table() -> None:
    for statement in (
        "CREATE TABLE mine ()",
        "TRUNCATE common_user CASCADE",
        "ALTER TABLE common_user DISABLE TRIGGER ALL",
    ):
        with connection.cursor() as cursor, pytest.raises(ProgrammingError), transaction.atomic():
            cursor.execute(statement)


@pytest.mark.parametrize("round_", [1, 2])
@pytest.mark.django_db(transaction=True)
def test_a_committed_row_is_gone_in_the_next_test_even_from_an_append_only_table(round_: int) -> None:
    assert not AuditEntry.objects.exists()
    user = User.objects.create_user("anybody@example.org", "a long enough password")

    record("tried", user, by=Actor.SYSTEM, now=clock.now())

    assert AuditEntry.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_cleaning_brings_back_what_the_migrations_wrote(database_cleaner: Cleaner) -> None:
    before = Permission.objects.count()
    Permission.objects.all().delete()

    database_cleaner.clean()

    assert Permission.objects.count() == before > 0


@pytest.mark.django_db
def test_other_processes_are_pointed_at_the_same_database() -> None:
    with psycopg.connect(os.environ["DATABASE_URL"]) as other:
        row = other.execute("SELECT current_database(), current_user").fetchone()

    assert row == (connection.settings_dict["NAME"], "samay_app")
