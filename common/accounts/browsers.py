"""Browsers that have signed in before: a stranger's tries do not count against them.

Whoever knows somebody's address could use up what its account allows, over and over, and keep its owner out. So a
browser in which somebody has signed in carries a signed note of it, and its tries for that address are counted by
themselves.
"""

import secrets

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare, salted_hmac

COOKIE = f"{settings.COOKIE_PREFIX}browser"
AGE = 180 * 24 * 3600
_SALT = "common.accounts.browsers"


def counted_as(request: HttpRequest, email: str) -> str:
    """Whose tries these are: those of an address, or of a browser that has signed in with it."""
    try:
        whose, browser = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=AGE)
    except (signing.BadSignature, ValueError, TypeError):
        return email
    return f"{email} {browser}" if constant_time_compare(whose, _digest(email)) else email


def remember(response: HttpResponse, email: str) -> None:
    note = signing.dumps([_digest(email), secrets.token_hex(8)], salt=_SALT)
    response.set_cookie(COOKIE, note, AGE, secure=settings.SECURE, httponly=True, samesite="Lax")


def _digest(email: str) -> str:
    return salted_hmac(_SALT, email, algorithm="sha256").hexdigest()
