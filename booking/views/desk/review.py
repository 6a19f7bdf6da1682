"""What a change of the hours does, shown before it is made: times that come and go, and who would be stranded.

Every page that changes when someone works ends here. The change is made at once where nobody is stranded; otherwise
the page in between asks of each booking whether it is kept, its patient asked for another time, or cancelled. It
carries what was typed along, so that it can be gone back to, and sent as it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from booking.errors import Undecided
from booking.hours import queries as hours_queries
from booking.hours.actions import Choice, Outcome, change_hours
from booking.hours.changes import Change, Difference
from booking.hours.queries import Effect, Preview, Stranded
from booking.wallclock import day_of
from common.http import see_other
from common.text import one_line
from practitioners.desks import CHOSEN, Desk
from practitioners.models import Service

DO = "do"  # the buttons' name: save, preview, edit, keep, ask, cancel
MOST_DAYS = 14
_MOST_TOLD = 3
_MOST_WORDS = 300
MOST_ASKED = 200  # by name; the later ones are decided about together, as a form holds only so many fields
_DECIDE, _SEEN, _LATER, _REASON, _WORDS = "decide-", "seen", "later", "reason", "words"
_OTHERS = _DECIDE + "others"
_OWN = {DO, _SEEN, _LATER, _REASON, _WORDS, CHOSEN, "csrfmiddlewaretoken"}


@dataclass(frozen=True, slots=True)
class Wish:
    """What a page wants to change, where success leads, and what is said then."""

    change: Change
    done: str  # an address
    saved: str
    base: str = ""
    choice: Choice | None = None  # what is chosen for each booking to begin with


@dataclass(frozen=True, slots=True)
class Line:
    """A service, and what happens to its times."""

    service: Service
    words: str
    days: Sequence[tuple[date, int, int, int]]
    left_out: int
    difference: Difference


@dataclass(frozen=True, slots=True)
class Question:
    """A stranded booking, and what was decided so far."""

    stranded: Stranded
    name: str
    choice: str
    is_new: bool
    is_missing: bool


def settle(
    request: HttpRequest, desk: Desk, wish: Wish, *, now: datetime, template: str, context: Mapping[str, object]
) -> HttpResponse:
    """Make the change, or show what there is to decide first. Raises Overtaken."""
    found = hours_queries.preview(desk.practitioner, wish.change, now=now)
    if request.POST.get(DO, "save") != "save":
        return page(request, desk, wish, found, template=template, context=context)
    try:
        outcome = change_hours(
            desk.practitioner,
            change=wish.change,
            decisions=_decisions(request.POST),
            base=wish.base,
            reason=_typed(request.POST, _REASON),
            words=_typed(request.POST, _WORDS),
            by=desk.actor(request),
            now=now,
        )
    except Undecided:
        found = hours_queries.preview(desk.practitioner, wish.change, now=now)
        return page(request, desk, wish, found, template=template, context=context)
    messages.success(request, " ".join(_told(wish, found, outcome)))
    return see_other(wish.done)


def page(
    request: HttpRequest, desk: Desk, wish: Wish, found: Preview, *, template: str, context: Mapping[str, object]
) -> HttpResponse:
    questions = _questions(request.POST, found.stranded, wish)
    asked, later = questions[:MOST_ASKED], questions[MOST_ASKED:]
    missing = [question for question in asked if question.is_missing]
    missing += [question for question in later if question.is_missing][:1]
    lacks_words = _lacks_words(request.POST, questions)
    more = {
        "desk": desk,
        "lines": [_line(effect) for effect in found.effects],
        "questions": asked,
        "later": later,
        "count": len(questions),
        "new": sum(question.is_new for question in questions),
        "missing": missing,
        "lacks_words": lacks_words,
        "form": {"errors": bool(missing) or lacks_words},  # for the page's title
        "zone": desk.practitioner.zone,
        "typed": [(name, value) for name, values in request.POST.lists() if _is_typed(name) for value in values],
        "may_ask": any(question.stranded.may_ask for question in questions),
        "reason": _typed(request.POST, _REASON),
        "words": _typed(request.POST, _WORDS),
    }
    return render(request, template, {**more, **context})


def _is_typed(name: str) -> bool:
    return name not in _OWN and not name.startswith(_DECIDE)


def _decisions(data: QueryDict) -> dict[str, Choice]:
    """By the marks of the bookings that the person saw; whatever else is sent means nothing."""
    given = {name.removeprefix(_DECIDE): str(data[name]) for name in data if name.startswith(_DECIDE)}
    given |= dict.fromkeys(_marks(data, _LATER), str(data.get(_OTHERS, "")))
    return {mark: Choice(value) for mark, value in given.items() if value in set(Choice)}


def _marks(data: QueryDict, name: str) -> list[str]:
    return str(data.get(name, "")).split()


def _typed(data: QueryDict, name: str) -> str:
    try:
        return one_line(str(data.get(name, "")))[:_MOST_WORDS]
    except ValueError:
        return ""


def _lacks_words(data: QueryDict, questions: Sequence[Question]) -> bool:
    """Whether somebody would be asked for another time without a word."""
    asks = any(question.choice == Choice.ASK and question.stranded.may_ask for question in questions)
    return asks and data.get(DO) == "save" and not _typed(data, _WORDS)


def _questions(data: QueryDict, stranded: Sequence[Stranded], wish: Wish) -> list[Question]:
    """What is asked about each. `seen` is sent along with every list that was shown, be it empty."""
    decisions, seen, pressed = _decisions(data), set(_marks(data, _SEEN)), data.get(DO, "")
    for_all = {"keep": Choice.KEEP, "ask": Choice.ASK, "cancel": Choice.CANCEL}.get(str(pressed))
    found = []
    for place, each in enumerate(stranded):
        name = _DECIDE + each.mark if place < MOST_ASKED else _OTHERS
        is_new = _SEEN in data and each.mark not in seen
        choice = for_all or decisions.get(each.mark) or (None if each.mark in seen else wish.choice)
        if choice == Choice.ASK and not each.may_ask and name != _OTHERS:
            choice = Choice.CANCEL
        is_missing = _SEEN in data and pressed == "save" and each.mark not in decisions
        found.append(Question(each, name, choice or "", is_new, is_missing))
    return found


# --- In words ---------------------------------------------------------------------------------------------------------


def _line(effect: Effect) -> Line:
    difference = effect.difference
    rows = [
        (day_of(day), difference.gone.get(day, 0), difference.come.get(day, 0), difference.open.get(day, 0))
        for day in difference.days[:MOST_DAYS]
    ]
    return Line(effect.service, words(difference), rows, max(0, len(difference.days) - MOST_DAYS), difference)


def words(difference: Difference) -> str:
    """Mon 7 Dec – Fri 29 Jan: 12 fewer times, 8 more"""
    days = difference.days
    if not days:
        return _("The times on offer stay the same.")
    when = _short(days[0]) if len(days) == 1 else f"{_short(days[0])} – {_short(days[-1])}"
    counts = {"days": when, "fewer": difference.fewer, "more": difference.more}
    if not difference.more:
        return ngettext("%(days)s: %(fewer)d fewer time", "%(days)s: %(fewer)d fewer times", difference.fewer) % counts
    if not difference.fewer:
        return ngettext("%(days)s: %(more)d more time", "%(days)s: %(more)d more times", difference.more) % counts
    several = ngettext(
        "%(days)s: %(fewer)d fewer time, %(more)d more",
        "%(days)s: %(fewer)d fewer times, %(more)d more",
        difference.fewer,
    )
    return several % counts


def _short(day: int) -> str:
    return date_format(day_of(day), "D j M")


def _told(wish: Wish, found: Preview, outcome: Outcome) -> list[str]:
    """What is said after the change."""
    said = [wish.saved]
    if outcome.asked:
        told = ngettext(
            "%(count)d patient is asked for another time.",
            "%(count)d patients are asked for another time.",
            outcome.asked,
        )
        said.append(told % {"count": outcome.asked})
    if outcome.cancelled:
        told = ngettext(
            "%(count)d booking is cancelled; what was paid goes back in full.",
            "%(count)d bookings are cancelled; what was paid goes back in full.",
            outcome.cancelled,
        )
        said.append(told % {"count": outcome.cancelled})
    changed = [effect for effect in found.effects if effect.difference.days]
    if found.effects and not changed:
        said.append(_("The times on offer stay as they were."))
    for effect in changed[:_MOST_TOLD]:
        names = {"service": effect.service.name, "minutes": effect.service.duration, "change": words(effect.difference)}
        said.append(_("%(service)s, %(minutes)d minutes – %(change)s.") % names)
    return said


def overtaken() -> str:
    return _(
        "This was changed elsewhere while you were here, so nothing is saved yet. Saving once more replaces it with "
        "what you see below."
    )
