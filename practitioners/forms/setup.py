"""What a new person says first."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from practitioners.forms.fields import LineField
from practitioners.forms.money import currency_choices


class SetupForm(forms.Form):
    """Four things, all of which can be changed later but the currency of what was booked."""

    name = LineField(
        label=_("Your name"),
        max_length=120,
        help_text=_("As patients know you, with your title: Dr Asha Rao."),
        widget=forms.TextInput({"autocomplete": "name", "autocapitalize": "words"}),
        error_messages={"required": _("Enter your name.")},
    )
    credential = LineField(
        label=_("Profession or credential"),
        max_length=120,
        help_text=_("Such as Clinical Psychologist."),
        widget=forms.TextInput({"autocomplete": "organization-title"}),
        error_messages={"required": _("Enter your profession.")},
    )
    zone = forms.ChoiceField(
        label=_("Time zone"),
        help_text=_("Your hours are by the clock there."),
        error_messages={"invalid_choice": _("Choose a time zone of the list.")},
    )
    currency = forms.ChoiceField(
        label=_("Currency"),
        help_text=_("What your prices are in."),
        error_messages={"invalid_choice": _("Choose a currency of the list.")},
    )

    def __init__(self, *args: Any, zones: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["zone"].choices = zones  # type: ignore[attr-defined]  # it is a ChoiceField
        self.fields["currency"].choices = currency_choices()  # type: ignore[attr-defined]  # and so is this
