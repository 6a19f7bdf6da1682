"""Seeing one's page before patients do, and letting them see it."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from booking.views import finding
from common import clock
from common.http import see_other
from practitioners.actions import publishing as actions
from practitioners.desks import Desk, own_desk
from practitioners.errors import NotReady
from practitioners.models import Practitioner

HIDE = "hide"  # the button's name


@own_desk
@require_safe
def preview(request: HttpRequest, desk: Desk, service: str = "") -> HttpResponse:
    """The page, or a service's times, as patients will see them; nothing can be taken here."""
    shown: dict[str, object] = {"desk": desk, "section": "preview", "preview": True}
    if service:
        offers = desk.practitioner.services.filter(is_active=True).select_related("practitioner")
        offer = get_object_or_404(offers, slug=service)
        return render(
            request,
            "desk/preview.html",
            {**finding.times_facts(request, offer), **shown, "public": "booking/times.html"},
        )
    person = finding.with_offers(Practitioner.objects.filter(pk=desk.practitioner.pk)).get()
    return render(
        request,
        "desk/preview.html",
        {**finding.profile_facts(request, person), **shown, "public": "booking/profile.html"},
    )


@own_desk
@require_POST
def looks_right(request: HttpRequest, desk: Desk) -> HttpResponse:
    actions.approve_preview(desk.practitioner, by=desk.actor(request), now=clock.now())
    return see_other("desk:setup")


@own_desk
@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: HttpRequest, desk: Desk) -> HttpResponse:
    missing: list[str] = []
    if request.method == "POST":
        try:
            return _switched(request, desk)
        except NotReady as refusal:
            missing = list(refusal.missing)
    context = {
        "desk": desk,
        "section": "profile",
        "page": "publish",
        "missing": missing,
        "link": settings.SITE_URL + reverse("booking:profile", args=[desk.practitioner.slug]),
        "hide": HIDE,
        "form": {"errors": missing},  # for the page's title
    }
    return render(request, "desk/publish.html", context)


def _switched(request: HttpRequest, desk: Desk) -> HttpResponse:
    by, now = desk.actor(request), clock.now()
    if HIDE in request.POST:
        actions.unpublish(desk.practitioner, by=by, now=now)
        messages.success(request, _("Your page is hidden. Visits that are booked stay."))
    else:
        actions.publish(desk.practitioner, by=by, now=now)
        messages.success(request, _("Your page is published. Patients can book you."))
    return see_other("desk:publish")
