"""Getting a desk of one's own, and the list of what is left to do."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from booking.hours.forms import zone_choices
from common import clock
from common.audit import Actor
from common.gate import trusted
from common.http import personal, see_other
from common.models import User
from common.money import currency_of
from practitioners import queries
from practitioners.actions import setup as actions
from practitioners.desks import CHOSEN, Desk, at_desk, desk_of
from practitioners.forms.setup import SetupForm
from practitioners.models import Practitioner

TAKE_OVER = "take_over"  # the button's name


@personal
@trusted
@require_http_methods(["GET", "HEAD", "POST"])
def setup(request: HttpRequest) -> HttpResponse:
    """Whoever has a page sees how far it has come; anybody else makes one, if the practice lets them."""
    user = request.user
    assert isinstance(user, User)  # noqa: S101 - trusted lets nobody else in; for the types
    if Practitioner.objects.filter(user=user).exists():
        return _progress(request)
    addresses = queries.proven_addresses(user)
    invitation = queries.invitation_for(addresses)
    if invitation is not None:
        return _invited(request, user, invitation, addresses)
    if settings.PRACTITIONER_SIGNUP == "off":
        return render(request, "desk/setup/closed.html", {"has_desks": desk_of(request) is not None})
    return _begin(request, user)


@at_desk
def _progress(request: HttpRequest, desk: Desk) -> HttpResponse:
    if not desk.is_own:  # their own is not the desk they work at just now
        request.session[CHOSEN] = desk.user.practitioner.slug
        return see_other("desk:setup")
    return render(request, "desk/setup/progress.html", {"desk": desk, "section": "setup"})


def _invited(request: HttpRequest, user: User, invitation: Practitioner, addresses: set[str]) -> HttpResponse:
    """The practice made a page for this address: it becomes theirs at the press of a button."""
    if request.method == "POST" and TAKE_OVER in request.POST:
        by = Actor.PRACTITIONER.seen_in(request)
        mine = actions.take_over(user, addresses=addresses, by=by, now=clock.now())
        return _arrive(request, mine)
    return render(request, "desk/setup/invited.html", {"practitioner": invitation, "take_over": TAKE_OVER})


def _begin(request: HttpRequest, user: User) -> HttpResponse:
    initial = {"name": user.name, "zone": settings.SITE_ZONE, "currency": currency_of(settings.SITE_ZONE) or "INR"}
    data = request.POST if request.method == "POST" else None
    form = SetupForm(data, initial=initial, zones=zone_choices(settings.SITE_ZONE))
    if form.is_valid():
        mine = actions.set_up(
            user,
            **form.cleaned_data,
            approved=settings.PRACTITIONER_SIGNUP == "open",
            by=Actor.PRACTITIONER.seen_in(request),
            now=clock.now(),
        )
        return _arrive(request, mine)
    context = {"form": form, "needs_approval": settings.PRACTITIONER_SIGNUP == "approve"}
    return render(request, "desk/setup/begin.html", context)


def _arrive(request: HttpRequest, mine: Practitioner | None) -> HttpResponse:
    if mine is not None:
        request.session[CHOSEN] = mine.slug
    return see_other("desk:setup")
