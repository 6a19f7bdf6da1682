"""People who can be booked, and who else may work at their desk."""

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common import clock
from common.ids import new_public_id
from common.models import User
from practitioners.models.rules import DAY, known_currency, known_zone, web_address
from practitioners.models.terms import Terms

if TYPE_CHECKING:
    from django_stubs_ext.db.models.manager import RelatedManager

    from practitioners.models.offers import Location, Service
    from practitioners.models.schedule import DateOverride, TimeOff, WeeklyHours

MOST_BUFFER = DAY // 2
MOST_NOTICE = 14 * DAY
LEAST_HORIZON, MOST_HORIZON = 14, 400
MOST_ANSWER = 14 * DAY
LEAST_PAY, MOST_PAY = 30, 7 * DAY


class PractitionerQuerySet(models.QuerySet["Practitioner"]):
    def published(self) -> "PractitionerQuerySet":
        return self.filter(is_published=True)

    def locked(self) -> "PractitionerQuerySet":
        """The queue at a practitioner's door: first of the locks, before booking and payment."""
        return self.select_for_update(no_key=True)

    def at_whose_desk(self, user: User) -> "PractitionerQuerySet":
        """Those whose desk a person may work at: their own, and the ones they were given access to."""
        given = DeskAccess.objects.filter(user=user).values("practitioner")
        return self.filter(Q(user=user) | Q(pk__in=given))


class Practitioner(Terms):
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
    currency = models.CharField(
        max_length=3, default="INR", validators=[known_currency], help_text=_("of the first service")
    )
    is_published = models.BooleanField(default=False)
    is_approved = models.BooleanField(default=True, help_text=_("the practice lets them publish their page"))
    previewed_at = models.DateTimeField(null=True, blank=True, editable=False)
    first_published_at = models.DateTimeField(null=True, blank=True, editable=False)

    step = models.PositiveSmallIntegerField(choices=STEPS, default=15, help_text=_("minutes"))
    buffer_before = models.PositiveSmallIntegerField(
        default=0, validators=[MaxValueValidator(MOST_BUFFER)], help_text=_("minutes kept free before a visit")
    )
    buffer_after = models.PositiveSmallIntegerField(
        default=0, validators=[MaxValueValidator(MOST_BUFFER)], help_text=_("minutes kept free after a visit")
    )
    notice = models.PositiveIntegerField(
        default=120,
        validators=[MaxValueValidator(MOST_NOTICE)],
        help_text=_("minutes between booking and visit, at least"),
    )
    horizon = models.PositiveSmallIntegerField(
        default=60,
        validators=[MinValueValidator(LEAST_HORIZON), MaxValueValidator(MOST_HORIZON)],
        help_text=_("days ahead, at most"),
    )
    daily_cap = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1)], help_text=_("visits a day, at most")
    )
    weekly_cap = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1)], help_text=_("visits a week, at most")
    )
    answer_within = models.PositiveIntegerField(
        default=DAY,
        db_default=DAY,
        validators=[MinValueValidator(LEAST_PAY), MaxValueValidator(MOST_ANSWER)],
        help_text=_("minutes in which a request is answered; after them its time is free again"),
    )
    pay_within = models.PositiveIntegerField(
        default=120,
        db_default=120,
        validators=[MinValueValidator(LEAST_PAY), MaxValueValidator(MOST_PAY)],
        help_text=_("minutes in which a visit is paid once it was accepted, or a link to pay was sent"),
    )
    meeting_url = models.CharField(
        max_length=300,
        blank=True,
        db_default="",
        validators=[web_address],
        help_text=_("their own room for visits by video; without one every visit gets a room of its own"),
    )
    version = models.PositiveBigIntegerField(
        default=0, editable=False, help_text=_("raised by the database whenever the times on offer may have changed")
    )

    objects = PractitionerQuerySet.as_manager()

    if TYPE_CHECKING:
        services: RelatedManager[Service]
        locations: RelatedManager[Location]
        weekly_hours: RelatedManager[WeeklyHours]
        overrides: RelatedManager[DateOverride]
        time_off: RelatedManager[TimeOff]
        desk_access: RelatedManager["DeskAccess"]
        photo: "Photo"

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(step__in=[15, 30, 60]), name="step_is_15_30_or_60"),
            models.CheckConstraint(
                condition=(Q(daily_cap=None) | Q(daily_cap__gte=1)) & (Q(weekly_cap=None) | Q(weekly_cap__gte=1)),
                name="a_cap_lets_someone_in",
            ),
            models.CheckConstraint(condition=Q(is_published=False) | Q(is_approved=True), name="published_if_approved"),
        ]

    def __str__(self) -> str:
        return self.slug

    @property
    def has_fixed_address(self) -> bool:
        """Whether others may know the page's address by now: it stays as it is for ever."""
        return self.is_published or self.first_published_at is not None

    @property
    def tzinfo(self) -> ZoneInfo:
        return ZoneInfo(self.zone)


class Photo(models.Model):
    """A practitioner's picture, drawn anew from what was sent and kept in two sizes of WebP.

    It lives in the database: small, in every backup, and the same for every web process. A new picture gets a new
    token, so browsers may keep the old one for ever.
    """

    SIZES = {"large": 480, "small": 160}  # pixels, square

    practitioner = models.OneToOneField(Practitioner, models.CASCADE, related_name="photo")
    token = models.CharField(max_length=26, unique=True, default=new_public_id, editable=False)
    large = models.BinaryField()
    small = models.BinaryField()

    def __str__(self) -> str:
        return f"photo {self.pk}"


class DeskAccess(models.Model):
    """A person of the front desk who may work at a practitioner's desk."""

    practitioner = models.ForeignKey(Practitioner, models.CASCADE, related_name="desk_access")
    user = models.ForeignKey(User, models.CASCADE, related_name="desk_access")
    granted_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    granted_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name_plural = "desk access"
        constraints = [models.UniqueConstraint(fields=["practitioner", "user"], name="desk_access_once")]

    def __str__(self) -> str:
        return f"desk access {self.pk}"
