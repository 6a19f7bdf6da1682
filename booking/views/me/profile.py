"""What is kept about oneself, so that the next booking asks for the time alone."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from booking import zones
from booking.forms import CONSENT
from booking.mine import actions, queries
from booking.mine.forms import ProfileForm
from booking.models import SavedPerson
from booking.views.me.parts import actor_of, person_of
from common import clock
from common.gate import signed_in
from common.http import personal, see_other
from common.models import User


@personal
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def profile(request: HttpRequest) -> HttpResponse:
    """Kept before, or taken over from the booking they made last: nothing is asked twice."""
    user = person_of(request)
    owner = queries.owner_of(user)
    initial = _as_kept(owner) if owner else _as_booked(user, zones.shown(request, settings.SITE_ZONE))
    data = request.POST if request.method == "POST" else None
    form = ProfileForm(data, initial=initial, zone=request.POST.get("zone") or str(initial["zone"]))
    if request.method == "POST" and form.is_valid():
        facts = {name: form.cleaned_data[name] for name in ("name", "phone", "zone")}
        consent = CONSENT if form.cleaned_data["agrees"] else ""
        actions.keep_myself(user, **facts, consent=consent, by=actor_of(request), now=clock.now())
        messages.success(request, _("Your details are saved."))
        return see_other("me:appointments")
    return render(request, "me/profile.html", {"form": form, "is_kept": owner is not None})


def _as_kept(owner: SavedPerson) -> dict[str, str | bool]:
    agrees = owner.consent_version == CONSENT
    return {"name": owner.name, "phone": owner.phone, "zone": owner.zone, "agrees": agrees}


def _as_booked(user: User, zone: str) -> dict[str, str | bool]:
    patient = queries.newest_patient(user)
    if patient is None:
        return {"name": user.name, "zone": zone}
    return {"name": patient.contact_name, "phone": patient.phone, "zone": patient.zone}
