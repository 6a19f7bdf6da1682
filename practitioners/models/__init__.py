"""People who can be booked, what they offer, and the hours they keep."""

from practitioners.models.offers import Location, Mode, PayWhen, Service
from practitioners.models.people import DeskAccess, Photo, Practitioner
from practitioners.models.rules import free_or_payable, known_zone, only_this
from practitioners.models.schedule import DateOverride, OverrideHours, TimeOff, WeeklyHours
from practitioners.models.terms import Terms

__all__ = [
    "DateOverride",
    "DeskAccess",
    "Location",
    "Mode",
    "OverrideHours",
    "PayWhen",
    "Photo",
    "Practitioner",
    "Service",
    "Terms",
    "TimeOff",
    "WeeklyHours",
    "free_or_payable",
    "known_zone",
    "only_this",
]
