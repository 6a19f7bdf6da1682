"""What people type into the booking pages."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from booking.models import Booking
from booking.zones import country
from common.forms import AddressField
from common.phones import normal_phone, region_of
from common.text import one_line

# The version of the consent sentence below; stored with the booking it was given for.
CONSENT = "2026-11"


class DetailsForm(forms.Form):
    """Who the visit is for. Nothing is asked that the visit does not need."""

    name = forms.CharField(
        label=_("Full name"),
        max_length=120,
        widget=forms.TextInput({"autocomplete": "name", "autocapitalize": "words"}),
        error_messages={"required": _("Enter your full name.")},
    )
    phone = forms.CharField(
        label=_("Mobile number"),
        max_length=32,
        widget=forms.TextInput({"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
        error_messages={"required": _("Enter your mobile number.")},
    )
    email = AddressField(help_text=_("Your confirmation goes here."))
    note = forms.CharField(
        label=_("A note for the practitioner"),
        max_length=300,
        required=False,
        help_text=_("At most 300 characters. Please leave out what you would rather say in person."),
        widget=forms.Textarea({"rows": 3}),
    )
    consent = forms.BooleanField(
        label=_("I agree that my details are used to arrange this visit."),
        error_messages={"required": _("Tick the box so that we may use your details for this visit.")},
    )

    def __init__(self, *args: Any, zone: str, **kwargs: Any) -> None:
        """`zone` tells which country a number without a country code is of."""
        super().__init__(*args, **kwargs)
        self._region = region_of(zone)
        self.fields["phone"].help_text = (
            _("With its country code, such as +44, unless it is a number in %(country)s.")
            % {"country": country(self._region)}
            if self._region
            else _("With its country code, such as +44.")
        )

    def clean_name(self) -> str:
        try:
            return one_line(self.cleaned_data["name"])
        except ValueError:
            raise forms.ValidationError(_("Enter your full name.")) from None

    def clean_phone(self) -> str:
        try:
            return normal_phone(self.cleaned_data["phone"], self._region)
        except ValueError:
            raise forms.ValidationError(_("Enter a mobile number we can reach, such as +91 98123 00456.")) from None


class CancellationForm(forms.Form):
    """A reason is welcome, never needed."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        required=False,
        help_text=_("It helps the practitioner. Please leave out health matters."),
    )


def initial_details(booking: Booking) -> dict[str, str]:
    """What was typed before, so that nothing is asked twice. Consent is given anew."""
    patient = booking.patient
    if patient is None:
        return {}
    return {"name": patient.name, "phone": patient.phone, "email": patient.email, "note": booking.note or ""}
