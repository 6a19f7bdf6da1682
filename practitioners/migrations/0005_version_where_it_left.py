from django.db import migrations

# The other triggers look at where a row is. One that moves to another practitioner is also missing from where it was.
FUNCTION = """
CREATE FUNCTION raise_version_where_it_left() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE practitioners_practitioner SET version = version + 1 WHERE id = OLD.practitioner_id;
    RETURN NULL;
END $$;
"""


def raising(table: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"""
        CREATE TRIGGER version_rises_where_it_left AFTER UPDATE ON {table}
            FOR EACH ROW WHEN (OLD.practitioner_id <> NEW.practitioner_id)
            EXECUTE FUNCTION raise_version_where_it_left();
        """,
        f"DROP TRIGGER version_rises_where_it_left ON {table};",
    )


class Migration(migrations.Migration):
    dependencies = [("practitioners", "0004_currency_and_first_published")]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION raise_version_where_it_left();"),
        raising("practitioners_service"),
        raising("practitioners_weeklyhours"),
        raising("practitioners_dateoverride"),
        raising("practitioners_timeoff"),
    ]
