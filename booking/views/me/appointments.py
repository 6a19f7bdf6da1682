"""Somebody's own appointments: what is ahead, what is past, what came to nothing."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from booking import zones
from booking.mine import queries
from booking.mine.queries import Shelf
from booking.views.me.cards import card_of
from booking.views.me.parts import person_of
from common import clock
from common.gate import signed_in
from common.http import personal

PER_PAGE = 10
_TABS = [
    (Shelf.UPCOMING, "me:appointments", _("Upcoming")),
    (Shelf.PAST, "me:past", _("Past")),
    (Shelf.CANCELLED, "me:cancelled", _("Cancelled")),
]


@personal
@require_safe
@signed_in
def appointments(request: HttpRequest, shelf: Shelf) -> HttpResponse:
    """One shelf, a page at a time. The same number of queries for any number of bookings."""
    now = clock.now()
    mine = queries.my_bookings(person_of(request), now)
    counts = queries.tally(mine)
    pages = Paginator(queries.on_shelf(mine, shelf), PER_PAGE)
    pages.count = counts[shelf]  # or it would be counted once more
    page = pages.get_page(request.GET.get("page"))
    context = {
        "shelf": shelf,
        "tabs": [(name, words, counts[each], each == shelf) for each, name, words in _TABS],
        "cards": [card_of(each, zones.shown(request, each.home_zone), now) for each in page],
        "page": page,
        "before": f"?page={page.previous_page_number()}" if page.has_previous() else "",
        "after": f"?page={page.next_page_number()}" if page.has_next() else "",
        "is_new": not any(counts.values()),
        "now": now,
    }
    return render(request, "me/appointments.html", context)
