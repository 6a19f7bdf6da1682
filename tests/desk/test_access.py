"""Who gets into the desk's pages: every address that there is, for everybody who may try. New pages are walked, too."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, reverse
from pytest_django import Settings

from booking.desk import urls as desk_urls
from booking.lifecycle import Status
from common.models import User
from practitioners.models import DateOverride, Location, Practitioner, TimeOff
from tests.answers import Answer
from tests.desk.people import client_of, front_desk, make_working_desk, own_client
from tests.factories import NOW, make_booking, make_practitioner, make_service

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]

PATTERNS = desk_urls.urlpatterns
IDS = [f"{pattern.name}-{'-'.join(pattern.pattern.converters) or 'all'}" for pattern in PATTERNS]
every_page = pytest.mark.parametrize("pattern", PATTERNS, ids=IDS)

OWNERS_ALONE = {"access", "access_remove", "preview", "looks_right", "publish"}
NO_DESK_NEEDED = {"setup"}  # where a desk is made
OPENS_A_DAY = {"override"}  # any day has a page, whether anything was said about it or not
OF_A_BOOKING = {
    "booking",
    "note",
    "cancel",
    "took_place",
    "nobody_came",
    "correct",
    "move",
    "ask",
    "join",
    "renew_link",
    "request_accept",
    "request_decline",
}
NAME = "Zoë Xylquib"


def stocked(**fields: Any) -> tuple[Practitioner, dict[tuple[str, str], object]]:
    """A desk with one of everything, and what opens it in an address: (page, argument) → value."""
    practitioner = make_working_desk(name=NAME, **fields)
    place = Location.objects.create(practitioner=practitioner, name="Xylquib Clinic", address="1 Xylquib Street")
    service = make_service(practitioner, name="Xylquib care", location=place)
    booking = make_booking(service=service, status=Status.CONFIRMED, patient__name=NAME, note="xylquib")
    day = NOW.date() + timedelta(10)
    DateOverride.objects.create(practitioner=practitioner, day=day, note="xylquib")
    away = TimeOff.objects.create(practitioner=practitioner, first_day=day, last_day=day, note="xylquib")
    helper = front_desk(practitioner, "xylquib-helper@example.org")
    return practitioner, {
        **{(page, "reference"): booking.reference for page in OF_A_BOOKING},
        ("service", "pk"): service.pk,
        ("location", "pk"): place.pk,
        ("location_use", "pk"): place.pk,
        ("access_remove", "pk"): helper.desk_access.get().pk,
        ("override", "text"): day.isoformat(),
        ("time_off_remove", "number"): away.pk,
        ("preview", "service"): service.slug,
    }


def address(pattern: URLPattern, openers: Mapping[tuple[str, str], object]) -> str:
    """A new page with arguments has to say in `stocked` what opens it."""
    name = pattern.name or ""
    return reverse(f"desk:{name}", kwargs={each: openers[name, each] for each in pattern.pattern.converters})


def both(client: Client, at: str, **data: str) -> Iterator[Answer]:
    yield client.get(at)
    yield client.post(at, data)


@every_page
def test_whoever_is_not_signed_in_is_asked_to(client: Client, pattern: URLPattern) -> None:
    practitioner, openers = stocked()

    for answer in both(client, address(pattern, openers), desk=practitioner.slug):
        assert (answer.status_code, answer["Location"].partition("?")[0]) == (303, reverse("account_login"))
        assert answer["Cache-Control"] == "no-store"


@every_page
def test_without_the_second_factor_nobody_gets_further(settings: Settings, pattern: URLPattern) -> None:
    settings.SECOND_FACTOR = "required"
    practitioner, openers = stocked()

    for answer in both(own_client(practitioner), address(pattern, openers), desk=practitioner.slug):
        assert answer.status_code == 303
        assert answer["Location"].startswith(reverse(settings.SECOND_FACTOR_URL))


@every_page
@pytest.mark.parametrize("who", ["patient", "staff"])
def test_whoever_has_no_desk_is_led_to_making_one_and_sees_nobodys(pattern: URLPattern, who: str) -> None:
    practitioner, openers = stocked()
    user = User.objects.create_user("nobody@example.org", is_staff=who == "staff", is_superuser=who == "staff")
    client, at = client_of(user), address(pattern, openers)

    got = client.get(at)
    assert NAME not in got.content.decode()
    if pattern.name not in NO_DESK_NEEDED:
        assert (got.status_code, got["Location"]) == (303, reverse("desk:setup"))
        assert client.post(at, {"desk": practitioner.slug}).status_code == 404


@every_page
def test_the_owner_gets_in_everywhere(pattern: URLPattern) -> None:
    practitioner, openers = stocked()

    answer = own_client(practitioner).get(address(pattern, openers))

    assert answer.status_code in {200, 303, 405}  # 405: only a press of a button leads there
    assert answer["Cache-Control"] == "no-store"


@every_page
def test_the_front_desk_gets_in_except_where_the_owner_decides_alone(pattern: URLPattern) -> None:
    practitioner, openers = stocked()
    client = client_of(front_desk(practitioner, "another-helper@example.org"))

    answer = client.get(address(pattern, openers))

    assert (answer.status_code == 404) == (pattern.name in OWNERS_ALONE)


@every_page
def test_access_that_was_taken_away_is_gone_at_once(pattern: URLPattern) -> None:
    practitioner, openers = stocked()
    user = front_desk(practitioner, "another-helper@example.org")
    client = client_of(user)
    client.post(reverse("desk:switch"), {"desk": practitioner.slug})
    user.desk_access.all().delete()

    got = client.get(address(pattern, openers))

    assert NAME not in got.content.decode()
    if pattern.name not in NO_DESK_NEEDED:
        assert got.status_code == 303


@every_page
def test_another_practitioner_finds_only_their_own(pattern: URLPattern) -> None:
    practitioner, openers = stocked()
    stranger = make_practitioner(user=User.objects.create_user("stranger@example.org"))
    nothing = {
        key: "0000-0000" if key[1] == "reference" else "no-such" if isinstance(value, str) else 10**9
        for key, value in openers.items()
    }
    assert stranger.user
    client, at = client_of(stranger.user), address(pattern, openers)

    for answer, missing in zip(both(client, at), both(client, address(pattern, nothing)), strict=True):
        assert "xylquib" not in answer.content.decode().casefold()
        if pattern.pattern.converters and pattern.name not in OPENS_A_DAY:
            assert answer.status_code == missing.status_code in {404, 405}
    if pattern.name not in NO_DESK_NEEDED:
        assert client.post(at, {"desk": practitioner.slug}).status_code == 404


@every_page
def test_no_form_is_accepted_without_its_token(pattern: URLPattern) -> None:
    practitioner, openers = stocked()
    client = Client(enforce_csrf_checks=True)
    assert practitioner.user
    client.force_login(practitioner.user)

    assert client.post(address(pattern, openers), {"desk": practitioner.slug}).status_code == 403
