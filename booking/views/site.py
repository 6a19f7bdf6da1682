"""Choices that stay with a browser, and the pages of plain text."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from booking import zones
from common import clock
from common.context import THEMES
from common.http import see_other

YEAR = 365 * 24 * 3600


def _back(request: HttpRequest) -> str:
    """Where someone came from, if that is a page of ours."""
    wish = request.POST.get("next") or request.GET.get("next") or ""
    ours = wish.startswith("/") and url_has_allowed_host_and_scheme(wish, allowed_hosts=None)
    return wish if ours else reverse("booking:home")


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Light, dark, or whatever the system says."""
    response = see_other(_back(request))
    if (wish := request.POST.get("theme", "")) in THEMES:
        response.set_cookie("theme", wish, YEAR, secure=settings.SECURE, samesite="Lax")
    else:
        response.delete_cookie("theme", samesite="Lax")
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def zone(request: HttpRequest) -> HttpResponse:
    """Choose the zone that times are shown in; it is kept, and leads back to the same day."""
    back = _back(request)
    unknown = ""
    if request.method == "POST":
        wish = request.POST.get("zone", "")
        if wish in zones.known():
            response = see_other(back)
            response.set_cookie(zones.COOKIE, wish, YEAR, secure=settings.SECURE, httponly=True, samesite="Lax")
            return response
        unknown = wish.strip()[: zones.MOST_LETTERS] or "–"
    query = unknown or request.GET.get("q", "").strip()[: zones.MOST_LETTERS]
    now = clock.now()
    context = {
        "zones": zones.matching(query, now=now),
        "query": query,
        "unknown": unknown,
        "next": back,
        "current": zones.shown(request, ""),
        "now": now,
    }
    return render(request, "booking/zone.html", context, status=422 if unknown else 200)


@require_safe
def text(request: HttpRequest, name: str) -> HttpResponse:
    return render(request, f"pages/{name}.html")
