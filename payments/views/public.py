"""Paying for a booking, and coming back from the provider."""

import logging
from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from booking import queries as booking_queries
from booking.errors import BookingRefused
from booking.holds import remember
from booking.models import Booking
from booking.views.landing import elsewhere, next_step, resumed, tells_what_is_kept
from booking.ways import ways_of
from common import clock
from common.audit import Actor
from common.http import leads_to_checkout, personal, see_other
from payments import actions
from payments.errors import HeldTooLong, NothingToPay
from payments.models import ONLINE, Payment
from payments.providers import provider_for
from payments.providers.base import BadSignature, ProviderError

logger = logging.getLogger(__name__)

RETURN_PATIENCE = 3.0  # seconds that a returning patient may wait for the provider's word


@personal
@leads_to_checkout
@require_http_methods(["GET", "HEAD", "POST"])
@tells_what_is_kept
def pay(request: HttpRequest, public_id: str) -> HttpResponse:
    """Our own pay page; pressing Pay leads to the provider's. What isn't paid online now ends on the page before."""
    booking = booking_queries.booking_by_link(public_id)
    now = clock.now()
    if request.method == "POST":
        return _press_pay(request, booking, now=now)
    if not booking.is_held(now) or booking.patient_id is None:
        return elsewhere(request, booking, now) or next_step(booking, now)
    if not ways_of(booking).pays_now:
        return next_step(booking, now)
    return _page(request, booking)


def _press_pay(request: HttpRequest, booking: Booking, *, now: datetime) -> HttpResponse:
    """Go to the provider, with a time that lapsed taken again in silence."""
    if booking.has_lapsed(now) and booking.payments.received().exists():
        return see_other("booking:detail", booking.public_id)  # it says what becomes of that money
    held = resumed(request, booking, now)
    if isinstance(held, HttpResponse):
        return held
    if held.patient_id is None or not ways_of(held).pays_now:
        return remember(next_step(held, now), request, held)
    return remember(_open_checkout(request, held, now=now), request, held)


def _open_checkout(request: HttpRequest, booking: Booking, *, now: datetime) -> HttpResponse:
    try:
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
    if provider not in ONLINE:
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
