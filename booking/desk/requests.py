"""Requests as the desk reads them: who waits for a word, what was answered lately, and how one stands, in words."""

from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from booking.lifecycle import Status
from booking.models import Booking, BookingQuerySet, Move
from common.templatetags.samay import clock, day
from practitioners.models import Practitioner

_LATELY = timedelta(days=30)
_MOST = 10


def _waiting(practitioner: Practitioner, now: datetime) -> BookingQuerySet:
    return Booking.objects.filter(practitioner=practitioner, status=Status.REQUESTED, hold_expires_at__gt=now)


def count(practitioner: Practitioner, *, now: datetime) -> int:
    """How many wait for an answer. One query."""
    return _waiting(practitioner, now).count()


def waiting(practitioner: Practitioner, *, now: datetime) -> list[Booking]:
    """Those that wait for an answer, the soonest deadline first. One query; the notes stay closed."""
    found = _waiting(practitioner, now).defer("note").annotate(has_note=~Q(note=None))
    bookings = list(found.select_related("patient", "location").order_by("hold_expires_at", "pk"))
    for booking in bookings:
        booking.practitioner = practitioner
    return bookings


def answered(practitioner: Practitioner, *, now: datetime) -> list[Move]:
    """How the latest requests were answered, lapsed ones among them, the latest first. One query."""
    asked = Move.objects.filter(
        booking__practitioner=practitioner, booking__needs_approval=True, booking__held_at__gte=now - _LATELY
    )
    answers = asked.filter(before=Status.REQUESTED).exclude(after=Status.REQUESTED)
    answers = answers.select_related("booking__patient", "user").defer("booking__note")
    return list(answers.order_by("-pk")[:_MOST])


def is_open(booking: Booking, now: datetime) -> bool:
    """Whether an answer still counts."""
    return booking.status == Status.REQUESTED and booking.is_kept(now)


_WORDS = {
    Status.REQUESTED: _lazy("The request waits for an answer until %(when)s."),
    Status.PENDING_PAYMENT: _lazy("The request is accepted. They get a link to pay until %(when)s."),
    Status.CONFIRMED: _lazy("The request is accepted and paid. It is confirmed."),
    Status.DECLINED: _lazy("The request is declined. They are told why, and the time is open again."),
    Status.CANCELLED: _lazy("The booking was cancelled. The time is open again."),
}


def how_it_stands(booking: Booking, *, zone: str, now: datetime) -> str:
    """What has become of a request, for whoever answers it."""
    until = booking.hold_expires_at or booking.starts_at
    words = _lapsed(booking) if booking.has_lapsed(now) else _standing(booking)
    return words % {"when": f"{day(until, zone)}, {clock(until, zone)}"}


def _lapsed(booking: Booking) -> str:
    if booking.pay_by is not None:
        return _("The request was accepted, but not paid in time. The time is open again.")
    return _("Nobody answered the request by %(when)s, so it lapsed. The time is open again.")


def _standing(booking: Booking) -> str:
    if booking.status == Status.CONFIRMED and not booking.amount:
        return _("The request is accepted. It is confirmed, and they are told.")
    if booking.status == Status.CONFIRMED and booking.pays_at_visit:
        return _("The request is accepted. It is confirmed, and they pay at the visit.")
    return str(_WORDS.get(Status(booking.status), _("The visit is over.")))
