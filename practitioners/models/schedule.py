"""When someone works: the week, the dates that differ, and the time off. All of it by the clock on their wall."""

from typing import TYPE_CHECKING

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import IntegerRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Greatest
from django.utils.translation import gettext_lazy as _

from practitioners.models.people import Practitioner
from practitioners.models.rules import DAY, RUNS_FORWARD, must_run_forward, only_this

if TYPE_CHECKING:
    from django_stubs_ext.db.models.manager import RelatedManager


WEEK = 7 * DAY
_Minutes = F | Value | Func | CombinedExpression


def _minutes(starts: _Minutes, ends: _Minutes) -> Func:
    return Func(starts, ends, function="int4range", output_field=IntegerRangeField())


def _around_the_week() -> Func:
    """An interval as minutes of a week that is a circle: what runs past Sunday's midnight comes in again on Monday."""
    starts, ends = F("weekday") * DAY + F("starts"), F("weekday") * DAY + F("ends")
    again = _minutes(Value(0), Greatest(Value(0), ends - WEEK))
    return Func(_minutes(starts, ends), again, function="int4multirange", output_field=IntegerRangeField())


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
            models.CheckConstraint(condition=RUNS_FORWARD, name="hours_run_forward"),
            ExclusionConstraint(
                name="hours_do_not_overlap",
                expressions=[
                    (only_this("practitioner"), RangeOperators.OVERLAPS),
                    (_around_the_week(), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"weekly hours {self.pk}"

    def clean(self) -> None:
        must_run_forward(self.starts, self.ends)


class DateOverride(models.Model):
    """A date with hours of its own, in place of the weekly hours that begin on it. Without any, it is closed."""

    practitioner = models.ForeignKey(Practitioner, models.CASCADE, related_name="overrides")
    day = models.DateField()
    note = models.CharField(max_length=120, blank=True, help_text=_("for the desk, never shown to patients"))

    if TYPE_CHECKING:
        hours: RelatedManager["OverrideHours"]

    class Meta:
        ordering = ["day"]
        constraints = [models.UniqueConstraint(fields=["practitioner", "day"], name="one_override_a_date")]

    def __str__(self) -> str:
        return f"override {self.pk}"


class OverrideHours(models.Model):
    """One working interval of a date, in minutes after its midnight."""

    override = models.ForeignKey(DateOverride, models.CASCADE, related_name="hours")
    starts = models.PositiveSmallIntegerField()
    ends = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["starts"]
        verbose_name_plural = "override hours"
        constraints = [
            models.CheckConstraint(condition=RUNS_FORWARD, name="override_hours_run_forward"),
            ExclusionConstraint(
                name="override_hours_do_not_overlap",
                expressions=[
                    (only_this("override"), RangeOperators.OVERLAPS),
                    (_minutes(F("starts"), F("ends")), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"override hours {self.pk}"

    def clean(self) -> None:
        must_run_forward(self.starts, self.ends)


class TimeOff(models.Model):
    """From a moment on the practitioner's wall to another: a holiday, a sick day, an hour at the dentist's.

    Whole days run from minute 0 of the first to minute 1440 of the last.
    """

    practitioner = models.ForeignKey(Practitioner, models.CASCADE, related_name="time_off")
    first_day = models.DateField()
    starts = models.PositiveSmallIntegerField(default=0, help_text=_("minutes after midnight"))
    last_day = models.DateField()
    ends = models.PositiveSmallIntegerField(default=DAY, help_text=_("minutes after midnight"))
    note = models.CharField(max_length=120, blank=True, help_text=_("for the desk, never shown to patients"))

    class Meta:
        ordering = ["first_day", "starts"]
        verbose_name_plural = "time off"
        indexes = [models.Index(fields=["practitioner", "last_day"], name="time_off_by_end")]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts__lt=DAY, ends__gte=1, ends__lte=DAY)
                & (Q(last_day__gt=F("first_day")) | Q(last_day=F("first_day"), ends__gt=F("starts"))),
                name="time_off_runs_forward",
            )
        ]

    def __str__(self) -> str:
        return f"time off {self.pk}"

    @property
    def is_whole_days(self) -> bool:
        return self.starts == 0 and self.ends == DAY
