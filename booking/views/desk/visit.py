"""After the visit: it took place, or nobody came; and the room of a visit by video."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from booking import actions, meeting
from booking.desk import visits
from booking.desk.options import BEEN
from booking.errors import NoReason, TooEarly, WrongState
from booking.lifecycle import Status
from booking.models import Booking
from booking.views.desk.booking import frame, just_changed, not_any_more
from booking.views.video import room_of
from common import clock
from common.http import see_other
from practitioners.desks import Desk, at_desk
from practitioners.forms.fields import LineField
from practitioners.models import Mode

_SAY = {Status.COMPLETED: actions.complete, Status.NO_SHOW: actions.miss}


class CorrectionForm(forms.Form):
    """Why something else is said now of a visit."""

    reason = LineField(
        label=gettext_lazy("Reason"),
        max_length=300,
        help_text=gettext_lazy("For the booking’s history; the patient does not see it. Leave out health matters."),
        error_messages={"required": gettext_lazy("Say in a few words why.")},
    )


@at_desk
@require_POST
def took_place(request: HttpRequest, desk: Desk, reference: str) -> HttpResponse:
    return _look_back(request, desk, reference, Status.COMPLETED)


@at_desk
@require_POST
def nobody_came(request: HttpRequest, desk: Desk, reference: str) -> HttpResponse:
    return _look_back(request, desk, reference, Status.NO_SHOW)


def _look_back(request: HttpRequest, desk: Desk, reference: str, wanted: Status) -> HttpResponse:
    """Say how the visit was, if nobody has yet. What was said before is changed on a page of its own."""
    booking = visits.at_desk(desk.practitioner, reference)
    now = clock.now()
    try:
        _SAY[wanted](booking, by=desk.actor(request), now=now)
    except TooEarly:
        messages.warning(
            request, _("Nothing was done: the visit has not begun yet. How it was can be said once it has.")
        )
    except NoReason:
        return _said_before(request, desk, reference, wanted)
    except WrongState:
        return just_changed(request, reference)
    else:
        messages.success(request, _said(wanted))
    return see_other("desk:booking", reference)


def _said_before(request: HttpRequest, desk: Desk, reference: str, wanted: Status) -> HttpResponse:
    """The second press of a button finds what the first one did; the other button needs a reason."""
    booking: Booking = visits.at_desk(desk.practitioner, reference)
    if booking.status == wanted:
        messages.info(request, _("That was noted already."))
        return see_other("desk:booking", reference)
    messages.info(request, _("Something else was noted before. Say why it changes."))
    return see_other("desk:correct", reference)


@at_desk
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest, desk: Desk, reference: str) -> HttpResponse:
    """Say the opposite of what was said before, with a reason. The form names what it turns the visit into."""
    booking = visits.at_desk(desk.practitioner, reference)
    now = clock.now()
    if booking.status not in BEEN:
        said = _("Nothing was done: nobody has said yet how this visit was. Here is how it stands.")
        return not_any_more(request, reference, said)
    opposite = Status.NO_SHOW if booking.status == Status.COMPLETED else Status.COMPLETED
    form = CorrectionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and request.POST.get("to") != opposite:
        return just_changed(request, reference)
    if form.is_valid():
        try:
            _SAY[opposite](booking, by=desk.actor(request), now=now, reason=form.cleaned_data["reason"])
        except WrongState:
            return just_changed(request, reference)
        messages.success(request, _said(opposite))
        return see_other("desk:booking", reference)
    return render(request, "desk/looking_back.html", {**frame(desk, booking, now), "form": form, "opposite": opposite})


def _said(after: Status) -> str:
    return _("Noted: the visit took place.") if after == Status.COMPLETED else _("Noted: nobody came.")


@at_desk
@require_safe
def join(request: HttpRequest, desk: Desk, reference: str) -> HttpResponse:
    """Go into the room of a visit by video, or read when it opens."""
    booking = visits.at_desk(desk.practitioner, reference)
    if booking.mode != Mode.VIDEO:
        raise Http404
    now = clock.now()
    room = room_of(booking, now)
    if room is None:
        return see_other("desk:booking", reference)
    if room.is_open:
        return see_other(meeting.room_url(booking))
    return render(request, "desk/join.html", {**frame(desk, booking, now), "room": room})
