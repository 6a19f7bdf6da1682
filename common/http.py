"""What the answers of a person's pages have in common."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from csp.decorators import csp_update
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme

View = Callable[..., HttpResponse]


def personal(view: View) -> View:
    """A page of one person: kept by nobody, found by no search engine, and its address is told to no other site."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return wrapped


def leads_to_checkout(view: View) -> View:
    """A page whose form ends at a provider: browsers hold the redirect of a form to `form-action`, too."""
    return cast("View", csp_update({"form-action": settings.CHECKOUT_ORIGINS})(view))


class SeeOther(HttpResponseRedirect):
    """The answer to every POST that did something."""

    status_code = 303


def see_other(to: str, *args: Any, **kwargs: Any) -> SeeOther:
    return SeeOther(resolve_url(to, *args, **kwargs))


def own_path(wish: str) -> str:
    """A wish to go somewhere, if that is a page of ours; otherwise nothing."""
    ours = wish.startswith("/") and url_has_allowed_host_and_scheme(wish, allowed_hosts=None)
    return wish if ours else ""
