"""What the pages of bookings say in their own words."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import phonenumbers
from django import template
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from booking import deadlines, pages, zones
from booking.lifecycle import Status
from booking.models import Booking
from booking.ways import Ways, ways_of
from common import clock
from common.money import Money
from common.templatetags.samay import clock as wall_clock
from common.templatetags.samay import zone_abbr
from practitioners.models import Service

register = template.Library()

_TITLES = {"dr", "prof", "mr", "mrs", "ms"}

_TONES = {
    Status.PENDING_PAYMENT: ("warn", "hourglass"),
    Status.REQUESTED: ("info", "clock"),
    Status.CONFIRMED: ("ok", "check"),
    Status.COMPLETED: ("", "check"),
    Status.NO_SHOW: ("", "minus"),
    Status.EXPIRED: ("", "clock"),
    Status.CANCELLED: ("", "cross"),
    Status.DECLINED: ("bad", "cross"),
}


@register.inclusion_tag("components/badge.html")
def status_badge(booking: Booking) -> dict[str, object]:
    """The booking's status as an icon and a word."""
    tone, icon = look_of(booking)
    word = _("Held") if booking.status == Status.PENDING_PAYMENT and not booking.patient_id else None
    return {"word": word or booking.get_status_display(), "tone": tone, "icon": icon}


def look_of(booking: Booking) -> tuple[str, str]:
    """(tone, the path of the icon) of a booking's status."""
    tone, icon = _TONES[Status(booking.status)]
    return tone, f"icons/{icon}.svg"


@register.inclusion_tag("components/arc.html")
def part_of_day_icon(instant: datetime, zone: str) -> dict[str, str]:
    return {"icon": f"icons/arc-{pages.part_of_day(instant, zone)}.svg"}


@register.filter
def instant(value: datetime) -> str:
    """An instant as forms carry it: 2026-12-04T08:30Z"""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")


@register.filter
def sent(price: Money) -> str:
    """A price as forms carry it: 150000 INR"""
    return f"{price.amount} {price.currency}"


@register.filter
def minutes(value: timedelta | int) -> str:
    """60 minutes"""
    count = value if isinstance(value, int) else round(value.total_seconds() / 60)
    return ngettext("%(count)d minute", "%(count)d minutes", count) % {"count": count}


@register.filter
def offset_minutes(value: datetime, zone: str) -> int:
    """Minutes east of Greenwich: 330"""
    delta = zones.local(value, zone).utcoffset()
    return round(delta.total_seconds() / 60) if delta else 0


@register.filter
def place(zone: str) -> str:
    """India; United States (New York)"""
    return zones.place(zone)


@register.filter
def clocks(booking: Booking, zone: str) -> str:
    """2:00 PM – 3:00 PM; over a change of the clock 1:30 AM EST – 3:00 AM. The letters of the end are put behind it."""
    start, end = booking.starts_at, booking.ends_at
    changes = zone_abbr(zone, start) != zone_abbr(zone, end)
    first = f"{wall_clock(start, zone)} {zone_abbr(zone, start)}" if changes else wall_clock(start, zone)
    return f"{first} – {wall_clock(end, zone)}"


@register.filter
def or_home(zone: str, booking: Booking) -> str:
    """The zone to show, or the one the booking is told in."""
    return zone or booking.home_zone


@register.filter
def phone(number: str) -> str:
    """+91 98123 00456; nothing where none is known"""
    if not number:
        return ""
    parsed = phonenumbers.parse(number)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


@register.filter
def soon(value: datetime, zone: str) -> str:
    """Today; Tomorrow; Fri 4 Dec"""
    days = (zones.local(value, zone).date() - zones.local(clock.now(), zone).date()).days
    return {0: _("Today"), 1: _("Tomorrow")}.get(days) or date_format(zones.local(value, zone), "D j M")


@register.filter
def ways(booking: Booking) -> Ways:
    """How its last page can end."""
    return ways_of(booking)


@register.filter
def may_extend(booking: Booking) -> bool:
    """Whether asking for more time would still give some."""
    until = booking.hold_expires_at
    return until is not None and deadlines.hold_extended(until, booking.hold_limit) > until


@register.filter
def cancel_by(booking: Booking) -> datetime | None:
    """Until when the patient can cancel; None once that is over."""
    return booking.cancellable_until if clock.now() < booking.cancellable_until else None


@register.filter
def differ_in_mode(services: Sequence[Service]) -> bool:
    """Whether a name and a length don't say how one meets."""
    return len({service.mode for service in services}) > 1


@register.filter
def short_name(name: str) -> str:
    """Meera Joshi: Meera J."""
    first, *others = name.split() or [name]
    letters = [word[0] for word in others if word[0].isalpha()]
    return f"{first} {letters[-1]}." if letters else first


@register.filter
def initials(name: str) -> str:
    """Dr Sarah Khan: SK"""
    words = [word for word in name.split() if word.rstrip(".").casefold() not in _TITLES]
    letters = [letter for word in words if (letter := next((each for each in word if each.isalpha()), ""))]
    return "".join(letters[:1] + letters[1:][-1:])
