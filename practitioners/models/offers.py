"""What is offered, for how much, and where."""

from urllib.parse import urlencode

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.money import Money
from practitioners.models.people import MOST_BUFFER, MOST_NOTICE, Practitioner
from practitioners.models.rules import DAY, free_or_payable, known_currency, web_address

LEAST_DURATION = 5
MOST_AMOUNT = 10**9


class Location(models.Model):
    """Where visits take place. One that is no longer used is switched off: bookings point here for ever."""

    practitioner = models.ForeignKey(Practitioner, models.PROTECT, related_name="locations")
    name = models.CharField(max_length=80)
    address = models.CharField(max_length=300)
    map_url = models.CharField(max_length=500, blank=True, validators=[web_address])
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def map_link(self) -> str:
        """The practitioner's own link, or a search for the address on an open map."""
        return self.map_url or "https://www.openstreetmap.org/search?" + urlencode({"query": self.address})


class Mode(models.TextChoices):
    IN_PERSON = "in_person", _("In person")
    VIDEO = "video", _("Video")
    PHONE = "phone", _("Phone")


class PayWhen(models.TextChoices):
    """When a visit is paid."""

    ONLINE = "online", _("Online, when booking")
    AT_VISIT = "at_visit", _("At the visit")
    EITHER = "either", _("As the patient likes")


class Service(models.Model):
    """What is booked, for how long and for how much. Bookings keep a snapshot, so a change touches none of them.

    Buffers and notice that are not given are the practitioner's.
    """

    practitioner = models.ForeignKey(Practitioner, models.PROTECT, related_name="services")
    slug = models.SlugField(max_length=64)
    name = models.CharField(max_length=80)
    description = models.CharField(max_length=300, blank=True)
    duration = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(LEAST_DURATION), MaxValueValidator(DAY)], help_text=_("minutes")
    )
    amount = models.PositiveIntegerField(
        validators=[free_or_payable, MaxValueValidator(MOST_AMOUNT)],
        help_text=_("in the smallest unit: paise, cents"),
    )
    currency = models.CharField(max_length=3, validators=[known_currency])
    mode = models.CharField(max_length=16, choices=Mode, default=Mode.IN_PERSON)
    location = models.ForeignKey(Location, models.PROTECT, null=True, blank=True, related_name="services")
    buffer_before = models.PositiveSmallIntegerField(null=True, blank=True, validators=[MaxValueValidator(MOST_BUFFER)])
    buffer_after = models.PositiveSmallIntegerField(null=True, blank=True, validators=[MaxValueValidator(MOST_BUFFER)])
    notice = models.PositiveIntegerField(null=True, blank=True, validators=[MaxValueValidator(MOST_NOTICE)])
    needs_approval = models.BooleanField(
        default=False, db_default=False, help_text=_("a visit is asked for first, and paid once it was accepted")
    )
    pay_when = models.CharField(max_length=8, choices=PayWhen, default=PayWhen.ONLINE, db_default=PayWhen.ONLINE.value)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["duration", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["practitioner", "slug"], name="service_slug_per_practitioner"),
            models.CheckConstraint(
                condition=Q(duration__gte=LEAST_DURATION, duration__lte=DAY), name="duration_is_sensible"
            ),
        ]

    def __str__(self) -> str:
        return self.slug

    @property
    def price(self) -> Money:
        return Money(self.amount, self.currency)

    @property
    def minutes_before(self) -> int:
        return self.practitioner.buffer_before if self.buffer_before is None else self.buffer_before

    @property
    def minutes_after(self) -> int:
        return self.practitioner.buffer_after if self.buffer_after is None else self.buffer_after

    @property
    def minutes_notice(self) -> int:
        return self.practitioner.notice if self.notice is None else self.notice
