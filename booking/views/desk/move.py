"""Another time for a visit, from the desk: move it there, or ask its patient to choose one."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from booking import actions, pages, queries, zones
from booking.actions.at_desk import FURTHEST
from booking.availability import State
from booking.desk import booking_in, visits
from booking.desk.booking_in import Doubt
from booking.desk.forms import OtherTimeForm
from booking.desk.options import may_ask, may_move
from booking.errors import SlotTaken, WrongState
from booking.models import Booking
from booking.templatetags.booking import instant
from booking.views.desk.booking import frame, just_changed, not_any_more
from common import clock
from common.http import see_other
from common.templatetags.samay import clock as wall_clock
from common.templatetags.samay import day as day_words
from practitioners.desks import Desk, at_desk
from practitioners.forms.fields import TextField

_MOST_WORDS = 300


class WordsForm(forms.Form):
    """What the practice writes to the patient when it moves a visit."""

    words = TextField(
        label=gettext_lazy("Words for the patient"),
        max_length=_MOST_WORDS,
        required=False,
        help_text=gettext_lazy("They read it in the e-mail that tells of the move. Leave out health matters."),
        widget=forms.Textarea({"rows": 3}),
    )


class AskForm(forms.Form):
    """Why the practice asks for another time."""

    words = TextField(
        label=gettext_lazy("Words for the patient"),
        max_length=_MOST_WORDS,
        help_text=gettext_lazy(
            "They read it in the e-mail and on the page of their booking. Leave out health matters."
        ),
        widget=forms.Textarea({"rows": 3}),
        error_messages={"required": gettext_lazy("Write a few words. The patient reads them.")},
    )


@at_desk
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest, desk: Desk, reference: str) -> HttpResponse:
    """Choose a time, see what it means, and move the visit there: one address, and only the last step is posted."""
    booking = visits.at_desk(desk.practitioner, reference)
    now = clock.now()
    if not may_move(booking, now):
        said = _("Nothing was done: this booking can’t be moved any more. Here is how it stands.")
        return not_any_more(request, reference, said)
    if request.method == "POST":
        return _moved(request, desk, booking, now)
    wished = zones.sent_instant(request.GET.get("slot", ""))
    if wished is not None and now < wished <= now + FURTHEST and wished != booking.starts_at:
        return _check(request, desk, booking, wished, now, words=WordsForm(auto_id="%s"))
    return _times(request, desk, booking, now)


def _times(request: HttpRequest, desk: Desk, booking: Booking, now: datetime) -> HttpResponse:
    """The times of one day, the visit's own to begin with; a time that is on no list leads on from here, too."""
    zone, step = desk.practitioner.zone, desk.practitioner.step
    today = zones.local(now, zone).date()
    last = today + FURTHEST
    day = min(max(_day(request.GET.get("date", "")) or zones.local(booking.starts_at, zone).date(), today), last)
    form = OtherTimeForm(request.GET if "time" in request.GET else None)
    if form.is_valid() and (start := _other_start(form, day, booking, now)):
        return see_other(f"{request.path}?slot={instant(start)}")
    slots = queries.whole_day(queries.as_booked(booking), day, zone=zone, now=now, given_up=booking)
    slots = [replace(slot, state=State.BOOKED) if slot.start == booking.starts_at else slot for slot in slots]
    parts = pages.parts_of_day(slots, since=now, zone=zone, home=zone, step=step)
    context = {
        **frame(desk, booking, now),
        "day": day,
        "today": today,
        "last": last,
        "before": day - timedelta(1) if day > today else None,
        "following": day + timedelta(1) if day < last else None,
        "parts": [part for part in parts if part.first],
        "service": queries.as_booked(booking),
        "form": form,
    }
    return render(request, "desk/move.html", context)


def _other_start(form: OtherTimeForm, day: date, booking: Booking, now: datetime) -> datetime | None:
    start = booking_in.instant_of(day, form.cleaned_data["time"], booking.practitioner)
    if start is None:
        form.add_error("time", _("The clock skips this time that night. Enter another."))
    elif start <= now:
        form.add_error("time", _("That is over. A visit can be moved to a time that is still to come."))
    elif start == booking.starts_at:
        form.add_error("time", _("The visit is at that time already."))
    else:
        return start
    return None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _check(
    request: HttpRequest,
    desk: Desk,
    booking: Booking,
    start: datetime,
    now: datetime,
    *,
    words: WordsForm,
) -> HttpResponse:
    """What moving the visit there means, before it is done."""
    service = queries.as_booked(booking)
    doubt = booking_in.doubt_about(service, start, now=now, but=booking.pk)
    if doubt == Doubt.TAKEN:
        others = queries.alternatives(service, start, now=now, instead_of=booking)
        return _taken(request, desk, booking, start, now, words=words, alternatives=others)
    end = start + booking.duration
    context = {**frame(desk, booking, now), "start": start, "end": end, "doubt": doubt, "form": words}
    return render(request, "desk/move_check.html", context)


def _taken(
    request: HttpRequest,
    desk: Desk,
    booking: Booking,
    wanted: datetime,
    now: datetime,
    *,
    words: WordsForm,
    alternatives: Sequence[datetime],
) -> HttpResponse:
    """Somebody else has the time. One tap moves the visit to another one; what was typed goes along."""
    typed = words["words"].value() or ""
    context = {**frame(desk, booking, now), "wanted": wanted, "alternatives": alternatives, "typed": typed}
    return render(request, "desk/move_taken.html", context, status=409 if request.method == "POST" else 200)


def _moved(request: HttpRequest, desk: Desk, booking: Booking, now: datetime) -> HttpResponse:
    start = zones.sent_instant(request.POST.get("slot", ""))
    if start is None or not now < start <= now + FURTHEST:
        return see_other("desk:move", booking.reference)
    if start == booking.starts_at:  # the second press of a double press
        return see_other("desk:booking", booking.reference)
    words = WordsForm(request.POST, auto_id="%s")
    if not words.is_valid():
        return _check(request, desk, booking, start, now, words=words)
    before, zone = booking.starts_at, desk.practitioner.zone
    try:
        actions.reschedule(
            booking,
            start=start,
            by=desk.actor(request),
            now=now,
            reason=words.cleaned_data["words"],
            sequence=_sequence(request),
        )
    except SlotTaken as refusal:
        return _taken(request, desk, booking, start, now, words=words, alternatives=refusal.alternatives)
    except WrongState:
        return just_changed(request, booking.reference)
    told = {"old": _when(before, zone), "new": _when(start, zone)}
    messages.success(request, _("Moved from %(old)s to %(new)s.") % told)
    return see_other("desk:booking", booking.reference)


def _when(moment: datetime, zone: str) -> str:
    return f"{day_words(moment, zone)}, {wall_clock(moment, zone)}"


def _sequence(request: HttpRequest) -> int:
    """How often the visit had been moved when its page was drawn; a form that doesn't say so moves nothing."""
    seen = request.POST.get("sequence", "")
    return int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else -1  # noqa: PLR2004


@at_desk
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, desk: Desk, reference: str) -> HttpResponse:
    """Ask the patient to choose another time. Until they do, the visit stays where it is."""
    booking = visits.at_desk(desk.practitioner, reference)
    now = clock.now()
    if not may_ask(booking, now):
        said = _("Nothing was done: no other time can be asked for any more. Here is how it stands.")
        return not_any_more(request, reference, said)
    form = AskForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            actions.ask_to_move(booking, by=desk.actor(request), why=form.cleaned_data["words"], now=now)
        except WrongState:
            return just_changed(request, reference)
        messages.success(request, _told_of(booking))
        return see_other("desk:booking", reference)
    return render(request, "desk/ask.html", {**frame(desk, booking, now), "form": form})


def _told_of(booking: Booking) -> str:
    if booking.patient and booking.patient.email:
        return _("The patient is asked for another time by e-mail. Until they choose one, the visit stays where it is.")
    return _("It is noted that you ask for another time. There is no e-mail address: please call them.")
