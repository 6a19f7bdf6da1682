"""From a tap on a time to the pay button: hold, details, review. Every step is drawn from the booking alone."""

import re
from contextlib import suppress
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from booking import actions, holds, queries, zones
from booking.errors import FullyBooked, HoldLapsed, NotOffered, PriceChanged, SlotTaken, WrongState
from booking.forms import CONSENT, DetailsForm, initial_details
from booking.lifecycle import Status
from booking.models import Booking
from common import clock
from common.http import leads_to_checkout, personal, see_other
from common.ids import new_public_id
from common.money import Money
from practitioners.models import Service

# What the page of a refusal is about; any other time was taken by someone.
_WHY = {NotOffered: "never_offered", FullyBooked: "full", PriceChanged: "price"}


@personal
@require_POST
def hold(request: HttpRequest, practitioner: str, service: str) -> HttpResponse:
    """Keep a time for whoever tapped it. A tap on another time moves what was kept."""
    offer = queries.offered_service(practitioner, slug=service)
    return _keep(request, offer, _start(request), holds.held_by(request))


@personal
@require_POST
def again(request: HttpRequest, public_id: str) -> HttpResponse:
    """Keep the same time once more after it lapsed, or one of the alternatives; what was typed comes along."""
    earlier = queries.booking_by_link(public_id)
    if earlier.status not in {Status.PENDING_PAYMENT, Status.EXPIRED}:
        return see_other("booking:detail", public_id)
    return _keep(request, earlier.service, _start(request) or earlier.starts_at, earlier)


def _keep(request: HttpRequest, service: Service, start: datetime | None, earlier: Booking | None) -> HttpResponse:
    now = clock.now()
    try:
        if start is None:
            raise NotOffered(queries.alternatives(service, now, now=now))
        key, price = _key(request), _price(request)
        booking = holds.keep(service, start=start, key=key, earlier=earlier, now=now, price=price)
    except SlotTaken as refusal:
        return _conflict(request, service, start, earlier, refusal)
    step = "booking:review" if booking.patient_id else "booking:details"
    response = see_other(step, booking.public_id)
    response.set_cookie(
        holds.COOKIE, booking.public_id, holds.COOKIE_AGE, secure=settings.SECURE, httponly=True, samesite="Lax"
    )
    return response


@personal
@require_POST
def extend(request: HttpRequest, public_id: str) -> HttpResponse:
    """Two more minutes, for whoever needs them."""
    booking = queries.booking_by_link(public_id)
    with suppress(HoldLapsed):
        actions.extend_hold(booking, now=clock.now())
    return see_other("booking:review" if booking.patient_id else "booking:details", public_id)


def _key(request: HttpRequest) -> str:
    """The form's own key, worth something in the browser that it was made for only."""
    key = request.POST.get("key", "")
    return f"{key} {request.META.get('CSRF_COOKIE', '')}" if key else ""


def _start(request: HttpRequest) -> datetime | None:
    try:
        start = datetime.fromisoformat(request.POST.get("slot", ""))
    except ValueError:
        return None
    return start if start.tzinfo and zones.is_near(start) else None


def _price(request: HttpRequest) -> Money | None:
    """The price that the page showed; a form that names none is content with any."""
    found = re.fullmatch(r"([0-9]{1,10}) ([A-Z]{3})", request.POST.get("price", ""))
    return Money(int(found[1]), found[2]) if found else None


def _conflict(
    request: HttpRequest, service: Service, wanted: datetime | None, earlier: Booking | None, refusal: SlotTaken
) -> HttpResponse:
    practitioner = service.practitioner
    names = [practitioner.slug, service.slug]
    zone = zones.shown(request, practitioner.zone)
    day = f"?date={zones.local(wanted, zone).date()}" if wanted else ""
    context = {
        "service": service,
        "wanted": wanted,
        "why": _WHY.get(type(refusal), "taken"),
        "price": refusal.price if isinstance(refusal, PriceChanged) else service.price,
        "alternatives": refusal.alternatives,
        "earlier": earlier,
        "zone": zone,
        "hold_url": reverse("booking:again", args=[earlier.public_id])
        if earlier and earlier.service_id == service.pk
        else reverse("booking:hold", args=names),
        "times_url": reverse("booking:times", args=names) + day,
        "key": new_public_id(),
    }
    return render(request, "booking/conflict.html", context, status=409)


def _elsewhere(booking: Booking, now: datetime) -> HttpResponse | None:
    """Where the steps of a booking that is past them lead."""
    return None if booking.is_held(now) else see_other("booking:detail", booking.public_id)


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def details(request: HttpRequest, public_id: str) -> HttpResponse:
    """Who the visit is for."""
    booking = queries.booking_by_link(public_id)
    now = clock.now()
    zone = zones.shown(request, booking.practitioner.zone)
    data = request.POST if request.method == "POST" else None
    form = DetailsForm(data, initial=initial_details(booking), zone=zone)
    if request.method == "POST" and form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("name", "email", "phone", "note")}
        try:
            booking = _give(booking, given, zone, request, now)
        except SlotTaken as refusal:
            return _conflict(request, booking.service, booking.starts_at, booking, refusal)
        except (HoldLapsed, WrongState):
            return see_other("booking:detail", public_id)
        return see_other("booking:review", booking.public_id)
    if gone := _elsewhere(booking, now):
        return gone
    context = {"booking": booking, "form": form, "zone": zone, "now": now, **_links(booking)}
    return render(request, "booking/details.html", context)


def _give(booking: Booking, given: dict[str, str], zone: str, request: HttpRequest, now: datetime) -> Booking:
    """Write the details down; a hold that lapsed while someone typed is taken again if its time is free."""
    try:
        return actions.give_details(booking, **given, zone=zone, consent=CONSENT, now=now)
    except HoldLapsed:
        if not booking.has_lapsed(now):
            raise
    fresh = holds.keep(
        booking.service,
        start=booking.starts_at,
        key=request.POST.get("key", ""),
        earlier=booking,
        now=now,
        price=booking.price,
    )
    return actions.give_details(fresh, **given, zone=zone, consent=CONSENT, now=now)


def _links(booking: Booking) -> dict[str, object]:
    names = [booking.practitioner.slug, booking.service.slug]
    return {
        "times_url": reverse("booking:times", args=names)
        + f"?date={zones.local(booking.starts_at, booking.practitioner.zone).date()}",
        "key": new_public_id(),
    }


@personal
@leads_to_checkout
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, public_id: str) -> HttpResponse:
    """Everything that was agreed, on one slip. POST confirms what costs nothing."""
    booking = queries.booking_by_link(public_id)
    now = clock.now()
    if gone := _elsewhere(booking, now):
        return gone
    if booking.patient is None:
        return see_other("booking:details", public_id)
    if request.method == "POST":
        with suppress(HoldLapsed, WrongState):
            actions.settle(booking, now=now)
        return see_other("booking:detail", public_id)
    links = _links(booking)
    context = {
        "booking": booking,
        "zone": zones.shown(request, booking.practitioner.zone),
        "now": now,
        "change": {"time": links["times_url"], "details": reverse("booking:details", args=[public_id])},
        "cancellable_until": booking.cancellable_until if now < booking.cancellable_until else None,
    }
    return render(request, "booking/review.html", context)
