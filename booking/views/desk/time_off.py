"""Time off: a holiday, an afternoon, the rest of a day on which nothing goes any more."""

from datetime import date, datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from booking.hours import queries as hours_queries
from booking.hours.actions import Choice
from booking.hours.changes import NoTimeOff
from booking.hours.forms import TimeOffForm, problems_of
from booking.views.desk import review
from booking.views.desk.review import DO, Wish
from booking.wallclock import day_number
from common import clock
from common.templatetags.samay import long_day
from practitioners.desks import Desk, at_desk
from practitioners.models import TimeOff


@at_desk
@require_http_methods(["GET", "HEAD", "POST"])
def time_off(request: HttpRequest, desk: Desk) -> HttpResponse:
    """What is to come and what is over, and a form for more."""
    now = clock.now()
    if request.method != "POST" or request.POST.get(DO, "") in {"", "edit"}:
        initial = request.POST.dict() if request.method == "POST" else None
        return _page(request, desk, _form(desk, now, initial=initial), now)
    form = _form(desk, now, data=request.POST)
    if not form.is_valid():
        return _page(request, desk, form, now)
    wish = Wish(form.time_off, reverse("desk:time_off"), _("Your time off is saved."))
    context = {"section": "time_off", "back": reverse("desk:time_off")}
    return review.settle(request, desk, wish, now=now, template="desk/hours/review.html", context=context)


def _form(desk: Desk, now: datetime, **given: object) -> TimeOffForm:
    today = hours_queries.today(desk.practitioner, now=now)
    last = hours_queries.farthest_day(desk.practitioner, now=now)
    return TimeOffForm(now=now.astimezone(desk.practitioner.tzinfo), first=today, last=last, **given)


def _page(request: HttpRequest, desk: Desk, form: TimeOffForm, now: datetime) -> HttpResponse:
    today = now.astimezone(desk.practitioner.tzinfo)
    here = (today.date(), today.hour * 60 + today.minute)
    rows = list(desk.practitioner.time_off.all())
    context = {
        "desk": desk,
        "section": "time_off",
        "form": form,
        "problems": problems_of(form),
        "ahead": [row for row in rows if _end(row) > here],
        "over": [row for row in reversed(rows) if _end(row) <= here],
    }
    return render(request, "desk/hours/time_off.html", context)


def _end(row: TimeOff) -> tuple[date, int]:
    return row.last_day, row.ends


@at_desk
@require_POST
def remove(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """The times open again; nobody can be stranded by it."""
    row = desk.practitioner.time_off.filter(pk=number).first()
    if row is None:
        raise Http404
    change = NoTimeOff(row.pk, (day_number(row.first_day), row.starts), (day_number(row.last_day), row.ends))
    wish = Wish(change, reverse("desk:time_off"), _("The time off is removed."))
    return review.settle(request, desk, wish, now=clock.now(), template="desk/hours/review.html", context={})


@at_desk
@require_http_methods(["GET", "HEAD", "POST"])
def close_day(request: HttpRequest, desk: Desk) -> HttpResponse:
    """A sick day: close it, and decide about everyone who is booked. One press."""
    now = clock.now()
    day = _day(request, desk, now)
    change = hours_queries.rest_of_day(desk.practitioner, day, now=now)
    wish = Wish(
        change,
        reverse("desk:time_off"),
        _("%(day)s is closed.") % {"day": long_day(day)},
        choice=Choice.CANCEL,
    )
    context: dict[str, object] = {
        "section": "time_off",
        "day": day,
        "change": change,
        "first": hours_queries.today(desk.practitioner, now=now),
        "last": hours_queries.farthest_day(desk.practitioner, now=now),
    }
    if request.method == "POST":
        return review.settle(request, desk, wish, now=now, template="desk/hours/close.html", context=context)
    found = hours_queries.preview(desk.practitioner, change, now=now)
    return review.page(request, desk, wish, found, template="desk/hours/close.html", context=context)


def _day(request: HttpRequest, desk: Desk, now: datetime) -> date:
    """The date that is asked for; for a look at another one, the nearest that can be closed.

    What is sent is taken at its word: closing another day than was seen would cancel other people's visits.
    """
    first = hours_queries.today(desk.practitioner, now=now)
    last = hours_queries.farthest_day(desk.practitioner, now=now)
    if request.method != "POST":
        return min(max(_date(request.GET.get("date", "")) or first, first), last)
    day = _date(str(request.POST.get("date", "")))
    if day is None or not first <= day <= last:
        raise Http404
    return day


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
