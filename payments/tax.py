"""Tax that a price includes, and the numbers that tax offices give: arithmetic with no Django inside."""

import re
from dataclasses import dataclass

WHOLE = 10_000  # a hundred per cent, in hundredths of a per cent
_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_GSTIN = re.compile(r"[0-3][0-9][A-Z]{5}[0-9]{4}[A-Z][1-9A-Z]Z[0-9A-Z]")


@dataclass(frozen=True, slots=True)
class Parts:
    """A price taken apart. Amounts are in its minor unit, and add up to it exactly."""

    net: int
    tax: int

    @property
    def halves(self) -> tuple[int, int]:
        """The tax as two offices share it, India's central and state GST: an odd unit is the second's."""
        return self.tax // 2, self.tax - self.tax // 2


def taken_apart(amount: int, rate: int) -> Parts:
    """`rate` is in hundredths of a per cent; half a unit of tax is rounded up."""
    tax = (2 * amount * rate + WHOLE + rate) // (2 * (WHOLE + rate))
    return Parts(amount - tax, tax)


def is_gstin(text: str) -> bool:
    """Whether it is an Indian GST number: the form of one, and a check character that fits.

    The check character weighs the letters by 1 and 2 in turn, adds the digits of each product in base 36, and makes the
    sum a multiple of 36 (GST Network, format of the GSTIN).
    """
    if not _GSTIN.fullmatch(text):
        return False
    products = [_LETTERS.index(letter) * (1 + place % 2) for place, letter in enumerate(text[:-1])]
    total = sum(product // 36 + product % 36 for product in products)
    return _LETTERS[-total % 36] == text[-1]
