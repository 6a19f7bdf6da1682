from django.db import migrations

from common.append_only import guard

REPORT_AUDIT = """
CREATE VIEW report_audit AS
SELECT id, at, actor, user_id, origin, action, subject_kind, subject_id, before, after, reason
FROM common_auditentry;
"""


class Migration(migrations.Migration):
    dependencies = [("common", "0001_initial")]

    operations = [
        guard("common_auditentry"),
        migrations.RunSQL(REPORT_AUDIT, "DROP VIEW report_audit"),
    ]
