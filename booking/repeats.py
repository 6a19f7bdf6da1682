"""Booking once, however often the request is sent: what an `Idempotency-Key` promises."""

import hashlib
import json
from datetime import datetime
from typing import Any

from django.db import transaction

from booking import actions
from booking.errors import BookingRefused
from booking.hoarding import Asker, contact_hash
from booking.models import Booking, Patient, RepeatKey, Source
from common.audit import Actor
from common.money import Money
from practitioners.models import Service


class RepeatedWithOtherBody(BookingRefused):
    """The key was used before, for something else."""


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@transaction.atomic
def book_once(service: Service, wish: dict[str, Any], *, key: str, network: str, now: datetime) -> Booking:
    """Hold a time for a guest. `wish` has start, name, email and phone, and the price if one was seen.

    An empty `key` makes no promise. A request that comes while its twin is at work waits for it. `network` is the hash
    that its sender is counted by. Raises SlotTaken and its kinds, RepeatedWithOtherBody, TooManyKept.
    """
    if not key:
        return _book(service, wish, network=network, now=now)
    asked = _digest(json.dumps(wish, default=str, sort_keys=True))
    row = RepeatKey(digest=_digest(key), request=asked, used_at=now)
    RepeatKey.objects.bulk_create([row], ignore_conflicts=True)
    known = RepeatKey.objects.select_related("booking__practitioner", "booking__service").get(pk=row.pk)
    if known.request != asked:
        raise RepeatedWithOtherBody
    if known.booking is not None:
        return known.booking
    booking = _book(service, wish, network=network, now=now)
    RepeatKey.objects.filter(pk=row.pk).update(booking=booking)
    return booking


def _book(service: Service, wish: dict[str, Any], *, network: str, now: datetime) -> Booking:
    price = None if wish.get("amount") is None else Money(wish["amount"], wish["currency"])
    patient = Patient(name=wish["name"], email=wish["email"], phone=wish["phone"], zone=service.practitioner.zone)
    return actions.hold(
        service,
        start=wish["start"],
        by=Actor.PATIENT,
        source=Source.API,
        now=now,
        patient=patient,
        price=price,
        asker=Asker(contact=contact_hash(wish["email"]), network=network),
    )
