"""Finding people over the API: what is told of them, filters, pages, and refusals that are all of one kind."""

import json
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from practitioners.models import Location, Mode, Photo
from tests.answers import Answer
from tests.factories import make_practitioner, make_service

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]
URL = "/api/v1/practitioners"


def get(client: Client, path: str = URL, **wishes: Any) -> dict[str, Any]:
    response = client.get(path, wishes)
    assert response.status_code == 200, response.content
    answer: dict[str, Any] = response.json()
    return answer


def slugs(client: Client, **wishes: Any) -> list[str]:
    return [each["slug"] for each in get(client, **wishes)["practitioners"]]


def problem(response: Answer, status: int, kind: str) -> dict[str, Any]:
    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = json.loads(response.content)
    assert (body["type"], body["status"]) == (f"/problems/{kind}", status)
    return body


@pytest.fixture
def practice(db: None) -> None:
    asha = make_practitioner(name="Dr Asha Rao", slug="asha", languages=["English", "Hindi"], needs=["Sleep"])
    make_service(asha, mode=Mode.VIDEO, amount=150_000)
    make_service(asha, mode=Mode.IN_PERSON, amount=250_000)
    jose = make_practitioner(name="José Nuñez", slug="jose", credential="Physiotherapist", languages=["Español"])
    make_service(jose, mode=Mode.IN_PERSON, amount=90_000)
    mary = make_practitioner(name="Mary", slug="mary", languages=["English"])
    make_service(mary, mode=Mode.PHONE, amount=7_000, currency="GBP")


def test_a_practitioner_is_told_with_needs_places_and_picture(client: Client, practice: None) -> None:
    (asha,) = get(client, q="asha")["practitioners"]
    assert (asha["languages"], asha["needs"]) == (["English", "Hindi"], ["Sleep"])
    assert (asha["locations"], asha["photo_url"]) == ([], None)

    person = make_practitioner(slug="new")
    photo = Photo.objects.create(practitioner=person, large=b"x", small=b"x")
    room = Location.objects.create(
        practitioner=person, name="Clinic", address="1 Road", map_url="https://example.org/m"
    )
    Location.objects.create(practitioner=person, name="Closed", address="2 Road", is_active=False)

    told = get(client, f"{URL}/new")
    assert told["photo_url"] == f"http://testserver/photos/{photo.token}-large.webp"
    assert told["locations"] == [
        {"id": room.pk, "name": "Clinic", "address": "1 Road", "map_url": "https://example.org/m"}
    ]
    assert "example.org" not in json.dumps({**told, "locations": []})


@pytest.mark.parametrize(
    ("wishes", "found"),
    [
        ({}, ["asha", "jose", "mary"]),
        ({"q": "dr rao"}, ["asha"]),
        ({"q": "nunez"}, ["jose"]),
        ({"language": "hindi"}, ["asha"]),
        ({"language": "espanol"}, ["jose"]),
        ({"language": "Klingon"}, []),
        ({"mode": "video"}, ["asha"]),
        ({"mode": "online"}, ["asha"]),
        ({"mode": "in_person"}, ["asha", "jose"]),
        ({"max_price": 100_000, "currency": "INR"}, ["jose"]),
        ({"max_price": 7_000, "currency": "GBP"}, ["mary"]),
        ({"max_price": 7_000, "currency": "USD"}, []),
        ({"mode": "in_person", "max_price": 200_000, "currency": "INR"}, ["jose"]),
        ({"currency": "INR"}, ["asha", "jose", "mary"]),
        ({"unknown": "x"}, ["asha", "jose", "mary"]),
    ],
)
def test_the_filters_of_the_page_are_those_of_the_api(
    client: Client, practice: None, wishes: dict[str, Any], found: list[str]
) -> None:
    assert slugs(client, **wishes) == found


@pytest.mark.parametrize(
    ("wishes", "field"),
    [
        ({"mode": "telepathy"}, "mode"),
        ({"max_price": "cheap", "currency": "INR"}, "max_price"),
        ({"max_price": -1, "currency": "INR"}, "max_price"),
        ({"max_price": 10**12, "currency": "INR"}, "max_price"),
        ({"max_price": 100}, "currency"),
        ({"max_price": 100, "currency": "rupees"}, "currency"),
        ({"page": 0}, "page"),
        ({"page": "x"}, "page"),
        ({"page": 10**30}, "page"),
        ({"q": "x" * 1000}, "q"),
    ],
)
def test_a_filter_that_can_not_be_is_refused_by_name(
    client: Client, practice: None, wishes: dict[str, Any], field: str
) -> None:
    assert list(problem(client.get(URL, wishes), 422, "invalid")["errors"]) == [field]


def test_everyone_comes_at_once_unless_a_page_is_asked_for(client: Client, practice: None) -> None:
    for number in range(30):
        make_practitioner(name=f"Person {number:02}", slug=f"person-{number}")

    everyone, second, third = get(client), get(client, page=2), get(client, page=3)

    assert (len(everyone["practitioners"]), everyone["total"], everyone["pages"]) == (33, 33, 1)
    assert (len(second["practitioners"]), second["total"], second["page"], second["pages"]) == (9, 33, 2, 2)
    assert (third["practitioners"], third["total"], third["page"]) == ([], 33, 3)
    assert slugs(client, page=1) + slugs(client, page=2) == slugs(client)
    assert get(client, q="person", page=2)["total"] == 30


def test_a_search_costs_the_same_for_many(
    client: Client, practice: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(20):
        make_service(make_practitioner(name="Asha"))

    with django_assert_num_queries(3):
        client.get(URL)
    with django_assert_num_queries(5):
        client.get(URL, {"q": "asha"})
    with django_assert_num_queries(6):
        client.get(URL, {"q": "asha", "page": "1"})


@pytest.mark.parametrize("path", ["/nowhere", "/practitioners/", "/", "", "/bookings/x/y/z", "/practitioners/a/b"])
@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_an_address_that_is_not_there_is_told_as_a_problem(client: Client, path: str, method: str) -> None:
    problem(getattr(client, method)(f"/api/v1{path or '/'}"), 404, "not-found")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("delete", URL, "GET"),
        ("post", f"{URL}/asha", "GET"),
        ("get", "/api/v1/bookings", "POST"),
        ("put", "/api/v1/bookings/x/cancel", "POST"),
    ],
)
def test_a_method_that_is_not_there_is_told_as_a_problem(client: Client, method: str, path: str, allowed: str) -> None:
    response = getattr(client, method)(path)

    problem(response, 405, "method-not-allowed")
    assert response.headers["Allow"] == allowed


def test_a_strict_client_needs_no_token_to_be_told_so(db: None) -> None:
    problem(Client(enforce_csrf_checks=True).post("/api/v1/nowhere"), 404, "not-found")


def test_the_description_of_the_api_is_still_there(client: Client) -> None:
    assert client.get("/api/v1/docs").status_code == 200
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    assert {each["name"] for each in paths[URL]["get"]["parameters"]} == {
        "q", "language", "mode", "max_price", "currency", "page",
    }  # fmt: skip
