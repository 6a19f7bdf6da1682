"""Money: what was asked for, what arrived, what goes back, and what the providers told us."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from booking.models import Booking
from common.append_only import AppendOnly
from common.claims import Claimable, waiting
from common.fields import EncryptedTextField
from common.ids import new_payment_key
from common.models import User
from common.money import Money
from payments.lifecycle import RECEIVED, PaymentStatus, RefundStatus
from practitioners.models import Practitioner

PLATFORM = "platform"


class ProviderName(models.TextChoices):
    RAZORPAY = "razorpay", "Razorpay"
    VISIT = "visit", _("At the visit")  # nobody to ask: the desk took the money


ONLINE = frozenset({ProviderName.RAZORPAY})  # who can be asked what became of a payment


class VisitMethod(models.TextChoices):
    """How somebody pays at the visit."""

    CASH = "cash", _("Cash")
    CARD = "card", _("Card")
    UPI = "upi", _("UPI")


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
    typed_reference = models.CharField(
        max_length=64, blank=True, db_default="", help_text=_("what the desk wrote down of a payment at the visit")
    )
    taken_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    form_key = models.CharField(max_length=64, blank=True, db_default="", editable=False)
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
            models.UniqueConstraint(
                fields=["booking", "form_key"], name="one_payment_of_a_form", condition=~Q(form_key="")
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

    @property
    def retained(self) -> Money:
        return Money(self.retained_amount, self.captured.currency)


class RefundReason(models.TextChoices):
    TIME_GONE = "time_gone", _("Paid after the time had gone to someone else")
    PAID_TWICE = "paid_twice", _("Paid a second time")
    CANCELLED = "cancelled", _("The booking was cancelled")
    MISTAKE = "mistake", _("It was recorded by mistake")


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


class TaxDetails(models.Model):
    """Who a practitioner is to the tax office: what their receipts say from now on."""

    practitioner = models.OneToOneField(Practitioner, models.PROTECT, related_name="tax_details")
    legal_name = models.CharField(max_length=120, blank=True)
    address = models.CharField(max_length=300, blank=True)
    tax_id = models.CharField(max_length=32, blank=True)
    tax_code = models.CharField(max_length=16, blank=True, help_text=_("of the service, such as SAC 9993"))
    tax_rate = models.PositiveSmallIntegerField(default=0, help_text=_("hundredths of a per cent, within the price"))

    class Meta:
        verbose_name_plural = "tax details"
        constraints = [models.CheckConstraint(condition=Q(tax_rate__lte=10_000), name="tax_is_a_part")]

    def __str__(self) -> str:
        return f"tax details {self.pk}"


class Receipt(AppendOnly):
    """That a payment was kept for a booking, numbered without gaps, as the seller was on that day."""

    practitioner = models.ForeignKey(Practitioner, models.PROTECT, related_name="receipts")
    number = models.PositiveIntegerField()
    payment = models.OneToOneField(Payment, models.PROTECT, related_name="receipt")
    issued_at = models.DateTimeField()
    amount = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    seller = models.CharField(max_length=120)
    address = models.CharField(max_length=300, blank=True)
    tax_id = models.CharField(max_length=32, blank=True)
    tax_code = models.CharField(max_length=16, blank=True)
    tax_rate = models.PositiveSmallIntegerField(default=0)
    tax_amount = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practitioner", "number"], name="receipt_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="receipts_begin_at_one"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """R7-000123: the practitioner, and which of their receipts it is.

        Tax offices want one row of numbers for each seller, without gaps and in at most 16 letters, digits, dashes and
        slashes. The practitioner's id keeps the rows of one practice apart and never changes, as a name or an address
        would; a row that never begins anew has no number twice in any year.
        """
        return f"R{self.practitioner_id}-{self.number:06}"

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
