"""The outbox: every message that is owed, once, whatever happens to brokers and mail servers."""

import json
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from booking.lifecycle import WAITING, Status
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
    REQUESTED_PATIENT = "booking_requested_patient", _("Requested (patient)")
    REQUESTED_PRACTITIONER = "booking_requested_practitioner", _("New request (practitioner)")
    PAYMENT_ASKED = "payment_asked_patient", _("Link to pay (patient)")
    DECLINED = "booking_declined_patient", _("Declined (patient)")
    UNANSWERED_PATIENT = "request_unanswered_patient", _("Request not answered (patient)")
    UNANSWERED_PRACTITIONER = "request_unanswered_practitioner", _("Request not answered (practitioner)")
    MOVED_PATIENT = "booking_moved_patient", _("Moved (patient)")
    MOVED_PRACTITIONER = "booking_moved_practitioner", _("Moved (practitioner)")
    MOVE_ASKED = "move_asked_patient", _("Asked to choose another time (patient)")
    LINK_RENEWED = "link_renewed_patient", _("New link (patient)")
    ACCOUNT_CODE = "account_code", _("Code (account)")
    ACCOUNT_NEWS = "account_news", _("Something changed (account)")
    ACCOUNT_INVITATION = "account_invitation", _("Invitation (account)")


ABOUT_ACCOUNT = frozenset({Kind.ACCOUNT_CODE, Kind.ACCOUNT_NEWS, Kind.ACCOUNT_INVITATION})
# Somebody is looking at a page that asks for it: sent before everything else.
URGENT = frozenset({Kind.ACCOUNT_CODE})
TO_PRACTITIONER = frozenset(
    {
        Kind.CONFIRMED_PRACTITIONER,
        Kind.CANCELLED_PRACTITIONER,
        Kind.REQUESTED_PRACTITIONER,
        Kind.UNANSWERED_PRACTITIONER,
        Kind.MOVED_PRACTITIONER,
    }
)
MOVED = frozenset({Kind.MOVED_PATIENT, Kind.MOVED_PRACTITIONER})
# May be news several times while a booking stays at its time; only the newest is told.
REPEATED = frozenset({Kind.MOVE_ASKED, Kind.LINK_RENEWED})
# Kinds that say where a booking stands, and are overtaken once it stands elsewhere. What has ended stays true.
_TRUE_IN = {
    Kind.CONFIRMED_PATIENT: {Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW},
    Kind.CONFIRMED_PRACTITIONER: {Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW},
    Kind.REQUESTED_PATIENT: {Status.REQUESTED},
    Kind.REQUESTED_PRACTITIONER: {Status.REQUESTED},
    Kind.PAYMENT_ASKED: {Status.PENDING_PAYMENT},
    Kind.UNANSWERED_PATIENT: {Status.EXPIRED},
    Kind.UNANSWERED_PRACTITIONER: {Status.EXPIRED},
    Kind.MOVED_PATIENT: {Status.REQUESTED, Status.CONFIRMED},
    Kind.MOVED_PRACTITIONER: {Status.REQUESTED, Status.CONFIRMED},
    Kind.MOVE_ASKED: {Status.CONFIRMED},
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
    sequence = models.PositiveIntegerField(
        null=True, blank=True, help_text=_("how often the booking had been moved when this was owed")
    )
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

    def is_still_true(self, *, now: datetime, machine_now: datetime) -> bool:
        """Whether the booking is still where the message says it is, or the code still opens anything."""
        if self.booking is None:
            return self.letter is not None and (self.void_at is None or machine_now < self.void_at)
        return self._stands(self.booking, now=now) and self._is_newest(self.booking, now=now)

    def _stands(self, booking: Booking, *, now: datetime) -> bool:
        kind = Kind(self.kind)
        if booking.status not in _TRUE_IN.get(kind, {booking.status}):
            return False
        if booking.status in WAITING and kind in _TRUE_IN and not booking.is_kept(now):
            return False
        return kind != Kind.PAYMENT_ASKED or not booking.payments.received().exists()

    def _is_newest(self, booking: Booking, *, now: datetime) -> bool:
        """Whether nothing of the same kind has happened since."""
        match Kind(self.kind):
            case Kind.MOVED_PATIENT | Kind.MOVED_PRACTITIONER:
                return self.sequence == booking.sequence
            case Kind.MOVE_ASKED:
                return booking.move_asked_at == self.created_at and now < booking.starts_at
            case Kind.LINK_RENEWED:
                return not booking.notifications.filter(kind=self.kind, pk__gt=self.pk).exists()
        return True

    def read(self) -> dict[str, Any]:
        """The letter: `to`, and the words of a message about an account."""
        found: dict[str, Any] = json.loads(self.letter or "{}")
        return found
