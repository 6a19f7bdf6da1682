"""What the pages of one's own have in common."""

from typing import cast

from django.http import HttpRequest

from common.audit import Actor
from common.models import User


def person_of(request: HttpRequest) -> User:
    """Whoever is signed in, behind the door that asks for it."""
    return cast("User", request.user)


def actor_of(request: HttpRequest) -> Actor:
    return Actor.PATIENT.seen_in(request)
