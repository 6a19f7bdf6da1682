"""Finding someone: who is listed, what a search finds, and what it costs."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from practitioners.models import Mode, Service
from tests.factories import make_practitioner, make_service
from tests.pages.reading import read

pytestmark = pytest.mark.django_db


def test_everyone_published_is_listed_with_price_and_next_time(client: Client, service: Service) -> None:
    make_practitioner(name="Nobody Yet", is_published=False)

    page = read(client.get("/"))

    assert page.heading() == "Find a practitioner"
    assert "Asha Rao" in page.text
    assert "from ₹1,500" in page.text
    assert "Next open with Asha Rao Today, 9:00 AM IST" in page.text
    assert "/p/asha-rao/60-min/?date=2026-11-30" in page.links()
    assert "Nobody Yet" not in page.text


@pytest.mark.parametrize("query", ["asha", "RAO asha", "psychologist", "back", "sleep psych"])
def test_a_search_finds_names_callings_and_needs(client: Client, service: Service, query: str) -> None:
    make_service(make_practitioner(name="Imran Sheikh", credential="Physiotherapist", needs=["Knees"]))

    page = read(client.get("/p/", {"q": query}))

    assert f"1 practitioner for “{query}”" in page.text
    assert "Imran" not in page.text


def test_a_search_that_finds_nobody_offers_to_show_everyone(client: Client, service: Service) -> None:
    page = read(client.get("/p/", {"q": "<b>xyz"}))

    assert "0 practitioners for “<b>xyz”" in page.text
    assert "/p/" in page.links()


def test_the_list_costs_the_same_queries_for_one_and_for_many(
    client: Client, service: Service, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(4):
        client.get("/")
    for _ in range(4):
        make_service(make_practitioner())
    with django_assert_num_queries(4):
        client.get("/")


def test_a_profile_offers_the_next_three_times_of_the_cheapest_service(client: Client, service: Service) -> None:
    make_service(service.practitioner, name="Check-up", slug="30-min", duration=30, amount=75_000, mode=Mode.PHONE)

    page = read(client.get("/p/asha-rao/"))

    assert page.heading() == "Asha Rao"
    assert "Next open for Check-up, 30 minutes, ₹750" in page.text
    starts = [button.attrs["value"] for button in page.every("button", name="slot")]
    assert starts == ["2026-11-30T03:30Z", "2026-11-30T03:45Z", "2026-11-30T04:00Z"]
    assert {"Video", "Phone"} <= {element.text for element in page.every("span")}


def test_a_free_service_is_called_free(client: Client, service: Service) -> None:
    Service.objects.update(amount=0)

    assert "60 minutes Free" in read(client.get("/p/asha-rao/")).text


def test_a_profile_without_times_or_services_says_so(client: Client, service: Service) -> None:
    service.practitioner.weekly_hours.all().delete()
    assert "No times in the next 60 days." in read(client.get("/p/asha-rao/")).text

    Service.objects.update(is_active=False)
    assert client.get("/p/asha-rao/").status_code == 200
