"""What people type into the booking pages."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from booking import relations
from booking.zones import country
from common.forms import AddressField
from common.phones import normal_phone, region_of
from common.text import one_line
from practitioners.forms.fields import LineField

# The version of the consent sentence below; stored with the booking it was given for.
CONSENT = "2026-11"
ME, SOMEBODY = "me", "other"  # whom a visit is for; or the number of somebody saved


def phone_hint(region: str) -> str:
    """What a number needs that is typed where times of a country are shown."""
    if not region:
        return str(_("With its country code, such as +44."))
    words = _("With its country code, such as +44, unless it is a number in %(country)s.")
    return str(words % {"country": country(region)})


class ContactForm(forms.Form):
    """Who is called and written to. `zone` tells which country a number without a country code is of."""

    name = forms.CharField(
        label=_("Your full name"),
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

    def __init__(self, *args: Any, zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._region = region_of(zone)
        self.fields["phone"].help_text = phone_hint(self._region)

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


class RelationForm(forms.Form):
    """Who somebody is to whoever books for them: a word of the list, or words of one’s own beside the last."""

    relation = forms.ChoiceField(
        label=_("Who they are to you"),
        choices=relations.CHOICES,
        error_messages={"required": _("Choose who they are to you.")},
    )
    relation_words = LineField(
        label=_("Who, in your words"),
        max_length=relations.MOST_LETTERS,
        required=False,
        help_text=_("Such as neighbour, friend or aunt. Only if the list has no word for it."),
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "off"}),
    )

    @property
    def relationship(self) -> str:
        """What is stored."""
        return relations.as_stored(self.cleaned_data["relation"], self.cleaned_data["relation_words"])


class DetailsForm(RelationForm, ContactForm):
    """Who the visit is for, and who books it. Nothing is asked that the visit does not need."""

    whom = forms.ChoiceField(
        label=_("Who is it for?"),
        required=False,
        widget=forms.RadioSelect({"class": "radios"}),
        error_messages={"invalid_choice": _("Choose who the visit is for.")},
    )
    their_name = LineField(
        label=_("Their name"),
        max_length=120,
        required=False,
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "words"}),
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
    field_order = ("whom", "their_name", "relation", "relation_words", "name", "phone", "email", "note", "consent")

    def __init__(self, *args: Any, people: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        """`people` are those the account books for, by number and name."""
        super().__init__(*args, **kwargs)
        self.fields["relation"].required = False  # unless the visit is for somebody who is not saved
        choices = [(ME, _("Me")), *people, (SOMEBODY, _("Someone else"))]
        self.fields["whom"].choices = choices  # type: ignore[attr-defined]  # it is a ChoiceField

    def clean_whom(self) -> str:
        """A form that does not say is of whoever books."""
        return self.cleaned_data["whom"] or ME

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("whom") != SOMEBODY:  # what stands in fields that are not shown is nobody’s fault
            for name in ("their_name", "relation", "relation_words"):
                self.errors.pop(name, None)
            return data
        if data.get("their_name") == "":
            self.add_error("their_name", _("Enter the name of whoever comes."))
        if data.get("relation") == "":
            self.add_error("relation", _("Choose who they are to you."))
        return data


class CancellationForm(forms.Form):
    """A reason is welcome, never needed."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        required=False,
        help_text=_("It helps the practitioner. Please leave out health matters."),
    )
