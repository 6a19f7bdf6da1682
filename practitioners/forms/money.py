"""Prices as people type them, and the money of the world."""

from functools import cache
from typing import Any

from babel.numbers import get_currency_name
from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from common.money import Money, NotAnAmount, TooFine, amount_to_edit, currencies, read_amount
from practitioners.models.offers import MOST_AMOUNT
from practitioners.models.rules import LEAST_AMOUNT

OFTEN = ("INR", "USD", "EUR", "GBP", "AED", "SGD", "AUD", "CAD", "NZD", "NPR")

Choices = list[tuple[str, Any]]


def currency_choices() -> Choices:
    """The money most people here ask for, then all there is."""
    return _currency_choices(get_language() or "en")


@cache
def _currency_choices(language: str) -> Choices:
    locale = language.replace("-", "_")
    named = {code: f"{code} – {get_currency_name(code, locale=locale)}" for code in currencies()}
    often = [(code, named[code]) for code in OFTEN]
    rest = [pair for pair in named.items() if pair[0] not in OFTEN]
    return [(str(_("Often used")), often), (str(_("All others")), rest)]


def amount_in(typed: str, currency: str) -> int:
    """Minor units of a typed price. Raises ValidationError with what to type instead."""
    try:
        amount = read_amount(typed, currency)
    except TooFine:
        raise forms.ValidationError(_("This currency has fewer decimals than that.")) from None
    except NotAnAmount:
        raise forms.ValidationError(_("Enter a price such as 1,500 or 1500.50, or 0 if it is free.")) from None
    if 0 < amount < LEAST_AMOUNT:
        least = Money(LEAST_AMOUNT, currency)
        raise forms.ValidationError(
            _("Payments below %(least)s can’t be taken. Enter more, or 0 if it is free."), params={"least": least}
        )
    if amount > MOST_AMOUNT:
        most = Money(MOST_AMOUNT, currency)
        raise forms.ValidationError(_("That is more than %(most)s."), params={"most": most})
    return amount


def as_typed(amount: int, currency: str) -> str:
    return amount_to_edit(Money(amount, currency))
