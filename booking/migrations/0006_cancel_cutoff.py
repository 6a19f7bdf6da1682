from django.db import migrations, models

# What is booked already keeps the promise that its page shows today.
COPY = """
UPDATE booking_booking SET cancel_cutoff = person.cancel_cutoff
FROM practitioners_practitioner person
WHERE person.id = practitioner_id AND person.cancel_cutoff <> booking_booking.cancel_cutoff
"""


class Migration(migrations.Migration):
    dependencies = [
        ("booking", "0005_by_start"),
    ]

    operations = [
        migrations.AddField(
            model_name="booking",
            name="cancel_cutoff",
            field=models.PositiveIntegerField(
                db_default=1440, help_text="minutes before the visit; as it was when the time was taken"
            ),
        ),
        migrations.RunSQL(COPY, migrations.RunSQL.noop),
    ]
