"""Readable addresses for people and what they offer."""

from collections.abc import Callable
from itertools import count

from django.utils.text import slugify

from common.text import folded

LONGEST = 48  # leaves room for a number
# What stands, or may one day stand, where a person's name does: /p/<name>/
RESERVED = frozenset(
    {
        "account",
        "add",
        "admin",
        "all",
        "api",
        "cities",
        "desk",
        "edit",
        "feed",
        "help",
        "hold",
        "is-open",
        "join",
        "map",
        "me",
        "near",
        "new",
        "next",
        "none",
        "now",
        "null",
        "p",
        "page",
        "pages",
        "photo",
        "photos",
        "practitioner",
        "practitioners",
        "privacy",
        "refunds",
        "review",
        "reviews",
        "sandbox",
        "search",
        "service",
        "services",
        "signin",
        "signout",
        "sitemap",
        "static",
        "terms",
        "times",
        "today",
        "undefined",
        "www",
        "zone",
    }
)


def readable(words: str, otherwise: str) -> str:
    """Small Latin letters, figures and hyphens; `otherwise` for words that have none."""
    return slugify(folded(words))[:LONGEST].strip("-") or otherwise


def first_free(wish: str, *, is_taken: Callable[[str], bool]) -> str:
    """The wish, or the wish with the first number that makes it free."""
    numbered = (wish if number == 1 else f"{wish}-{number}" for number in count(1))
    return next(slug for slug in numbered if slug not in RESERVED and not is_taken(slug))
