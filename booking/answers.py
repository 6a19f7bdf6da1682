"""Links by which a practitioner answers a request from the mail that tells of it, without signing in.

A link names one booking at one time: once the visit is moved, the time that its mail tells is no longer asked for.
"""

from datetime import datetime, timedelta

from django.core import signing
from django.http import Http404

from booking.models import Booking

_KEPT = timedelta(days=30)  # after the visit, for whoever looks at an old mail
_signer = signing.Signer(sep=".", salt="booking.answers")


def token(booking: Booking) -> str:
    """What the link of a mail carries. Whoever has it may accept or decline this request, and nothing else."""
    return _signer.sign(f"{booking.pk}-{booking.sequence}")


def booking_of(token: str, *, now: datetime) -> Booking:
    """The booking of a link; 404 for anything forged, for a time that was moved since, and for long ago. One query."""
    try:
        pk, sequence = _signer.unsign(token).split("-")
    except signing.BadSignature:
        raise Http404 from None
    bookings = Booking.objects.select_related("practitioner", "service", "patient", "location").defer("note")
    booking = bookings.filter(pk=pk, sequence=sequence, patient__isnull=False).first()
    if booking is None or now > booking.ends_at + _KEPT:
        raise Http404
    return booking
