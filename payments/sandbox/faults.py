"""Rehearsing what goes wrong between us and Razorpay: the next calls are late, cut off, refused or wrong."""

import socket
import time
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import F, Value
from django.http import HttpRequest, HttpResponse, JsonResponse

from payments.sandbox.errors import Refusal
from payments.sandbox.models import Fault

# The sandbox's server puts the connection here; behind another server, hanging up becomes an empty 502.
CONNECTION = "samay.connection"

_AMOUNTS = {"amount", "amount_paid"}
_PROXY_PAGE = "<html><body><h1>502 Bad Gateway</h1></body></html>"


def add(asked: dict[str, Any]) -> Fault:
    """Order a fault: `kind`, and if wanted `method`, `path`, `times`, `status`, `seconds`, `by`."""
    known = {"kind": str, "method": str, "path": str, "times": int, "status": int, "seconds": (int, float), "by": int}
    for name, value in asked.items():
        if name not in known or not isinstance(value, known[name]):  # type: ignore[arg-type]
            raise Refusal(f"{name} is unknown or of the wrong type", field=name)
    if asked.get("kind") not in Fault.Kind.values:
        raise Refusal("The selected kind is invalid.", field="kind")
    return Fault.objects.create(**asked)


@transaction.atomic
def take(method: str, path: str) -> Fault | None:
    """The fault that this call shall suffer, one use of it spent."""
    waiting = Fault.objects.annotate(asked=Value(path)).filter(
        times__gt=0, method__in=["", method], asked__startswith=F("path")
    )
    fault = waiting.select_for_update().order_by("pk").first()
    if fault is not None:
        Fault.objects.filter(pk=fault.pk).update(times=F("times") - 1)
    return fault


def suffer(fault: Fault, request: HttpRequest, answer: Callable[[], HttpResponse]) -> HttpResponse:
    """The answer to a faulty call. `answer` does what was asked."""
    match fault.kind:
        case Fault.Kind.HTML:
            return HttpResponse(_PROXY_PAGE, status=502)
        case Fault.Kind.STATUS:
            refusal = Refusal("Something went wrong on purpose", status=fault.status)
            return JsonResponse(refusal.body, status=refusal.status)
        case Fault.Kind.DELAY:
            response = answer()
            time.sleep(fault.seconds)
            return response
        case Fault.Kind.DROP:
            answer()
            return _hang_up(request)
    response = answer()
    if isinstance(response, Answer):
        return Answer(_shifted(response.facts, fault.by), status=response.status_code)
    return response


class Answer(JsonResponse):
    """A JSON answer that remembers what it says."""

    def __init__(self, facts: dict[str, Any], status: int = 200) -> None:
        super().__init__(facts, status=status)
        self.facts = facts


def _hang_up(request: HttpRequest) -> HttpResponse:
    connection = request.META.get(CONNECTION)
    if isinstance(connection, socket.socket):
        connection.shutdown(socket.SHUT_RDWR)
    return HttpResponse(status=502)


def _shifted(facts: Any, by: int) -> Any:
    if isinstance(facts, list):
        return [_shifted(item, by) for item in facts]
    if not isinstance(facts, dict):
        return facts
    return {
        name: value + by if name in _AMOUNTS and isinstance(value, int) else _shifted(value, by)
        for name, value in facts.items()
    }
