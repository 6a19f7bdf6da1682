"""Who else may work at the desk. The practitioner alone decides."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from common import clock, limits
from common.http import see_other
from common.limits import Limit
from practitioners.actions import access as actions
from practitioners.desks import Desk, own_desk
from practitioners.errors import OwnDesk, TooManyPeople
from practitioners.forms.access import AccessForm

INVITATIONS = Limit("invitations to a desk", most=40, within=24 * 3600)


@own_desk
@require_http_methods(["GET", "HEAD", "POST"])
def access(request: HttpRequest, desk: Desk) -> HttpResponse:
    form = AccessForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and _is_given(request, desk, form):
        told = _("Whoever reads mail at %(email)s can sign in and work at your desk.")
        messages.success(request, told % {"email": form.cleaned_data["email"].lower()})
        return see_other("desk:access")
    people = list(desk.practitioner.desk_access.select_related("user").order_by("user__email"))
    context = {"desk": desk, "section": "profile", "page": "access", "form": form, "people": people}
    return render(request, "desk/access.html", context)


def _is_given(request: HttpRequest, desk: Desk, form: AccessForm) -> bool:
    email = form.cleaned_data["email"]
    limits.take(INVITATIONS, str(desk.practitioner.pk))  # each may make an account and send a mail
    try:
        actions.give_access(desk.practitioner, email=email, by=desk.actor(request), now=clock.now())
    except OwnDesk:
        form.add_error("email", _("You sign in with that address yourself."))
    except TooManyPeople:
        most = actions.MOST_PEOPLE
        form.add_error(None, _("At most %(most)d people can work at a desk. Take one away first.") % {"most": most})
    return form.is_valid()


@own_desk
@require_http_methods(["POST"])
def take_away(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    row = get_object_or_404(desk.practitioner.desk_access.select_related("user"), pk=pk)
    actions.take_access(row, by=desk.actor(request), now=clock.now())
    messages.success(request, _("%(email)s can no longer work at your desk.") % {"email": row.user.email})
    return see_other("desk:access")
