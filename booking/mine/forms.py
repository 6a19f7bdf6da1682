"""What somebody types about themself and the people they book for."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from booking.forms import ContactForm, RelationForm
from booking.hours.forms import zone_choices
from common.forms import LongSelect
from practitioners.forms.fields import LineField
from practitioners.models import known_zone


class PersonForm(RelationForm):
    """Somebody one books for."""

    name = LineField(
        label=_("Their name"),
        max_length=120,
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "words"}),
        error_messages={"required": _("Enter their name.")},
    )
    field_order = ("name", "relation", "relation_words")


class ProfileForm(ContactForm):
    """Oneself, so that the next booking asks for the time alone."""

    zone = forms.CharField(
        label=_("Time zone"),
        validators=[known_zone],
        max_length=64,
        help_text=_("The times of your appointments are told in it, unless you have to be where the practitioner is."),
        error_messages={"required": _("Choose a time zone.")},
    )
    agrees = forms.BooleanField(
        label=_("I agree that my details are used to arrange the visits I book."),
        required=False,
        help_text=_("With this, a booking takes you from the time straight to its last page."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["zone"].widget = LongSelect(choices=zone_choices(str(self["zone"].value() or "")))
        self.fields["zone"].widget.is_required = True
