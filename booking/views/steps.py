"""From a tap on a time to the pay button: hold, details, review. Every step is drawn from the booking alone."""

import re
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from booking import actions, deadlines, holds, people, queries, zones
from booking.errors import HoldLapsed, NotOffered, SlotTaken, WrongState
from booking.forms import CONSENT, DetailsForm
from booking.models import Booking
from booking.views.landing import conflict, elsewhere, next_step, resumed, tells_what_is_kept, was_left
from booking.ways import ways_of
from common import clock
from common.http import leads_to_checkout, personal, see_other
from common.ids import new_public_id
from common.money import Money
from practitioners.models import PayWhen, Service

AT_VISIT = PayWhen.AT_VISIT.value  # what the second of two buttons sends as its way


@personal
@require_POST
@tells_what_is_kept
def hold(request: HttpRequest, practitioner: str, service: str) -> HttpResponse:
    """Keep a time for whoever tapped it. A tap on another time of the same practitioner moves what was kept."""
    return _keep(request, queries.offered_service(practitioner, slug=service), _start(request))


@personal
@require_POST
@tells_what_is_kept
def again(request: HttpRequest, public_id: str) -> HttpResponse:
    """Keep the same time once more after it lapsed, or one of the alternatives; what was typed comes along."""
    earlier, now = queries.booking_by_link(public_id), clock.now()
    if not earlier.is_held(now) and not was_left(earlier, now):
        return see_other("booking:detail", public_id)
    return _keep(request, earlier.service, _start(request) or earlier.starts_at, earlier)


def _keep(
    request: HttpRequest, service: Service, start: datetime | None, earlier: Booking | None = None
) -> HttpResponse:
    now = clock.now()
    visitor = holds.visitor_of(request, now)
    try:
        if start is None:
            raise NotOffered(queries.alternatives(service, now, now=now))
        booking = holds.keep(
            service,
            start=start,
            visitor=visitor,
            now=now,
            key=request.POST.get("key", ""),
            price=_price(request),
            follows=earlier,
            known=partial(people.patient_for, request, zones.shown(request, service.practitioner.zone)),
        )
    except SlotTaken as refusal:
        return conflict(request, service, start, earlier or visitor.typed(), refusal)
    return holds.remember(next_step(booking, now), request, booking)


@personal
@require_POST
def extend(request: HttpRequest, public_id: str) -> HttpResponse:
    """Two more minutes, for whoever needs them."""
    booking = queries.booking_by_link(public_id)
    with suppress(HoldLapsed):
        actions.extend_hold(booking, now=clock.now())
    return see_other("booking:review" if booking.patient_id else "booking:details", public_id)


def _start(request: HttpRequest) -> datetime | None:
    return zones.sent_instant(request.POST.get("slot", ""))


def _price(request: HttpRequest) -> Money | None:
    """The price that the page showed; a form that names none is content with any."""
    found = re.fullmatch(r"([0-9]{1,10}) ([A-Z]{3})", request.POST.get("price", ""))
    return Money(int(found[1]), found[2]) if found else None


@personal
@require_http_methods(["GET", "HEAD", "POST"])
@tells_what_is_kept
def details(request: HttpRequest, public_id: str) -> HttpResponse:
    """Who the visit is for."""
    booking = queries.booking_by_link(public_id)
    now = clock.now()
    zone = zones.shown(request, booking.practitioner.zone)
    data, known = request.POST if request.method == "POST" else None, people.known_to(request)
    initial = people.initial_details(_typed(request, booking, now), known)
    form = DetailsForm(data, initial=initial, zone=zone, people=known.choices)
    if request.method == "POST" and form.is_valid():
        given = {"consent": CONSENT, "zone": people.zone_of(known) or zone, **people.given(form, known)}
        try:
            booking = _give(booking, given, request, now)
        except SlotTaken as refusal:
            left = actions.give_details(booking, **given, now=now, though_lapsed=True)
            return conflict(request, booking.service, booking.starts_at, left, refusal)
        except (HoldLapsed, WrongState):
            return elsewhere(request, booking, now) or see_other("booking:detail", public_id)
        return holds.remember(see_other("booking:review", booking.public_id), request, booking)
    if gone := elsewhere(request, booking, now):
        return gone
    context = {"booking": booking, "form": form, "zone": zone, "now": now, **_links(booking)}
    return render(request, "booking/details.html", context)


def _typed(request: HttpRequest, booking: Booking, now: datetime) -> Booking:
    """Where the details were typed that a form begins with: here, or for the hold before."""
    is_asked = request.method != "POST" and booking.patient is None
    return (holds.visitor_of(request, now).typed() if is_asked else None) or booking


def _give(booking: Booking, given: dict[str, Any], request: HttpRequest, now: datetime) -> Booking:
    """Write the details down; a hold that lapsed while someone typed is taken again if its time is free."""
    asker = holds.asker_of(request, given["email"])
    try:
        return actions.give_details(booking, **given, now=now, asker=asker)
    except HoldLapsed:
        if not (booking.has_lapsed(now) and was_left(booking, now)):
            raise
    fresh = holds.take_again(booking, visitor=holds.visitor_of(request, now), now=now)
    return actions.give_details(fresh, **given, now=now, asker=asker)


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
@tells_what_is_kept
def review(request: HttpRequest, public_id: str) -> HttpResponse:
    """Everything that was agreed, on one slip. POST is for whatever ends without money moving now."""
    booking = queries.booking_by_link(public_id)
    now = clock.now()
    if request.method == "POST":
        return _settle(request, booking, now)
    if gone := elsewhere(request, booking, now):
        return gone
    if booking.patient is None:
        return see_other("booking:details", public_id)
    links = _links(booking)
    context = {
        "booking": booking,
        "ways": ways_of(booking),
        "at_visit": AT_VISIT,
        "answer_until": deadlines.answer_until(booking.starts_at, now, booking.practitioner.answer_within),
        "zone": zones.shown(request, booking.practitioner.zone),
        "now": now,
        "change": {"time": links["times_url"], "details": reverse("booking:details", args=[public_id])},
        "policy": booking.policy(now),
    }
    return render(request, "booking/review.html", context)


def _settle(request: HttpRequest, booking: Booking, now: datetime) -> HttpResponse:
    """Confirm, or ask the practitioner, with a time that lapsed taken again in silence."""
    held = resumed(request, booking, now)
    if isinstance(held, HttpResponse):
        return held
    ways, at_visit = ways_of(held), request.POST.get("way") == AT_VISIT
    if held.patient_id is None or (ways.pays_now and not (at_visit and ways.at_visit)):
        response = next_step(held, now)
    else:
        with suppress(HoldLapsed, WrongState):
            actions.settle(held, now=now, at_visit=at_visit)
        response = see_other("booking:detail", held.public_id)
    return holds.remember(response, request, held)
