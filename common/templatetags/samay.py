"""The one place where amounts, dates and times become words."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django import template
from django.utils import formats

from common.money import Money, format_money

register = template.Library()


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
