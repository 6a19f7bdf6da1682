"""What mails say in their own words."""

from datetime import datetime

from django import template

from common.templatetags.samay import clock, day, zone_abbr

register = template.Library()


@register.filter
def moment(instant: datetime, zone: str) -> str:
    """Fri 4 Dec 2026, 2:00 PM IST: whole, for whoever reads it days later somewhere else."""
    return f"{day(instant, zone)}, {clock(instant, zone)} {zone_abbr(zone, instant)}"
