"""Rules that several models share: what a zone, a price, an address of a page and a range of minutes must be."""

from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from django.contrib.postgres.fields import BigIntegerRangeField
from django.core.exceptions import ValidationError
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from common.money import currencies
from common.text import is_plain

DAY = 24 * 60
LEAST_AMOUNT = 100  # in the smallest unit; Razorpay refuses less

# A working interval is at most a day long and may end after the midnight of the day it begins on.
RUNS_FORWARD = Q(starts__lt=DAY, ends__gt=F("starts"), ends__lte=F("starts") + DAY)


def only_this(field: str) -> Func:
    """An id as a range of one: exclusion constraints can compare it without an extension."""
    return Func(F(field), F(field), Value("[]"), function="int8range", output_field=BigIntegerRangeField())


def known_zone(value: str) -> None:
    if value not in available_timezones():
        raise ValidationError(_("%(value)s is not a known time zone."), params={"value": value})


def known_currency(value: str) -> None:
    if value not in currencies():
        raise ValidationError(_("%(value)s is not a currency in use."), params={"value": value})


def free_or_payable(value: int) -> None:
    if 0 < value < LEAST_AMOUNT:
        raise ValidationError(_("Payment providers take no amount below %(least)d."), params={"least": LEAST_AMOUNT})


def web_address(value: str) -> None:
    try:
        parts = urlsplit(value)
        is_whole = parts.scheme == "https" and bool(parts.hostname) and len(value.split()) == 1 and is_plain(value)
    except ValueError:
        is_whole = False
    if not is_whole:
        raise ValidationError(_("Enter an address that begins with https://"))


def must_run_forward(starts: Any, ends: Any) -> None:
    """Before the constraints: PostgreSQL can't even compare an interval that runs backwards."""
    if None not in {starts, ends} and ends <= starts:
        raise ValidationError({"ends": _("This must be later than the start.")})
