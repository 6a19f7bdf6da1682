"""Somebody with an account whose address is proven, or is not, for the tests of their own pages."""

from typing import Any

from django.apps import apps
from django.test import Client

from booking.lifecycle import Status
from booking.models import Booking, Move, SavedPerson
from common.models import User
from tests.desk.people import client_of
from tests.factories import NOW, make_booking, make_patient

MEERA = "meera@example.com"


def make_person(email: str = MEERA, *, is_proven: bool = True, **fields: Any) -> User:
    user = User.objects.create_user(email, **fields)
    apps.get_model("account", "EmailAddress").objects.create(user=user, email=email, verified=is_proven, primary=True)
    return user


def pages_of(user: User) -> Client:
    return client_of(user)


def booked_by(user: User | None = None, *, patient: dict[str, Any] | None = None, **fields: Any) -> Booking:
    """A visit that is firm, unless told otherwise; a guest's without a `user`."""
    who = make_patient(**{"user": user, "email": user.email if user else MEERA, **(patient or {})})
    return make_booking(**{"patient": who, "status": Status.CONFIRMED, **fields})


def was(booking: Booking, before: Status, *, actor: str = "patient") -> Booking:
    """Give it the step of its history that led to where it is."""
    Move.objects.create(booking=booking, at=NOW, actor=actor, before=before, after=booking.status)
    return booking


def saved(user: User, name: str = "Tara", relationship: str = "daughter", **fields: Any) -> SavedPerson:
    return SavedPerson.objects.create(user=user, name=name, relationship=relationship, **fields)
