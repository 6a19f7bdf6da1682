"""What happened to bookings, and which requests led to them."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from booking.models.bookings import Booking
from common.append_only import AppendOnly
from common.models import User


class Move(AppendOnly):
    """One step of a booking's life: who, when, why, from, to.

    Of a visit that was moved the status stays, and `moved_from` and `moved_to` say when it began before and begins now.
    """

    booking = models.ForeignKey(Booking, models.PROTECT, related_name="moves")
    at = models.DateTimeField()
    actor = models.CharField(max_length=16)
    user = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    before = models.CharField(max_length=16, blank=True)
    after = models.CharField(max_length=16)
    reason = models.CharField(max_length=300, blank=True)
    moved_from = models.DateTimeField(null=True, blank=True)
    moved_to = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(moved_from=None, moved_to=None) | Q(moved_from__isnull=False, moved_to__isnull=False),
                name="moved_from_somewhere_to_somewhere",
            )
        ]

    def __str__(self) -> str:
        return f"move {self.pk}"


class RepeatKey(models.Model):
    """An `Idempotency-Key` that was used, and the booking it led to. The key itself is kept as a digest only."""

    digest = models.CharField(max_length=64, primary_key=True)
    request = models.CharField(max_length=64, help_text=_("digest of the body it came with"))
    booking = models.ForeignKey(Booking, models.CASCADE, null=True)
    used_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"repeat key of booking {self.booking_id}"
