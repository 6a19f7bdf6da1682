"""Receipts as pages to print."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from booking import queries as booking_queries
from booking.desk import visits
from booking.models import Booking
from common.http import personal
from payments import receipts
from practitioners.desks import Desk, at_desk


@personal
@require_safe
def receipt(request: HttpRequest, public_id: str) -> HttpResponse:
    """For whoever has the booking's link."""
    return _page(request, booking_queries.booking_by_link(public_id), {})


@at_desk
@require_safe
def desk_receipt(request: HttpRequest, desk: Desk, reference: str) -> HttpResponse:
    """The same for the desk."""
    return _page(request, visits.at_desk(desk.practitioner, reference), {"desk": desk})


def _page(request: HttpRequest, booking: Booking, facts: dict[str, object]) -> HttpResponse:
    sheets = receipts.sheets_of(booking)
    if not sheets:
        raise Http404
    context = {
        "booking": booking,
        "sheets": sheets,
        "kept": receipts.kept_in_all(sheets),
        "zone": booking.practitioner.zone,
        **facts,
    }
    return render(request, "payments/receipt.html", context)
