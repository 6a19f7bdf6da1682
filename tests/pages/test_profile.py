"""Someone's own page: what it says to people, to machines, and when there is nobody to show."""

import json
import re
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from practitioners.models import Location, Mode, Photo, Practitioner, Service
from tests.factories import NOW, make_practitioner, make_service
from tests.pages.reading import Page, faults, read

pytestmark = pytest.mark.django_db
URL = "/p/asha-rao/"
NASTY = '</script><script>alert("1")</script><!-- & \u2028 \''


def shown(client: Client, path: str = URL, status: int = 200) -> Page:
    response = client.get(path)
    assert response.status_code == status
    page = read(response)
    assert faults(page) == []
    return page


def facts(client: Client) -> dict[str, Any]:
    """What the page says in the words of schema.org."""
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', client.get(URL).content.decode())
    told: dict[str, Any] = json.loads(found[0])
    return told


def test_the_next_three_times_of_the_cheapest_service_are_one_tap_away(client: Client, service: Service) -> None:
    make_service(service.practitioner, name="Check-up", slug="30-min", duration=30, amount=75_000, mode=Mode.PHONE)

    page = shown(client)

    assert page.heading() == "Asha Rao"
    assert "Next open for Check-up, 30 minutes, Phone, ₹750" in page.text
    starts = [button.attrs["value"] for button in page.every("button", name="slot")]
    assert starts == ["2026-11-30T03:30Z", "2026-11-30T03:45Z", "2026-11-30T04:00Z"]
    assert {"Video", "Phone"} <= {element.text for element in page.every("span")}


def test_a_free_service_is_called_free(client: Client, service: Service) -> None:
    Service.objects.update(amount=0)

    assert "60 minutes Free" in shown(client).text


def test_services_say_what_they_are_and_where(client: Client, service: Service) -> None:
    rooms = [
        Location.objects.create(practitioner=service.practitioner, name=name, address=f"1 {name} Road")
        for name in ("Old", "New", "Closed")
    ]
    Location.objects.filter(name="Closed").update(is_active=False)
    Service.objects.update(description="A quiet hour.", location=rooms[1])

    page = shown(client)

    assert "A quiet hour. At New" in page.text
    assert [e.text for e in page.every("address")] == ["1 New Road", "1 Old Road"]
    maps = [link.attrs for link in page.every("a") if "openstreetmap" in link.attrs["href"]]
    assert [each["rel"] for each in maps] == ["noopener noreferrer"] * 2


def test_a_practitioners_own_map_is_the_one_that_is_linked(client: Client, service: Service) -> None:
    Location.objects.create(
        practitioner=service.practitioner, name="Here", address="1 Road", map_url="https://maps.example.org/?a=1&b=2"
    )

    assert "https://maps.example.org/?a=1&b=2" in shown(client).links()


def test_the_picture_has_its_size_and_letters_stand_for_one_that_is_missing(client: Client, service: Service) -> None:
    assert [e.text for e in shown(client).every("span") if "initials" in e.attrs.get("class", "")] == ["AR"]

    photo = Photo.objects.create(practitioner=service.practitioner, large=b"x", small=b"x")
    (picture,) = shown(client).every("img")
    assert picture.attrs["src"] == f"/photos/{photo.token}-large.webp"
    assert (picture.attrs["width"], picture.attrs["height"]) == ("480", "480")
    assert "loading" not in picture.attrs
    assert facts(client)["mainEntity"]["image"] == f"http://testserver/photos/{photo.token}-large.webp"


def test_a_profile_without_times_or_services_says_so_and_where_to_go(client: Client, service: Service) -> None:
    service.practitioner.weekly_hours.all().delete()
    page = shown(client)
    assert "No times in the next 60 days." in page.text
    assert "/p/?open=week&sort=soonest" in page.links()

    Service.objects.update(is_active=False)
    assert "/p/?open=week&sort=soonest" in shown(client).links()


def test_a_shared_link_says_who_it_is_and_has_one_address(client: Client, service: Service) -> None:
    page = shown(client, URL + "?utm_source=x")

    told = {e.attrs.get("property", e.attrs.get("name", "")): e.attrs["content"] for e in page.every("meta")[1:]}
    assert told["og:title"] == "Asha Rao, Clinical Psychologist"
    assert told["og:description"] == told["description"]
    assert told["description"] == (
        "Book a time with Asha Rao, Clinical Psychologist. Helps with Sleep, Back pain. Speaks English, Hindi."
    )
    assert "og:image" not in told
    assert told["og:url"] == page.every("link", rel="canonical")[0].attrs["href"] == "http://testserver/p/asha-rao/"


def test_machines_are_told_what_people_are_told(client: Client, service: Service) -> None:
    Location.objects.create(practitioner=service.practitioner, name="Here", address="1 Road")

    told = facts(client)

    person = told["mainEntity"]
    assert (told["@type"], person["@type"]) == ("ProfilePage", "Person")
    assert (person["name"], person["jobTitle"]) == ("Asha Rao", "Clinical Psychologist")
    assert person["knowsLanguage"] == ["English", "Hindi"]
    assert person["workLocation"] == [{"@type": "Place", "name": "Here", "address": "1 Road"}]
    assert person["makesOffer"] == [
        {
            "@type": "Offer",
            "url": "http://testserver/p/asha-rao/60-min/",
            "price": "1500",
            "priceCurrency": "INR",
            "itemOffered": {"@type": "Service", "name": "Consultation"},
        }
    ]
    assert service.practitioner.email not in json.dumps(told)


def test_nothing_that_someone_is_called_ends_the_script_that_names_them(client: Client, service: Service) -> None:
    Practitioner.objects.update(name=NASTY, credential=NASTY, bio=NASTY, needs=[NASTY[:60]], languages=[NASTY[:40]])
    Service.objects.update(name=NASTY, description=NASTY)
    Location.objects.create(practitioner=service.practitioner, name=NASTY, address=NASTY)

    body = client.get(URL).content.decode()

    assert facts(client)["mainEntity"]["name"] == NASTY
    assert body.count("</script>") == 2  # the page's own module, and the facts
    assert 'alert("1")' not in body
    assert faults(read(client.get(URL))) == []


def test_an_offer_in_a_currency_without_cents_is_told_in_whole_units(client: Client, service: Service) -> None:
    Service.objects.update(amount=9000, currency="JPY")
    assert facts(client)["mainEntity"]["makesOffer"][0]["price"] == "9000"
    Service.objects.update(amount=7050, currency="GBP")
    assert facts(client)["mainEntity"]["makesOffer"][0]["price"] == "70.50"


def test_a_profile_costs_the_same_queries_however_much_is_on_offer(
    client: Client, service: Service, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(6):
        client.get(URL)
    for number in range(5):
        room = Location.objects.create(practitioner=service.practitioner, name=str(number), address="1 Road")
        make_service(service.practitioner, location=room)
    with django_assert_num_queries(6):
        client.get(URL)


# --- Nobody to show ---------------------------------------------------------------------------------------------------


@pytest.fixture
def others(db: None) -> None:
    for slug, credential, needs in [
        ("one", "Physiotherapist", ["Knees"]),
        ("two", "Dietitian", ["Sleep"]),
        ("three", "clinical psychologist", ["Knees"]),
        ("four", "Osteopath", ["Back pain", "Sleep"]),
    ]:
        make_practitioner(slug=slug, name=slug.title(), credential=credential, needs=needs)


def suggested(page: Page) -> list[str]:
    return [heading.text for heading in page.every("h3")]


@pytest.mark.parametrize("path", [URL, "/p/asha-rao/60-min/"])
def test_a_page_that_is_not_published_names_people_like_them(
    client: Client, service: Service, others: None, path: str
) -> None:
    Practitioner.objects.filter(slug="asha-rao").update(is_published=False, first_published_at=NOW)

    page = shown(client, path, 404)

    assert suggested(page) == ["Four", "Three", "Two"]
    assert "Asha" not in page.text
    assert page.every("meta", name="robots")


def test_a_page_that_is_still_being_made_is_told_from_none_by_nothing(
    client: Client, service: Service, others: None
) -> None:
    before = suggested(shown(client, "/p/in-the-making/", 404))
    make_practitioner(slug="in-the-making", credential="Dietitian", needs=["Sleep"], is_published=False)

    assert suggested(shown(client, "/p/in-the-making/", 404)) == before


def test_a_page_that_never_was_looks_like_one_that_is_hidden(client: Client, service: Service, others: None) -> None:
    Practitioner.objects.filter(slug="asha-rao").update(is_published=False)

    hidden, never = shown(client, URL, 404), shown(client, "/p/never-was/", 404)

    assert len(suggested(never)) == len(suggested(hidden))
    assert suggested(never) == suggested(shown(client, "/p/never-was/", 404))
    outline = [[(e.tag, e.attrs.get("class")) for e in page.elements] for page in (hidden, never)]
    assert outline[0] == outline[1]
    for page in (hidden, never):
        assert page.heading() == "There is no page here"
    assert "/p/" in never.links()


def test_where_nobody_is_published_nobody_is_named(client: Client, db: None) -> None:
    assert suggested(shown(client, "/p/anyone/", 404)) == []


def test_a_service_that_is_gone_leads_to_what_is_offered(client: Client, service: Service) -> None:
    page = shown(client, "/p/asha-rao/gone/", 404)

    assert "Asha Rao does not offer it at the moment." in page.text
    assert "/p/asha-rao/" in page.links()
