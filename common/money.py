"""Amounts are integers in a currency's minor unit; only a page ever shows anything else."""

import re
from dataclasses import dataclass
from decimal import Decimal

from babel.numbers import format_currency, get_currency_precision

# Only India groups digits its own way: ₹1,50,000. Elsewhere plain English tells every dollar apart: A$40, NZ$40, $40.
_HOME = {"INR": "en_IN"}
_LETTERS_THEN_DIGITS = re.compile(r"(?<=[A-Za-z])(?=[0-9])")


@dataclass(frozen=True, slots=True)
class Money:
    """`amount` minor units (paise, cents) of an ISO 4217 `currency`."""

    amount: int
    currency: str

    def __str__(self) -> str:
        return format_money(self)


def format_money(money: Money) -> str:
    """Write an amount for a person: minor units only if there are any (₹1,500, ₹1,500.50, AED 150)."""
    digits = get_currency_precision(money.currency)
    value = Decimal(money.amount).scaleb(-digits)
    locale = _HOME.get(money.currency, "en")
    whole = value == value.to_integral_value()
    text = format_currency(value, money.currency, locale=locale, decimal_quantization=not whole)
    if whole and digits:
        text = text.removesuffix("." + "0" * digits)
    return _LETTERS_THEN_DIGITS.sub("\N{NO-BREAK SPACE}", text)
