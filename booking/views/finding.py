"""Finding a practitioner and a time: pages for everyone, the same for all who ask."""

from datetime import datetime
from urllib.parse import urlencode

from django.db.models import Prefetch, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from booking import holds, pages, queries, zones
from booking.models import Booking
from common import clock
from common.ids import new_public_id
from common.templatetags.samay import long_day
from practitioners.models import Practitioner, Service

MOST_SHOWN = 48


def _published(query: str = "") -> list[Practitioner]:
    match = Q()
    for word in query.split():
        match &= Q(name__icontains=word) | Q(credential__icontains=word) | Q(needs__icontains=word)
    active = Prefetch("services", Service.objects.filter(is_active=True))
    rows = Practitioner.objects.published().filter(match).prefetch_related(active, "weekly_hours")
    return list(rows.order_by("name", "pk")[:MOST_SHOWN])


def _modes(services: list[Service]) -> list[tuple[str, str]]:
    return list(dict.fromkeys((service.mode, service.get_mode_display()) for service in services))


@require_safe
def directory(request: HttpRequest) -> HttpResponse:
    """Everyone who can be booked, or those who match; each with the next open time of the shortest service."""
    query = request.GET.get("q", "").strip()[:80]
    now = clock.now()
    people = _published(query)
    shortest = {person.pk: next(iter(person.services.all()), None) for person in people}
    for person in people:
        if (service := shortest[person.pk]) is not None:
            service.practitioner = person
    following = queries.next_open_of_each([service for service in shortest.values() if service], now=now)
    cards = [_card(request, person, shortest[person.pk], following) for person in people]
    return render(request, "booking/home.html", {"people": cards, "query": query, "now": now})


def _card(
    request: HttpRequest, person: Practitioner, service: Service | None, following: dict[int, datetime]
) -> dict[str, object]:
    services = list(person.services.all())
    soonest = following.get(service.pk) if service else None
    url = ""
    zone = zones.shown(request, person.zone)
    if service and soonest:
        day = zones.local(soonest, zone).date()
        url = reverse("booking:times", args=[person.slug, service.slug]) + f"?date={day}"
    return {
        "practitioner": person,
        "modes": _modes(services),
        "from_price": min((each.price for each in services), key=lambda price: price.amount, default=None),
        "next": soonest,
        "next_url": url,
        "zone": zone,
    }


@never_cache
@require_safe
def profile(request: HttpRequest, practitioner: str) -> HttpResponse:
    """Who this is, what is offered, and the next three open times."""
    active = Prefetch("services", Service.objects.filter(is_active=True))
    rows = Practitioner.objects.published().prefetch_related(active, "weekly_hours")
    person = rows.filter(slug=practitioner).first()
    if person is None:
        raise Http404
    services = list(person.services.all())
    service = min(services, key=lambda each: each.amount, default=None)
    soonest = []
    if service is not None:
        service.practitioner = person
        soonest = queries.next_open(service, now=clock.now(), limit=3)
    context = {
        "practitioner": person,
        "services": services,
        "service": service,
        "modes": _modes(services),
        "next": soonest,
        "zone": zones.shown(request, person.zone),
        "key": new_public_id(),
    }
    return render(request, "booking/profile.html", context)


@never_cache
@require_safe
def times(request: HttpRequest, practitioner: str, service: str) -> HttpResponse:
    """A month and the times of one day. `date`, `month` and `tz` in the address are wishes, safe to paste anywhere."""
    offer = queries.offered_service(practitioner, slug=service)
    zone = zones.shown(request, offer.practitioner.zone)
    now = clock.now()
    page = pages.times_page(
        offer, wish=request.GET.get("date", ""), month_wish=request.GET.get("month", ""), zone=zone, now=now
    )
    named = {"tz": zone} if request.GET.get("tz") == zone else {}
    context = {
        "practitioner": offer.practitioner,
        "service": offer,
        "services": list(offer.practitioner.services.filter(is_active=True)),
        "page": page,
        "mine": _mine(request, offer, now),
        "zone": zone,
        "noon": pages.noon(page.day, zone) if page.day else now,
        "differs": zone != offer.practitioner.zone,
        "keep": "&" + urlencode(named) if named else "",
        "service_query": "?" + urlencode({**({"date": page.day} if page.day else {}), **named}),
        "said": _said(page),
        "zone_url": _zone_url(request, page),
        "bad_zone": request.GET.get("tz", zone) != zone,
        "key": new_public_id(),
    }
    return render(request, "booking/times.html", context)


def _mine(request: HttpRequest, service: Service, now: datetime) -> Booking | None:
    held = holds.held_by(request)
    return held if held and held.service_id == service.pk and held.is_held(now) else None


def _said(page: pages.Times) -> str:
    if page.day is None:
        return ""
    return ngettext("%(day)s, %(count)d time", "%(day)s, %(count)d times", page.open) % {
        "day": long_day(page.day),
        "count": page.open,
    }


def _zone_url(request: HttpRequest, page: pages.Times) -> str:
    back = request.path + (f"?date={page.day}" if page.day else "")
    return reverse("booking:zone") + "?" + urlencode({"next": back})
