"""What Razorpay would remember. Amounts in minor units; `*_at` and `expire_by` are Unix seconds of practice time."""

import secrets
import string
from functools import partial

from django.db import models

from common import claims, clock

_ALPHABET = string.ascii_letters + string.digits
ID_LENGTH = 14


def new_id(prefix: str) -> str:
    """A name as Razorpay makes them: plink_Sd81KzQm4TnB2y."""
    return prefix + "".join(secrets.choice(_ALPHABET) for _ in range(ID_LENGTH))


def seconds_now() -> int:
    return int(clock.now().timestamp())


class Link(models.Model):
    """A payment link, and the page behind it."""

    class Status(models.TextChoices):
        CREATED = "created"
        PARTIALLY_PAID = "partially_paid"
        PAID = "paid"
        EXPIRED = "expired"
        CANCELLED = "cancelled"

    id = models.CharField(primary_key=True, max_length=24, default=partial(new_id, "plink_"))
    status = models.CharField(max_length=16, choices=Status, default=Status.CREATED)
    amount = models.BigIntegerField()
    amount_paid = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    reference_id = models.CharField(max_length=40, blank=True)
    description = models.CharField(max_length=2048, blank=True)
    accept_partial = models.BooleanField(default=False)
    first_min_partial_amount = models.BigIntegerField(default=0)
    customer = models.JSONField(default=dict)
    notify = models.JSONField(default=dict)
    notes = models.JSONField(default=dict)
    reminder_enable = models.BooleanField(default=False)
    callback_url = models.TextField(blank=True)
    callback_method = models.CharField(max_length=8, blank=True)
    expire_by = models.BigIntegerField(default=0)
    expired_at = models.BigIntegerField(default=0)
    cancelled_at = models.BigIntegerField(default=0)
    created_at = models.BigIntegerField(default=seconds_now)
    updated_at = models.BigIntegerField(default=seconds_now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["reference_id"], condition=~models.Q(reference_id=""), name="sandbox_one_link_per_reference"
            )
        ]
        indexes = [models.Index(fields=["expire_by"], condition=models.Q(status="created"), name="sandbox_open_links")]

    def __str__(self) -> str:
        return self.id


class Order(models.Model):
    """What payments belong to. A link gets its order when someone first tries to pay."""

    class Status(models.TextChoices):
        CREATED = "created"
        ATTEMPTED = "attempted"
        PAID = "paid"

    id = models.CharField(primary_key=True, max_length=24, default=partial(new_id, "order_"))
    link = models.OneToOneField(Link, models.CASCADE, null=True, blank=True, related_name="order")
    status = models.CharField(max_length=16, choices=Status, default=Status.CREATED)
    amount = models.BigIntegerField()
    amount_paid = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    receipt = models.CharField(max_length=40, blank=True)
    notes = models.JSONField(default=dict)
    attempts = models.IntegerField(default=0)
    created_at = models.BigIntegerField(default=seconds_now)
    updated_at = models.BigIntegerField(default=seconds_now)

    def __str__(self) -> str:
        return self.id


class Payment(models.Model):
    """One try to pay an order."""

    class Status(models.TextChoices):
        AUTHORIZED = "authorized"
        CAPTURED = "captured"
        REFUNDED = "refunded"
        FAILED = "failed"

    id = models.CharField(primary_key=True, max_length=24, default=partial(new_id, "pay_"))
    order = models.ForeignKey(Order, models.CASCADE, related_name="payments")
    status = models.CharField(max_length=16, choices=Status)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    method = models.CharField(max_length=16, default="upi")
    captured = models.BooleanField(default=False)
    fee = models.BigIntegerField(null=True, blank=True)
    tax = models.BigIntegerField(null=True, blank=True)
    amount_refunded = models.BigIntegerField(default=0)
    error = models.JSONField(default=dict)
    created_at = models.BigIntegerField(default=seconds_now)

    def __str__(self) -> str:
        return self.id


class Refund(models.Model):
    """Money going back for one payment. The sandbox's bank is quick: every refund is processed at once."""

    id = models.CharField(primary_key=True, max_length=24, default=partial(new_id, "rfnd_"))
    payment = models.ForeignKey(Payment, models.CASCADE, related_name="refunds")
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    receipt = models.CharField(max_length=40, blank=True)
    notes = models.JSONField(default=dict)
    speed = models.CharField(max_length=16, blank=True)
    idempotency_key = models.CharField(max_length=128, unique=True, null=True, blank=True)
    asked = models.JSONField(default=dict)
    created_at = models.BigIntegerField(default=seconds_now)

    def __str__(self) -> str:
        return self.id


class Delivery(claims.Claimable):
    """One webhook on its way. Unlike other waiting work it keeps machine time: a moved clock hurries no courier."""

    event_id = models.CharField(max_length=32)
    kind = models.CharField(max_length=64)
    body = models.TextField()
    signature = models.CharField(max_length=64)
    status = models.IntegerField(default=0, help_text="The last answer's HTTP status; 0 for none.")
    gave_up = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock.machine_now)

    class Meta:
        verbose_name_plural = "deliveries"
        indexes = [claims.waiting("sandbox_delivery")]

    def __str__(self) -> str:
        return f"{self.kind} {self.event_id}"


class Fault(models.Model):
    """Something the next calls of the API get wrong, to rehearse it."""

    class Kind(models.TextChoices):
        DELAY = "delay"  # do it, then answer late
        DROP = "drop"  # do it, then hang up without an answer
        STATUS = "status"  # don't do it; answer 429 or 500
        HTML = "html"  # don't do it; answer a proxy's error page
        AMOUNT = "amount"  # do it; the answer's amounts are wrong by `by`

    kind = models.CharField(max_length=8, choices=Kind)
    method = models.CharField(max_length=8, blank=True, help_text="Only calls with this method; empty for all.")
    path = models.CharField(max_length=64, blank=True, help_text="Only paths that begin so, such as /v1/orders.")
    times = models.PositiveIntegerField(default=1)
    status = models.PositiveIntegerField(default=500)
    seconds = models.FloatField(default=5)
    by = models.BigIntegerField(default=-1)

    def __str__(self) -> str:
        return f"{self.kind} × {self.times}"
