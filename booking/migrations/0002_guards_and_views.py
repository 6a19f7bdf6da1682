from django.db import migrations

from common.append_only import guard

REPORT_BOOKINGS = """
CREATE VIEW report_bookings AS
SELECT
    b.id,
    b.reference,
    b.practitioner_id,
    p.slug AS practitioner,
    b.service_id,
    s.slug AS service,
    b.patient_id,
    lower(b.span) AS start_at,
    upper(b.span) AS end_at,
    lower(b.occupied) AS occupied_from,
    upper(b.occupied) AS occupied_until,
    b.status,
    b.status IN ('pending_payment', 'requested', 'confirmed', 'completed', 'no_show') AS active,
    b.held_at,
    b.hold_expires_at,
    b.amount,
    b.currency,
    b.mode,
    b.source,
    b.sequence,
    (SELECT min(m.at) FROM booking_move m WHERE m.booking_id = b.id AND m.after = 'confirmed') AS confirmed_at,
    (SELECT max(m.at) FROM booking_move m WHERE m.booking_id = b.id) AS changed_at
FROM booking_booking b
JOIN practitioners_practitioner p ON p.id = b.practitioner_id
JOIN practitioners_service s ON s.id = b.service_id;
"""


class Migration(migrations.Migration):
    dependencies = [("booking", "0001_initial"), ("common", "0002_guards_and_views")]

    operations = [
        guard("booking_move"),
        migrations.RunSQL(REPORT_BOOKINGS, "DROP VIEW report_bookings"),
    ]
