"""Amounts are integers in a currency's minor unit; only a page ever shows anything else."""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from babel.core import get_global
from babel.numbers import format_currency, get_currency_precision, get_currency_symbol, get_territory_currencies

# Only India groups digits its own way: ₹1,50,000. Elsewhere plain English tells every dollar apart: A$40, NZ$40, $40.
_HOME = {"INR": "en_IN"}
# 1500, 1,500, 1,50,000, 150 000 and 1'500; then decimals after a point. A comma is never the decimal mark.
_TYPED = re.compile(r"(\d+|[1-9]\d{0,2}(?:,\d{2,3})*,\d{3})(?:\.(\d+))?")
_GAPS = re.compile(r"(?<=\d)[\s'’](?=\d)")
_ALSO = {"INR": ("rs.", "rs", "/-")}  # how rupees are written by hand
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


class NotAnAmount(ValueError):
    """What was typed can't be read as an amount."""


class TooFine(NotAnAmount):
    """It has more decimals than the currency knows."""


def read_amount(typed: str, currency: str) -> int:
    """Minor units of what a person typed: 1,500 or ₹1500.50 or Rs. 1,500/-. Exact, or refused. Raises NotAnAmount."""
    latin = "".join(str(int(letter)) if letter.isdecimal() else letter for letter in typed)
    text = _GAPS.sub(",", _bare(latin.strip().casefold(), currency))
    match = _TYPED.fullmatch(text)
    if match is None:
        raise NotAnAmount
    digits = get_currency_precision(currency)
    whole, decimals = match[1].replace(",", ""), match[2] or ""
    if len(decimals) > digits:
        raise TooFine
    return int(whole + decimals.ljust(digits, "0"))


def _bare(text: str, currency: str) -> str:
    """Without the currency's own signs before or after."""
    symbols = {get_currency_symbol(currency, locale=locale) for locale in ("en", _HOME.get(currency, "en"))}
    signs = [currency, *symbols, *_ALSO.get(currency, ())]
    for sign in sorted((sign.casefold() for sign in signs), key=len, reverse=True):
        text = text.removeprefix(sign).removesuffix(sign).strip()
    return text


def amount_to_edit(money: Money) -> str:
    """The amount as someone would type it: 1500, 1500.50"""
    digits = get_currency_precision(money.currency)
    value = Decimal(money.amount).scaleb(-digits)
    return f"{value:f}" if value != value.to_integral_value() else f"{value.to_integral_value():f}"


@cache
def currencies() -> tuple[str, ...]:
    """The codes of all money that some country uses today."""
    used = (get_territory_currencies(territory) for territory in get_global("territory_currencies"))
    return tuple(sorted({code for codes in used for code in codes}))


def currency_of(zone: str) -> str:
    """What people of a time zone's country mostly pay with; "" if no country is known for it."""
    zone = get_global("zone_aliases").get(zone, zone)
    return next(iter(get_territory_currencies(get_global("zone_territories").get(zone, "ZZ"))), "")
