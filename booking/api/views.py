"""The JSON API. Public and free of cookies: a booking's id is the right to act on it."""

import re
from datetime import date, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from csp.constants import UNSAFE_INLINE
from csp.decorators import csp_update
from django.conf import settings
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from ninja import Header, NinjaAPI, Router, Status
from ninja.decorators import decorate_view
from pydantic import AfterValidator, Field

from booking import actions, queries
from booking.api import problems, schemas
from booking.api.schemas import Problem
from booking.models import Booking
from booking.repeats import RepeatedWithOtherBody, book_once
from common import clock
from common.audit import Actor
from common.http import personal
from practitioners.models import Practitioner, Service, known_zone

router = Router()


def _zone(value: str) -> str:
    try:
        known_zone(value)
    except Exception as error:
        raise ValueError("not a known time zone") from error
    return value


Zone = Annotated[str, AfterValidator(_zone)]
Month = Annotated[str, Field(pattern=r"^2[01][0-9]{2}-(0[1-9]|1[0-2])$")]


def _published() -> "list[Practitioner]":
    active = Prefetch("services", Service.objects.filter(is_active=True))
    return list(Practitioner.objects.published().prefetch_related(active).order_by("name", "pk"))


@router.get("/practitioners", response=schemas.PractitionersOut)
def practitioners(request: HttpRequest) -> dict[str, object]:
    """Everyone who can be booked."""
    return {"practitioners": [_practitioner(row) for row in _published()]}


@router.get("/practitioners/{slug}", response={200: schemas.PractitionerOut, 404: Problem})
def practitioner(request: HttpRequest, slug: str) -> dict[str, object]:
    found = Practitioner.objects.published().filter(slug=slug).first()
    if found is None:
        raise Http404
    return _practitioner(found)


def _practitioner(row: Practitioner) -> dict[str, object]:
    offered = [service for service in row.services.all() if service.is_active]
    return {
        "slug": row.slug,
        "name": row.name,
        "credential": row.credential,
        "zone": row.zone,
        "languages": row.languages,
        "services": offered,
    }


def _service(practitioner_slug: str, service: str) -> Service:
    """A service by its id or its slug."""
    match = {"pk": int(service)} if re.fullmatch(r"[0-9]{1,18}", service) else {"slug": service}
    return queries.offered_service(practitioner_slug, **match)


@router.get("/practitioners/{slug}/dates", response={200: schemas.DatesOut, 404: Problem, 422: Problem})
def dates(request: HttpRequest, slug: str, service: str, month: Month, tz: Zone | None = None) -> dict[str, object]:
    """How many times are open on each day of a month that has any."""
    offer = _service(slug, service)
    zone = tz or offer.practitioner.zone
    first = date.fromisoformat(f"{month}-01")
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    counts = queries.open_days(offer, first, last, zone=zone, now=clock.now())
    return {"month": month, "zone": zone, "dates": [{"date": day, "available": n} for day, n in counts.items()]}


@router.get("/practitioners/{slug}/slots", response={200: schemas.SlotsOut, 404: Problem, 422: Problem})
def slots(
    request: HttpRequest, slug: str, service: str, date: schemas.Day, tz: Zone | None = None
) -> dict[str, object]:
    """The times of a day with their state, by the calendar of `tz` (the practitioner's zone unless given)."""
    offer = _service(slug, service)
    zone = tz or offer.practitioner.zone
    clockface = ZoneInfo(zone)
    found = queries.slots_of_day(offer, date, zone=zone, now=clock.now())
    shown = [
        {"start": slot.start.astimezone(clockface), "end": slot.end.astimezone(clockface), "state": slot.state}
        for slot in found
    ]
    return {"date": date, "zone": zone, "slots": shown}


@router.post("/bookings", response={201: schemas.BookingOut, 404: Problem, 409: Problem, 422: Problem})
@decorate_view(personal)
def create_booking(
    request: HttpRequest,
    payload: schemas.BookingIn,
    idempotency_key: Annotated[str | None, Header(max_length=255)] = None,
) -> HttpResponse | Status[dict[str, object]]:
    """Hold a time and say who it is for. The same `Idempotency-Key` with the same body leads to the same booking."""
    service = _service(payload.practitioner, payload.service)
    try:
        booking = book_once(service, payload.model_dump(), key=idempotency_key or "", now=clock.now())
    except RepeatedWithOtherBody:
        detail = "This Idempotency-Key was used with another body."
        return problems.problem(422, "key-reused", detail, errors={"Idempotency-Key": [detail]})
    return Status(201, _booking(booking))


@router.get("/bookings/{id}", response={200: schemas.BookingDetailOut, 404: Problem})
@decorate_view(personal)
def booking(request: HttpRequest, id: str) -> dict[str, object]:  # noqa: A002 - the contract's name
    return _booking(queries.booking_by_link(id))


@router.post("/bookings/{id}/cancel", response={200: schemas.BookingDetailOut, 404: Problem, 409: Problem})
@decorate_view(personal)
def cancel(request: HttpRequest, id: str, payload: schemas.CancelIn | None = None) -> dict[str, object]:  # noqa: A002
    found = queries.booking_by_link(id)
    actions.cancel(found, by=Actor.PATIENT.seen_in(request), reason=payload.reason if payload else "", now=clock.now())
    return _booking(queries.booking_by_link(id))


def _booking(row: Booking) -> dict[str, object]:
    zone = row.practitioner.tzinfo
    return {
        "id": row.public_id,
        "reference": row.reference,
        "status": row.status,
        "hold_expires_at": row.hold_expires_at,
        "amount": row.amount,
        "currency": row.currency,
        "payment_url": settings.SITE_URL + reverse("payments:pay", args=[row.public_id]),
        "start": row.starts_at.astimezone(zone),
        "end": row.ends_at.astimezone(zone),
        "practitioner": row.practitioner.slug,
        "service": row.service.slug,
    }


DESCRIPTION = """
Find a practitioner, ask for open `dates` and `slots`, `POST` a booking: the time is held until `hold_expires_at`.
Send the person who pays to `payment_url`, our own page; the booking becomes `confirmed` when the money arrives.

A booking's `id` is the right to see and cancel it, so keep it like a password. Amounts are integers in the currency's
minor unit. Times are RFC 3339 with an offset. Refusals are problem documents (RFC 9457); a time that is gone is a 409
with up to five `alternatives`. An `Idempotency-Key` makes it safe to repeat a `POST`.
"""

api = NinjaAPI(
    title="Samay",
    version="1",
    description=DESCRIPTION,
    urls_namespace="api",
    docs_url="/docs",
    # Swagger UI writes style attributes; scripts stay as strict as everywhere.
    docs_decorator=csp_update({"style-src": [UNSAFE_INLINE]}),
)
api.add_router("", router)
problems.register(api)
