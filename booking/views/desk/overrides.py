"""Dates that differ from the week: other hours, none at all, or hours on a day that is closed otherwise."""

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from booking.hours import queries as hours_queries
from booking.hours.changes import Change, NewDate, UsualDate
from booking.hours.forms import DayForm, NoteForm
from booking.views.desk import review
from booking.views.desk.review import DO, Wish
from booking.wallclock import day_number
from common import clock
from common.http import see_other
from common.templatetags.samay import long_day
from practitioners.desks import Desk, at_desk
from practitioners.errors import Overtaken
from practitioners.forms.intervals import Intervals
from practitioners.models import DateOverride

_USUAL = "usual"


@at_desk
@require_safe
def overrides(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The dates to come and those that are over. Asked for a date, it leads to that date's page."""
    now = clock.now()
    today, last = _bounds(desk)
    form = DayForm(request.GET if "day" in request.GET else None, first=today, last=last)
    if form.is_bound and form.is_valid():
        return see_other("desk:override", form.cleaned_data["day"])
    rows = list(desk.practitioner.overrides.prefetch_related("hours"))
    context = {
        "desk": desk,
        "section": "time_off",
        "form": form,
        "ahead": [row for row in rows if row.day >= today],
        "over": [row for row in reversed(rows) if row.day < today],
        "now": now,
    }
    return render(request, "desk/hours/overrides.html", context)


def _bounds(desk: Desk) -> tuple[date, date]:
    now = clock.now()
    return hours_queries.today(desk.practitioner, now=now), hours_queries.farthest_day(desk.practitioner, now=now)


@at_desk
@require_http_methods(["GET", "HEAD", "POST"])
def override(request: HttpRequest, desk: Desk, text: str) -> HttpResponse:
    """One date. Without hours it is closed; `usual` gives it the weekday's hours again."""
    day = _day(text)
    today, last = _bounds(desk)
    if not today <= day <= last:
        messages.error(request, _("Only dates from today to two years ahead can be changed."))
        return see_other("desk:overrides")
    if request.method == "POST":
        return _change(request, desk, day)
    stored = _stored(desk, day)
    usual = hours_queries.week_of(desk.practitioner).get(day.weekday(), [])
    hours = [(row.starts, row.ends) for row in stored.hours.all()] if stored else usual
    form = NoteForm(initial={"note": stored.note if stored else ""})
    base = hours_queries.base_of(desk.practitioner, UsualDate(day_number(day)))
    return _page(request, desk, day, Intervals.date(long_day(day)).fill({0: hours}), form, base=base)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Http404 from None


def _stored(desk: Desk, day: date) -> DateOverride | None:
    return desk.practitioner.overrides.prefetch_related("hours").filter(day=day).first()


def _change(request: HttpRequest, desk: Desk, day: date) -> HttpResponse:
    intervals, form = Intervals.date(long_day(day)).read(request.POST), NoteForm(request.POST)
    pressed, base = request.POST.get(DO, ""), str(request.POST.get("base", ""))
    focus = intervals.rearrange(request.POST)
    if focus or pressed == "edit" or not (pressed or _USUAL in request.POST):
        typed = NoteForm(initial=request.POST.dict())
        return _page(request, desk, day, intervals, typed, base=base, focus=focus)
    change = _wanted(request, day, intervals, form)
    if change is None:
        return _page(request, desk, day, intervals, form, base=base)
    said = _("%(day)s has the usual hours again.") if isinstance(change, UsualDate) else _("%(day)s is saved.")
    wish = Wish(change, reverse("desk:overrides"), said % {"day": long_day(day)}, base)
    context: dict[str, object] = {"section": "time_off", "back": reverse("desk:override", args=[day])}
    try:
        return review.settle(request, desk, wish, now=clock.now(), template="desk/hours/review.html", context=context)
    except Overtaken:
        fresh = hours_queries.base_of(desk.practitioner, change)
        return _page(request, desk, day, intervals, form, base=fresh, overtaken=review.overtaken())


def _wanted(request: HttpRequest, day: date, intervals: Intervals, form: NoteForm) -> Change | None:
    """The change that was typed; None, with the errors in their places, if it makes no sense."""
    if _USUAL in request.POST:
        return UsualDate(day_number(day))
    if not (intervals.is_valid() & form.is_valid()):
        return None
    return NewDate(day_number(day), intervals.hours.get(0, []), form.cleaned_data["note"])


def _page(
    request: HttpRequest,
    desk: Desk,
    day: date,
    intervals: Intervals,
    form: NoteForm,
    *,
    base: str,
    focus: str = "",
    overtaken: str = "",
) -> HttpResponse:
    problems = list(intervals.problems)
    if form.is_bound:
        problems += [("id_note", str(error)) for error in form["note"].errors]
        for _place, problem in intervals.problems:
            form.add_error(None, problem)
    context = {
        "desk": desk,
        "section": "time_off",
        "day": day,
        "stored": _stored(desk, day),
        "usual": hours_queries.week_of(desk.practitioner).get(day.weekday(), []),
        "week": intervals,
        "form": form,
        "base": base,
        "focus": focus,
        "problems": problems,
        "overtaken": overtaken,
    }
    return render(request, "desk/hours/override.html", context)
