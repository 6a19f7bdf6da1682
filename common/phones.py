"""Telephone numbers of every country, by Google's library."""

import phonenumbers

HOME_REGION = "IN"


def normal_phone(value: str) -> str:
    """`098123 00456` → `+919812300456`. ValueError if nobody could be called there."""
    try:
        number = phonenumbers.parse(value, HOME_REGION)
    except phonenumbers.NumberParseException as error:
        raise ValueError("not a telephone number") from error
    if not phonenumbers.is_possible_number(number):
        raise ValueError("not a telephone number")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
