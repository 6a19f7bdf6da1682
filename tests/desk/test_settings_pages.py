"""What holds for every page of settings: whole, guarded, at a fixed price in queries, and deaf to strangers."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from common.models import User
from practitioners.models import Location, Practitioner
from tests.desk.people import client_of, front_desk, make_desk, own_client
from tests.factories import make_service
from tests.pages.reading import faults, read

pytestmark = pytest.mark.django_db

PAGES = ("setup", "profile", "photo", "services", "service", "locations", "location", "policies", "preview")
OWN = ("access", "publish", "preview", "setup")
EVERY = (*PAGES, "access", "publish")


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("full", [False, True])
def test_every_page_is_sound_empty_and_full(name: str, full: bool) -> None:
    practitioner = make_desk()
    if full:
        make_service(practitioner)
        make_service(practitioner, is_active=False, amount=0)
        Location.objects.create(practitioner=practitioner, name="Clinic", address="1 Example Street")
        front_desk(practitioner)

    response = own_client(practitioner).get(reverse(f"desk:{name}"))

    assert response.status_code == 200
    assert [fault for fault in faults(read(response)) if "testserver" not in fault] == []
    assert response["Cache-Control"] == "no-store"


@pytest.mark.parametrize("name", EVERY)
def test_a_page_has_the_same_price_however_much_there_is(
    name: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    practitioner = make_desk()
    for number in range(8):
        make_service(practitioner, name=f"Service {number}")
        Location.objects.create(practitioner=practitioner, name=f"Clinic {number}", address="1 Example Street")
        front_desk(practitioner, f"front{number}@example.org")
    client = own_client(practitioner)

    with django_assert_max_num_queries(12):
        client.get(reverse(f"desk:{name}"))


@pytest.mark.parametrize("name", EVERY)
def test_nobody_comes_in_without_signing_in(client: Client, name: str) -> None:
    response = client.get(reverse(f"desk:{name}"))

    assert response.status_code == 303
    assert response["Location"].startswith("/signin/")


@pytest.mark.parametrize("name", EVERY)
def test_where_the_practice_asks_for_a_second_factor_no_page_opens_without(name: str, settings: Settings) -> None:
    settings.SECOND_FACTOR = "required"

    response = own_client(make_desk()).get(reverse(f"desk:{name}"))

    assert response.status_code == 303
    assert response["Location"].startswith("/account/second-factor/")


@pytest.mark.parametrize("name", EVERY)
def test_somebody_without_a_desk_is_led_to_where_one_is_set_up(name: str) -> None:
    response = client_of(User.objects.create_user("new@example.org")).get(reverse(f"desk:{name}"))

    assert name == "setup" or response["Location"] == "/desk/setup/"


@pytest.mark.parametrize("name", ["profile", "photo", "services", "service", "locations", "location", "policies"])
def test_the_front_desk_may_open_what_is_not_the_practitioners_alone(name: str) -> None:
    client = client_of(front_desk(make_desk()))

    assert client.get(reverse(f"desk:{name}")).status_code == 200


@pytest.mark.parametrize("name", ["access", "publish", "preview", "looks_right"])
def test_the_front_desk_does_not_find_what_is(name: str) -> None:
    practitioner = make_desk()
    client = client_of(front_desk(practitioner))

    assert client.get(reverse(f"desk:{name}")).status_code == 404
    assert client.post(reverse(f"desk:{name}"), {"desk": practitioner.slug}).status_code == 404
    practitioner.refresh_from_db()
    assert practitioner.previewed_at is None
    assert not practitioner.is_published


@pytest.mark.parametrize("name", [name for name in EVERY if name not in {"preview", "setup"}])
def test_a_form_for_a_strangers_desk_is_not_found(name: str) -> None:
    stranger = make_desk("stranger@example.org")

    response = own_client(make_desk()).post(reverse(f"desk:{name}"), {"desk": stranger.slug})

    assert response.status_code == 404


@pytest.mark.parametrize(
    ("name", "rows"), [("service", "services"), ("location", "locations"), ("location_use", "locations")]
)
def test_rows_of_another_desk_are_not_found(name: str, rows: str) -> None:
    stranger = make_desk("stranger@example.org")
    make_service(stranger)
    Location.objects.create(practitioner=stranger, name="Clinic", address="1 Example Street")
    theirs = getattr(stranger, rows).get()
    before = Practitioner.objects.get(pk=stranger.pk).version
    client = own_client(make_desk())

    assert client.post(reverse(f"desk:{name}", args=[theirs.pk]), {"name": "Mine"}).status_code == 404
    theirs.refresh_from_db()
    assert theirs.name != "Mine"
    assert theirs.is_active
    assert Practitioner.objects.get(pk=stranger.pk).version == before


@pytest.mark.parametrize("name", EVERY)
def test_looking_changes_nothing(name: str) -> None:
    practitioner = make_desk()
    make_service(practitioner)
    before = Practitioner.objects.filter(pk=practitioner.pk).values().get()

    own_client(practitioner).get(reverse(f"desk:{name}"))

    assert Practitioner.objects.filter(pk=practitioner.pk).values().get() == before
