"""What patients say of visits that took place."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from booking.models.bookings import Booking
from common.models import User

LEAST_STARS, MOST_STARS = 1, 5


class ReviewState(models.TextChoices):
    """Stars of visits that took place count at once; words are shown once the practice has read them."""

    WAITING = "waiting", _("Waits to be read")
    SHOWN = "shown", _("Shown")
    STARS_ONLY = "stars_only", _("Stars count, words are not shown")
    REFUSED = "refused", _("Neither counted nor shown")


COUNTED = (ReviewState.WAITING, ReviewState.SHOWN, ReviewState.STARS_ONLY)


class Review(models.Model):
    """One for each visit that took place. Whose it is stays with the practice."""

    DATABASE_RIGHTS = "SELECT, INSERT, UPDATE"

    booking = models.OneToOneField(Booking, models.PROTECT, related_name="review")
    practitioner = models.ForeignKey("practitioners.Practitioner", models.PROTECT, related_name="reviews")
    stars = models.PositiveSmallIntegerField(validators=[MinValueValidator(LEAST_STARS), MaxValueValidator(MOST_STARS)])
    words = models.TextField(max_length=1000, blank=True)
    state = models.CharField(max_length=12, choices=ReviewState)
    written_at = models.DateTimeField()
    judged_at = models.DateTimeField(null=True, blank=True)
    judged_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(stars__gte=LEAST_STARS, stars__lte=MOST_STARS), name="one_to_five_stars"
            ),
        ]
        indexes = [
            models.Index(fields=["practitioner", "-written_at"], name="review_by_practitioner"),
        ]

    def __str__(self) -> str:
        return f"review {self.pk}"
