"""Every refusal of the API as RFC 9457 problem JSON."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from booking.errors import (
    FullyBooked,
    HoldLapsed,
    MovedTooOften,
    NotOffered,
    PriceChanged,
    SlotTaken,
    TooLate,
    WrongState,
)
from booking.hoarding import Rule, TooManyKept
from common import problems
from common.busy import is_busy
from common.money import Money

Handler = Callable[[HttpRequest, Any], HttpResponse]


def problem(
    status: int,
    kind: str,
    detail: str,
    *,
    errors: dict[str, list[str]] | None = None,
    alternatives: Sequence[datetime] | None = None,
    price: Money | None = None,
) -> HttpResponse:
    """A problem document. `kind` is a stable word, `detail` a sentence for a person."""
    body = problems.document(status, kind, detail)
    if errors is not None:
        body["errors"] = errors
    if alternatives is not None:
        body["alternatives"] = [start.isoformat() for start in alternatives]
    if price is not None:
        body |= {"amount": price.amount, "currency": price.currency}
    return problems.answer(body)


def register(api: NinjaAPI) -> None:
    for kind, handler in _HANDLERS.items():
        api.add_exception_handler(kind, handler)


def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return problem(422, "invalid", "Some of the values can’t be used.", errors=_by_field(error))


def _busy(request: HttpRequest, error: OperationalError) -> HttpResponse:
    if not is_busy(error):
        raise error
    response = problem(503, "busy", "Many people are booking just now. Please try again in a moment.")
    response.headers["Retry-After"] = "2"
    return response


def _not_offered(request: HttpRequest, error: NotOffered) -> HttpResponse:
    return problem(409, "not-offered", "This time is not offered.", alternatives=error.alternatives)


def _fully_booked(request: HttpRequest, error: FullyBooked) -> HttpResponse:
    return problem(409, "fully-booked", "No more visits are taken on that day.", alternatives=error.alternatives)


def _price_changed(request: HttpRequest, error: PriceChanged) -> HttpResponse:
    words = f"The price is now {error.price}."
    return problem(409, "price-changed", words, alternatives=error.alternatives, price=error.price)


def _taken(request: HttpRequest, error: SlotTaken) -> HttpResponse:
    return problem(409, "slot-taken", "This time was just taken.", alternatives=error.alternatives)


_TOO_MANY = {
    Rule.KEPT_BY_CONTACT: "At most {most} unpaid times are kept at once for one person.",
    Rule.BEGUN_BY_CONTACT: "At most {most} bookings are begun within an hour for one person.",
    Rule.KEPT_WITH_ONE: "At most {most} unpaid times with one practitioner are kept at once for one network.",
    Rule.KEPT_BY_NETWORK: "At most {most} unpaid times are kept at once for one network.",
}


def _too_many(request: HttpRequest, error: TooManyKept) -> HttpResponse:
    again = f"Another one can be had at {error.until.isoformat(timespec='seconds')}."
    response = problem(429, "too-many", f"{_TOO_MANY[error.rule].format(most=error.most)} {again}")
    response.headers["Retry-After"] = str(error.seconds)
    return response


def _always(status: int, kind: str, detail: str) -> Handler:
    return lambda _request, _error: problem(status, kind, detail)


def _by_field(error: ValidationError) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    for item in error.errors:
        place = [str(part) for part in item["loc"] if part not in {"body", "payload", "query", "path", "header"}]
        fields.setdefault(".".join(place) or "body", []).append(item["msg"].removeprefix("Value error, "))
    return fields


_HANDLERS: dict[type[Exception], Handler] = {
    ValidationError: _invalid,
    Http404: _always(404, "not-found", "There is nothing here."),
    HttpError: lambda _request, error: problem(error.status_code, "unreadable", "The request can’t be read."),
    OperationalError: _busy,
    NotOffered: _not_offered,
    FullyBooked: _fully_booked,
    PriceChanged: _price_changed,
    SlotTaken: _taken,
    WrongState: _always(409, "wrong-state", "The booking’s state doesn’t allow this."),
    HoldLapsed: _always(409, "wrong-state", "The booking’s state doesn’t allow this."),
    TooManyKept: _too_many,
    TooLate: _always(409, "too-late", "This can’t be done online any more."),
    MovedTooOften: _always(409, "moved-too-often", "This visit was moved as often as can be done online."),
}
