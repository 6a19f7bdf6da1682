"""What patients may do on their own, what goes back to them then, and how long they wait or are waited for."""

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from common.templatetags.samay import length
from practitioners.forms.fields import UNITS, LengthField
from practitioners.models.people import LEAST_PAY, MOST_ANSWER, MOST_PAY
from practitioners.models.terms import ALL, MOST_CUTOFF, MOST_MOVES

_LONG = UNITS[1:]  # hours, days


def _count(most: int, too_many: Any, **kwargs: Any) -> forms.IntegerField:
    return forms.IntegerField(
        widget=forms.NumberInput({"inputmode": "numeric", "min": 0, "max": most, "class": "short"}),
        validators=[MinValueValidator(0, _("Enter a number that is not negative.")), MaxValueValidator(most, too_many)],
        **kwargs,
    )


class PoliciesForm(forms.Form):
    """The terms, as hours and days before the visit. What is left empty follows the last moment to cancel."""

    cancel_cutoff = LengthField(
        label=_("Patients can cancel until"),
        most=MOST_CUTOFF,
        units=_LONG,
        help_text=_("How long before the visit. 0 means until it begins."),
        error_messages={"required": _("Enter how long before the visit.")},
    )
    full_refund_until = LengthField(
        label=_("All of the price goes back until"),
        most=MOST_CUTOFF,
        units=_LONG,
        required=False,
        help_text=_("How long before the visit. Left empty, all goes back as long as they can cancel."),
    )
    late_refund = _count(
        ALL,
        _("That is more than 100 per cent."),
        label=_("Later than that, per cent that go back"),
        help_text=_("If they still can cancel then. 0 means nothing goes back."),
        error_messages={"required": _("Enter how much goes back."), "invalid": _("Enter a whole number.")},
    )
    move_cutoff = LengthField(
        label=_("Patients can move a visit until"),
        most=MOST_CUTOFF,
        units=_LONG,
        required=False,
        help_text=_("How long before the visit. Left empty, as long as they can cancel."),
    )
    most_moves = _count(
        MOST_MOVES,
        _("At most 20 times."),
        label=_("How often they can move it"),
        help_text=_("0 means never: you move visits for them."),
        error_messages={"required": _("Enter how often, or 0 for never."), "invalid": _("Enter a whole number.")},
    )
    answer_within = LengthField(
        label=_("You answer requests within"),
        least=LEAST_PAY,
        most=MOST_ANSWER,
        help_text=_("For services that patients ask for first. After it, the time opens for others by itself."),
        error_messages={"required": _("Enter in how long you answer.")},
    )
    pay_within = LengthField(
        label=_("Patients pay a link within"),
        least=LEAST_PAY,
        most=MOST_PAY,
        help_text=_("Once you have accepted a request, or sent a link from the desk. After it, the time opens again."),
        error_messages={"required": _("Enter how long a link to pay holds.")},
    )

    CANCELLING = ("cancel_cutoff", "full_refund_until", "late_refund")
    MOVING = ("move_cutoff", "most_moves")
    WAITING = ("answer_within", "pay_within")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        last, whole = data.get("cancel_cutoff"), data.get("full_refund_until")
        if last is not None and whole is not None and whole < last:
            self.add_error(
                "full_refund_until",
                _("Nobody can cancel so late. Enter at least %(length)s, or leave it empty.")
                % {"length": length(last)},
            )
        return data
