"""Every refusal of the API as RFC 9457 problem JSON."""

from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from booking.errors import HoldLapsed, NotOffered, SlotTaken, TooLate, WrongState

CONTENT_TYPE = "application/problem+json"


def problem(
    status: int,
    kind: str,
    detail: str,
    *,
    errors: dict[str, list[str]] | None = None,
    alternatives: Sequence[datetime] | None = None,
) -> HttpResponse:
    """A problem document. `kind` is a stable word, `detail` a sentence for a person."""
    body: dict[str, Any] = {
        "type": f"/problems/{kind}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    if errors is not None:
        body["errors"] = errors
    if alternatives is not None:
        body["alternatives"] = [start.isoformat() for start in alternatives]
    response = JsonResponse(body, status=status, content_type=CONTENT_TYPE)
    response.headers["Cache-Control"] = "no-store"
    return response


def register(api: NinjaAPI) -> None:
    @api.exception_handler(ValidationError)
    def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
        return problem(422, "invalid", "Some of the values can’t be used.", errors=_by_field(error))

    @api.exception_handler(Http404)
    def missing(request: HttpRequest, error: Http404) -> HttpResponse:
        return problem(404, "not-found", "There is nothing here.")

    @api.exception_handler(HttpError)
    def other(request: HttpRequest, error: HttpError) -> HttpResponse:
        return problem(error.status_code, "unreadable", "The request can’t be read.")

    @api.exception_handler(NotOffered)
    def not_offered(request: HttpRequest, error: NotOffered) -> HttpResponse:
        return problem(409, "not-offered", "This time is not offered.", alternatives=error.alternatives)

    @api.exception_handler(SlotTaken)
    def taken(request: HttpRequest, error: SlotTaken) -> HttpResponse:
        return problem(409, "slot-taken", "This time was just taken.", alternatives=error.alternatives)

    @api.exception_handler(WrongState)
    @api.exception_handler(HoldLapsed)
    def wrong_state(request: HttpRequest, error: Exception) -> HttpResponse:
        return problem(409, "wrong-state", "The booking’s state doesn’t allow this.")

    @api.exception_handler(TooLate)
    def too_late(request: HttpRequest, error: TooLate) -> HttpResponse:
        return problem(409, "too-late", "This can’t be done online any more.")


def _by_field(error: ValidationError) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    for item in error.errors:
        place = [str(part) for part in item["loc"] if part not in {"body", "payload", "query", "path", "header"}]
        fields.setdefault(".".join(place) or "body", []).append(item["msg"].removeprefix("Value error, "))
    return fields
