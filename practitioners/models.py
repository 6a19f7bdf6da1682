"""People who can be booked, what they offer, and the hours they keep."""

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, BigIntegerRangeField, IntegerRangeField, RangeOperators
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from common.models import User
from common.money import Money

if TYPE_CHECKING:
    from django_stubs_ext.db.models.manager import RelatedManager

DAY = 24 * 60
LEAST_AMOUNT = 100  # in the smallest unit; Razorpay refuses less


def only_this(field: str) -> Func:
    """An id as a range of one: exclusion constraints can compare it without an extension."""
    return Func(F(field), F(field), Value("[]"), function="int8range", output_field=BigIntegerRangeField())


def known_zone(value: str) -> None:
    if value not in available_timezones():
        raise ValidationError(_("%(value)s is not a known time zone."), params={"value": value})


def free_or_payable(value: int) -> None:
    if 0 < value < LEAST_AMOUNT:
        raise ValidationError(_("Payment providers take no amount below %(least)d."), params={"least": LEAST_AMOUNT})


class PractitionerQuerySet(models.QuerySet["Practitioner"]):
    def published(self) -> "PractitionerQuerySet":
        return self.filter(is_published=True)

    def locked(self) -> "PractitionerQuerySet":
        """The queue at a practitioner's door: first of the locks, before booking and payment."""
        return self.select_for_update(no_key=True)


class Practitioner(models.Model):
    """Someone who can be booked."""

    STEPS = [(15, _("every 15 minutes")), (30, _("every 30 minutes")), (60, _("every hour"))]

    user = models.OneToOneField(User, models.PROTECT, null=True, blank=True, related_name="practitioner")
    slug = models.SlugField(max_length=64, unique=True)
    name = models.CharField(max_length=120)
    credential = models.CharField(max_length=120, blank=True)
    bio = models.TextField(max_length=4000, blank=True)
    email = models.EmailField()
    languages = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    needs = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    zone = models.CharField(max_length=64, validators=[known_zone])
    is_published = models.BooleanField(default=False)

    step = models.PositiveSmallIntegerField(choices=STEPS, default=15, help_text=_("minutes"))
    buffer = models.PositiveSmallIntegerField(
        default=0, validators=[MaxValueValidator(DAY // 2)], help_text=_("minutes kept free after a visit")
    )
    notice = models.PositiveIntegerField(
        default=120,
        validators=[MaxValueValidator(14 * DAY)],
        help_text=_("minutes between booking and visit, at least"),
    )
    horizon = models.PositiveSmallIntegerField(
        default=60, validators=[MinValueValidator(14), MaxValueValidator(400)], help_text=_("days ahead, at most")
    )
    cancel_cutoff = models.PositiveIntegerField(
        default=DAY,
        validators=[MaxValueValidator(400 * DAY)],
        help_text=_("minutes before the visit; free until then"),
    )

    objects = PractitionerQuerySet.as_manager()

    if TYPE_CHECKING:
        services: RelatedManager["Service"]
        weekly_hours: RelatedManager["WeeklyHours"]

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(step__in=[15, 30, 60]), name="step_is_15_30_or_60")]

    def __str__(self) -> str:
        return self.slug

    @property
    def tzinfo(self) -> ZoneInfo:
        return ZoneInfo(self.zone)


class Mode(models.TextChoices):
    IN_PERSON = "in_person", _("In person")
    VIDEO = "video", _("Video")
    PHONE = "phone", _("Phone")


class Service(models.Model):
    """What is booked, for how long and for how much. Bookings keep a snapshot, so a change touches none of them."""

    practitioner = models.ForeignKey(Practitioner, models.PROTECT, related_name="services")
    slug = models.SlugField(max_length=64)
    name = models.CharField(max_length=80)
    duration = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(5), MaxValueValidator(DAY)], help_text=_("minutes")
    )
    amount = models.PositiveIntegerField(
        validators=[free_or_payable, MaxValueValidator(10**9)], help_text=_("in the smallest unit: paise, cents")
    )
    currency = models.CharField(max_length=3)
    mode = models.CharField(max_length=16, choices=Mode, default=Mode.IN_PERSON)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["duration", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["practitioner", "slug"], name="service_slug_per_practitioner"),
            models.CheckConstraint(condition=Q(duration__gte=5, duration__lte=DAY), name="duration_is_sensible"),
        ]

    def __str__(self) -> str:
        return self.slug

    @property
    def price(self) -> Money:
        return Money(self.amount, self.currency)


class WeeklyHours(models.Model):
    """One working interval of a weekday, in minutes of the practitioner's wall clock. The gaps between are the breaks.

    An interval may run past midnight: 22:00 to 02:00 is 1320 to 1560.
    """

    practitioner = models.ForeignKey(Practitioner, models.CASCADE, related_name="weekly_hours")
    weekday = models.PositiveSmallIntegerField(help_text=_("0 is Monday"))
    starts = models.PositiveSmallIntegerField(help_text=_("minutes after midnight"))
    ends = models.PositiveSmallIntegerField(help_text=_("minutes after midnight"))

    class Meta:
        ordering = ["weekday", "starts"]
        verbose_name_plural = "weekly hours"
        constraints = [
            models.CheckConstraint(condition=Q(weekday__lte=6), name="weekday_is_a_day"),
            models.CheckConstraint(
                condition=Q(starts__lt=DAY, ends__gt=F("starts"), ends__lte=F("starts") + DAY), name="hours_run_forward"
            ),
            ExclusionConstraint(
                name="hours_do_not_overlap",
                expressions=[
                    (only_this("practitioner"), RangeOperators.OVERLAPS),
                    (
                        Func(
                            F("weekday") * DAY + F("starts"),
                            F("weekday") * DAY + F("ends"),
                            function="int4range",
                            output_field=IntegerRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"weekly hours {self.pk}"

    def clean(self) -> None:
        """Before the constraints: PostgreSQL can't even compare an interval that runs backwards."""
        if None not in {self.starts, self.ends} and self.ends <= self.starts:
            raise ValidationError({"ends": _("This must be later than the start.")})
