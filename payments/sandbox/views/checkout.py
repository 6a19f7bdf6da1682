"""The page behind a payment link, where a person rehearsing decides how the payment goes."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from common.http import SeeOther
from common.money import Money
from payments.sandbox import actions
from payments.sandbox.errors import Refusal
from payments.sandbox.events import ORDINARY, Manner
from payments.sandbox.models import Link, Payment, seconds_now

LATE = timedelta(seconds=60)

# How each button lets a payment succeed: the manner of its webhooks, and whether the payer is sent back.
_SUCCESSES = {
    "succeed": (ORDINARY, True),
    "succeed-late": (Manner(late=LATE), False),
    "succeed-repeated": (Manner(copies=5), True),
    "succeed-silent": (Manner(copies=0), True),
}
_NOTICES = {"paid", "declined", "left", "refused"}


@never_cache
@require_http_methods(["GET", "POST"])
def checkout(request: HttpRequest, link_id: str) -> HttpResponse:
    """Show what is to be paid; a POST is one of the buttons."""
    link = get_object_or_404(Link, id=link_id)
    if request.method == "POST":
        try:
            return SeeOther(_press(request.POST.get("how", ""), link))
        except Refusal:
            return SeeOther(_here(link, "refused"))
    notice = request.GET.get("then", "")
    context = {
        "link": link,
        "price": Money(link.amount, link.currency),
        "expires_at": datetime.fromtimestamp(link.expire_by, UTC) if link.expire_by else None,
        "is_payable": link.status in actions.OPEN and not 0 < link.expire_by <= seconds_now(),
        "is_paid": _is_paid(link),
        "notice": notice if notice in _NOTICES else "",
        "merchant_url": _site_of(link),
    }
    return render(request, "sandbox/razorpay_checkout.html", context)


def _press(button: str, link: Link) -> str:
    """Do what the button says; the address to go to after it."""
    if button == "leave":
        return _here(link, "left")
    if button == "fail":
        actions.decline(link.id)
        return _here(link, "declined")
    if button == "pay-after-closing":
        actions.pay(link.id, late=True)
        return _here(link, "paid")
    if button not in _SUCCESSES:
        raise Refusal("There is no such button")
    manner, is_sent_back = _SUCCESSES[button]
    payment = actions.pay(link.id, manner=manner)
    return signed_return(link, payment) if is_sent_back and link.callback_url else _here(link, "paid")


def signed_return(link: Link, payment: Payment) -> str:
    """Where the payer is sent after success: the callback address with Razorpay's five parameters."""
    status = str(Link.objects.values_list("status", flat=True).get(id=link.id))
    signed = f"{link.id}|{link.reference_id}|{status}|{payment.id}"
    signature = hmac.new(settings.RAZORPAY_KEY_SECRET.encode(), signed.encode(), hashlib.sha256).hexdigest()
    told = {
        "razorpay_payment_id": payment.id,
        "razorpay_payment_link_id": link.id,
        "razorpay_payment_link_reference_id": link.reference_id,
        "razorpay_payment_link_status": status,
        "razorpay_signature": signature,
    }
    return f"{link.callback_url}{'&' if urlsplit(link.callback_url).query else '?'}{urlencode(told)}"


def _here(link: Link, notice: str) -> str:
    return reverse("payments_sandbox:checkout", args=[link.id]) + f"?then={notice}"


def _is_paid(link: Link) -> bool:
    """A link may stay closed although money came late."""
    return link.status == Link.Status.PAID or Payment.objects.filter(order__link=link, captured=True).exists()


def _site_of(link: Link) -> str:
    """The front door of whoever asked for the money, which is all a payment page knows of them."""
    parts = urlsplit(link.callback_url)
    return f"{parts.scheme}://{parts.netloc}/" if parts.netloc else f"{settings.SITE_URL}/"
