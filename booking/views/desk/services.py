"""What is offered, and where."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from booking.models import Booking
from booking.views.desk import review
from common import clock
from common.http import see_other
from practitioners.actions import offers as actions
from practitioners.desks import Desk, at_desk
from practitioners.errors import InUse, Overtaken, TooManyServices
from practitioners.forms.offers import LocationForm, ServiceForm
from practitioners.models import Location, Service


def _frame(desk: Desk, page: str) -> dict[str, object]:
    return {"desk": desk, "section": "services", "page": page}


@at_desk
@require_safe
def services(request: HttpRequest, desk: Desk) -> HttpResponse:
    """All of them, with what can be booked first."""
    rows = list(desk.practitioner.services.select_related("location").order_by("-is_active", "duration", "pk"))
    return render(request, "desk/services.html", {**_frame(desk, "services"), "services": rows})


@at_desk
@require_http_methods(["GET", "HEAD", "POST"])
def service(request: HttpRequest, desk: Desk, pk: int | None = None) -> HttpResponse:
    """A new one, or one there is."""
    row = get_object_or_404(desk.practitioner.services, pk=pk) if pk else None
    data = request.POST if request.method == "POST" else None
    form = ServiceForm(data, practitioner=desk.practitioner, service=row)
    if form.is_valid() and (saved := _saved(request, desk, form, row)):
        messages.success(request, _("“%(name)s” is saved.") % {"name": saved.name})
        return see_other("desk:services")
    context = {
        **_frame(desk, "services"),
        "form": form,
        "service": row,
        "base": _base(request, form, row) if row else "",
        "ahead": _ahead(row).count() if row else 0,
    }
    return render(request, "desk/service.html", context)


def _base(request: HttpRequest, form: ServiceForm, row: Service) -> str:
    """What the form was filled with; once its person was told that this has changed, what there is now."""
    return actions.base_of(row) if not form.is_bound or form.non_field_errors() else str(request.POST.get("base", ""))


def _saved(request: HttpRequest, desk: Desk, form: ServiceForm, row: Service | None) -> Service | None:
    by, now = desk.actor(request), clock.now()
    try:
        if row is None:
            return actions.add_service(desk.practitioner, values=form.values(), by=by, now=now)
        base = str(request.POST.get("base", ""))
        return actions.change_service(row, values=form.values(), base=base, by=by, now=now)
    except Overtaken:
        form.add_error(None, review.overtaken())
        return None
    except TooManyServices:
        most = {"most": actions.MOST_SERVICES}
        form.add_error(
            "is_active", _("Patients can choose among %(most)d services at most. Switch one off first.") % most
        )
        return None


def _ahead(row: Service) -> QuerySet[Booking]:
    """Visits that are still to come."""
    now = clock.now()
    return row.bookings.filter(span__startswith__gt=now).standing(now)


@at_desk
@require_safe
def locations(request: HttpRequest, desk: Desk) -> HttpResponse:
    rows = list(desk.practitioner.locations.order_by("-is_active", "name", "pk"))
    return render(request, "desk/locations.html", {**_frame(desk, "locations"), "locations": rows})


@at_desk
@require_http_methods(["GET", "HEAD", "POST"])
def location(request: HttpRequest, desk: Desk, pk: int | None = None) -> HttpResponse:
    row = get_object_or_404(desk.practitioner.locations, pk=pk) if pk else None
    data = request.POST if request.method == "POST" else None
    initial = {name: getattr(row, name) for name in ("name", "address", "map_url")} if row else {}
    form = LocationForm(data, initial=initial)
    if form.is_valid():
        by, now = desk.actor(request), clock.now()
        if row is None:
            saved = actions.add_location(desk.practitioner, values=form.cleaned_data, by=by, now=now)
        else:
            saved = actions.change_location(row, values=form.cleaned_data, by=by, now=now)
        messages.success(request, _("“%(name)s” is saved.") % {"name": saved.name})
        return see_other("desk:locations")
    return _location_page(request, desk, row, form)


def _location_page(
    request: HttpRequest, desk: Desk, row: Location | None, form: LocationForm, *, in_use: bool = False
) -> HttpResponse:
    takes_place = list(row.services.filter(is_active=True).values_list("name", flat=True)) if row else []
    context = {**_frame(desk, "locations"), "form": form, "location": row, "services": takes_place, "in_use": in_use}
    return render(request, "desk/location.html", context)


@at_desk
@require_http_methods(["POST"])
def location_use(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """Use a place no longer, or again."""
    row = get_object_or_404(desk.practitioner.locations, pk=pk)
    by, now = desk.actor(request), clock.now()
    if not row.is_active:
        actions.reopen_location(row, by=by, now=now)
        messages.success(request, _("“%(name)s” can be chosen again.") % {"name": row.name})
        return see_other("desk:locations")
    try:
        actions.close_location(row, by=by, now=now)
    except InUse:
        initial = {name: getattr(row, name) for name in ("name", "address", "map_url")}
        return _location_page(request, desk, row, LocationForm(initial=initial), in_use=True)
    messages.success(request, _("“%(name)s” is no longer used.") % {"name": row.name})
    return see_other("desk:locations")
