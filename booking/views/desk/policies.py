"""What patients may do on their own, told as they will read it."""

import copy
from datetime import datetime, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from booking.policy import policy_of
from booking.terms import agreed
from booking.views.desk import review
from common import clock
from common.http import see_other
from practitioners.actions import policies as actions
from practitioners.desks import Desk, at_desk
from practitioners.errors import Overtaken
from practitioners.forms.policies import PoliciesForm
from practitioners.models import Practitioner

_AFTERNOON = 14
_PREVIEW = "preview"  # a button's value


@at_desk
@require_http_methods(["GET", "HEAD", "POST"])
def policies(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Save the terms, or show what patients would read by what is typed."""
    form = PoliciesForm(request.POST if request.method == "POST" else None, initial=actions.terms_of(desk.practitioner))
    now = clock.now()
    is_preview = request.POST.get("do") == _PREVIEW
    if form.is_valid() and not is_preview and _is_saved(request, desk, form, now):
        messages.success(request, _("Your policy is saved."))
        return see_other("desk:policies")
    typed = is_preview and form.is_valid()
    shown = _with(desk.practitioner, form) if typed else desk.practitioner
    visit = example_visit(shown, now)
    context = {
        "desk": desk,
        "section": "profile",
        "page": "policies",
        "form": form,
        "base": _base(request, desk, form),
        "groups": [[form[name] for name in names] for names in (form.CANCELLING, form.MOVING, form.WAITING)],
        "visit": visit,
        "policy": policy_of(visit, agreed(shown), now),
        "typed": typed,
        "preview": _PREVIEW,
    }
    return render(request, "desk/policies.html", context)


def _is_saved(request: HttpRequest, desk: Desk, form: PoliciesForm, now: datetime) -> bool:
    base = str(request.POST.get("base", ""))
    by = desk.actor(request)
    try:
        actions.change_terms(desk.practitioner, values=form.cleaned_data, base=base, by=by, now=now)
    except Overtaken:
        form.add_error(None, review.overtaken())
        return False
    return True


def _base(request: HttpRequest, desk: Desk, form: PoliciesForm) -> str:
    """What the form was filled with; once its person was told that this has changed, what there is now."""
    if not form.is_bound or form.non_field_errors():
        return actions.base_of(desk.practitioner)
    return str(request.POST.get("base", ""))


def _with(practitioner: Practitioner, form: PoliciesForm) -> Practitioner:
    """The practitioner under the terms that are typed, stored nowhere."""
    typed = copy.copy(practitioner)
    for name, value in form.cleaned_data.items():
        setattr(typed, name, value)
    return typed


def example_visit(practitioner: Practitioner, now: datetime) -> datetime:
    """Two o'clock on a day that is far enough away for all of the terms to be still ahead."""
    cutoffs = (practitioner.cancel_cutoff, practitioner.full_refund_until or 0, practitioner.move_cutoff or 0)
    local = now.astimezone(practitioner.tzinfo) + timedelta(minutes=max(cutoffs), days=2)
    return local.replace(hour=_AFTERNOON, minute=0, second=0, microsecond=0, fold=0)
