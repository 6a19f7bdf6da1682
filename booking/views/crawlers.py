"""For search engines: what to leave alone, and where the pages are that everyone may find."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from practitioners.models import Practitioner

_PRIVATE = ("/b/", "/h/", "/answer/", "/me/", "/desk/", "/admin/", "/account/", "/signin/", "/api/", "/sandbox/")


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    sitemap = settings.SITE_URL + reverse("booking:sitemap")
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in _PRIVATE), "", f"Sitemap: {sitemap}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """The front page and every published profile: one query."""
    slugs = Practitioner.objects.published().order_by("pk").values_list("slug", flat=True)
    paths = [reverse("booking:home"), *(reverse("booking:profile", args=[slug]) for slug in slugs)]
    context = {"addresses": [settings.SITE_URL + path for path in paths]}
    return render(request, "booking/sitemap.xml", context, content_type="application/xml; charset=utf-8")
