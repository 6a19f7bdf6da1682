"""A booking, and what was agreed about it. booking.actions is the only thing that writes a status."""

from dataclasses import replace
from datetime import datetime, timedelta

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.contrib.postgres.fields.ranges import RangeEndsWith, RangeStartsWith
from django.db import models
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange, NumericRange
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from booking import deadlines
from booking.lifecycle import ACTIVE, WAITING, Status
from booking.models.people import Patient
from booking.policy import Policy, policy_of
from booking.terms import agreed
from common.fields import EncryptedTextField
from common.ids import new_public_id, new_reference
from common.money import Money
from practitioners.models import Location, Mode, PayWhen, Practitioner, Service, Terms, only_this

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
    DESK = "desk", _("Desk")
    SEED = "seed", _("Sample data")


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
        """Holds and requests past their deadline that nobody has retired yet."""
        return self.filter(status__in=WAITING, hold_expires_at__lte=now)

    def standing(self, now: datetime) -> "BookingQuerySet":
        """Bookings that really take their time at `now`: active ones without those that lapsed."""
        return self.active().exclude(status__in=WAITING, hold_expires_at__lte=now)

    def locked(self) -> "BookingQuerySet":
        """Second of the locks: after the practitioner, before the payment."""
        return self.select_for_update(no_key=True, of=("self",))


class Booking(Terms):
    """A patient's time with a practitioner, with what was agreed about it at the time, terms included."""

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
    hold_expires_at = models.DateTimeField(
        null=True, blank=True, help_text=_("until when it waits: a hold for its payment, a request for its answer")
    )
    pay_by = models.DateTimeField(
        null=True, blank=True, help_text=_("the deadline that came with a link to pay, from the practice")
    )
    pay_pressed_at = models.DateTimeField(null=True, blank=True)
    service_name = models.CharField(max_length=80)
    amount = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    mode = models.CharField(max_length=16, choices=Mode)
    location = models.ForeignKey(Location, models.PROTECT, null=True, blank=True, related_name="+")
    needs_approval = models.BooleanField(default=False, db_default=False)
    pay_when = models.CharField(max_length=8, choices=PayWhen, default=PayWhen.ONLINE, db_default=PayWhen.ONLINE.value)
    pays_at_visit = models.BooleanField(default=False, db_default=False, help_text=_("nothing is asked for online"))
    moves_made = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text=_("how often its patient has moved it")
    )
    moved_late = models.BooleanField(
        default=False,
        db_default=False,
        help_text=_("its patient moved it when not all of the price would have gone back: that stays so"),
    )
    move_asked_at = models.DateTimeField(
        null=True, blank=True, help_text=_("since when the practice asks for another time")
    )
    move_asked_why = models.CharField(max_length=300, blank=True, db_default="")
    note = EncryptedTextField(null=True, blank=True)
    asked_as = models.CharField(
        max_length=64, blank=True, db_default="", editable=False, help_text=_("a keyed hash of the contact, for limits")
    )
    asked_from = models.CharField(
        max_length=64, blank=True, db_default="", editable=False, help_text=_("a keyed hash of the network, for limits")
    )
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
                condition=~Q(status__in=[status.value for status in WAITING]) | Q(hold_expires_at__isnull=False),
                name="what_waits_ends",
            ),
            models.CheckConstraint(condition=Q(status__in=[status.value for status in Status]), name="known_status"),
        ]
        indexes = [
            models.Index(
                fields=["hold_expires_at"],
                name="what_waits",
                condition=Q(status__in=[status.value for status in WAITING]),
            ),
            models.Index(RangeEndsWith("span"), name="firm_by_end", condition=Q(status=Status.CONFIRMED.value)),
            models.Index(fields=["asked_as", "held_at"], name="asked_as", condition=~Q(asked_as="")),
            models.Index(
                fields=["asked_from"],
                name="asked_from",
                condition=~Q(asked_from="") & Q(status__in=[status.value for status in WAITING]),
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
    def hold_limit(self) -> datetime:
        """Until when asking, or pressing Pay, still keeps a hold longer."""
        return self.pay_by or deadlines.hold_limit(self.held_at)

    @property
    def gives_way(self) -> bool:
        """Whether choosing another time gives this hold up: no money is on its way, and the practice asked for none."""
        return self.pay_pressed_at is None and self.pay_by is None

    @property
    def awaits_request(self) -> bool:
        """Whether the practitioner has to be asked before anything is paid."""
        return self.needs_approval and self.pay_by is None

    @property
    def terms(self) -> deadlines.Agreed:
        """What was promised when the time was taken."""
        terms = agreed(self)
        return replace(terms, full_refund_until=deadlines.NEVER) if self.moved_late else terms

    @property
    def cancellable_until(self) -> datetime:
        """The last moment at which the patient can cancel on their own.

        Whom the practice has asked for another time may cancel until the visit instead.
        """
        return self.starts_at if self.move_asked_at else deadlines.cancellable_until(self.starts_at, self.terms)

    @property
    def movable_until(self) -> datetime:
        """The last moment at which the patient can move the visit on their own."""
        return self.starts_at if self.move_asked_at else deadlines.movable_until(self.starts_at, self.terms)

    @property
    def moves_left(self) -> int:
        """How often the patient may still move it. A time that the practice asks for is not counted."""
        return 1 if self.move_asked_at else max(0, self.most_moves - self.moves_made)

    def refund_percent(self, now: datetime) -> int:
        """How much of the price goes back if the patient cancels now, by the terms it was made under."""
        if self.status != Status.CONFIRMED or self.move_asked_at:
            return deadlines.ALL
        return deadlines.refund_percent(self.starts_at, self.terms, now)

    def policy(self, now: datetime) -> Policy:
        """What was promised, as dates that are still to come."""
        is_paid_online = self.amount > 0 and not self.pays_at_visit and self.pay_when != PayWhen.AT_VISIT
        policy = policy_of(self.starts_at, self.terms, now, is_paid_online=is_paid_online)
        policy = replace(policy, moves=self.moves_left)
        if not self.move_asked_at:
            return policy
        until = self.starts_at if now <= self.starts_at else None
        return replace(policy, all_until=until, part_until=None, move_until=until)

    def is_held(self, now: datetime) -> bool:
        """Waiting for its payment, within the time that is kept for it."""
        return self.status == Status.PENDING_PAYMENT and self.is_kept(now)

    def is_kept(self, now: datetime) -> bool:
        """Within the time that it may wait, for a payment or for an answer."""
        return self.hold_expires_at is not None and now < self.hold_expires_at

    def has_lapsed(self, now: datetime) -> bool:
        return self.status == Status.EXPIRED or (self.status in WAITING and not self.is_kept(now))
