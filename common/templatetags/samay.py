"""The one place where amounts, dates and times become words."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django import template
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.money import Money, format_money

register = template.Library()

_HOUR, _DAY, _TWO_DAYS = 60, 24 * 60, 48 * 60


def local(instant: datetime, zone: str) -> datetime:
    return instant.astimezone(ZoneInfo(zone))


@register.filter
def money(value: Money) -> str:
    """₹1,500"""
    return format_money(value)


@register.filter
def day(instant: datetime, zone: str) -> str:
    """Fri 4 Dec 2026"""
    return formats.date_format(local(instant, zone), "D j M Y")


@register.filter
def long_day(value: datetime | date, zone: str = "") -> str:
    """Friday 4 December"""
    return formats.date_format(local(value, zone) if isinstance(value, datetime) else value, "l j F")


@register.filter
def clock(instant: datetime, zone: str) -> str:
    """2:00 PM"""
    return local(instant, zone).strftime("%-I:%M %p")


@register.filter
def zone_abbr(zone: str, instant: datetime) -> str:
    """IST; where the zone has no letters of its own, UTC+04:00"""
    name = local(instant, zone).strftime("%Z")
    if name.isalpha():
        return name
    offset = local(instant, zone).strftime("%z")
    return f"UTC{offset[:3]}:{offset[3:]}"


@register.filter
def wall(minutes: int) -> str:
    """Minutes after midnight, as a clock on the wall shows them: 2:00 PM; Midnight; 2:00 AM next day"""
    if minutes == _DAY:
        return _("Midnight")
    shown = time(minutes // 60 % 24, minutes % 60).strftime("%-I:%M %p")
    return _("%(time)s next day") % {"time": shown} if minutes > _DAY else shown


@register.filter("how_long")  # not "length": these filters are known to every template, and that one is Django's
def length(minutes: int) -> str:
    """45 minutes; 24 hours; 2 days: in the largest unit that makes a whole number, though a day is still 24 hours."""
    if minutes >= _TWO_DAYS and minutes % _DAY == 0:
        return ngettext("%(count)d day", "%(count)d days", minutes // _DAY) % {"count": minutes // _DAY}
    if minutes and minutes % _HOUR == 0:
        return ngettext("%(count)d hour", "%(count)d hours", minutes // _HOUR) % {"count": minutes // _HOUR}
    return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
