"""Who may pass: someone signed in and, where the practice asks for it, past a second factor.

The pages of signing in live above; from here only their addresses and a mark in the session are known.
"""

from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import resolve_url

from common.audit import Actor
from common.http import View, see_other

ACCOUNT = "account"  # the session's notes about who is signed in, see common.accounts.sessions
SECOND_FACTOR = "second_factor"  # the session's mark: who has shown it here


def signed_in(view: View) -> View:
    """For one's own pages: whoever is not signed in is asked to, and comes back here."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return ask(request, settings.LOGIN_URL)
        return view(request, *args, **kwargs)

    return wrapped


def trusted(view: View) -> View:
    """For pages that show other people's appointments and money: signed in, and past a second factor."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return ask(request, settings.LOGIN_URL)
        if not is_trusted(request):
            return ask(request, settings.SECOND_FACTOR_URL)
        return view(request, *args, **kwargs)

    return wrapped


def is_trusted(request: HttpRequest) -> bool:
    """Whether this session's person has shown as much as the practice asks of its own people."""
    if not request.user.is_authenticated:
        return False
    return settings.SECOND_FACTOR != "required" or bool(request.session.get(SECOND_FACTOR) == request.user.pk)


def note_desk(request: HttpRequest, *, role: Actor) -> None:
    """Whoever works at a desk is led there by the header, and their session ends with the day of work."""
    request.session[ACCOUNT] = {**request.session.get(ACCOUNT, {}), "desk": role.kind}


def forget_desk(request: HttpRequest) -> None:
    """Their desk was closed to them."""
    request.session[ACCOUNT] = {**request.session.get(ACCOUNT, {}), "desk": None}


def desk_role(request: HttpRequest) -> Actor | None:
    """As what this session's person works at a desk, if they do."""
    kind = request.session.get(ACCOUNT, {}).get("desk")
    return Actor(kind) if kind else None


def ask(request: HttpRequest, page: str, to: str = "") -> HttpResponse:
    """Send the visitor to a page of signing in, which leads on to `to`, or back to where they were going."""
    address = resolve_url(page)
    if not to and request.method in {"GET", "HEAD"}:
        to = request.get_full_path()
    if to:
        query = QueryDict(mutable=True)
        query[REDIRECT_FIELD_NAME] = to
        address = f"{address}?{query.urlencode(safe='/')}"
    return see_other(address)
