"""All bookings of the desk, in lists and by search."""

from datetime import date, datetime

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from booking import zones
from booking.desk import visits
from booking.desk.visits import Show
from common import clock
from common.http import see_other
from practitioners.desks import Desk, at_desk

TABS = (
    (Show.UPCOMING, _("Upcoming")),
    (Show.PAST, _("Past")),
    (Show.OFF, _("Cancelled and expired")),
    (Show.ALL, _("All")),
)


class SearchForm(forms.Form):
    """What somebody is looked for by. It is posted, so that no name gets into an address or a log."""

    words = forms.CharField(
        label=_("Find a booking"),
        max_length=120,
        help_text=_("Reference, name, e-mail or phone of the patient"),
        error_messages={"required": _("Enter what to look for.")},
    )


class DatesForm(forms.Form):
    """From a day to a day, both optional."""

    first = forms.DateField(label=_("From"), required=False, widget=forms.DateInput({"type": "date"}))
    last = forms.DateField(label=_("To"), required=False, widget=forms.DateInput({"type": "date"}))


@at_desk
@require_http_methods(["GET", "HEAD", "POST"])
def listing(request: HttpRequest, desk: Desk) -> HttpResponse:
    """A list by GET, whose filters stand in the address; a search by POST, whose words do not."""
    if request.method == "POST":
        return _search(request, desk)
    show = next((show for show, _name in TABS if show == request.GET.get("show")), Show.UPCOMING)
    dates = DatesForm(request.GET)
    given = dates.cleaned_data if dates.is_valid() else {}
    first, last = _near(given.get("first")), _near(given.get("last"))
    after = request.GET.get("after", "")
    page = visits.listed(desk.practitioner, show, first=first, last=last, after=after, now=clock.now())
    context = {
        **_frame(desk, clock.now()),
        "form": SearchForm(),
        "page": page,
        "show": show,
        "first": first,
        "last": last,
        "after": after,
    }
    return render(request, "desk/bookings.html", context)


def _search(request: HttpRequest, desk: Desk) -> HttpResponse:
    form = SearchForm(request.POST)
    context = {**_frame(desk, clock.now()), "form": form, "searching": True}
    if form.is_valid():
        words = form.cleaned_data["words"]
        context["page"] = page = visits.search(desk.practitioner, words, after=request.POST.get("after", ""))
        references = {booking.reference for booking in page.bookings}
        if visits.as_reference(words) in references:
            return see_other("desk:booking", visits.as_reference(words))
    return render(request, "desk/bookings.html", context)


def _frame(desk: Desk, now: datetime) -> dict[str, object]:
    return {"desk": desk, "section": "bookings", "zone": desk.practitioner.zone, "now": now, "tabs": TABS}


def _near(day: date | None) -> date | None:
    return day if day and zones.is_near(day) else None
