"""Patients and their bookings. booking.actions is the only thing that writes a status."""

from datetime import datetime, timedelta

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.contrib.postgres.fields.ranges import RangeStartsWith
from django.db import models
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange, NumericRange
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from booking.deadlines import cancellable_until
from booking.lifecycle import ACTIVE, Status
from common.append_only import AppendOnly
from common.fields import EncryptedTextField
from common.ids import new_public_id, new_reference
from common.models import User
from common.money import Money
from practitioners.models import Location, Mode, Practitioner, Service, known_zone, only_this

STATUS_NAMES = [
    (Status.PENDING_PAYMENT.value, _("Awaiting payment")),
    (Status.REQUESTED.value, _("Requested")),
    (Status.CONFIRMED.value, _("Confirmed")),
    (Status.COMPLETED.value, _("Completed")),
    (Status.NO_SHOW.value, _("No-show")),
    (Status.EXPIRED.value, _("Expired")),
    (Status.CANCELLED.value, _("Cancelled")),
    (Status.DECLINED.value, _("Declined")),
]


class Source(models.TextChoices):
    WEB = "web", _("Website")
    API = "api", _("API")
    SEED = "seed", _("Sample data")


class Patient(models.Model):
    """Someone a booking is for. Guests get a row for each booking; nobody is recognised by an unproven address."""

    DATABASE_RIGHTS = "SELECT, INSERT, UPDATE"

    user = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="patients")
    name = models.CharField(max_length=120)
    email = models.EmailField()
    phone = models.CharField(max_length=20, help_text=_("with country code, +919812300456"))
    zone = models.CharField(max_length=64, validators=[known_zone])
    consented_at = models.DateTimeField(null=True, blank=True)
    consent_version = models.CharField(max_length=16, blank=True)

    def __str__(self) -> str:
        return f"patient {self.pk}"


class BookingQuerySet(models.QuerySet["Booking"]):
    def active(self) -> "BookingQuerySet":
        return self.filter(status__in=ACTIVE)

    def of(self, practitioner_id: int) -> "BookingQuerySet":
        """One practitioner's bookings, written so that the overlap constraint's own index answers."""
        only = NumericRange(practitioner_id, practitioner_id, "[]")
        return self.alias(owner=only_this("practitioner")).filter(owner__overlap=only)

    def overlapping(self, span: DateTimeTZRange) -> "BookingQuerySet":
        return self.filter(occupied__overlap=span)

    def lapsed(self, now: datetime) -> "BookingQuerySet":
        """Holds past their deadline that nobody has retired yet."""
        return self.filter(status=Status.PENDING_PAYMENT, hold_expires_at__lte=now)

    def standing(self, now: datetime) -> "BookingQuerySet":
        """Bookings that really take their time at `now`: active ones without the lapsed holds."""
        return self.active().exclude(status=Status.PENDING_PAYMENT, hold_expires_at__lte=now)

    def locked(self) -> "BookingQuerySet":
        """Second of the locks: after the practitioner, before the payment."""
        return self.select_for_update(no_key=True, of=("self",))


class Booking(models.Model):
    """A patient's time with a practitioner, with what was agreed about it at the time."""

    DATABASE_RIGHTS = "SELECT, INSERT, UPDATE"

    public_id = models.CharField(max_length=26, unique=True, default=new_public_id, editable=False)
    reference = models.CharField(max_length=9, unique=True, default=new_reference, editable=False)
    practitioner = models.ForeignKey(  # booking_by_start begins with it
        Practitioner, models.PROTECT, related_name="bookings", db_index=False
    )
    service = models.ForeignKey(Service, models.PROTECT, related_name="bookings")
    patient = models.ForeignKey(Patient, models.PROTECT, null=True, blank=True, related_name="bookings")
    status = models.CharField(max_length=16, choices=STATUS_NAMES)
    span = DateTimeRangeField()
    occupied = DateTimeRangeField(help_text=_("the span and the buffer around it"))
    held_at = models.DateTimeField()
    hold_expires_at = models.DateTimeField(null=True, blank=True)
    pay_pressed_at = models.DateTimeField(null=True, blank=True)
    service_name = models.CharField(max_length=80)
    amount = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    mode = models.CharField(max_length=16, choices=Mode)
    location = models.ForeignKey(Location, models.PROTECT, null=True, blank=True, related_name="+")
    cancel_cutoff = models.PositiveIntegerField(
        db_default=24 * 60, help_text=_("minutes before the visit; as it was when the time was taken")
    )
    note = EncryptedTextField(null=True, blank=True)
    source = models.CharField(max_length=8, choices=Source)
    sequence = models.PositiveIntegerField(default=0)

    objects = BookingQuerySet.as_manager()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="one_booking_at_a_time",
                expressions=[
                    (only_this("practitioner"), RangeOperators.OVERLAPS),
                    ("occupied", RangeOperators.OVERLAPS),
                ],
                condition=Q(status__in=[status.value for status in ACTIVE]),
            ),
            models.CheckConstraint(
                condition=Q(
                    span__isempty=False, span__lower_inf=False, span__upper_inf=False, occupied__contains=F("span")
                ),
                name="span_is_whole",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.PENDING_PAYMENT.value) | Q(hold_expires_at__isnull=False),
                name="a_hold_ends",
            ),
            models.CheckConstraint(condition=Q(status__in=[status.value for status in Status]), name="known_status"),
        ]
        indexes = [
            models.Index(
                fields=["hold_expires_at"], name="open_holds", condition=Q(status=Status.PENDING_PAYMENT.value)
            ),
            models.Index(F("practitioner"), RangeStartsWith("span"), F("id"), name="booking_by_start"),
        ]

    def __str__(self) -> str:
        return f"booking {self.reference}"

    @property
    def price(self) -> Money:
        return Money(self.amount, self.currency)

    @property
    def starts_at(self) -> datetime:
        start: datetime = self.span.lower
        return start

    @property
    def ends_at(self) -> datetime:
        end: datetime = self.span.upper
        return end

    @property
    def duration(self) -> timedelta:
        return self.ends_at - self.starts_at

    @property
    def home_zone(self) -> str:
        """The zone it is told in: where the patient is, unless they have to be where the practitioner is."""
        if self.patient is None or self.mode == Mode.IN_PERSON:
            return self.practitioner.zone
        return self.patient.zone

    @property
    def cancellable_until(self) -> datetime:
        """The last moment at which the patient can cancel, by what was promised when the time was taken."""
        return cancellable_until(self.starts_at, self.cancel_cutoff)

    def is_held(self, now: datetime) -> bool:
        """Waiting for its payment, within the time that is kept for it."""
        return self.status == Status.PENDING_PAYMENT and self.hold_expires_at is not None and now < self.hold_expires_at

    def has_lapsed(self, now: datetime) -> bool:
        return self.status == Status.EXPIRED or (self.status == Status.PENDING_PAYMENT and not self.is_held(now))


class Move(AppendOnly):
    """One step of a booking's life: who, when, why, from, to."""

    booking = models.ForeignKey(Booking, models.PROTECT, related_name="moves")
    at = models.DateTimeField()
    actor = models.CharField(max_length=16)
    user = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    before = models.CharField(max_length=16, blank=True)
    after = models.CharField(max_length=16)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["pk"]

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
