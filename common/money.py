"""Amounts are integers in a currency's minor unit; only a page ever shows anything else."""

from dataclasses import dataclass
from decimal import Decimal

from babel.numbers import format_currency, get_currency_precision

# How a currency is written where it is at home: ₹1,50,000 but $150,000.
_HOME = {"INR": "en_IN", "USD": "en_US", "GBP": "en_GB", "EUR": "en_IE", "AUD": "en_AU", "SGD": "en_SG", "AED": "en_AE"}


@dataclass(frozen=True, slots=True)
class Money:
    """`amount` minor units (paise, cents) of an ISO 4217 `currency`."""

    amount: int
    currency: str

    def __str__(self) -> str:
        return format_money(self)


def format_money(money: Money) -> str:
    """Write an amount for a person: minor units only if there are any (₹1,500 and ₹1,500.50)."""
    digits = get_currency_precision(money.currency)
    value = Decimal(money.amount).scaleb(-digits)
    locale = _HOME.get(money.currency, "en")
    whole = value == value.to_integral_value()
    text = format_currency(value, money.currency, locale=locale, decimal_quantization=not whole)
    if whole and digits:
        return text.removesuffix("." + "0" * digits)
    return text
