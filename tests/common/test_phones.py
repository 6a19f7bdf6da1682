"""A number without a country code is one of the country that its zone is in."""

import pytest

from common.phones import normal_phone, region_of


@pytest.mark.parametrize(
    ("typed", "zone", "stored"),
    [
        ("098123 00456", "Asia/Kolkata", "+919812300456"),
        ("98123 00456", "Asia/Calcutta", "+919812300456"),
        ("(212) 555-0147", "America/New_York", "+12125550147"),
        ("07700 900123", "Europe/London", "+447700900123"),
        ("+44 7700 900123", "Asia/Kolkata", "+447700900123"),
        ("+91 98123 00456", "Etc/UTC", "+919812300456"),
    ],
)
def test_a_number_is_read_as_people_of_the_zone_write_it(typed: str, zone: str, stored: str) -> None:
    assert normal_phone(typed, region_of(zone)) == stored


@pytest.mark.parametrize(("typed", "zone"), [("98123 00456", "Etc/UTC"), ("12", "Asia/Kolkata"), ("call me", "")])
def test_what_nobody_could_call_is_refused(typed: str, zone: str) -> None:
    with pytest.raises(ValueError, match="telephone"):
        normal_phone(typed, region_of(zone))
