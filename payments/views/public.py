"""Paying for a booking, and coming back from the provider."""

import logging
from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from booking import actions as booking_actions
from booking import queries as booking_queries
from booking.errors import BookingRefused
from booking.models import Booking
from common import clock
from common.audit import Actor
from common.http import leads_to_checkout, personal, see_other
from payments import actions
from payments.errors import HeldTooLong, NothingToPay
from payments.models import Payment, ProviderName
from payments.providers import provider_for
from payments.providers.base import BadSignature, ProviderError

logger = logging.getLogger(__name__)

RETURN_PATIENCE = 3.0  # seconds that a returning patient may wait for the provider's word


@personal
@leads_to_checkout
@require_http_methods(["GET", "POST"])
def pay(request: HttpRequest, public_id: str) -> HttpResponse:
    """Our own pay page; pressing Pay leads to the provider's."""
    booking = booking_queries.booking_by_link(public_id)
    now = clock.now()
    if not booking.is_held(now):
        return see_other("booking:detail", booking.public_id)
    if booking.patient_id is None:
        return see_other("booking:details", booking.public_id)
    if request.method == "GET":
        return _page(request, booking)
    return _press_pay(request, booking, now=now)


def _press_pay(request: HttpRequest, booking: Booking, *, now: datetime) -> HttpResponse:
    try:
        if not booking.amount:
            booking_actions.settle(booking, now=now)
            return see_other("booking:detail", booking.public_id)
        payment = actions.begin(booking, now=now)
    except HeldTooLong:
        text = _("This time has been kept as long as it can be. It is free again soon; then you can choose it anew.")
        return _page(request, booking, problem=text, status=409)
    except (BookingRefused, NothingToPay):
        return see_other("booking:detail", booking.public_id)
    try:
        return see_other(actions.open_checkout(payment))
    except ProviderError:
        logger.warning("checkout not opened", extra={"payment": payment.pk})
        booking.refresh_from_db(fields=["hold_expires_at"])
        return _page(request, booking, problem=_("The payment page did not open. Nothing was charged."), status=503)


def _page(request: HttpRequest, booking: Booking, *, problem: str = "", status: int = 200) -> HttpResponse:
    context = {"booking": booking, "problem": problem, "now": clock.now()}
    return render(request, "payments/pay.html", context, status=status)


@personal
@require_GET
def come_back(request: HttpRequest, provider: str) -> HttpResponse:
    """The signed return: it proves nothing about money, so it makes us ask the provider, and shows what is known."""
    if provider not in ProviderName.values:
        raise Http404
    try:
        reference = provider_for(provider).read_return(request.GET.dict())
    except BadSignature:
        raise Http404 from None
    payment = Payment.objects.select_related("booking").filter(provider=provider, reference=reference).first()
    if payment is None:
        raise Http404
    try:
        actions.ask_provider(payment, by=Actor.PATIENT, now=clock.now(), timeout=RETURN_PATIENCE)
    except ProviderError:
        logger.warning("return not settled yet", extra={"payment": payment.pk})
    return see_other("booking:detail", payment.booking.public_id)
