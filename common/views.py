"""What is shown when something can't be."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.defaults import server_error as plain_server_error

from common import problems
from common.limits import TooMany


def _page(request: HttpRequest, status: int, context: dict[str, Any] | None = None) -> HttpResponse:
    response = render(request, f"{status}.html", context, status=status)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if request.path.startswith("/api/"):
        return problems.answer(problems.document(400, "unreadable", "The request can’t be read."))
    return _page(request, 400)


def forbidden(request: HttpRequest, exception: Exception | None = None, reason: str = "") -> HttpResponse:
    return _page(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 404)


def busy(request: HttpRequest) -> HttpResponse:
    response = _page(request, 503, {"bare": True})  # who is there would be one more question to the database
    response.headers["Retry-After"] = "2"
    return response


def too_many(
    request: HttpRequest, refusal: TooMany, *, instead: str = "", label: str = "", text: str = ""
) -> HttpResponse:
    """When it may be tried again, and another way until then: an address and what its link says.

    `text` takes the place of the usual words.
    """
    context = {"minutes": -(-refusal.seconds // 60), "instead": instead, "label": label, "text": text}
    response = _page(request, 429, context)
    response.headers["Retry-After"] = str(refusal.seconds)
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    return plain_server_error(request)
