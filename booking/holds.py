"""Keeping a time from a page: a tap that is repeated keeps one time, and a person keeps one time at once."""

import hashlib
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest

from booking import actions
from booking.errors import SlotTaken
from booking.lifecycle import Status
from booking.models import Booking, Patient, RepeatKey, Source
from common.audit import Actor
from common.money import Money
from practitioners.models import Service

COOKIE = f"{settings.COOKIE_PREFIX}hold"
COOKIE_AGE = 24 * 3600


def held_by(request: HttpRequest) -> Booking | None:
    """The hold this browser made last, if it still waits for its payment. At most one query."""
    public_id = request.COOKIES.get(COOKIE, "")
    rows = Booking.objects.select_related("patient").filter(public_id=public_id, status=Status.PENDING_PAYMENT)
    return rows.first() if public_id else None


def keep(
    service: Service,
    *,
    start: datetime,
    key: str,
    earlier: Booking | None,
    now: datetime,
    price: Money | None = None,
) -> Booking:
    """Hold a time. `earlier` is the hold so far: used again for the same time, else given up, its details carried over.

    `key` names the form that was sent: the second press of a double press finds the first one's hold.
    `price` is the one that was shown. Raises SlotTaken and its kinds.
    """
    held = earlier if earlier is not None and earlier.is_held(now) else None
    if held is not None and held.service_id == service.pk and held.starts_at == start:
        return held
    digest = _digest(key, service, start)
    try:
        with transaction.atomic():
            booking = actions.hold(
                service,
                start=start,
                by=Actor.PATIENT,
                source=Source.WEB,
                now=now,
                patient=_again(earlier.patient) if earlier else None,
                note=(earlier.note or "") if earlier else "",
                price=price,
                # Money may be on its way for a time whose payment was begun: it is kept beside the new one.
                instead_of=None if held is None or held.pay_pressed_at else held,
            )
            row = RepeatKey(digest=digest, request=digest, booking=booking, used_at=now)
            RepeatKey.objects.bulk_create([row] if key else [], ignore_conflicts=True)
            return booking
    except SlotTaken:
        twin = RepeatKey.objects.select_related("booking").filter(digest=digest).first() if key else None
        if twin and twin.booking and twin.booking.is_held(now) and twin.booking.starts_at == start:
            return twin.booking
        raise


def _again(patient: Patient | None) -> Patient | None:
    """The same person once more: what is typed about the next booking must not change the one before."""
    if patient is None:
        return None
    return Patient(name=patient.name, email=patient.email, phone=patient.phone, zone=patient.zone)


def _digest(key: str, service: Service, start: datetime) -> str:
    return hashlib.sha256(f"{key} {service.pk} {start.isoformat()}".encode()).hexdigest()
