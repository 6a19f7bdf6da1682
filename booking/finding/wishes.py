"""What someone looks for, as the address of the directory says it: read with patience, written in one order.

An address is safe to paste anywhere. What it says that can't be is left out and named, so that a page can tell.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from babel.numbers import get_currency_precision
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from booking.finding.directory import Index, Wish
from common.money import Money
from common.text import folded
from practitioners.models import Mode
from practitioners.models.offers import MOST_AMOUNT

MOST_LETTERS = 80
MODES: dict[str, str | Promise] = {
    Mode.VIDEO: gettext_lazy("Online (video)"),
    Mode.IN_PERSON: gettext_lazy("In person"),
    Mode.PHONE: gettext_lazy("By phone"),
}
OPENINGS: dict[str, str | Promise] = {
    "today": gettext_lazy("Open today"),
    "tomorrow": gettext_lazy("Open tomorrow"),
    "week": gettext_lazy("Open within 7 days"),
}
NAMES: dict[str, str | Promise] = {
    "q": gettext_lazy("name or need"),
    "language": gettext_lazy("language"),
    "mode": gettext_lazy("how you meet"),
    "place": gettext_lazy("place"),
    "max_price": gettext_lazy("price"),
    "currency": gettext_lazy("currency"),
    "open": gettext_lazy("when"),
    "sort": gettext_lazy("order"),
    "page": gettext_lazy("page"),
}
_SOONEST = "soonest"
OTHER_WORDS = {"online": Mode.VIDEO.value, "in-person": Mode.IN_PERSON.value}
_AMOUNT = re.compile(r"(?:[A-Z]{0,3}[₹$£€]?)(\d{1,9}(?:\.\d{1,3})?)(?:[A-Z]{3}|[₹$£€])?")


@dataclass(frozen=True, slots=True)
class Reading:
    """A wish, the page asked for, and the names of what could not be understood."""

    wish: Wish
    page: int
    refused: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chip:
    """A part of a wish in words, and the wish without it."""

    words: str
    without: Wish


def read(said: Mapping[str, Any], index: Index) -> Reading:
    """An address in the light of what there is: languages, currencies."""
    given = {name: str(said.get(name, "")).strip()[:MOST_LETTERS] for name in NAMES}
    currency, most = _most(given["max_price"], given["currency"].upper(), index)
    understood = {
        "q": given["q"] if folded(given["q"]) else "",
        "language": _one_of(given["language"], {folded(each): each for each in index.languages}, folded),
        "mode": _one_of(given["mode"], {**{each: each for each in Mode.values}, **OTHER_WORDS}, str.lower),
        "place": given["place"] if folded(given["place"]) else "",
        "max_price": given["max_price"] if most else "",
        "currency": currency,
        "open": _one_of(given["open"], {each: each for each in OPENINGS}, str.lower),
        "sort": _one_of(given["sort"], {_SOONEST: _SOONEST, "name": "name"}, str.lower),
        "page": given["page"] if re.fullmatch(r"[1-9]\d{0,5}", given["page"], re.ASCII) else "",
    }
    wish = Wish(
        words=understood["q"],
        language=understood["language"],
        mode=understood["mode"],
        place=understood["place"],
        most=most,
        opening=understood["open"],
        soonest_first=understood["sort"] == _SOONEST,
    )
    refused = tuple(name for name, value in given.items() if value and not understood[name])
    return Reading(wish, int(understood["page"] or 1), refused)


def _one_of(value: str, known: Mapping[str, str], fold: Callable[[str], str]) -> str:
    return known.get(fold(value), "")


def _most(amount: str, currency: str, index: Index) -> tuple[str, Money | None]:
    """The currency and the highest price. Without a currency it is the one that most prices are in."""
    known = index.currencies
    chosen = currency if currency in known else known[0] if known and not currency else ""
    found = _AMOUNT.fullmatch(re.sub(r"[\s,'’]", "", amount.upper()))
    if not chosen or not found:
        return chosen, None
    minor = int(Decimal(found[1]).scaleb(get_currency_precision(chosen)))
    return chosen, Money(min(minor, MOST_AMOUNT), chosen)


def parameters(wish: Wish, *, page: int = 1) -> dict[str, str]:
    """A wish as an address says it, always in the same order and without what doesn't matter."""
    said = {
        "q": wish.words,
        "language": wish.language,
        "mode": wish.mode,
        "place": wish.place,
        "max_price": major(wish.most) if wish.most else "",
        "currency": wish.most.currency if wish.most else "",
        "open": wish.opening,
        "sort": _SOONEST if wish.soonest_first else "",
        "page": str(page) if page > 1 else "",
    }
    return {name: value for name, value in said.items() if value}


def query(wish: Wish, *, page: int = 1) -> str:
    """`?q=sleep&mode=video`, or nothing."""
    said = parameters(wish, page=page)
    return f"?{urlencode(said)}" if said else ""


def major(money: Money) -> str:
    """An amount as a field takes it: 1500, 70.50"""
    digits = get_currency_precision(money.currency)
    value = Decimal(money.amount).scaleb(-digits)
    return f"{value:.0f}" if value == value.to_integral_value() else f"{value:.{digits}f}"


def chips(wish: Wish) -> list[Chip]:
    """What narrows the list, each with the wish that lacks it."""
    found = [
        (f"“{wish.words}”" if wish.words else "", replace(wish, words="")),
        (wish.language, replace(wish, language="")),
        (str(MODES[wish.mode]) if wish.mode else "", replace(wish, mode="")),
        (_("Near %(place)s") % {"place": wish.place} if wish.place else "", replace(wish, place="")),
        (_("Up to %(price)s") % {"price": wish.most} if wish.most else "", replace(wish, most=None)),
        (str(OPENINGS[wish.opening]) if wish.opening else "", replace(wish, opening="")),
    ]
    return [Chip(words, without) for words, without in found if words]
