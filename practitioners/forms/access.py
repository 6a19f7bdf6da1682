"""Who else may work at a desk."""

from django import forms
from django.utils.translation import gettext_lazy as _

from common.forms import AddressField


class AccessForm(forms.Form):
    email = AddressField(
        help_text=_("They sign in with a code that is sent there. No password is needed."),
        attrs={"autocomplete": "off"},
        error_messages={"required": _("Enter their e-mail address.")},
    )
