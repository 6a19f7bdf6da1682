"""Time zones as people name them."""

from datetime import UTC, datetime
from zoneinfo import available_timezones

import pytest
from django.utils import translation

from booking import zones
from tests.factories import NOW

SUMMER = datetime(2027, 7, 1, tzinfo=UTC)


def first(query: str, now: datetime = NOW) -> str:
    found = zones.matching(query, now=now)
    assert len(found) == len({*found}) <= 24
    return found[0] if found else ""


@pytest.mark.parametrize(
    ("query", "zone"),
    [
        ("Calcutta", "Asia/Kolkata"),
        ("kolkata", "Asia/Kolkata"),
        ("Bombay", "Asia/Kolkata"),
        ("mumbai", "Asia/Kolkata"),
        ("India", "Asia/Kolkata"),
        ("IST", "Asia/Kolkata"),
        ("Asia/Calcutta", "Asia/Kolkata"),
        ("asia/kolkata", "Asia/Kolkata"),
        ("Peking", "Asia/Shanghai"),
        ("beijing", "Asia/Shanghai"),
        ("Saigon", "Asia/Ho_Chi_Minh"),
        ("Rangoon", "Asia/Yangon"),
        ("katmandu", "Asia/Kathmandu"),
        ("Kiev", "Europe/Kyiv"),
        ("EST", "America/New_York"),
        ("edt", "America/New_York"),
        ("CST", "America/Chicago"),
        ("PST", "America/Los_Angeles"),
        ("GMT", "Europe/London"),
        ("BST", "Europe/London"),
        ("CET", "Europe/Berlin"),
        ("UTC", "Etc/UTC"),
        ("UK", "Europe/London"),
        ("GB", "Europe/London"),
        ("england", "Europe/London"),
        ("USA", "America/New_York"),
        ("united states", "America/New_York"),
        ("new york", "America/New_York"),
        ("America/New York", "America/New_York"),
        ("US/Pacific", "America/Los_Angeles"),
        ("san fran", "America/Los_Angeles"),
        ("UAE", "Asia/Dubai"),
        ("Côte d’Ivoire", "Africa/Abidjan"),
        ("cote divoire", "Africa/Abidjan"),
        ("turkey", "Europe/Istanbul"),
        ("Türkiye", "Europe/Istanbul"),
        ("sao paulo", "America/Sao_Paulo"),
        ("holland", "Europe/Amsterdam"),
        ("+5:30", "Asia/Kolkata"),
        ("UTC+05:30", "Asia/Kolkata"),
        ("gmt +0530", "Asia/Kolkata"),
        ("5:30", "Asia/Kolkata"),
        ("+5:45", "Asia/Kathmandu"),
        ("-5", "America/New_York"),
        ("−5", "America/New_York"),
        ("UTC-8", "America/Los_Angeles"),
        ("+0", "Europe/London"),
        ("  nepal ", "Asia/Kathmandu"),
        ("qqq", ""),
        ("+99", ""),
        ("+5:99", ""),
        ("Mars/Olympus", ""),
        ("%", zones.COMMON[0]),
        ("((", zones.COMMON[0]),
    ],
)
def test_a_place_is_found_by_what_people_call_it(query: str, zone: str) -> None:
    assert first(query) == zone


def test_a_distance_is_that_of_the_season() -> None:
    assert first("-4", SUMMER) == "America/New_York"
    assert "America/New_York" not in zones.matching("-5", now=SUMMER)


def test_nothing_asked_shows_the_common_ones() -> None:
    assert zones.matching("", now=NOW) == list(zones.COMMON)


def test_a_few_letters_are_enough_and_the_best_known_come_first() -> None:
    assert zones.matching("aus", now=NOW)[0] == "Australia/Sydney"
    assert {"Asia/Jerusalem", "Europe/Dublin"} <= {*zones.matching("IST", now=NOW)}


@pytest.mark.parametrize("language", ["en", "hi", "de"])
def test_every_zone_of_a_list_has_a_name_and_is_known(language: str) -> None:
    with translation.override(language):
        for query in ("", "a", "e", "+1"):
            for zone in zones.matching(query, now=NOW):
                assert zone in available_timezones()
                assert zones.place(zone)
                assert "Unknown" not in zones.place(zone)


def test_places_are_called_by_their_country_and_by_city_where_there_are_several() -> None:
    assert zones.place("Asia/Calcutta") == "India"
    assert zones.place("America/New_York") == "United States (New York)"
    assert zones.place("Etc/UTC") == "UTC"
