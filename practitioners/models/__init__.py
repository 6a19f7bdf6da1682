"""People who can be booked, what they offer, and the hours they keep."""

from practitioners.models.offers import Location, Mode, Service
from practitioners.models.people import DeskAccess, Photo, Practitioner
from practitioners.models.rules import free_or_payable, known_zone, only_this
from practitioners.models.schedule import DateOverride, OverrideHours, TimeOff, WeeklyHours

__all__ = [
    "DateOverride",
    "DeskAccess",
    "Location",
    "Mode",
    "OverrideHours",
    "Photo",
    "Practitioner",
    "Service",
    "TimeOff",
    "WeeklyHours",
    "free_or_payable",
    "known_zone",
    "only_this",
]
