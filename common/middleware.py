"""What every answer carries, and the one line that a request leaves in the log."""

import logging
import time
import uuid
from collections.abc import Callable
from http import HTTPStatus

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse

from common.busy import is_busy
from common.limits import TooMany
from common.views import busy, too_many

logger = logging.getLogger("samay.request")

GetResponse = Callable[[HttpRequest], HttpResponse]
_PERMISSIONS = ", ".join(f"{name}=()" for name in ("camera", "geolocation", "microphone", "payment", "usb"))


class RequestLog:
    """One line a request: method, the route's name (never the path: it may be a capability), status and time."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        request_id = uuid.uuid4().hex[:16]
        response = self.get_response(request)
        match = request.resolver_match
        facts = {
            "request": request_id,
            "method": request.method
            if request.method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"}
            else "other",
            "route": match.view_name if match else "",
            "status": response.status_code,
            "ms": round((time.perf_counter() - started) * 1000),
        }
        logger.info("request", extra=facts)
        response.headers["X-Request-ID"] = request_id
        return response


class SecurityHeaders:
    """Headers that Django has no setting for."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", _PERMISSIONS)
        if response.status_code == HTTPStatus.MOVED_PERMANENTLY:
            # A slash was missing; the address may be a capability all the same.
            response.headers["Cache-Control"] = "no-store"
            response.headers["Referrer-Policy"] = "no-referrer"
        return response


class WhenBusy:
    """A wait for a lock that took too long, or a deadlock, is no fault of the page: come back in a moment."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return busy(request) if is_busy(error) else None


class WhenTooMany:
    """Whoever tries too often is told when to come back, unless the view has better advice."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return too_many(request, error) if isinstance(error, TooMany) else None


class NoNul:
    """PostgreSQL keeps no NUL, and no name of ours holds one: an address or a cookie with one is refused."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        query = request.META.get("QUERY_STRING", "")
        if "\0" in request.path or "%00" in query or any("\0" in value for value in request.COOKIES.values()):
            raise BadRequest
        return self.get_response(request)
