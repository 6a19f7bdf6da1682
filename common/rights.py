"""The application's database role: what it may do, table by table. It owns nothing."""

from django.apps import apps
from django.db import connection, models
from psycopg import sql

DEFAULT_RIGHTS = "SELECT, INSERT, UPDATE, DELETE"
_READ_ONLY_TABLES = ("django_migrations",)


def grant(role: str) -> None:
    """Give `role` what each model's DATABASE_RIGHTS says, and reading on the reporting views. Run as the owner."""
    name = sql.Identifier(role)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {}").format(name))
        cursor.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(name))
        cursor.execute(sql.SQL("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {}").format(name))
        tables = set(connection.introspection.table_names(cursor, include_views=True))
        for table, rights in [*_of_models(), *((t, "SELECT") for t in _READ_ONLY_TABLES), *_of_views(tables)]:
            if table in tables:
                grant_one = sql.SQL("GRANT " + rights + " ON {} TO {}")
                cursor.execute(grant_one.format(sql.Identifier(table), name))


def _of_models() -> list[tuple[str, str]]:
    return [(model._meta.db_table, rights_of(model)) for model in apps.get_models(include_auto_created=True)]


def _of_views(tables: set[str]) -> list[tuple[str, str]]:
    return [(table, "SELECT") for table in sorted(tables) if table.startswith("report_")]


def rights_of(model: type[models.Model]) -> str:
    return getattr(model, "DATABASE_RIGHTS", DEFAULT_RIGHTS)
