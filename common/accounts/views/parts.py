"""What the pages of signing in have in common."""

from typing import Any

from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render, resolve_url

from common.accounts.adapters import landing
from common.http import SeeOther, own_path

NEXT = REDIRECT_FIELD_NAME


def wish(request: HttpRequest) -> str:
    """Where somebody was going when they were asked to sign in, if that is a page of ours."""
    return own_path(request.POST.get(NEXT) or request.GET.get(NEXT) or "")


def with_wish(name: str, to: str) -> str:
    """The address of a page, carrying where its visitor was going."""
    address = resolve_url(name)
    if not to:
        return address
    query = QueryDict(mutable=True)
    query[NEXT] = to
    return f"{address}?{query.urlencode(safe='/')}"


def on(name: str, to: str) -> HttpResponse:
    """The next step of the same way."""
    return SeeOther(with_wish(name, to))


def arrived(request: HttpRequest, to: str = "") -> HttpResponse:
    return SeeOther(to or landing(request.session))


def page(request: HttpRequest, name: str, **context: Any) -> HttpResponse:
    return render(request, f"accounts/{name}.html", {"next": wish(request), **context})
