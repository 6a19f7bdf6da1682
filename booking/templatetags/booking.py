"""What the pages of bookings say in their own words."""

from datetime import UTC, datetime, timedelta

import phonenumbers
from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from booking import pages, zones
from booking.lifecycle import Status
from booking.models import Booking
from common import clock
from common.templatetags.samay import clock as clock_words
from common.templatetags.samay import long_day

register = template.Library()

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
    tone, icon = _TONES[Status(booking.status)]
    word = _("Held") if booking.status == Status.PENDING_PAYMENT and not booking.patient_id else None
    return {"word": word or booking.get_status_display(), "tone": tone, "icon": f"icons/{icon}.svg"}


@register.inclusion_tag("components/arc.html")
def part_of_day_icon(instant: datetime, zone: str) -> dict[str, str]:
    return {"icon": f"icons/arc-{pages.part_of_day(instant, zone)}.svg"}


@register.filter
def instant(value: datetime) -> str:
    """An instant as forms carry it: 2026-12-04T08:30Z"""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")


@register.filter
def minutes(value: timedelta | int) -> str:
    """60 minutes"""
    count = value if isinstance(value, int) else round(value.total_seconds() / 60)
    return ngettext("%(count)d minute", "%(count)d minutes", count) % {"count": count}


@register.filter
def place(zone: str) -> str:
    """India; United States (New York)"""
    return zones.place(zone)


@register.filter
def phone(number: str) -> str:
    """+91 98123 00456"""
    parsed = phonenumbers.parse(number)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


@register.filter
def soon(value: datetime, zone: str) -> str:
    """Today, 2:00 PM; Tomorrow, 2:00 PM; Friday 4 December, 2:00 PM"""
    days = (zones.local(value, zone).date() - zones.local(clock.now(), zone).date()).days
    words = {0: _("Today"), 1: _("Tomorrow")}
    return _("%(day)s, %(time)s") % {"day": words.get(days) or long_day(value, zone), "time": clock_words(value, zone)}
