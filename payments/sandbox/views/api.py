"""Razorpay's HTTP API as far as Samay needs it, under /sandbox/razorpay/v1/. JSON in, JSON out, HTTP Basic."""

import base64
import binascii
import hmac
import json
from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from payments.sandbox import actions, entities, faults, rules
from payments.sandbox.errors import Refusal, unknown_id
from payments.sandbox.faults import Answer
from payments.sandbox.models import Fault, Link, Order, Payment, Refund

Json = dict[str, Any]
Doing = Callable[..., Json]
Row = TypeVar("Row", Link, Order, Payment, Refund)

_NOT_FOUND = "The requested URL was not found on the server."
_PREFIX = "/sandbox/razorpay"


def resource(*, can_fail: bool = True, **doing: Doing) -> Callable[..., HttpResponse]:
    """A view from one function for each method. A function takes the request and the ids in its address."""

    # No browser sends these credentials by itself, so there is nothing for another site to forge.
    @csrf_exempt
    def view(request: HttpRequest, **ids: str) -> HttpResponse:
        if not _is_authentic(request.headers.get("Authorization", "")):
            return _refused(Refusal("Authentication failed", status=401))
        do = doing.get(request.method or "")
        if do is None:
            return _refused(Refusal(_NOT_FOUND))

        def answer() -> HttpResponse:
            try:
                return Answer(do(request, **ids))
            except Refusal as refusal:
                return _refused(refusal)

        fault = faults.take(request.method or "", request.path.removeprefix(_PREFIX)) if can_fail else None
        return faults.suffer(fault, request, answer) if fault else answer()

    return view


def _is_authentic(header: str) -> bool:
    """Exactly `Basic`: Razorpay refuses other spellings."""
    scheme, _, told = header.partition(" ")
    try:
        given = base64.b64decode(told, validate=True)
    except (binascii.Error, ValueError):
        return False
    expected = f"{settings.RAZORPAY_KEY_ID}:{settings.RAZORPAY_KEY_SECRET}".encode()
    return scheme == "Basic" and bool(settings.RAZORPAY_KEY_SECRET) and hmac.compare_digest(given, expected)


def _refused(refusal: Refusal) -> HttpResponse:
    return JsonResponse(refusal.body, status=refusal.status)


def _asked(request: HttpRequest) -> Json:
    try:
        body = json.loads(request.body or b"{}")
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise Refusal("The request body is not a JSON object")
    return body


def _page(request: HttpRequest) -> slice:
    told = {name: request.GET.get(name, default) for name, default in (("count", "10"), ("skip", "0"))}
    if not all(value.isdecimal() for value in told.values()) or not 1 <= int(told["count"]) <= 100:  # noqa: PLR2004
        raise Refusal("The count must be between 1 and 100.", field="count")
    return slice(int(told["skip"]), int(told["skip"]) + int(told["count"]))


# --- Payment links ----------------------------------------------------------------------------------------------------


def _create_link(request: HttpRequest) -> Json:
    return entities.link_entity(actions.create_link(_asked(request)))


def _list_links(request: HttpRequest) -> Json:
    actions.expire_links()
    links = Link.objects.order_by("-created_at", "id")
    if reference_id := request.GET.get("reference_id"):
        links = links.filter(reference_id=reference_id)
    return {"payment_links": [entities.link_entity(link) for link in links[_page(request)]]}


def _fetch_link(_: HttpRequest, link_id: str) -> Json:
    actions.expire_links()
    return entities.link_entity(_found(Link, link_id))


def _cancel_link(_: HttpRequest, link_id: str) -> Json:
    return entities.link_entity(actions.cancel_link(link_id))


# --- Orders -----------------------------------------------------------------------------------------------------------


def _create_order(request: HttpRequest) -> Json:
    return entities.order_entity(actions.create_order(_asked(request)))


def _list_orders(request: HttpRequest) -> Json:
    orders = Order.objects.order_by("-created_at", "id")
    if receipt := request.GET.get("receipt"):
        orders = orders.filter(receipt=receipt)
    return entities.collection([entities.order_entity(order) for order in orders[_page(request)]])


def _fetch_order(_: HttpRequest, order_id: str) -> Json:
    return entities.order_entity(_found(Order, order_id))


def _list_payments(_: HttpRequest, order_id: str) -> Json:
    payments = _found(Order, order_id).payments.order_by("-created_at", "id").select_related("order")
    return entities.collection([entities.payment_entity(payment) for payment in payments])


# --- Payments and refunds ---------------------------------------------------------------------------------------------


def _fetch_payment(_: HttpRequest, payment_id: str) -> Json:
    return entities.payment_entity(_found(Payment, payment_id))


def _capture(request: HttpRequest, payment_id: str) -> Json:
    return entities.payment_entity(actions.capture(payment_id, _asked(request)))


def _refund(request: HttpRequest, payment_id: str) -> Json:
    key = rules.idempotency_key(request.headers.get("X-Refund-Idempotency"))
    return entities.refund_entity(actions.refund(payment_id, _asked(request), key=key))


def _list_refunds(request: HttpRequest, payment_id: str) -> Json:
    refunds = _found(Payment, payment_id).refunds.order_by("-created_at", "id")[_page(request)]
    return entities.collection([entities.refund_entity(refund) for refund in refunds])


def _fetch_refund(_: HttpRequest, refund_id: str) -> Json:
    return entities.refund_entity(_found(Refund, refund_id))


def _found(model: type[Row], name: str) -> Row:
    row = model.objects.filter(id=name).first()
    if row is None:
        raise unknown_id()
    return row


def _nothing_here(_: HttpRequest, **_ids: str) -> Json:
    raise Refusal(_NOT_FOUND)


# --- Faults: not Razorpay's, ours -------------------------------------------------------------------------------------


def _list_faults(_: HttpRequest) -> Json:
    return {"faults": list(Fault.objects.filter(times__gt=0).order_by("pk").values())}


def _add_fault(request: HttpRequest) -> Json:
    return {"fault": faults.add(_asked(request)).pk}


def _clear_faults(_: HttpRequest) -> Json:
    return {"cleared": Fault.objects.all().delete()[0]}


# --- Addresses, as Razorpay's: no slash at the end --------------------------------------------------------------------

orders = resource(POST=_create_order, GET=_list_orders)
order = resource(GET=_fetch_order)
order_payments = resource(GET=_list_payments)
payment_links = resource(POST=_create_link, GET=_list_links)
payment_link = resource(GET=_fetch_link)
payment_link_cancel = resource(POST=_cancel_link)
payment = resource(GET=_fetch_payment)
payment_capture = resource(POST=_capture)
payment_refund = resource(POST=_refund)
payment_refunds = resource(GET=_list_refunds)
refund = resource(GET=_fetch_refund)
nothing = resource(GET=_nothing_here, POST=_nothing_here)
fault_table = resource(can_fail=False, GET=_list_faults, POST=_add_fault, DELETE=_clear_faults)
