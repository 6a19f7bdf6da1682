"""The working week, and the rules beside it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from booking.hours import queries as hours_queries
from booking.hours.changes import NewWeek, minutes_a_week
from booking.hours.forms import RulesForm, problems_of
from booking.views.desk import review
from booking.views.desk.review import DO, Wish
from common import clock
from practitioners.desks import Desk, at_desk
from practitioners.errors import Overtaken
from practitioners.forms.intervals import Intervals

_NOTHING_SAVED = {"", "edit", "look"}


@at_desk
@require_http_methods(["GET", "HEAD", "POST"])
def hours(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Seven days of intervals. Buttons that rearrange them answer with the same page; only Save writes."""
    now = clock.now()
    if request.method != "POST":
        week = Intervals.week().fill(hours_queries.week_of(desk.practitioner))
        return _week_page(request, desk, week, base=hours_queries.base_of(desk.practitioner, NewWeek({})))
    week, base = Intervals.week().read(request.POST), str(request.POST.get("base", ""))
    pressed = request.POST.get(DO, "")
    focus = week.rearrange(request.POST)
    if focus or pressed in _NOTHING_SAVED:
        return _week_page(request, desk, week, base=base, focus=focus)
    if not week.is_valid():
        return _week_page(request, desk, week, base=base, is_refused=True)
    wish = Wish(NewWeek(week.hours), reverse("desk:hours"), _("Your week is saved."), base)
    context = {"section": "hours", "back": reverse("desk:hours")}
    try:
        return review.settle(request, desk, wish, now=now, template="desk/hours/review.html", context=context)
    except Overtaken:
        base = hours_queries.base_of(desk.practitioner, NewWeek({}))
        return _week_page(request, desk, week, base=base, overtaken=review.overtaken())


def _week_page(
    request: HttpRequest,
    desk: Desk,
    week: Intervals,
    *,
    base: str,
    focus: str = "",
    is_refused: bool = False,
    overtaken: str = "",
) -> HttpResponse:
    context = {
        "desk": desk,
        "section": "hours",
        "week": week,
        "base": base,
        "focus": focus,
        "copying": len(week.hours) == 1,  # the next thing one wants
        "form": {"errors": is_refused or bool(overtaken)},
        "problems": list(week.problems) if is_refused else [],
        "overtaken": overtaken,
        "hours_a_week": minutes_a_week(week.hours) / 60,
        "hours_begun": -(-minutes_a_week(week.hours) // 60),  # for the plural
        "fullest": hours_queries.fullest_week(desk.practitioner, week.hours),
    }
    return render(request, "desk/hours/week.html", context)


@at_desk
@require_http_methods(["GET", "HEAD", "POST"])
def rules(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Zone, grid, buffers, notice, horizon and caps."""
    stored = hours_queries.rules_as_they_are(desk.practitioner)
    if request.method != "POST":
        form = RulesForm(initial=RulesForm.filled(stored))
        return _rules_page(request, desk, form, base=hours_queries.base_of(desk.practitioner, stored))
    base, query = str(request.POST.get("base", "")), str(request.POST.get("query", ""))[:80].strip()
    if request.POST.get(DO, "") in {"find", "edit", ""}:
        form = RulesForm(initial=request.POST.dict(), query=query)
        return _rules_page(request, desk, form, base=base)
    form = RulesForm(request.POST)
    if not form.is_valid():
        return _rules_page(request, desk, form, base=base)
    wish = Wish(form.rules, reverse("desk:rules"), _("Your rules are saved."), base)
    context = {"section": "hours", "back": reverse("desk:rules")}
    try:
        return review.settle(request, desk, wish, now=clock.now(), template="desk/hours/review.html", context=context)
    except Overtaken:
        base = hours_queries.base_of(desk.practitioner, stored)
        return _rules_page(request, desk, form, base=base, overtaken=review.overtaken())


def _rules_page(request: HttpRequest, desk: Desk, form: RulesForm, *, base: str, overtaken: str = "") -> HttpResponse:
    query = str(request.POST.get("query", ""))[:80].strip()
    context = {
        "desk": desk,
        "section": "hours",
        "form": form,
        "problems": problems_of(form),
        "overtaken": overtaken,
        "base": base,
        "query": query,
        "found_none": bool(query) and not form.found,
    }
    return render(request, "desk/hours/rules.html", context)
