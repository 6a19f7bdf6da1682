from django.db import migrations

# Statement triggers: a thousand rows at once raise a version once. Locks come last, after whatever the statement holds.
FUNCTIONS = """
CREATE FUNCTION raise_own_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.version := OLD.version + 1;
    RETURN NEW;
END $$;

CREATE FUNCTION raise_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE practitioners_practitioner SET version = version + 1
    WHERE id IN (SELECT practitioner_id FROM changed);
    RETURN NULL;
END $$;

CREATE FUNCTION raise_version_of_override() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE practitioners_practitioner SET version = version + 1
    WHERE id IN (SELECT o.practitioner_id FROM changed c JOIN practitioners_dateoverride o ON o.id = c.override_id);
    RETURN NULL;
END $$;

CREATE TRIGGER version_rises BEFORE UPDATE ON practitioners_practitioner
    FOR EACH ROW EXECUTE FUNCTION raise_own_version();
"""

BACK = """
DROP TRIGGER version_rises ON practitioners_practitioner;
DROP FUNCTION raise_own_version();
DROP FUNCTION raise_version();
DROP FUNCTION raise_version_of_override();
"""


def raising(table: str, function: str = "raise_version") -> migrations.RunSQL:
    """Whatever is added to, changed in or removed from a table raises the version of the practitioners concerned."""
    return migrations.RunSQL(
        f"""
        CREATE TRIGGER version_rises_with_new AFTER INSERT ON {table}
            REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION {function}();
        CREATE TRIGGER version_rises_with_changed AFTER UPDATE ON {table}
            REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION {function}();
        CREATE TRIGGER version_rises_with_gone AFTER DELETE ON {table}
            REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION {function}();
        """,
        f"""
        DROP TRIGGER version_rises_with_new ON {table};
        DROP TRIGGER version_rises_with_changed ON {table};
        DROP TRIGGER version_rises_with_gone ON {table};
        """,
    )


class Migration(migrations.Migration):
    dependencies = [("practitioners", "0002_schedule_and_desk")]

    operations = [
        migrations.RunSQL(FUNCTIONS, BACK),
        raising("practitioners_service"),
        raising("practitioners_weeklyhours"),
        raising("practitioners_dateoverride"),
        raising("practitioners_overridehours", "raise_version_of_override"),
        raising("practitioners_timeoff"),
    ]
