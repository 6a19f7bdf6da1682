"""What patients may do on their own, and what goes back to them then."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from practitioners.models.rules import DAY

MOST_CUTOFF = 400 * DAY
MOST_MOVES = 20
ALL = 100  # per cent


class Terms(models.Model):
    """A practitioner has them; a booking keeps those that it was made under, whatever becomes of the practitioner's.

    Columns that are null follow `cancel_cutoff`.
    """

    cancel_cutoff = models.PositiveIntegerField(
        default=DAY,
        db_default=DAY,
        validators=[MaxValueValidator(MOST_CUTOFF)],
        help_text=_("minutes before the visit; it can be cancelled online until then"),
    )
    full_refund_until = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MaxValueValidator(MOST_CUTOFF)],
        help_text=_("minutes before the visit; all of the price goes back until then, later a part of it"),
    )
    late_refund = models.PositiveSmallIntegerField(
        default=50,
        db_default=50,
        validators=[MaxValueValidator(ALL)],
        help_text=_("per cent of the price that go back after that"),
    )
    move_cutoff = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MaxValueValidator(MOST_CUTOFF)],
        help_text=_("minutes before the visit; it can be moved online until then"),
    )
    most_moves = models.PositiveSmallIntegerField(
        default=3,
        db_default=3,
        validators=[MaxValueValidator(MOST_MOVES)],
        help_text=_("how often a patient may move a visit"),
    )

    class Meta:
        abstract = True

    @classmethod
    def names(cls) -> list[str]:
        """The columns, for copies."""
        return [field.name for field in Terms._meta.get_fields()]
