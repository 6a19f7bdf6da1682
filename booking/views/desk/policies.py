"""What patients may do on their own, told as they will read it."""

from datetime import datetime, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from booking import deadlines
from booking.terms import agreed
from common import clock
from common.http import see_other
from practitioners.actions import policies as actions
from practitioners.desks import Desk, at_desk
from practitioners.forms.policies import PoliciesForm
from practitioners.models import Practitioner

_AFTERNOON = 14


@at_desk
@require_http_methods(["GET", "HEAD", "POST"])
def policies(request: HttpRequest, desk: Desk) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    form = PoliciesForm(data, initial={"cancel_cutoff": desk.practitioner.cancel_cutoff})
    now = clock.now()
    if form.is_valid():
        minutes = form.cleaned_data["cancel_cutoff"]
        actions.change_cutoff(desk.practitioner, minutes=minutes, by=desk.actor(request), now=now)
        messages.success(request, _("Your policy is saved."))
        return see_other("desk:policies")
    visit = example_visit(desk.practitioner, now)
    context = {
        "desk": desk,
        "section": "profile",
        "page": "policies",
        "form": form,
        "visit": visit,
        "until": deadlines.cancellable_until(visit, agreed(desk.practitioner)),
    }
    return render(request, "desk/policies.html", context)


def example_visit(practitioner: Practitioner, now: datetime) -> datetime:
    """Two o'clock on a day that is far enough away to be cancelled in time."""
    local = now.astimezone(practitioner.tzinfo) + timedelta(minutes=practitioner.cancel_cutoff, days=2)
    return local.replace(hour=_AFTERNOON, minute=0, second=0, microsecond=0, fold=0)
