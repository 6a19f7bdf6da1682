from django.db import migrations

RISE = """
CREATE FUNCTION raise_version_where_times_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE practitioners_practitioner SET version = version + 1
    WHERE id IN (
        SELECT c.practitioner_id FROM changed c JOIN was w USING (id)
        WHERE (c.status, c.span, c.occupied, c.hold_expires_at)
            IS DISTINCT FROM (w.status, w.span, w.occupied, w.hold_expires_at)
    );
    RETURN NULL;
END $$;

CREATE TRIGGER version_rises_with_new AFTER INSERT ON booking_booking
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION raise_version();
CREATE TRIGGER version_rises_with_changed AFTER UPDATE ON booking_booking
    REFERENCING OLD TABLE AS was NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION raise_version_where_times_changed();
"""

BACK = """
DROP TRIGGER version_rises_with_new ON booking_booking;
DROP TRIGGER version_rises_with_changed ON booking_booking;
DROP FUNCTION raise_version_where_times_changed();
"""


class Migration(migrations.Migration):
    dependencies = [("booking", "0003_schedule_and_desk"), ("practitioners", "0003_version")]

    operations = [migrations.RunSQL(RISE, BACK)]
