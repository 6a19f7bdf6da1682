"""What is typed about someone's hours besides the intervals: rules, a date, time off."""

from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from babel.core import get_global
from django import forms
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from booking import zones
from booking.hours.changes import NewRules, NewTimeOff
from booking.wallclock import day_number
from common import clock
from common.forms import LongSelect
from common.templatetags.samay import wall
from common.text import folded
from practitioners.models import Practitioner, known_zone
from practitioners.models.people import LEAST_HORIZON, MOST_BUFFER, MOST_HORIZON, MOST_NOTICE

DAY = 24 * 60
MOST_VISITS = 500
_GRID = 15
_UNITS = [(1, _("minutes")), (60, _("hours")), (DAY, _("days"))]


@cache
def _all_zones(language: str) -> list[tuple[str, str]]:
    """Every zone under the name of its country and city, for each language.

    Not Etc/GMT+1 and its like: nobody lives there, and it is an hour behind Greenwich, not ahead.
    """
    listed = [zone for zone in get_global("zone_territories") if zone in zones.known() and "/" in zone]
    named = [(zone, zones.place(zone)) for zone in listed if not zone.startswith("Etc/GMT")]
    return [(zone, f"{place} – {zone}") for zone, place in sorted(named, key=lambda pair: (folded(pair[1]), pair[0]))]


def zone_choices(current: str, query: str = "") -> list[tuple[str, str]]:
    """All zones, or those that match, and the current one in any case."""
    every = _all_zones(get_language() or "en")
    if query:
        wanted = {*zones.matching(query, now=clock.now(), limit=len(every)), current}
        every = [pair for pair in every if pair[0] in wanted or query.casefold() in pair[1].casefold()]
    if not current:
        return [("", "–"), *every]
    if all(zone != current for zone, _name in every):
        name = f"{zones.place(current)} – {current}" if current in zones.known() else current
        every = [(current, name), *every]
    return every


def _number(label: Any, least: int, most: int, hint: Any, *, required: bool = True) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=least,
        max_value=most,
        required=required,
        help_text=hint,
        widget=forms.NumberInput({"inputmode": "numeric", "class": "short"}),
        error_messages={
            "required": _("Enter a number."),
            "invalid": _("Enter a whole number."),
            "min_value": _("Enter %(limit_value)s or more."),
            "max_value": _("Enter %(limit_value)s or less."),
        },
    )


class RulesForm(forms.Form):
    """When the hours are, how they are cut into times, and what is asked of a visit."""

    zone = forms.CharField(
        label=_("Time zone"),
        validators=[known_zone],
        help_text=_("Your hours are by the clock there."),
        error_messages={"required": _("Choose a time zone.")},
    )
    step = forms.TypedChoiceField(
        label=_("Visits can begin"),
        coerce=int,
        choices=Practitioner.STEPS,
        help_text=_("Counted from the beginning of each interval of your hours."),
    )
    before = _number(_("Minutes kept free before a visit"), 0, MOST_BUFFER, "")
    after = _number(_("Minutes kept free after a visit"), 0, MOST_BUFFER, _("To write notes, or to breathe."))
    notice = _number(_("Shortest notice"), 0, MOST_NOTICE, _("How long before a visit it can still be booked."))
    unit = forms.TypedChoiceField(label=_("Notice in"), coerce=int, choices=_UNITS)
    horizon = _number(
        _("Days ahead that can be booked"), LEAST_HORIZON, MOST_HORIZON, _("From two weeks to a little over a year.")
    )
    daily_cap = _number(
        _("Visits a day, at most"), 1, MOST_VISITS, _("Leave it empty if your hours are limit enough."), required=False
    )
    weekly_cap = _number(
        _("Visits a week, at most"),
        1,
        MOST_VISITS,
        _("From Monday to Sunday. Leave it empty for no limit."),
        required=False,
    )

    def __init__(self, *args: Any, query: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = str(self["zone"].value() or "")
        choices = zone_choices(chosen, query)
        self.found = len(choices) > 1  # besides the one that is chosen
        self.fields["zone"].widget = LongSelect(choices=choices)
        self.fields["zone"].widget.is_required = True

    def clean(self) -> dict[str, Any]:
        typed = self.cleaned_data
        if "notice" in typed and "unit" in typed:
            typed["minutes"] = typed["notice"] * typed["unit"]
            if typed["minutes"] > MOST_NOTICE:
                days = MOST_NOTICE // DAY
                self.add_error(
                    "notice",
                    ngettext(
                        "The notice can be %(days)d day at most.", "The notice can be %(days)d days at most.", days
                    )
                    % {"days": days},
                )
        return typed

    @property
    def rules(self) -> NewRules:
        typed = self.cleaned_data
        return NewRules(
            zone=typed["zone"],
            step=typed["step"],
            before=typed["before"],
            after=typed["after"],
            notice=typed["minutes"],
            horizon=typed["horizon"],
            daily_cap=typed["daily_cap"],
            weekly_cap=typed["weekly_cap"],
        )

    @staticmethod
    def filled(rules: NewRules) -> dict[str, Any]:
        """What the form shows of rules: a notice of 120 minutes is one of 2 hours."""
        unit = next((size for size, _name in reversed(_UNITS) if rules.notice and rules.notice % size == 0), 1)
        names = ("zone", "step", "before", "after", "horizon", "daily_cap", "weekly_cap")
        return {name: getattr(rules, name) for name in names} | {"notice": rules.notice // unit, "unit": unit}


class DayForm(forms.Form):
    """A date to look at or to treat differently. Dates are by the practitioner's calendar."""

    day = forms.DateField(
        label=_("Date"),
        widget=forms.DateInput({"type": "date", "class": "short"}, format="%Y-%m-%d"),
        error_messages={"required": _("Choose a date."), "invalid": _("Enter a date like 2026-12-24.")},
    )

    def __init__(self, *args: Any, first: date, last: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._first, self._last = first, last
        self.fields["day"].widget.attrs |= {"min": str(first), "max": str(last)}

    def clean_day(self) -> date:
        chosen: date = self.cleaned_data["day"]
        return within(chosen, self._first, self._last)


def within(day: date, first: date, last: date) -> date:
    if day < first:
        raise forms.ValidationError(_("This date is over."))
    if day > last:
        raise forms.ValidationError(_("This date is more than two years ahead."))
    return day


def _note() -> forms.CharField:
    return forms.CharField(
        label=_("Note"),
        max_length=120,
        required=False,
        help_text=_("For your desk alone; patients never see it."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )


class NoteForm(forms.Form):
    note = _note()


class TimeOffForm(forms.Form):
    """Whole days, from one moment to another, or a few hours of one day: it is all the same form."""

    first_day = forms.DateField(
        label=_("First day"),
        widget=forms.DateInput({"type": "date", "class": "short"}, format="%Y-%m-%d"),
        error_messages={"required": _("Choose the first day."), "invalid": _("Enter a date like 2026-12-24.")},
    )
    starts = forms.TypedChoiceField(label=_("From"), coerce=int, widget=LongSelect)
    last_day = forms.DateField(
        label=_("Last day"),
        required=False,
        help_text=_("Empty if it is the same day."),
        widget=forms.DateInput({"type": "date", "class": "short"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Enter a date like 2026-12-24.")},
    )
    ends = forms.TypedChoiceField(label=_("To"), coerce=int, widget=LongSelect)
    note = _note()

    def __init__(self, *args: Any, now: datetime, first: date, last: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._now, self._first, self._last = now, first, last
        times = [(minutes, wall(minutes)) for minutes in range(_GRID, DAY, _GRID)]
        self.fields["starts"].choices = [(0, _("start of day")), *times]  # type: ignore[attr-defined]  # a choice field
        self.fields["ends"].choices = [(DAY, _("end of day")), *times]  # type: ignore[attr-defined]  # a choice field
        for name in ("first_day", "last_day"):
            self.fields[name].widget.attrs |= {"min": str(first), "max": str(last)}

    def clean_first_day(self) -> date:
        return within(self.cleaned_data["first_day"], self._first, self._last)

    def clean_last_day(self) -> date | None:
        chosen: date | None = self.cleaned_data["last_day"]
        return chosen and within(chosen, self._first, self._last)

    def clean(self) -> dict[str, Any]:
        typed = self.cleaned_data
        if self.errors:
            return typed
        typed["last_day"] = typed["last_day"] or typed["first_day"]
        if typed["last_day"] < typed["first_day"]:
            self.add_error("last_day", _("The last day comes before the first."))
        elif typed["last_day"] == typed["first_day"] and typed["ends"] <= typed["starts"]:
            self.add_error("ends", _("This ends before it begins."))
        elif self._is_over(typed["last_day"], typed["ends"]):
            self.add_error("ends", _("This is over already."))
        return typed

    def _is_over(self, last_day: date, ends: int) -> bool:
        midnight = datetime.combine(last_day, datetime.min.time(), tzinfo=self._now.tzinfo)
        return midnight + timedelta(minutes=ends) <= self._now

    @property
    def time_off(self) -> NewTimeOff:
        typed = self.cleaned_data
        first = (day_number(typed["first_day"]), typed["starts"])
        return NewTimeOff(first, (day_number(typed["last_day"]), typed["ends"]), note=typed["note"])


def problems_of(form: forms.Form) -> list[tuple[str, str]]:
    """Where, and what, with the field's name: for the summary of errors."""
    found = [("", str(error)) for error in form.non_field_errors()]
    for field in form:
        names = {"field": field.label}
        found += [
            (field.id_for_label, gettext("%(field)s: %(problem)s") % {**names, "problem": error})
            for error in field.errors
        ]
    return found
