"""Calling a visit off at the desk, with a reason, after saying what follows from it."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from booking import actions
from booking.deadlines import ALL
from booking.desk import visits
from booking.desk.options import may_cancel
from booking.errors import WrongState
from booking.views.desk.booking import frame, just_changed, not_any_more
from common import clock
from common.http import see_other
from practitioners.desks import Desk, at_desk
from practitioners.forms.fields import LineField


class CancelForm(forms.Form):
    """Why the practice calls a visit off."""

    reason = LineField(
        label=gettext_lazy("Reason"),
        max_length=300,
        help_text=gettext_lazy("For the booking’s history; the patient does not see it. Leave out health matters."),
        error_messages={"required": gettext_lazy("Say in a few words why.")},
    )


@at_desk
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, desk: Desk, reference: str) -> HttpResponse:
    booking = visits.at_desk(desk.practitioner, reference)
    now = clock.now()
    if not may_cancel(booking, now):
        said = _("Nothing was done: this booking can’t be cancelled any more. Here is how it stands.")
        return not_any_more(request, reference, said)
    form = CancelForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            actions.cancel(booking, by=desk.actor(request), reason=reason, now=now, percent_shown=ALL)
        except WrongState:
            return just_changed(request, reference)
        messages.success(request, _("The booking is cancelled."))
        return see_other("desk:booking", reference)
    return render(request, "desk/cancel.html", {**frame(desk, booking, now), "form": form})
