"""The outbox: every message that is owed, once, whatever happens to brokers and mail servers."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from booking.lifecycle import Status
from booking.models import Booking
from common.claims import Claimable, waiting


class Channel(models.TextChoices):
    EMAIL = "email", _("E-mail")


class Kind(models.TextChoices):
    CONFIRMED_PATIENT = "booking_confirmed_patient", _("Confirmed (patient)")
    CONFIRMED_PRACTITIONER = "booking_confirmed_practitioner", _("New booking (practitioner)")
    CANCELLED_PATIENT = "booking_cancelled_patient", _("Cancelled (patient)")
    TIME_GONE = "payment_time_gone_patient", _("Paid, but the time had gone (patient)")
    CANCELLED_PRACTITIONER = "booking_cancelled_practitioner", _("Cancelled (practitioner)")


TO_PRACTITIONER = frozenset({Kind.CONFIRMED_PRACTITIONER, Kind.CANCELLED_PRACTITIONER})
_OVERTAKEN_BY = {
    Kind.CONFIRMED_PATIENT: {Status.CANCELLED},
    Kind.CONFIRMED_PRACTITIONER: {Status.CANCELLED},
}


class Notification(Claimable):
    """One message on one channel. The recipient's address is looked up when it is sent, never copied here."""

    DATABASE_RIGHTS = "SELECT, INSERT, UPDATE"

    kind = models.CharField(max_length=40, choices=Kind)
    channel = models.CharField(max_length=8, choices=Channel)
    booking = models.ForeignKey(Booking, models.PROTECT, related_name="notifications")
    dedupe_key = models.CharField(max_length=100, unique=True)
    created_at = models.DateTimeField()
    gave_up_at = models.DateTimeField(null=True, blank=True)
    message_id = models.CharField(max_length=200, blank=True)
    last_error = models.CharField(max_length=80, blank=True, help_text=_("the kind of failure, never its text"))

    class Meta:
        indexes = [waiting("notification")]

    def __str__(self) -> str:
        return f"notification {self.pk}"

    def is_still_true(self) -> bool:
        """Whether the booking is still where the message says it is."""
        return self.booking.status not in _OVERTAKEN_BY.get(Kind(self.kind), set())
