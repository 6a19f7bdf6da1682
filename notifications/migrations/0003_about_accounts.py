import common.fields
import django.db.models.deletion
from django.db import migrations, models

ACCOUNT = ["account_code", "account_news"]


class Migration(migrations.Migration):
    """Messages about an account. The view `report_notifications` names its columns, so it stays as it is."""

    dependencies = [("booking", "0001_initial"), ("notifications", "0002_views")]

    operations = [
        migrations.AlterField(
            model_name="notification",
            name="booking",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="notifications",
                to="booking.booking",
            ),
        ),
        migrations.AlterField(
            model_name="notification",
            name="kind",
            field=models.CharField(
                choices=[
                    ("booking_confirmed_patient", "Confirmed (patient)"),
                    ("booking_confirmed_practitioner", "New booking (practitioner)"),
                    ("booking_cancelled_patient", "Cancelled (patient)"),
                    ("payment_time_gone_patient", "Paid, but the time had gone (patient)"),
                    ("booking_cancelled_practitioner", "Cancelled (practitioner)"),
                    ("account_code", "Code (account)"),
                    ("account_news", "Something changed (account)"),
                ],
                max_length=40,
            ),
        ),
        migrations.AddField(
            model_name="notification",
            name="letter",
            field=common.fields.EncryptedTextField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="notification",
            name="void_at",
            field=models.DateTimeField(
                blank=True,
                help_text="when it is of no more use, in machine time; the letter is gone then",
                null=True,
            ),
        ),
        migrations.AddConstraint(
            model_name="notification",
            constraint=models.CheckConstraint(
                condition=models.Q(("booking", None), ("kind__in", ACCOUNT))
                | models.Q(("booking__isnull", False), ("letter", None)) & ~models.Q(("kind__in", ACCOUNT)),
                name="about_a_booking_or_an_account",
            ),
        ),
        migrations.AddConstraint(
            model_name="notification",
            constraint=models.CheckConstraint(
                condition=models.Q(("done_at", None)) | models.Q(("letter", None)), name="no_letter_is_kept"
            ),
        ),
    ]
