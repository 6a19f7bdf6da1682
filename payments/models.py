"""Money: what was asked for, what arrived, what goes back, and what the providers told us."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from booking.models import Booking
from common.claims import Claimable, waiting
from common.fields import EncryptedTextField
from common.ids import new_payment_key
from common.money import Money
from payments.lifecycle import RECEIVED, PaymentStatus, RefundStatus

PLATFORM = "platform"


class ProviderName(models.TextChoices):
    RAZORPAY = "razorpay", "Razorpay"


class Attention(models.TextChoices):
    """Why a payment waits for a person."""

    AMOUNT_DIFFERS = "amount_differs", _("Amount or currency differ")
    ID_REUSED = "id_reused", _("The provider's payment id belongs to another payment")
    CAPTURED_AGAIN = "captured_again", _("Captured a second time")


class PaymentQuerySet(models.QuerySet["Payment"]):
    def locked(self) -> "PaymentQuerySet":
        """Last of the locks: after practitioner and booking."""
        return self.select_for_update(no_key=True, of=("self",))

    def received(self) -> "PaymentQuerySet":
        return self.filter(status__in=RECEIVED)


class Payment(Claimable):
    """One attempt to collect one amount for one booking. `due_at` is when the provider is next asked about it."""

    DATABASE_RIGHTS = "SELECT, INSERT, UPDATE"

    booking = models.ForeignKey(Booking, models.PROTECT, related_name="payments")
    key = models.CharField(max_length=40, unique=True, default=new_payment_key, editable=False)
    provider = models.CharField(max_length=16, choices=ProviderName)
    account = models.CharField(max_length=32, default=PLATFORM)
    status = models.CharField(max_length=16, choices=[(s.value, s.value) for s in PaymentStatus])
    amount = models.PositiveIntegerField(help_text=_("asked for, in the smallest unit"))
    currency = models.CharField(max_length=3)
    reference = models.CharField(max_length=64, blank=True, help_text=_("the provider's link or session"))
    order_id = models.CharField(max_length=64, blank=True)
    provider_payment_id = models.CharField(max_length=64, blank=True, help_text=_("the provider's payment"))
    checkout_url = models.URLField(max_length=500, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(help_text=_("when the provider's page stops taking money"))
    captured_at = models.DateTimeField(null=True, blank=True)
    captured_amount = models.PositiveIntegerField(null=True, blank=True)
    captured_currency = models.CharField(max_length=3, blank=True)
    retained_amount = models.PositiveIntegerField(
        default=0, db_default=0, help_text=_("of what arrived; kept by the terms of a booking that was called off")
    )
    fee = models.PositiveIntegerField(null=True, blank=True)
    tax = models.PositiveIntegerField(null=True, blank=True)
    method = models.CharField(max_length=32, blank=True)
    failure = models.CharField(max_length=64, blank=True)
    attention = models.CharField(max_length=16, choices=Attention, blank=True)

    objects = PaymentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "provider_payment_id"],
                name="provider_payment_once",
                condition=~Q(provider_payment_id=""),
            ),
            models.UniqueConstraint(
                fields=["provider", "reference"], name="provider_reference_once", condition=~Q(reference="")
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[status.value for status in RECEIVED])
                | Q(captured_at__isnull=False, captured_amount__isnull=False),
                name="captured_money_has_an_amount",
            ),
            models.CheckConstraint(
                condition=Q(retained_amount=0) | Q(retained_amount__lte=F("captured_amount")),
                name="no_more_is_kept_than_arrived",
            ),
        ]
        indexes = [waiting("payment"), models.Index(fields=["order_id"], name="payment_order")]

    def __str__(self) -> str:
        return f"payment {self.pk}"

    @property
    def price(self) -> Money:
        return Money(self.amount, self.currency)

    @property
    def captured(self) -> Money:
        return Money(self.captured_amount or 0, self.captured_currency or self.currency)


class RefundReason(models.TextChoices):
    TIME_GONE = "time_gone", _("Paid after the time had gone to someone else")
    PAID_TWICE = "paid_twice", _("Paid a second time")
    CANCELLED = "cancelled", _("The booking was cancelled")


class Refund(models.Model):
    """Money that goes back, and why: one row for each payment and reason."""

    DATABASE_RIGHTS = "SELECT, INSERT, UPDATE"

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="refunds")
    reason = models.CharField(max_length=16, choices=RefundReason)
    status = models.CharField(max_length=16, choices=[(s.value, s.value) for s in RefundStatus])
    amount = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    owed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["payment", "reason"], name="one_refund_per_reason"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_is_something"),
        ]

    def __str__(self) -> str:
        return f"refund {self.pk}"

    @property
    def price(self) -> Money:
        return Money(self.amount, self.currency)


class Result(models.TextChoices):
    """What became of an event."""

    WAITING = "", _("Waiting")
    APPLIED = "applied", _("Applied")
    NO_NEWS = "no_news", _("Nothing new")
    UNKNOWN = "unknown", _("Of an unknown object")
    FAILED = "failed", _("Could not be worked on")


class Event(Claimable):
    """An authentic webhook, stored once before anything is done about it."""

    DATABASE_RIGHTS = "SELECT, INSERT, UPDATE"

    provider = models.CharField(max_length=16, choices=ProviderName)
    account = models.CharField(max_length=32, default=PLATFORM)
    event_id = models.CharField(max_length=100)
    kind = models.CharField(max_length=64, blank=True)
    key = models.CharField(max_length=40, blank=True)
    reference = models.CharField(max_length=64, blank=True)
    order_id = models.CharField(max_length=64, blank=True)
    provider_payment_id = models.CharField(max_length=64, blank=True)
    facts = models.JSONField(null=True, help_text=_("the snapshot it carries, without anything personal"))
    body = EncryptedTextField(help_text=_("as it was signed; it may name people"))
    received_at = models.DateTimeField()
    result = models.CharField(max_length=16, choices=Result, blank=True)
    payment = models.ForeignKey(Payment, models.PROTECT, null=True, blank=True, related_name="events")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "account", "event_id"], name="event_once_per_account")
        ]
        indexes = [
            waiting("event"),
            models.Index(F("id").desc(), name="event_for_a_person", condition=Q(result__in=["unknown", "failed"])),
        ]

    def __str__(self) -> str:
        return f"event {self.pk}"
