"""The addresses of the API. What its framework itself refuses is told in the same words as every other refusal."""

from collections.abc import Callable, Sequence
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, re_path
from django.views.decorators.csrf import csrf_exempt

from booking.api.problems import problem
from booking.api.views import api

View = Callable[..., HttpResponse]


def _told(view: View) -> View:
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response = view(request, *args, **kwargs)
        except Http404:
            return nowhere(request)
        if response.status_code != HTTPStatus.METHOD_NOT_ALLOWED:
            return response
        refusal = problem(405, "method-not-allowed", "This can’t be done here.")
        refusal.headers["Allow"] = response.headers["Allow"]
        return refusal

    return wrapped


@csrf_exempt
def nowhere(request: HttpRequest) -> HttpResponse:
    return problem(404, "not-found", "There is nothing here.")


def _patterns(found: Sequence[URLPattern | URLResolver]) -> list[URLPattern | URLResolver]:
    for pattern in found:
        if isinstance(pattern, URLPattern):
            pattern.callback = _told(pattern.callback)
    return [*found, re_path("", nowhere)]


_found, app_name, namespace = api.urls
urlpatterns = _patterns(_found)
