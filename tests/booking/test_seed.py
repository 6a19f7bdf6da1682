"""Sample data: the promised practice, any amount of more, and ids for programs to read."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from booking import reviews
from booking.models import Booking, Move, Patient, Review
from common import clock
from common.models import User
from practitioners.models import DeskAccess, Practitioner, Service

pytestmark = pytest.mark.django_db


def seed(*words: str) -> dict[str, Any]:
    out = StringIO()
    call_command("seed", *words, "--json", stdout=out)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def test_the_invented_practice_has_the_promised_practitioner() -> None:
    seed()

    sarah = Practitioner.objects.get(slug="dr-sarah-khan")
    offered = sarah.services.values_list("slug", "duration", "amount", "currency")
    assert list(offered) == [
        ("30-min", 30, 75_000, "INR"),
        ("60-min", 60, 150_000, "INR"),
        ("90-min", 90, 225_000, "INR"),
        ("120-min", 120, 300_000, "INR"),
    ]
    assert (sarah.credential, sarah.zone, sarah.step) == ("Clinical Psychologist", "Asia/Kolkata", 15)
    hours = set(sarah.weekly_hours.values_list("weekday", "starts", "ends"))
    assert hours == {(day, *interval) for day in range(5) for interval in ((540, 720), (780, 1020))}
    others = Practitioner.objects.exclude(pk=sarah.pk)
    assert {zone for (zone,) in others.values_list("zone")} - {"Asia/Kolkata"}


def test_whoever_sees_people_in_person_has_a_place_for_it() -> None:
    seed()

    in_person = Service.objects.filter(mode="in_person").select_related("location")
    assert {service.location.practitioner_id for service in in_person if service.location} == {
        service.practitioner_id for service in in_person
    }
    assert not Service.objects.exclude(mode="in_person").exclude(location=None).exists()
    assert {person.currency for person in Practitioner.objects.all()} == set(
        Service.objects.values_list("currency", flat=True)
    )


def test_any_amount_can_be_asked_for_and_its_ids_are_printed() -> None:
    seed()
    before = Booking.objects.count()

    made = seed("--practitioners", "3", "--patients", "4", "--bookings", "30")

    assert (len(made["practitioners"]), len(made["patients"]), len(made["bookings"])) == (3, 4, 30)
    assert Booking.objects.count() == before + 30
    assert set(made["bookings"]) <= set(Booking.objects.values_list("public_id", flat=True))
    assert Patient.objects.filter(pk__in=made["patients"]).count() == 4
    assert made["practitioners"][0]["services"][0].keys() == {"id", "slug", "duration"}
    assert set(Booking.objects.values_list("pk", flat=True)) == set(Move.objects.values_list("booking", flat=True))


def test_sowing_twice_makes_the_practice_once() -> None:
    seed()
    people, bookings = Practitioner.objects.count(), Booking.objects.count()

    seed()

    assert (Practitioner.objects.count(), Booking.objects.count()) == (people, bookings)
    assert User.objects.count() == 3
    assert DeskAccess.objects.count() == 1


def test_the_logins_open_the_back_office_and_one_desk() -> None:
    out = StringIO()
    call_command("seed", stdout=out)

    owner = User.objects.get(email="dr-sarah-khan@example.org")
    front_desk = User.objects.get(email="frontdesk@example.org")
    assert owner.practitioner.slug == "dr-sarah-khan"
    assert front_desk.desk_access.get().practitioner == owner.practitioner
    for user in User.objects.all():
        assert user.email in out.getvalue()
        assert user.check_password("practice makes perfect")
    assert User.objects.get(is_superuser=True).email == "admin@example.org"


def test_sample_data_goes_on_where_it_ended() -> None:
    for _ in range(2):
        seed("--practitioners", "1", "--bookings", "20")
        seed("--bookings", "10")

    assert Booking.objects.active().count() == Booking.objects.count()


def test_real_installations_are_not_sown(settings: Settings) -> None:
    settings.PRACTICE_MODE = False

    with pytest.raises(CommandError, match="PRACTICE_MODE"):
        seed()


def test_less_than_nothing_is_refused() -> None:
    with pytest.raises(CommandError):
        seed("--bookings", "-1")


def test_there_is_a_past_with_reviews_one_of_them_unread() -> None:
    seed()

    sarah = Practitioner.objects.get(slug="dr-sarah-khan")
    past = sarah.bookings.filter(span__endswith__lt=clock.now())
    assert sorted(past.values_list("status", flat=True)) == ["completed"] * 6 + ["no_show"]
    assert reviews.rating_of(sarah).average == 4.3
    assert Review.objects.filter(state="waiting").count() == 1


def test_every_way_to_book_can_be_tried() -> None:
    seed()

    offers = Service.objects.all()
    assert offers.filter(needs_approval=True).exists()
    assert {way for (way,) in offers.values_list("pay_when")} == {"online", "at_visit", "either"}
    assert (
        not offers.filter(practitioner__slug="dr-sarah-khan").exclude(pay_when="online", needs_approval=False).exists()
    )
