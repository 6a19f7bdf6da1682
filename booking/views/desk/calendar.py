"""The calendar: a week as a table, a day as a list. On a phone the week's table gives way to a list, too."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from booking import zones
from booking.desk.agenda import agenda, week_of
from common import clock
from practitioners.desks import Desk, at_desk

DAY, WEEK = "day", "week"


@dataclass(frozen=True, slots=True)
class Pager:
    """What is shown, and the ways to what lies beside it."""

    view: str
    first: date
    last: date

    @property
    def before(self) -> date:
        return self.first - self._step

    @property
    def after(self) -> date:
        return self.first + self._step

    @property
    def _step(self) -> timedelta:
        return timedelta(7 if self.view == WEEK else 1)


@at_desk
@require_safe
def calendar(request: HttpRequest, desk: Desk) -> HttpResponse:
    """`view` is day or week; without it, a week where there is room and a day where there is little."""
    now = clock.now()
    today = now.astimezone(desk.practitioner.tzinfo).date()
    day = _wished(request.GET.get("date", "")) or today
    view = request.GET.get("view", "")
    first, last = (day, day) if view == DAY else week_of(day)
    found = agenda(desk.practitioner, first, last, now=now)
    rows = [] if view == DAY else found.table(now)
    context = {
        "desk": desk,
        "section": "calendar",
        "now": now,
        "today": today,
        "day": day,
        "agenda": found,
        "listed": [each for each in found.days if view == WEEK or each.date == day],
        "by_day": Pager(DAY, day, day),
        "by_week": Pager(WEEK, *week_of(day)),
        "view": view if view in {DAY, WEEK} else "",
        "titled": view == WEEK,
        "rows": rows,
        "twice": any(row.again for row in rows),
    }
    return render(request, "desk/calendar.html", context)


def _wished(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if zones.is_near(day) else None
