"""Telephone numbers of every country, by Google's library."""

import phonenumbers
from babel.core import get_global


def region_of(zone: str) -> str:
    """The country of a time zone, as `IN`; "" if none is known for it."""
    zone = get_global("zone_aliases").get(zone, zone)
    region = get_global("zone_territories").get(zone, "")
    return region if region in phonenumbers.SUPPORTED_REGIONS else ""


def normal_phone(value: str, region: str) -> str:
    """`098123 00456` in `IN` → `+919812300456`. ValueError if nobody could be called there."""
    try:
        number = phonenumbers.parse(value, region or None)
    except phonenumbers.NumberParseException as error:
        raise ValueError("not a telephone number") from error
    if not phonenumbers.is_possible_number(number):
        raise ValueError("not a telephone number")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
