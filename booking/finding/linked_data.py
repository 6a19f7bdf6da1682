"""A practitioner's page in the words of schema.org, for whoever reads pages by machine. No address, no number."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.urls import reverse

from booking.finding.wishes import major
from practitioners.models import Location, Practitioner, Service


def of_practitioner(
    practitioner: Practitioner, services: Sequence[Service], locations: Sequence[Location], *, photo: str
) -> dict[str, Any]:
    """`photo` is the picture's address, if there is one."""
    address = settings.SITE_URL + reverse("booking:profile", args=[practitioner.slug])
    person = {
        "@type": "Person",
        "@id": f"{address}#person",
        "name": practitioner.name,
        "jobTitle": practitioner.credential,
        "url": address,
        "image": photo,
        "knowsLanguage": practitioner.languages,
        "knowsAbout": practitioner.needs,
        "workLocation": [{"@type": "Place", "name": each.name, "address": each.address} for each in locations],
        "makesOffer": [_offer(practitioner, service) for service in services],
    }
    return {
        "@context": "https://schema.org",
        "@type": "ProfilePage",
        "url": address,
        "mainEntity": {name: value for name, value in person.items() if value},
    }


def _offer(practitioner: Practitioner, service: Service) -> dict[str, Any]:
    offered = {"@type": "Service", "name": service.name, "description": service.description}
    return {
        "@type": "Offer",
        "url": settings.SITE_URL + reverse("booking:times", args=[practitioner.slug, service.slug]),
        "price": major(service.price),
        "priceCurrency": service.currency,
        "itemOffered": {name: value for name, value in offered.items() if value},
    }
