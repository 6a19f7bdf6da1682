from django.db import migrations

REPORT_PAYMENTS = """
CREATE VIEW report_payments AS
SELECT
    p.id,
    p.booking_id,
    b.reference AS booking,
    b.practitioner_id,
    p.key,
    p.provider,
    p.account,
    p.status,
    p.amount,
    p.currency,
    p.reference,
    p.order_id,
    p.provider_payment_id,
    p.captured_amount,
    p.captured_currency,
    p.fee,
    p.tax,
    p.method,
    p.failure,
    p.attention,
    p.created_at,
    p.expires_at,
    p.captured_at
FROM payments_payment p
JOIN booking_booking b ON b.id = p.booking_id;
"""

REPORT_REFUNDS = """
CREATE VIEW report_refunds AS
SELECT
    r.id, r.payment_id, p.booking_id, p.provider, p.account, r.reason, r.status, r.amount, r.currency, r.owed_at
FROM payments_refund r
JOIN payments_payment p ON p.id = r.payment_id;
"""

REPORT_EVENTS = """
CREATE VIEW report_events AS
SELECT
    id, provider, account, event_id, kind, key, reference, order_id, provider_payment_id, payment_id, result,
    attempts, received_at, done_at
FROM payments_event;
"""

# Every captured amount is a firm booking, money that goes back, or a row that waits for a person; this view lists
# what is none of them. Of several payments of a firm booking, the first that is not going back is the one kept.
REPORT_MONEY_DRIFT = """
CREATE VIEW report_money_drift AS
SELECT * FROM (
    SELECT
        p.id AS payment_id,
        p.provider,
        p.account,
        p.captured_currency AS currency,
        p.captured_amount,
        CASE
            WHEN b.status IN ('confirmed', 'completed', 'no_show') AND p.id = (
                SELECT min(q.id) FROM payments_payment q
                WHERE q.booking_id = b.id AND q.attention = '' AND q.captured_amount IS NOT NULL
                  AND NOT EXISTS (SELECT FROM payments_refund r WHERE r.payment_id = q.id)
            ) THEN p.captured_amount
            ELSE 0
        END AS kept,
        COALESCE((SELECT sum(r.amount) FROM payments_refund r WHERE r.payment_id = p.id), 0) AS going_back
    FROM payments_payment p
    JOIN booking_booking b ON b.id = p.booking_id
    WHERE p.captured_amount IS NOT NULL AND p.attention = ''
) accounted
WHERE captured_amount <> kept + going_back;
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_initial"), ("booking", "0002_guards_and_views")]

    operations = [
        migrations.RunSQL(REPORT_PAYMENTS, "DROP VIEW report_payments"),
        migrations.RunSQL(REPORT_REFUNDS, "DROP VIEW report_refunds"),
        migrations.RunSQL(REPORT_EVENTS, "DROP VIEW report_events"),
        migrations.RunSQL(REPORT_MONEY_DRIFT, "DROP VIEW report_money_drift"),
    ]
