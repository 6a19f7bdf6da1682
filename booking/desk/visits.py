"""A practitioner's bookings as the desk reads them: in lists, by search, one by one. Never those of another desk.

The notes of patients stay closed: they are read one at a time, and each reading is written down.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from django.db.models import F, Q
from django.http import Http404

from booking.lifecycle import ACTIVE, WAITING, Status
from booking.models import Booking, BookingQuerySet
from booking.wallclock import instant, seconds, window_of
from practitioners.models import Practitioner

PER_PAGE = 50
_CURSOR = re.compile(r"(\d{1,11})-(\d{1,18})", re.ASCII)
_FEWEST_DIGITS = 3
_OVER = (Status.CANCELLED, Status.DECLINED, Status.EXPIRED)


class Show(StrEnum):
    UPCOMING = "upcoming"
    PAST = "past"
    OFF = "off"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Page:
    """Some bookings in order, and where the next page begins; empty if there is none."""

    bookings: Sequence[Booking]
    following: str


def listed(
    practitioner: Practitioner, show: Show, *, first: date | None, last: date | None, after: str, now: datetime
) -> Page:
    """A page of bookings from `first` to `last`, the soonest first, or the latest where they are over. Two queries."""
    bookings = _within(_all(practitioner), practitioner.zone, first, last)
    match show:
        case Show.UPCOMING:
            bookings = bookings.standing(now).filter(span__endswith__gt=now)
        case Show.PAST:
            bookings = bookings.filter(status__in=set(ACTIVE) - set(WAITING), span__endswith__lte=now)
        case Show.OFF:
            bookings = bookings.filter(_is_over(now)).exclude(patient=None)
        case Show.ALL:
            bookings = bookings.exclude(_is_over(now), patient=None)
    return _page(practitioner, bookings, after, rising=show == Show.UPCOMING)


def search(practitioner: Practitioner, words: str, *, after: str) -> Page:
    """Bookings by reference, or by name, e-mail or phone of the patient, the latest first. Two queries."""
    wanted = Q(reference=as_reference(words)) | Q(patient__name__icontains=words) | Q(patient__email__icontains=words)
    digits = re.sub(r"\D", "", words).lstrip("0")
    if len(digits) >= _FEWEST_DIGITS:
        wanted |= Q(patient__phone__contains=digits)
    return _page(practitioner, _all(practitioner).filter(wanted), after, rising=False)


def as_reference(words: str) -> str:
    """7f3k 29qx, as a person may say it: 7F3K-29QX"""
    letters = re.sub(r"[\s-]", "", words).upper()
    return f"{letters[:4]}-{letters[4:]}"


def at_desk(practitioner: Practitioner, reference: str) -> Booking:
    """One of the practitioner's bookings; 404 for anybody else's. One query."""
    bookings = _all(practitioner).filter(reference=reference).annotate(has_note=~Q(note=None))
    booking = bookings.select_related("service", "patient", "location").first()
    if booking is None:
        raise Http404
    booking.practitioner = practitioner
    return booking


def _all(practitioner: Practitioner) -> BookingQuerySet:
    return Booking.objects.filter(practitioner=practitioner).defer("note")


def _is_over(now: datetime) -> Q:
    return Q(status__in=_OVER) | Q(status__in=WAITING, hold_expires_at__lte=now)


def _within(bookings: BookingQuerySet, zone: str, first: date | None, last: date | None) -> BookingQuerySet:
    """Those that begin on days of the practitioner's calendar."""
    if first is not None:
        bookings = bookings.filter(span__startswith__gte=instant(window_of(zone, first, first)[0]))
    if last is not None:
        bookings = bookings.filter(span__startswith__lt=instant(window_of(zone, last, last)[1]))
    return bookings


def _page(practitioner: Practitioner, bookings: BookingQuerySet, after: str, *, rising: bool) -> Page:
    """The page that begins after a booking, by its start and its id."""
    cursor = _CURSOR.fullmatch(after)
    if cursor:
        start, pk = instant(int(cursor[1])), int(cursor[2])
        beyond = (
            Q(span__startswith__gt=start) | Q(span__startswith=start, pk__gt=pk)
            if rising
            else Q(span__startswith__lt=start) | Q(span__startswith=start, pk__lt=pk)
        )
        bookings = bookings.filter(beyond)
    order = [F("span__startswith").asc(), F("pk").asc()] if rising else [F("span__startswith").desc(), F("pk").desc()]
    # Patients are fetched for the page alone, not joined to all that has to be sorted.
    found = list(bookings.prefetch_related("patient").order_by(*order)[: PER_PAGE + 1])
    shown = found[:PER_PAGE]
    for booking in shown:
        booking.practitioner = practitioner
    last = shown[-1] if len(found) > PER_PAGE else None
    return Page(shown, f"{seconds(last.starts_at)}-{last.pk}" if last else "")
