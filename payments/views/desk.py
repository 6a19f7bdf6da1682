"""Money at the desk: what is paid at the visit, and who the practitioner is to the tax office."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from booking.desk import visits
from common import clock
from common.http import see_other
from common.ids import new_public_id
from payments import tax_details, visit_payments
from payments.errors import NothingToPay, TooMuch
from payments.forms import TakeBackForm, TaxForm, VisitPaymentForm, initial_tax
from payments.models import ProviderName, TaxDetails, VisitMethod
from practitioners.desks import Desk, at_desk, own_desk

_PAGE = ["GET", "HEAD", "POST"]


@at_desk
@require_http_methods(_PAGE)
def record(request: HttpRequest, desk: Desk, reference: str) -> HttpResponse:
    """Write down that somebody paid at the visit."""
    booking = visits.at_desk(desk.practitioner, reference)
    due = visit_payments.still_due(booking)
    key = request.POST.get("key", "")[:64]
    if request.method == "POST" and key and booking.payments.filter(form_key=key).exists():
        messages.info(request, _("This payment is in the books already."))  # the second press of a double press
        return see_other("desk:booking", reference)
    if not due.amount:
        messages.info(request, _("Nothing is to be paid at this visit any more."))
        return see_other("desk:booking", reference)
    form = VisitPaymentForm(request.POST if request.method == "POST" else None, due=due)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            visit_payments.record(
                booking,
                method=VisitMethod(data["method"]),
                amount=data["price"],
                reference=data["reference"],
                form_key=key or new_public_id(),
                by=desk.actor(request),
                now=clock.now(),
            )
        except (NothingToPay, TooMuch):  # somebody else at the desk was a moment quicker
            messages.warning(request, _("Nothing was written down: a payment had just been recorded. Here it is."))
        else:
            messages.success(request, _("The payment is recorded, and there is a receipt."))
        return see_other("desk:booking", reference)
    context = {
        "desk": desk,
        "section": "bookings",
        "booking": booking,
        "zone": desk.practitioner.zone,
        "form": form,
        "due": due,
        "key": key or new_public_id(),
    }
    return render(request, "payments/record.html", context)


@at_desk
@require_http_methods(_PAGE)
def take_back(request: HttpRequest, desk: Desk, reference: str, pk: int) -> HttpResponse:
    """A payment that was recorded by mistake."""
    booking = visits.at_desk(desk.practitioner, reference)
    payment = booking.payments.filter(pk=pk, provider=ProviderName.VISIT).first()
    if payment is None:
        raise Http404
    if payment.refunds.exists():
        return see_other("desk:booking", reference)
    form = TakeBackForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            reason = form.cleaned_data["reason"]
            visit_payments.take_back(payment, reason=reason, by=desk.actor(request), now=clock.now())
        except NothingToPay:
            messages.info(request, _("It had been taken back already."))
        else:
            messages.success(request, _("The payment is taken back. It stays in the books, with your reason."))
        return see_other("desk:booking", reference)
    context = {"desk": desk, "section": "bookings", "booking": booking, "payment": payment, "form": form}
    return render(request, "payments/take_back.html", {**context, "zone": desk.practitioner.zone})


@own_desk
@require_http_methods(_PAGE)
def tax(request: HttpRequest, desk: Desk) -> HttpResponse:
    """What receipts say of the practitioner."""
    details = TaxDetails.objects.filter(practitioner=desk.practitioner).first()
    data = request.POST if request.method == "POST" else None
    form = TaxForm(data, practitioner=desk.practitioner, initial=initial_tax(details))
    if request.method == "POST" and form.is_valid():
        tax_details.change(desk.practitioner, values=form.cleaned_data, by=desk.actor(request), now=clock.now())
        messages.success(request, _("Saved. Receipts from now on say so; those that were issued stay as they are."))
        return see_other("desk_payments:tax")
    context = {"desk": desk, "section": "profile", "page": "desk_payments:tax", "form": form}
    return render(request, "payments/tax.html", context)
