"""The JSON API. Public and free of cookies: a booking's id is the right to act on it."""

import re
from datetime import date
from typing import Annotated
from zoneinfo import ZoneInfo

from csp.constants import UNSAFE_INLINE
from csp.decorators import csp_update
from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import F, Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from ninja import Header, NinjaAPI, Router, Status
from ninja.decorators import decorate_view
from pydantic import AfterValidator, Field

from booking import actions, queries
from booking.api import problems, schemas
from booking.api.schemas import Problem
from booking.finding import directory, wishes
from booking.finding.directory import Wish
from booking.hoarding import network_hash
from booking.models import Booking
from booking.repeats import RepeatedWithOtherBody, book_once
from common import clock
from common.audit import Actor
from common.http import personal
from common.money import Money
from practitioners.models import Location, Practitioner, Service, known_zone
from practitioners.models.offers import MOST_AMOUNT

PER_PAGE = 24
MOST_PAGES = 10_000
router = Router()


def _zone(value: str) -> str:
    try:
        known_zone(value)
    except Exception as error:
        raise ValueError("not a known time zone") from error
    return value


Zone = Annotated[str, AfterValidator(_zone)]
Words = Annotated[str, Field(max_length=wishes.MOST_LETTERS)]
Month = Annotated[str, Field(pattern=r"^2[01][0-9]{2}-(0[1-9]|1[0-2])$")]


def _published() -> "QuerySet[Practitioner]":
    """With services, places and the picture's token: three queries."""
    services = Prefetch("services", Service.objects.filter(is_active=True))
    locations = Prefetch("locations", Location.objects.filter(is_active=True))
    rows = Practitioner.objects.published().annotate(photo_token=F("photo__token"))
    return rows.prefetch_related(services, locations).order_by("name", "pk")


@router.get("/practitioners", response={200: schemas.PractitionersOut, 422: Problem})
def practitioners(
    request: HttpRequest,
    *,
    q: Words = "",
    language: Words = "",
    mode: schemas.AnyMode | None = None,
    max_price: Annotated[int | None, Field(ge=0, le=MOST_AMOUNT, description="in the minor unit of `currency`")] = None,
    currency: Annotated[str | None, Field(pattern=r"^[A-Z]{3}$", description="goes with `max_price`")] = None,
    page: Annotated[int | None, Field(ge=1, le=MOST_PAGES, description="24 a page; everyone without it")] = None,
) -> HttpResponse | dict[str, object]:
    """Everyone who can be booked, by name; or those whose name, calling, needs and one of whose services match."""
    if max_price is not None and currency is None:
        return problems.problem(
            422, "invalid", "Some of the values can’t be used.", errors={"currency": ["must be given with max_price"]}
        )
    wish = Wish(
        words=q,
        language=language,
        mode=wishes.OTHER_WORDS.get(mode or "", mode or ""),
        most=Money(max_price, currency) if max_price is not None and currency else None,
    )
    rows = _published() if wish == Wish() else _published().filter(pk__in=_answering(wish))
    pages = Paginator(rows, PER_PAGE)
    shown = list(rows) if page is None else list(pages.page(page)) if page <= pages.num_pages else []
    counts = (len(shown), 1) if page is None else (pages.count, pages.num_pages)
    return {
        "practitioners": [_practitioner(row) for row in shown],
        "total": counts[0],
        "page": page or 1,
        "pages": counts[1],
    }


def _answering(wish: Wish) -> list[int]:
    return [entry.person.pk for entry in directory.index().answering(wish)]


@router.get("/practitioners/{slug}", response={200: schemas.PractitionerOut, 404: Problem})
def practitioner(request: HttpRequest, slug: str) -> dict[str, object]:
    found = _published().filter(slug=slug).first()
    if found is None:
        raise Http404
    return _practitioner(found)


def _practitioner(row: Practitioner) -> dict[str, object]:
    token = row.photo_token  # type: ignore[attr-defined]  # annotated by _published
    return {
        "slug": row.slug,
        "name": row.name,
        "credential": row.credential,
        "zone": row.zone,
        "languages": row.languages,
        "needs": row.needs,
        "photo_url": settings.SITE_URL + reverse("booking:photo", args=[token, "large"]) if token else None,
        "locations": [
            {"id": each.pk, "name": each.name, "address": each.address, "map_url": each.map_link}
            for each in row.locations.all()
        ],
        "services": list(row.services.all()),
    }


def _service(practitioner_slug: str, service: str) -> Service:
    """A service by its id or its slug."""
    match = {"pk": int(service)} if re.fullmatch(r"[0-9]{1,18}", service) else {"slug": service}
    return queries.offered_service(practitioner_slug, **match)


@router.get("/practitioners/{slug}/dates", response={200: schemas.DatesOut, 404: Problem, 422: Problem})
def dates(request: HttpRequest, slug: str, service: str, month: Month, tz: Zone | None = None) -> HttpResponse:
    """How many times are open on each day of a month that has any."""
    offer = _service(slug, service)
    zone = tz or offer.practitioner.zone
    first = date.fromisoformat(f"{month}-01")
    counts = queries.open_days(offer, first, zone=zone, now=clock.now())
    found = [{"date": day.isoformat(), "available": count} for day, count in counts.items()]
    return _at_once({"month": month, "zone": zone, "dates": found})


@router.get("/practitioners/{slug}/slots", response={200: schemas.SlotsOut, 404: Problem, 422: Problem})
def slots(request: HttpRequest, slug: str, service: str, date: schemas.Day, tz: Zone | None = None) -> HttpResponse:
    """The times of a day with their state, by the calendar of `tz` (the practitioner's zone unless given)."""
    offer = _service(slug, service)
    zone = tz or offer.practitioner.zone
    clockface = ZoneInfo(zone)
    found = queries.slots_of_day(offer, date, zone=zone, now=clock.now())
    shown = [
        {
            "start": slot.start.astimezone(clockface).isoformat(),
            "end": slot.end.astimezone(clockface).isoformat(),
            "state": slot.state,
        }
        for slot in found
    ]
    return _at_once({"date": date.isoformat(), "zone": zone, "slots": shown})


def _at_once(answer: dict[str, object]) -> HttpResponse:
    """What is asked most often is told without being checked against its schema; a test does that."""
    return JsonResponse(answer)


@router.post("/bookings", response={201: schemas.BookingOut, 404: Problem, 409: Problem, 422: Problem, 429: Problem})
@decorate_view(personal)
def create_booking(
    request: HttpRequest,
    payload: schemas.BookingIn,
    idempotency_key: Annotated[str | None, Header(max_length=255)] = None,
) -> HttpResponse | Status[dict[str, object]]:
    """Hold a time and say who it is for. The same `Idempotency-Key` with the same body leads to the same booking."""
    service = _service(payload.practitioner, payload.service)
    try:
        wish, network = payload.model_dump(), network_hash(request)
        booking = book_once(service, wish, key=idempotency_key or "", network=network, now=clock.now())
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


@router.post(
    "/bookings/{id}/reschedule", response={200: schemas.BookingDetailOut, 404: Problem, 409: Problem, 422: Problem}
)
@decorate_view(personal)
def reschedule(request: HttpRequest, id: str, payload: schemas.RescheduleIn) -> dict[str, object]:  # noqa: A002
    """Move a visit that was asked for or is confirmed to another open time. Nothing is paid anew."""
    found = queries.booking_by_link(id)
    actions.reschedule(found, start=payload.start, by=Actor.PATIENT.seen_in(request), now=clock.now())
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
Find a practitioner, ask for open `dates` and `slots`, `POST` a booking: the time is held until `hold_expires_at`. Send
the person who pays to `payment_url`, our own page; the booking becomes `confirmed` when the money arrives.

A booking's `id` is the right to see, move and cancel it, so keep it like a password. Amounts are integers in the
currency's minor unit. Times are RFC 3339 with an offset. Refusals are problem documents (RFC 9457); a time that is gone
is a 409 with up to five `alternatives`; a 429 says when the sender or the contact may keep another time. An
`Idempotency-Key` makes it safe to repeat a `POST`.
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
