"""What people type to sign in and to look after their account."""

from typing import Any
from unicodedata import normalize

from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from common.accounts import factors
from common.forms import AddressField
from common.models import User
from common.text import one_line

MOST_PASSWORD = 128


def one_spelling(email: str) -> str:
    """One address has one spelling: letters of another width or case count as the usual ones."""
    return normalize("NFKC", email).lower()


class _EmailField(AddressField):
    """One that somebody signs in with."""

    def clean(self, value: Any) -> str:
        return one_spelling(str(super().clean(normalize("NFKC", str(value or "")))))


class _PasswordField(forms.CharField):
    def __init__(self, autocomplete: str, **kwargs: Any) -> None:
        kwargs["widget"] = forms.PasswordInput({"autocomplete": autocomplete})
        super().__init__(max_length=MOST_PASSWORD, strip=False, **kwargs)


class _CodeField(forms.CharField):
    """Pasted or typed, with or without blanks; the phone offers it from the mail or the app."""

    def __init__(self, **kwargs: Any) -> None:
        attributes = {"autocomplete": "one-time-code", "inputmode": "numeric", "class": "code", "spellcheck": "false"}
        kwargs["widget"] = forms.TextInput(attributes)
        super().__init__(max_length=40, **kwargs)


class AddressForm(forms.Form):
    email = _EmailField()


class JoinForm(forms.Form):
    """A practitioner who is new here."""

    name = forms.CharField(
        label=_("Full name"),
        max_length=120,
        help_text=_("As your patients know you."),
        widget=forms.TextInput({"autocomplete": "name", "autocapitalize": "words"}),
        error_messages={"required": _("Enter your full name.")},
    )
    email = _EmailField(help_text=_("You sign in with it, and news of your bookings goes there."))

    def clean_name(self) -> str:
        try:
            return one_line(self.cleaned_data["name"])
        except ValueError:
            raise forms.ValidationError(_("Enter your full name.")) from None


class CodeForm(forms.Form):
    code = _CodeField(
        label=_("Code from the e-mail"),
        help_text=_("6 digits. It works for 10 minutes."),
        error_messages={"required": _("Enter the 6 digits from the e-mail.")},
    )


class PasswordForm(forms.Form):
    """An address and its password."""

    email = _EmailField(attrs={"autocomplete": "username"})
    password = _PasswordField(
        "current-password", label=_("Password"), error_messages={"required": _("Enter your password.")}
    )


class OldPasswordForm(forms.Form):
    password = _PasswordField(
        "current-password", label=_("Password"), error_messages={"required": _("Enter your password.")}
    )


class NewPasswordForm(forms.Form):
    """A password needs length, nothing else. It is asked for once: whoever mistypes it signs in by code."""

    password = _PasswordField(
        "new-password",
        label=_("New password"),
        help_text=_("At least 12 characters. Several words are easier to remember than signs. Pasting is fine."),
        error_messages={"required": _("Enter a new password.")},
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, self.user)
        return password


class AppCodeForm(forms.Form):
    """The first code of a new app."""

    code = _CodeField(
        label=_("Code from the app"),
        help_text=_("The 6 digits it shows now."),
        error_messages={"required": _("Enter the 6 digits that the app shows.")},
    )

    def __init__(self, *args: Any, secret: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.secret = secret

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        self.step = factors.step_of(self.secret, code)
        if self.step is None:
            raise forms.ValidationError(_("This is not what the app shows now. Wait for the next code and try that."))
        return code


class SecondFactorForm(AuthenticateForm):  # type: ignore[misc]  # allauth carries no types
    """A code of the app, or a recovery code; each opens once. Who tries too often is stopped by TooMany."""

    code = _CodeField(
        label=_("Code from your app"),
        help_text=_("Or one of your recovery codes."),
        error_messages={"required": _("Enter the code that your app shows, or a recovery code.")},
    )

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        found = factors.opened_by(self.user, code, request=context.request)
        if found is None:
            raise forms.ValidationError(
                _("This code opens nothing. Try the next one of your app, or a recovery code you have not used.")
            )
        self.authenticator: Authenticator = found
        return code
