"""Patients, their bookings, what happened to these, and what was said of them."""

from booking.models.bookings import STATUS_NAMES, Booking, BookingQuerySet, Source
from booking.models.history import Move, RepeatKey
from booking.models.people import Patient, SavedPerson
from booking.models.reviews import COUNTED, Review, ReviewState

__all__ = [
    "COUNTED",
    "STATUS_NAMES",
    "Booking",
    "BookingQuerySet",
    "Move",
    "Patient",
    "RepeatKey",
    "Review",
    "ReviewState",
    "SavedPerson",
    "Source",
]
