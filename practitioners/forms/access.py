"""Who else may work at a desk."""

from django import forms
from django.utils.translation import gettext_lazy as _


class AccessForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail"),
        help_text=_("They sign in with a code that is sent there. No password is needed."),
        widget=forms.EmailInput({"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}),
        error_messages={
            "required": _("Enter their e-mail address."),
            "invalid": _("Enter an e-mail address like name@example.com."),
        },
    )
