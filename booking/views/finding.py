"""One practitioner: who they are, and their times. Pages for everyone, the same for all who ask."""

from datetime import datetime
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import F, Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from booking import holds, pages, queries, reviews, zones
from booking.finding import linked_data
from booking.models import Booking
from booking.views import directory
from common import clock
from common.ids import new_public_id
from practitioners.models import Location, Practitioner, Service

_DESCRIPTION = 155  # letters that a search engine shows


@never_cache
@require_safe
def profile(request: HttpRequest, practitioner: str) -> HttpResponse:
    """Who this is, what is offered, and the next three open times."""
    person = with_offers(Practitioner.objects.published()).filter(slug=practitioner).first()
    if person is None:
        return directory.missing(request, practitioner)
    return render(request, "booking/profile.html", profile_facts(request, person))


def with_offers(people: QuerySet[Practitioner]) -> QuerySet[Practitioner]:
    """With what the page of each says of services, places and photo."""
    offered = Service.objects.filter(is_active=True).select_related("location")
    places = Location.objects.filter(is_active=True)
    people = people.annotate(photo_token=F("photo__token"))
    return people.prefetch_related(Prefetch("services", offered), Prefetch("locations", places))


def profile_facts(request: HttpRequest, person: Practitioner) -> dict[str, object]:
    """What the page of somebody from `with_offers` shows."""
    now = clock.now()
    services, locations = list(person.services.all()), list(person.locations.all())
    service = min(services, key=lambda each: each.amount, default=None)
    soonest = []
    if service is not None:
        service.practitioner = person
        soonest = queries.next_open(service, now=now, limit=3)
    token = person.photo_token  # type: ignore[attr-defined]  # annotated by with_offers
    rating = reviews.rating_of(person)
    photo = settings.SITE_URL + reverse("booking:photo", args=[token, "large"]) if token else ""
    return {
        "practitioner": person,
        "services": services,
        "service": service,
        "locations": locations,
        "modes": list(dict.fromkeys((each.mode, each.get_mode_display()) for each in services)),
        "next": soonest,
        "zone": zones.shown(request, person.zone),
        "now": now,
        "key": new_public_id(),
        "canonical": settings.SITE_URL + reverse("booking:profile", args=[person.slug]),
        "description": _description(person),
        "rating": rating,
        "facts": linked_data.of_practitioner(person, services, locations, photo=photo),
    }


def _description(person: Practitioner) -> str:
    """One line about someone, for a list of search results or a shared link."""
    who = f"{person.name}, {person.credential}" if person.credential else person.name
    said = [_("Book a time with %(who)s.") % {"who": who}]
    if person.needs:
        said.append(_("Helps with %(needs)s.") % {"needs": ", ".join(person.needs)})
    if person.languages:
        said.append(_("Speaks %(languages)s.") % {"languages": ", ".join(person.languages)})
    return Truncator(" ".join(said)).chars(_DESCRIPTION)


@never_cache
@require_safe
def times(request: HttpRequest, practitioner: str, service: str) -> HttpResponse:
    """A month and the times of one day. `date`, `month` and `tz` in the address are wishes, safe to paste anywhere."""
    try:
        offer = queries.offered_service(practitioner, slug=service)
    except Http404:
        return directory.missing(request, practitioner)
    return render(request, "booking/times.html", times_facts(request, offer))


def times_facts(request: HttpRequest, offer: Service) -> dict[str, object]:
    """What the page of a service's times shows; the service comes with its practitioner."""
    zone = zones.shown(request, offer.practitioner.zone)
    now = clock.now()
    mine = _mine(request, offer, now)
    page = pages.times_page(
        offer,
        wish=request.GET.get("date", ""),
        month_wish=request.GET.get("month", ""),
        zone=zone,
        now=now,
        given_up=mine if mine and mine.gives_way else None,
    )
    wish = request.GET.get("tz", "")
    named = {"tz": zone} if wish == zone else {}
    return {
        "practitioner": offer.practitioner,
        "service": offer,
        "services": list(offer.practitioner.services.filter(is_active=True)),
        "page": page,
        "mine": mine,
        "mine_at": mine.starts_at if mine and mine.service_id == offer.pk else None,
        "zone": zone,
        "here": request.path + (f"?date={page.day}" if page.day else ""),
        "noon": pages.noon(page.day, zone) if page.day else now,
        "differs": zone != offer.practitioner.zone,
        "keep": "&" + urlencode(named) if named else "",
        "service_query": "?" + urlencode({**({"date": page.day} if page.day else {}), **named}),
        "said": page.said,
        "zone_url": _zone_url(request, page),
        "bad_zone": wish if wish not in {"", zone} else "",
        "find_zone_url": _zone_url(request, page, q=wish[: zones.MOST_LETTERS]),
        "canonical": settings.SITE_URL + request.path,
        "key": new_public_id(),
    }


def _mine(request: HttpRequest, service: Service, now: datetime) -> Booking | None:
    """The time that the visitor already holds of this practitioner, whatever for."""
    return holds.visitor_of(request, now).hold_with(service.practitioner_id, now)


def _zone_url(request: HttpRequest, page: pages.Times, **wishes: str) -> str:
    back = request.path + (f"?date={page.day}" if page.day else "")
    return reverse("booking:zone") + "?" + urlencode({"next": back, **wishes})
