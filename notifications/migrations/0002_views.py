from django.db import migrations

REPORT_NOTIFICATIONS = """
CREATE VIEW report_notifications AS
SELECT
    id, kind, channel, booking_id, dedupe_key, created_at, due_at, attempts, done_at, gave_up_at, message_id, last_error,
    message_id <> '' AS sent
FROM notifications_notification;
"""


class Migration(migrations.Migration):
    dependencies = [("notifications", "0001_initial")]

    operations = [migrations.RunSQL(REPORT_NOTIFICATIONS, "DROP VIEW report_notifications")]
