"""Tables that are only ever added to: the database refuses the rest, whoever asks."""

from django.db import migrations, models

_GUARD = """
CREATE OR REPLACE FUNCTION refuse_rewrite() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never changed or removed', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
"""


class AppendOnly(models.Model):
    """Rows that are written once. Pair it with `guard(table)` in the migration that makes the table."""

    DATABASE_RIGHTS = "SELECT, INSERT"

    class Meta:
        abstract = True


def guard(table: str) -> migrations.RunSQL:
    """A migration step that makes PostgreSQL refuse to update, delete or truncate `table`."""
    return migrations.RunSQL(
        sql=f"""{_GUARD}
        CREATE TRIGGER no_rewrite BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
        CREATE TRIGGER no_truncate BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
        """,
        reverse_sql=f"DROP TRIGGER no_rewrite ON {table}; DROP TRIGGER no_truncate ON {table};",
    )
