"""Time zones as people name them: by country, and by city where a country has several."""

import re
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from babel.core import Locale, get_global
from django.http import HttpRequest
from django.utils.translation import get_language

from common.text import folded

COOKIE = "zone"
MOST_LETTERS = 60
_SOME_YEAR = 2026  # any year does: only what the seasons are called is asked of it
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
    "America/Chicago",
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
    territory = _territories().get(zone, "")
    name = country(territory)
    if not name:
        return _city(zone)
    alone = len(get_global("territory_zones").get(territory, ())) == 1
    return name if alone or zone in _CAPITALS else f"{name} ({_city(zone)})"


def country(territory: str) -> str:
    """`IN` → India; "" for a code without a country."""
    return Locale.parse(get_language() or "en", sep="-").territories.get(territory, "") if territory else ""


# The country has other zones, but hardly anyone lives in them.
_CAPITALS = {"Europe/Berlin", "Asia/Dubai", "Europe/London", "Asia/Singapore"}


def _city(zone: str) -> str:
    return zone.rpartition("/")[2].replace("_", " ")


_NOWHERE = {"ZZ", "001"}

# What people call places where the zone's own name and its country's don't say it.
_ALSO = {
    "Asia/Kolkata": "Bombay Mumbai Delhi Bangalore Bengaluru Madras Chennai Hyderabad Pune Poona Ahmedabad Goa Kochi "
    "Cochin Jaipur Lucknow Bharat",
    "Asia/Shanghai": "Peking Beijing Canton Guangzhou Shenzhen Chengdu Wuhan",
    "Asia/Dubai": "UAE Abu Dhabi Sharjah",
    "Asia/Karachi": "Lahore Islamabad",
    "Asia/Colombo": "Ceylon",
    "Asia/Tokyo": "Osaka Kyoto",
    "Asia/Seoul": "Korea Busan",
    "Asia/Ho_Chi_Minh": "Hanoi Vietnam",
    "Asia/Yangon": "Burma",
    "Asia/Jakarta": "Bandung",
    "Asia/Makassar": "Bali",
    "Asia/Riyadh": "KSA Jeddah Mecca Medina",
    "Asia/Jerusalem": "Haifa Palestine",
    "Australia/Sydney": "Canberra",
    "Pacific/Auckland": "Wellington Christchurch",
    "Europe/London": "UK Britain England Scotland Wales Edinburgh Glasgow Manchester Birmingham Cardiff Belfast",
    "Europe/Berlin": "Munich Hamburg Frankfurt Cologne Stuttgart",
    "Europe/Amsterdam": "Holland Rotterdam",
    "Europe/Zurich": "Geneva Basel Bern",
    "Europe/Rome": "Milan Naples",
    "Europe/Madrid": "Barcelona",
    "Europe/Moscow": "Saint Petersburg",
    "Europe/Istanbul": "Turkey Ankara",
    "Europe/Prague": "Czech Republic",
    "Africa/Johannesburg": "Cape Town Durban Pretoria",
    "Africa/Lagos": "Abuja",
    "America/New_York": "USA US America Washington Boston Philadelphia Atlanta Miami Eastern",
    "America/Chicago": "USA US America Houston Dallas Austin Minneapolis Central",
    "America/Denver": "USA US America Salt Lake City Mountain",
    "America/Los_Angeles": "USA US America San Francisco Seattle San Diego Las Vegas Portland California Pacific",
    "America/Toronto": "Ottawa Montreal Quebec",
    "America/Edmonton": "Calgary",
    "America/Sao_Paulo": "Rio de Janeiro Brasilia",
    "Etc/UTC": "Greenwich Universal Zulu",
}
_OFFSET = re.compile(r"(?:(?:utc|gmt)\s*)?([+-])(\d{1,2})(?::?([0-5]\d))?|(?:utc|gmt)?\s*(\d{1,2}):([0-5]\d)", re.ASCII)


def matching(query: str, *, now: datetime, limit: int = 24) -> list[str]:
    """Zones by country, city, letters (IST) or distance from Greenwich (+5:30), the best known first.

    Every word must begin a word of what a zone is called. The common ones for no words.
    """
    if (offset := _offset(query)) is not None:
        found = [zone for zone in _named(get_language() or "en") if local(now, zone).utcoffset() == offset]
        return sorted(found, key=_rank)[:limit]
    if zone := _by_name().get(query.strip().replace(" ", "_").casefold()):
        return [zone]
    wanted = folded(query).split()
    if not wanted:
        return list(COMMON)
    named = _named(get_language() or "en")
    found = [zone for zone, text in named.items() if all(f" {word}" in text for word in wanted)]
    exact = " " + " ".join(wanted) + " "
    return sorted(found, key=lambda zone: (exact not in named[zone], *_rank(zone)))[:limit]


def _rank(zone: str) -> tuple[int, bool, str]:
    return (*COMMON, zone).index(zone), zone not in _leading(), place(zone)


@cache
def _leading() -> frozenset[str]:
    return frozenset(get_global("windows_zone_mapping").values())


@cache
def _named(language: str) -> dict[str, str]:
    """Each zone and all that it is called in a language, folded, with a space on either side of every word."""
    earlier: dict[str, list[str]] = {}
    for name, zone in get_global("zone_aliases").items():
        earlier.setdefault(zone, []).append(name)
    territories = Locale.parse(language, sep="-").territories
    found = {}
    for zone, territory in _territories().items():
        cities = [_city(name) for name in (zone, *earlier.get(zone, ()))]
        country = [territories.get(territory, ""), territory, _ALSO.get(zone, "")]
        found[zone] = f" {folded(' '.join([*cities, *country, *_letters(zone)]))} "
    return found


@cache
def _territories() -> dict[str, str]:
    """Each zone where people live, and UTC, with the code of its country."""
    rows = get_global("zone_territories").items()
    lived_in = {zone: country for zone, country in rows if zone in known() and country not in _NOWHERE}
    return {**lived_in, "Etc/UTC": ""}


@cache
def _by_name() -> dict[str, str]:
    """Asia/Kolkata, and the names it had before, whatever their case."""
    names = {**{zone: zone for zone in _territories()}, **get_global("zone_aliases")}
    return {name.casefold(): zone for name, zone in names.items() if "/" in name and zone in known()}


def _letters(zone: str) -> set[str]:
    """IST; EST and EDT, where the clock changes."""
    seasons = (datetime(_SOME_YEAR, month, 1, tzinfo=UTC) for month in (1, 7))
    return {name for season in seasons if (name := local(season, zone).strftime("%Z")).isalpha()}


def _offset(query: str) -> timedelta | None:
    """How far east of Greenwich: +5:30, UTC-5, GMT+0530, 5:30."""
    found = _OFFSET.fullmatch(query.strip().casefold().replace("\N{MINUS SIGN}", "-"))
    if found is None:
        return None
    sign, hours, minutes, bare_hours, bare_minutes = found.groups()
    distance = timedelta(hours=int(hours or bare_hours), minutes=int(minutes or bare_minutes or 0))
    return -distance if sign == "-" else distance


def local(instant: datetime, zone: str) -> datetime:
    return instant.astimezone(ZoneInfo(zone))


def is_near(day: date) -> bool:
    """A day (or an instant) that every zone's calendar can count from; nobody books beyond it."""
    return 2000 <= day.year < 2200  # noqa: PLR2004


def sent_instant(text: str) -> datetime | None:
    """An instant as forms send it, such as 2026-12-04T08:30Z; None for anything else."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return instant if instant.tzinfo and is_near(instant) else None
