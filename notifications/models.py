"""The outbox: every message that is owed, once, whatever happens to brokers and mail servers."""

import json
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from booking.lifecycle import Status
from booking.models import Booking
from common.claims import Claimable, waiting
from common.fields import EncryptedTextField


class Channel(models.TextChoices):
    EMAIL = "email", _("E-mail")


class Kind(models.TextChoices):
    CONFIRMED_PATIENT = "booking_confirmed_patient", _("Confirmed (patient)")
    CONFIRMED_PRACTITIONER = "booking_confirmed_practitioner", _("New booking (practitioner)")
    CANCELLED_PATIENT = "booking_cancelled_patient", _("Cancelled (patient)")
    TIME_GONE = "payment_time_gone_patient", _("Paid, but the time had gone (patient)")
    CANCELLED_PRACTITIONER = "booking_cancelled_practitioner", _("Cancelled (practitioner)")
    ACCOUNT_CODE = "account_code", _("Code (account)")
    ACCOUNT_NEWS = "account_news", _("Something changed (account)")
    ACCOUNT_INVITATION = "account_invitation", _("Invitation (account)")


ABOUT_ACCOUNT = frozenset({Kind.ACCOUNT_CODE, Kind.ACCOUNT_NEWS, Kind.ACCOUNT_INVITATION})
# Somebody is looking at a page that asks for it: sent before everything else.
URGENT = frozenset({Kind.ACCOUNT_CODE})
TO_PRACTITIONER = frozenset({Kind.CONFIRMED_PRACTITIONER, Kind.CANCELLED_PRACTITIONER})
_OVERTAKEN_BY = {
    Kind.CONFIRMED_PATIENT: {Status.CANCELLED},
    Kind.CONFIRMED_PRACTITIONER: {Status.CANCELLED},
}


class Notification(Claimable):
    """One message on one channel.

    The recipient of a message about a booking is looked up when it is sent, never copied here. A message about an
    account may be for an address that has none yet: it carries the address and its words, encrypted, until it is sent
    or of no more use.
    """

    DATABASE_RIGHTS = "SELECT, INSERT, UPDATE"

    kind = models.CharField(max_length=40, choices=Kind)
    channel = models.CharField(max_length=8, choices=Channel)
    booking = models.ForeignKey(Booking, models.PROTECT, null=True, blank=True, related_name="notifications")
    letter = EncryptedTextField(null=True, blank=True, editable=False)
    void_at = models.DateTimeField(
        null=True, blank=True, help_text=_("when it is of no more use, in machine time; the letter is gone then")
    )
    dedupe_key = models.CharField(max_length=100, unique=True)
    created_at = models.DateTimeField()
    gave_up_at = models.DateTimeField(null=True, blank=True)
    message_id = models.CharField(max_length=200, blank=True)
    last_error = models.CharField(max_length=80, blank=True, help_text=_("the kind of failure, never its text"))

    class Meta:
        indexes = [waiting("notification")]
        constraints = [
            models.CheckConstraint(
                condition=Q(booking=None, kind__in=sorted(ABOUT_ACCOUNT))
                | Q(booking__isnull=False, letter=None) & ~Q(kind__in=sorted(ABOUT_ACCOUNT)),
                name="about_a_booking_or_an_account",
            ),
            models.CheckConstraint(condition=Q(done_at=None) | Q(letter=None), name="no_letter_is_kept"),
        ]

    def __str__(self) -> str:
        return f"notification {self.pk}"

    def is_still_true(self, *, machine_now: datetime) -> bool:
        """Whether the booking is still where the message says it is, or the code still opens anything."""
        if self.booking is None:
            return self.letter is not None and (self.void_at is None or machine_now < self.void_at)
        return self.booking.status not in _OVERTAKEN_BY.get(Kind(self.kind), set())

    def read(self) -> dict[str, Any]:
        """The letter: `to`, and the words of a message about an account."""
        found: dict[str, Any] = json.loads(self.letter or "{}")
        return found
