"""What patients may do on their own."""

from django import forms
from django.utils.translation import gettext_lazy as _

from practitioners.forms.fields import UNITS, LengthField
from practitioners.models.terms import MOST_CUTOFF


class PoliciesForm(forms.Form):
    cancel_cutoff = LengthField(
        label=_("Patients can cancel free until"),
        most=MOST_CUTOFF,
        units=UNITS[1:],
        help_text=_("How long before the visit. 0 means until it begins."),
        error_messages={"required": _("Enter how long before the visit.")},
    )
