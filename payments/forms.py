"""What the desk types about money."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from common.money import Money, NotAnAmount, amount_to_edit, read_amount
from payments.models import TaxDetails, VisitMethod
from payments.tax import WHOLE, is_gstin
from practitioners.forms.fields import LineField, TextField
from practitioners.models import Practitioner

_GSTIN_LENGTH = 15


class VisitPaymentForm(forms.Form):
    """A payment at the visit; `due` is what is still to be paid."""

    method = forms.ChoiceField(
        label=_("How it was paid"),
        choices=VisitMethod,
        widget=forms.RadioSelect({"class": "radios"}),
        error_messages={"required": _("Choose how it was paid.")},
    )
    price = forms.CharField(
        label=_("Amount"),
        max_length=24,
        widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off", "class": "short"}),
        error_messages={"required": _("Enter the amount.")},
    )
    reference = LineField(
        label=_("Reference"),
        max_length=64,
        required=False,
        help_text=_("The number on the card slip, or the UPI transaction (UTR). It stands in the books."),
    )

    def __init__(self, *args: Any, due: Money, **kwargs: Any) -> None:
        self.due = due
        initial = {"price": amount_to_edit(due), "method": VisitMethod.CASH}
        super().__init__(*args, **{"initial": initial, **kwargs})

    def clean_price(self) -> int:
        """The amount in the smallest unit."""
        try:
            amount = read_amount(self.cleaned_data["price"], self.due.currency)
        except NotAnAmount:
            raise ValidationError(_("Enter an amount such as 1,500 or 1500.50.")) from None
        if amount <= 0:
            raise ValidationError(_("Enter an amount above zero."))
        if amount > self.due.amount:
            raise ValidationError(_("No more than %(due)s is to be paid."), params={"due": str(self.due)})
        return amount


class TakeBackForm(forms.Form):
    reason = LineField(
        label=_("Reason"),
        max_length=300,
        help_text=_("It stands in the books beside the payment."),
        error_messages={"required": _("Say in a few words why.")},
    )


class TaxForm(forms.Form):
    """What receipts say of the seller. A rate is typed as people say it: 18, or 2.5."""

    legal_name = LineField(
        label=_("Name on receipts"),
        max_length=120,
        required=False,
        help_text=_("As the tax office knows you. Without it your name stands there."),
    )
    address = TextField(
        label=_("Address on receipts"),
        max_length=300,
        required=False,
        widget=forms.Textarea({"rows": 3, "autocomplete": "street-address"}),
    )
    tax_id = LineField(
        label=_("Tax number"),
        max_length=32,
        required=False,
        help_text=_("In India your GSTIN, 15 letters and digits. Leave it empty if you have none."),
        widget=forms.TextInput({"autocapitalize": "characters", "spellcheck": "false"}),
    )
    tax_code = LineField(
        label=_("Code of the service"),
        max_length=16,
        required=False,
        help_text=_("In India the SAC, such as 9993 for health services."),
    )
    tax_rate = forms.DecimalField(
        label=_("Tax within your prices"),
        min_value=0,
        max_value=100,
        max_digits=5,
        decimal_places=2,
        required=False,
        help_text=_("Per cent; 0 if your services are exempt. Prices stay what they are: the tax is a part of them."),
        widget=forms.NumberInput({"inputmode": "decimal", "step": "0.01", "class": "short"}),
        error_messages={
            "invalid": _("Enter a number, such as 18."),
            "min_value": _("Enter a rate from 0 to 100."),
            "max_value": _("Enter a rate from 0 to 100."),
        },
    )

    def __init__(self, *args: Any, practitioner: Practitioner, **kwargs: Any) -> None:
        self._is_indian = practitioner.currency == "INR"
        super().__init__(*args, **kwargs)

    def clean_tax_id(self) -> str:
        text: str = self.cleaned_data["tax_id"].replace(" ", "").upper()
        if self._is_indian and len(text) == _GSTIN_LENGTH and not is_gstin(text):
            raise ValidationError(_("This is not a GSTIN: a letter or a digit must be wrong."))
        return text

    def clean_tax_rate(self) -> int:
        """In hundredths of a per cent."""
        return int((self.cleaned_data["tax_rate"] or 0) * WHOLE / 100)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("tax_rate") and "tax_id" in data and not data["tax_id"]:
            self.add_error("tax_id", _("Whoever charges tax has a number. Enter it, or set the tax to 0."))
        return data


def initial_tax(details: TaxDetails | None) -> dict[str, Any]:
    if details is None:
        return {"tax_rate": 0}
    return {
        "legal_name": details.legal_name,
        "address": details.address,
        "tax_id": details.tax_id,
        "tax_code": details.tax_code,
        "tax_rate": f"{details.tax_rate / 100:.2f}".rstrip("0").rstrip("."),
    }
