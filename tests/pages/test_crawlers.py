"""What search engines are told."""

from xml.etree import ElementTree as ET

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from practitioners.models import Practitioner, Service
from tests.factories import make_practitioner

pytestmark = pytest.mark.django_db


def test_private_pages_are_to_be_left_alone(client: Client) -> None:
    answer = client.get("/robots.txt")

    lines = answer.content.decode().splitlines()
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert lines[0] == "User-agent: *"
    assert {f"Disallow: {path}" for path in ("/b/", "/h/", "/desk/", "/admin/")} <= {*lines}
    assert not any(line in {"Disallow: /", "Disallow: /p/"} for line in lines)
    assert "Sitemap: http://testserver/sitemap.xml" in lines


def test_the_map_of_the_site_names_whoever_is_published(
    client: Client, service: Service, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(5):
        make_practitioner(slug=f"more-{number}")
    Practitioner.objects.filter(slug="more-0").update(is_published=False)

    with django_assert_num_queries(1):
        answer = client.get("/sitemap.xml")

    space = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    found = [each.text for each in ET.fromstring(answer.content).iter(f"{space}loc")]  # noqa: S314 - our own
    assert answer.headers["Content-Type"].startswith("application/xml")
    assert found[:2] == ["http://testserver/", "http://testserver/p/asha-rao/"]
    assert len(found) == 6
    assert "http://testserver/p/more-0/" not in found
