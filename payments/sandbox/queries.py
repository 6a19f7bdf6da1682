"""What the sandbox's index shows of the provider."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.urls import reverse

from common.money import Money
from payments.sandbox.actions import OPEN
from payments.sandbox.models import Link


@dataclass(frozen=True, slots=True)
class OpenLink:
    url: str
    description: str
    price: Money
    expires_at: datetime | None


def open_links(limit: int) -> list[OpenLink]:
    """Links that wait to be paid, newest first."""
    links = Link.objects.filter(status__in=OPEN).order_by("-created_at", "id")[:limit]
    return [
        OpenLink(
            url=reverse("payments_sandbox:checkout", args=[link.id]),
            description=link.description,
            price=Money(link.amount, link.currency),
            expires_at=datetime.fromtimestamp(link.expire_by, UTC) if link.expire_by else None,
        )
        for link in links
    ]
