"""Finding someone: the directory, and what stands where nobody's page is."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from babel.numbers import get_currency_symbol
from django.conf import settings
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from booking import wallclock, zones
from booking.finding import directory as people
from booking.finding import next_times, wishes
from booking.finding.directory import Entry, Index, Offer, Wish
from booking.finding.wishes import Reading
from common import clock
from practitioners.models import Service

A_PAGE = 24
_DAYS = {"today": (0, 0), "tomorrow": (1, 1), "week": (0, 7)}  # from today: the first, the last
Starts = Mapping[int, datetime]  # service → its next open start


@require_safe
def directory(request: HttpRequest) -> HttpResponse:
    """Everyone who can be booked, or those who answer a wish; each with the next open time of what was wished for."""
    index = people.index()
    reading = wishes.read(request.GET, index)
    wish = reading.wish
    if "" in request.GET.values() and not reading.refused:
        # A form names every field; an address to keep and to share names those that matter.
        return redirect(_address(wish, reading.page))
    now = clock.now()
    answering = index.answering(wish)
    close = [] if answering else index.close_to(wish)
    found, starts = _in_order(request, answering or close, wish, now)
    page = Paginator(found, A_PAGE).get_page(reading.page)
    if not wish.opening and not wish.soonest_first:
        starts = next_times.next_open_of_each(_services(page), now=now)
    path = _address(wish, page.number) if wish != Wish() or page.number > 1 else reverse("booking:home")
    context = {
        "cards": [_card(request, entry, starts) for entry in page],
        "page": page,
        "is_close": bool(close),
        "needs": [] if found else index.needs,
        "wish": wish,
        "fields": _fields(request, reading, index),
        "chips": [(chip.words, _address(chip.without)) for chip in wishes.chips(wish)],
        "notices": _notices(reading, page),
        "canonical": settings.SITE_URL + path,
        "before": _address(wish, page.number - 1) if page.has_previous() else "",
        "after": _address(wish, page.number + 1) if page.has_next() else "",
        "now": now,
        "zone": zones.shown(request, settings.SITE_ZONE),
    }
    return render(request, "booking/home.html", context)


def _address(wish: Wish, page: int = 1) -> str:
    return reverse("booking:directory") + wishes.query(wish, page=page)


def _in_order(request: HttpRequest, entries: list[Entry], wish: Wish, now: datetime) -> tuple[list[Entry], Starts]:
    """Those who have time when it is wished, in the order that is wished; what had to be found out for it."""
    if not wish.opening and not wish.soonest_first:
        return entries, {}
    services = _services(entries)
    if wish.opening:
        starts = _openings(request, services, wish.opening, now)
        entries = [entry for entry in entries if _first(entry, starts)]
    else:
        starts = next_times.next_open_of_each(services, now=now)
    if wish.soonest_first:
        never = now + timedelta(days=10_000)
        entries = sorted(entries, key=lambda entry: first[1] if (first := _first(entry, starts)) else never)
    return entries, starts


def _services(entries: Sequence[Entry] | Page[Entry]) -> list[Service]:
    """The services that can have someone's next open time: one query."""
    wanted = [offer.pk for entry in entries for offer in entry.first_to_open]
    rows = Service.objects.filter(pk__in=wanted).select_related("practitioner")
    return list(rows.defer("description", "practitioner__bio"))


def _openings(request: HttpRequest, services: list[Service], opening: str, now: datetime) -> Starts:
    """The first open starts of certain days, by the calendar in which they are shown: two queries."""
    windows = {}
    for service in services:
        zone = zones.shown(request, service.practitioner.zone)
        today = zones.local(now, zone).date()
        first, last = (today + timedelta(days) for days in _DAYS[opening])
        windows[service] = wallclock.window_of(zone, first, last)
    return next_times.first_open_between(windows, now=now)


def _first(entry: Entry, starts: Starts) -> tuple[Offer, datetime] | None:
    open_ = [(offer, starts[offer.pk]) for offer in entry.offers if offer.pk in starts]
    return min(open_, key=lambda pair: pair[1], default=None)


def _card(request: HttpRequest, entry: Entry, starts: Starts) -> dict[str, object]:
    person = entry.person
    zone = zones.shown(request, person.zone)
    first = _first(entry, starts)
    url = ""
    if first:
        offer, start = first
        day = zones.local(start, zone).date()
        url = reverse("booking:times", args=[person.slug, offer.slug]) + f"?date={day}"
    return {"entry": entry, "person": person, "zone": zone, "next": first and first[1], "next_url": url}


def _fields(request: HttpRequest, reading: Reading, index: Index) -> dict[str, object]:
    """What can be chosen. Nobody is asked to choose between one thing."""
    wish, currencies = reading.wish, index.currencies
    typed = request.GET.get("max_price", "")[: wishes.MOST_LETTERS] if "max_price" in reading.refused else ""
    return {
        "languages": index.languages,
        "modes": [(mode, wishes.MODES[mode]) for mode in index.modes],
        "openings": wishes.OPENINGS.items(),
        "places": any(person.places for person in index.people),
        "currencies": [(code, _symbol(code)) for code in currencies],
        "currency": wish.most.currency if wish.most else next(iter(currencies), ""),
        "most": typed or (wishes.major(wish.most) if wish.most else ""),
    }


def _symbol(currency: str) -> str:
    symbol = get_currency_symbol(currency, "en")
    return symbol if symbol == currency else f"{currency} {symbol}"


def _notices(reading: Reading, page: "Page[Entry]") -> list[str]:
    said = []
    if reading.refused:
        names = ", ".join(str(wishes.NAMES[name]) for name in reading.refused)
        said.append(_("This part of the search was not understood and is left out: %(names)s.") % {"names": names})
    if reading.page > page.number:
        said.append(_("There is no page %(number)d. This is the last one.") % {"number": reading.page})
    return said


def missing(request: HttpRequest, slug: str) -> HttpResponse:
    """No page under this address. It is not told whether someone is behind it; others who may help are named."""
    index = people.index()
    person = next((person for person in index.people if person.slug == slug), None)
    context = {"person": person, "similar": [] if person else index.similar(slug)}
    response = render(request, "booking/missing.html", context, status=404)
    response.headers["Cache-Control"] = "no-store"
    return response
