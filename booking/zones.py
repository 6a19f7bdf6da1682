"""Time zones as people name them: by country, and by city where a country has several."""

import re
from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from babel.core import Locale, get_global
from django.http import HttpRequest
from django.utils.translation import get_language

COOKIE = "zone"
COMMON = (
    "Asia/Kolkata",
    "Asia/Dubai",
    "Asia/Kathmandu",
    "Asia/Singapore",
    "Australia/Sydney",
    "Europe/London",
    "Europe/Berlin",
    "America/New_York",
    "America/Toronto",
    "America/Los_Angeles",
)


@cache
def known() -> frozenset[str]:
    return frozenset(available_timezones())


def shown(request: HttpRequest, home: str) -> str:
    """The zone to show times in: the address names one, or the visitor chose one before, or it is `home`."""
    wishes = (request.GET.get("tz", ""), request.COOKIES.get(COOKIE, ""))
    return next((wish for wish in wishes if wish in known()), home)


def place(zone: str) -> str:
    """India, United Kingdom, United States (New York)."""
    zone = get_global("zone_aliases").get(zone, zone)
    territory = get_global("zone_territories").get(zone, "")
    country = Locale.parse(get_language() or "en", sep="-").territories.get(territory) if territory else None
    if country is None:
        return _city(zone)
    alone = len(get_global("territory_zones").get(territory, ())) == 1
    return country if alone or zone in _CAPITALS else f"{country} ({_city(zone)})"


# The country has other zones, but hardly anyone lives in them.
_CAPITALS = {"Europe/Berlin", "Asia/Dubai", "Europe/London", "Asia/Singapore"}


def _city(zone: str) -> str:
    return zone.rpartition("/")[2].replace("_", " ")


def matching(query: str, *, limit: int = 24) -> list[str]:
    """Zones whose country or city has a word that begins so, the best known first; the common ones for no words."""
    wanted = query.casefold().strip()
    if not wanted:
        return list(COMMON)
    leading = set(get_global("windows_zone_mapping").values())
    rows = [(zone not in leading, place(zone), zone) for zone in get_global("zone_territories") if zone in known()]
    begins = re.compile(rf"\b{re.escape(wanted)}")
    return [zone for _minor, name, zone in sorted(rows) if begins.search(f"{name} {_city(zone)}".casefold())][:limit]


def local(instant: datetime, zone: str) -> datetime:
    return instant.astimezone(ZoneInfo(zone))


def is_near(day: date) -> bool:
    """A day (or an instant) that every zone's calendar can count from; nobody books beyond it."""
    return 2000 <= day.year < 2200  # noqa: PLR2004
