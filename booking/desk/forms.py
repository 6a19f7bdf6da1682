"""What is typed at the desk about requests, and about whoever calls or comes by."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from booking.actions import Way
from booking.zones import country
from common.forms import AddressField
from common.phones import normal_phone, region_of
from practitioners.forms.fields import LineField, TextField


class DeclineForm(forms.Form):
    """Why a request is declined, in words for its patient."""

    reason = TextField(
        label=_("Reason"),
        max_length=300,
        help_text=_("The patient reads it. Leave out health matters."),
        widget=forms.Textarea({"rows": 3}),
        error_messages={"required": _("Say in a few words why. The patient reads it.")},
    )


class OtherTimeForm(forms.Form):
    """A time that is on no list: somebody stands at the desk, or the practitioner makes an exception."""

    time = forms.TimeField(
        label=_("Time"),
        input_formats=["%H:%M", "%H:%M:%S", "%I:%M %p", "%H.%M"],
        widget=forms.TimeInput({"type": "time", "class": "short"}, format="%H:%M"),
        error_messages={
            "required": _("Enter a time."),
            "invalid": _("Enter a time like 14:30."),
        },
    )


class VisitorForm(forms.Form):
    """Whoever a visit is booked for at the desk. Contact may be missing, but only if somebody says so."""

    name = LineField(
        label=_("Name"),
        max_length=120,
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "words"}),
        error_messages={"required": _("Enter the name of whoever comes.")},
    )
    phone = forms.CharField(
        label=_("Phone"),
        max_length=32,
        required=False,
        widget=forms.TextInput({"type": "tel", "autocomplete": "off", "inputmode": "tel"}),
    )
    email = AddressField(
        required=False, attrs={"autocomplete": "off"}, help_text=_("The details of the visit are sent there.")
    )
    neither = forms.BooleanField(label=_("There is neither a phone number nor an e-mail address"), required=False)
    booked_by = LineField(
        label=_("Booked by"),
        max_length=120,
        required=False,
        help_text=_("If somebody books for them. Phone and e-mail are then theirs."),
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "words"}),
    )
    note = TextField(
        label=_("A note for the visit"),
        max_length=300,
        required=False,
        help_text=_("At most 300 characters. It is kept encrypted."),
        widget=forms.Textarea({"rows": 3}),
    )
    way = forms.ChoiceField(
        label=_("How it is paid"),
        widget=forms.RadioSelect({"class": "radios"}),
        error_messages={"required": _("Choose how it is paid.")},
    )

    def __init__(self, *args: Any, zone: str, link_words: str, **kwargs: Any) -> None:
        """`zone` tells which country a number without a code is of. `link_words` is empty where nothing is to pay."""
        super().__init__(*args, **kwargs)
        self._region = region_of(zone)
        self.fields["phone"].help_text = (
            _("With its country code, such as +44, unless it is a number in %(country)s.")
            % {"country": country(self._region)}
            if self._region
            else _("With its country code, such as +44.")
        )
        if link_words:
            ways = [(Way.LINK.value, link_words), (Way.AT_VISIT.value, _("At the visit"))]
            self.fields["way"].choices = ways  # type: ignore[attr-defined]  # it is a ChoiceField
        else:
            del self.fields["way"]

    def clean_phone(self) -> str:
        typed: str = self.cleaned_data["phone"]
        if not typed:
            return ""
        try:
            return normal_phone(typed, self._region)
        except ValueError:
            raise forms.ValidationError(_("Enter a phone number like +91 98123 00456, or none.")) from None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        are_fine = "phone" in data and "email" in data
        if are_fine and not (data["phone"] or data["email"] or data.get("neither")):
            self.add_error("phone", _("Enter a phone number or an e-mail address, or tick that there is neither."))
        if data.get("way") == Way.LINK and data.get("email") == "":
            self.add_error("email", _("The link to pay needs an e-mail address. Enter one, or choose “At the visit”."))
        return data

    @property
    def chosen_way(self) -> Way:
        """How it is paid; what costs nothing is paid in neither way."""
        return Way(self.cleaned_data.get("way") or Way.AT_VISIT)
