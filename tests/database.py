"""The test databases: made and cleaned by the owner, used with the application's rights alone."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from psycopg import sql

_PATIENCE = "10s"  # for locks; only a connection forgotten in a transaction makes the cleaner wait


@contextmanager
def worker_database(name: str, *, template: str, lock: Path) -> Iterator["Cleaner"]:
    """A migrated database of this name, to which Django and DATABASE_URL point while the block runs.

    The first process to come here migrates `template`; everybody copies it.
    """
    maintenance = os.environ["DATABASE_OWNER_URL"]
    with lock.open("a") as turnstile, psycopg.connect(maintenance, autocommit=True) as owner:
        fcntl.flock(turnstile, fcntl.LOCK_EX)
        if not _exists(owner, template):
            _create(owner, template)
            try:
                _migrate(template)
            except BaseException:
                _drop(owner, template)
                raise
        _drop(owner, name)
        _create(owner, name, template=template)
    _point_at(name)
    cleaner = Cleaner(os.environ["DATABASE_OWNER_URL"])
    yield cleaner
    cleaner.close()
    connection.close()
    with psycopg.connect(maintenance, autocommit=True) as owner:
        _drop(owner, name)


def drop_all(prefix: str, *, server: str) -> None:
    """Remove what a run has left on a server that outlives it."""
    with psycopg.connect(server, autocommit=True) as owner:
        for (name,) in owner.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [prefix]
        ).fetchall():
            _drop(owner, name)


class Cleaner:
    """Puts the database back to what it was after the migrations, as the owner and in one go.

    Append-only tables refuse that even to the owner, so their triggers are off for that one transaction.
    """

    def __init__(self, owner_url: str) -> None:
        self._owner = psycopg.connect(owner_url, autocommit=True, options=f"-c lock_timeout={_PATIENCE}")
        tables = [name for (name,) in self._owner.execute(_TABLES)]
        self._guarded = [name for (name,) in self._owner.execute(_GUARDED)]
        self._kept = {name: self._copy_out(name) for name in tables if self._has_rows(name)}
        self._empty = [name for name in tables if name not in self._kept]

    def clean(self) -> None:
        dirty = self._dirty()
        if not dirty:
            return
        names = [sql.Identifier(name) for name in dirty]
        try:
            with self._owner.transaction():
                self._triggers("DISABLE")
                self._owner.execute(sql.SQL("TRUNCATE {} CASCADE").format(sql.SQL(", ").join(names)))
                self._triggers("ENABLE")
                for name, rows in self._kept.items():
                    if not self._has_rows(name):
                        self._copy_in(name, rows)
        except psycopg.errors.LockNotAvailable as error:
            busy = self._owner.execute(_BUSY).fetchall()
            raise RuntimeError(f"The database can't be cleaned: connections still hold locks: {busy}") from error

    def close(self) -> None:
        self._owner.close()

    def _dirty(self) -> list[str]:
        filled = sql.SQL(" UNION ALL ").join(
            sql.SQL("SELECT {} WHERE EXISTS (TABLE {})").format(sql.Literal(name), sql.Identifier(name))
            for name in self._empty
        )
        dirty = [name for (name,) in self._owner.execute(filled)]
        return dirty + [name for name, rows in self._kept.items() if self._copy_out(name) != rows]

    def _triggers(self, word: str) -> None:
        for name in self._guarded:
            change = sql.SQL("ALTER TABLE {} " + word + " TRIGGER USER")
            self._owner.execute(change.format(sql.Identifier(name)))

    def _has_rows(self, name: str) -> bool:
        return self._owner.execute(sql.SQL("SELECT FROM {} LIMIT 1").format(sql.Identifier(name))).rowcount > 0

    def _copy_out(self, name: str) -> list[bytes]:
        with self._owner.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(name))) as copy:
            return sorted(bytes(row) for row in copy)

    def _copy_in(self, name: str, rows: list[bytes]) -> None:
        with self._owner.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(name))) as copy:
            for row in rows:
                copy.write(row)


_TABLES = """
    SELECT relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
      AND relname <> 'django_migrations'
    ORDER BY relname
"""
_GUARDED = """
    SELECT DISTINCT relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
    WHERE NOT tgisinternal AND relnamespace = 'public'::regnamespace
"""
_BUSY = """
    SELECT pid, usename, application_name, state FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


def _migrate(name: str) -> None:
    application = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        call_command("migrate", verbosity=0, interactive=False)
    finally:
        connection.close()
        connection.settings_dict.clear()
        connection.settings_dict.update(application)


def _point_at(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name
    known: dict[str, Any] = settings.DATABASES["default"]
    known["NAME"] = name
    for variable in ("DATABASE_URL", "DATABASE_OWNER_URL"):
        os.environ[variable] = urlsplit(os.environ[variable])._replace(path=f"/{name}").geturl()


def _exists(owner: psycopg.Connection, name: str) -> bool:
    return owner.execute("SELECT FROM pg_database WHERE datname = %s", [name]).rowcount > 0


def _create(owner: psycopg.Connection, name: str, *, template: str = "template0") -> None:
    owner.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))


def _drop(owner: psycopg.Connection, name: str) -> None:
    with suppress(psycopg.errors.InsufficientPrivilege, psycopg.errors.ObjectInUse):  # somebody looks into it
        owner.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
