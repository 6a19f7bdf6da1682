"""Getting a desk of one's own: by a short form, by an invitation, or not at all."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.test import Client
from pytest_django import Settings

from common.audit import Actor
from common.models import AuditEntry, User
from practitioners.actions import setup as actions
from practitioners.models import Practitioner
from tests.desk.people import client_of, front_desk, make_desk
from tests.factories import NOW, PractitionerFactory, make_practitioner
from tests.pages.reading import faults, read

FORM = {"name": "Dr Noor Jahan", "credential": "Dietitian", "zone": "Asia/Kolkata", "currency": "INR"}


def make_person(email: str = "new@example.org", *, is_proven: bool = True, **fields: Any) -> User:
    user = User.objects.create_user(email, **fields)
    EmailAddress.objects.create(user=user, email=email, verified=is_proven, primary=True)
    return user


@pytest.mark.django_db
def test_four_answers_make_a_page_that_nobody_sees_yet(client: Client) -> None:
    user = make_person()

    response = client_of(user).post("/desk/setup/", FORM)

    assert (response.status_code, response["Location"]) == (303, "/desk/setup/")
    made = Practitioner.objects.get(user=user)
    assert (made.name, made.credential, made.zone, made.currency) == tuple(FORM.values())
    assert (made.slug, made.email) == ("dr-noor-jahan", "new@example.org")
    assert not made.is_published
    assert made.is_approved
    assert client.get("/p/dr-noor-jahan/").status_code == 404
    entry = AuditEntry.objects.get(action="practitioner.set_up")
    assert (entry.actor, entry.user, entry.subject_id) == ("practitioner", user, made.pk)


@pytest.mark.django_db
def test_the_form_suggests_the_practices_zone_and_money_and_the_persons_name(settings: Settings) -> None:
    settings.SITE_ZONE = "Europe/London"

    page = read(client_of(make_person(name="Noor Jahan")).get("/desk/setup/"))

    chosen = [option.attrs["value"] for option in page.every("option") if "selected" in option.attrs]
    assert chosen == ["Europe/London", "GBP"]
    assert page.every("input", name="name")[0].attrs["value"] == "Noor Jahan"
    assert faults(page) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": ""}, "Enter your name."),
        ({"name": "   "}, "Enter your name."),
        ({"name": "No\x00ne"}, "Leave out the control characters."),
        ({"name": "x" * 121}, "at most 120 characters"),
        ({"credential": ""}, "Enter your profession."),
        ({"zone": "Mars/Olympus"}, "Choose a time zone of the list."),
        ({"zone": ""}, "This field is required."),
        ({"currency": "DEM"}, "Choose a currency of the list."),
        ({"currency": "ZZZ"}, "Choose a currency of the list."),
    ],
)
def test_what_makes_no_sense_is_told_at_its_field_and_kept(change: dict[str, str], said: str) -> None:
    response = client_of(make_person()).post("/desk/setup/", {**FORM, **change})

    page = read(response)
    assert response.status_code == 200
    assert page.title.startswith("Error:")
    assert said in page.text
    assert page.every("input", name="credential")[0].attrs.get("value", "") == {**FORM, **change}["credential"]
    assert not Practitioner.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Asha Rao", "asha-rao-2"),
        ("Ánna-Šárka O’Brien", "anna-sarka-obrien"),
        ("Admin", "admin-2"),
        ("नूर", "practitioner-2"),
        ("!!!", "practitioner-2"),
        ("Bartholomew " * 9, "bartholomew-bartholomew-bartholomew-bartholomew"),
    ],
)
def test_an_address_is_made_of_the_name_and_is_nobody_elses(name: str, slug: str) -> None:
    make_practitioner(slug="asha-rao")

    client_of(make_person()).post("/desk/setup/", {**FORM, "name": name})

    assert Practitioner.objects.get(user__email="new@example.org").slug == slug


@pytest.mark.django_db
def test_where_the_practice_approves_pages_the_list_says_so(settings: Settings) -> None:
    settings.PRACTITIONER_SIGNUP = "approve"
    client = client_of(make_person())
    assert "approves it" in read(client.get("/desk/setup/")).text

    client.post("/desk/setup/", FORM)

    assert not Practitioner.objects.get().is_approved
    page = read(client.get("/desk/setup/"))
    assert "The practice has to approve your page first." in page.text


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post"])
def test_where_nobody_may_sign_up_a_page_says_whom_to_ask(settings: Settings, method: str) -> None:
    settings.PRACTITIONER_SIGNUP = "off"

    response = getattr(client_of(make_person()), method)("/desk/setup/", FORM)

    assert "Pages are made by the practice" in read(response).heading()
    assert settings.SITE_CONTACT in read(response).text
    assert not Practitioner.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("signup", ["open", "approve", "off"])
def test_whoever_the_practice_prepared_a_page_for_takes_it_over(settings: Settings, signup: str) -> None:
    settings.PRACTITIONER_SIGNUP = signup
    prepared = PractitionerFactory.create(name="Noor Jahan", email="New@Example.org", is_published=False)
    user = make_person()
    client = client_of(user)

    page = read(client.get("/desk/setup/"))
    assert "Noor Jahan" in page.text
    assert Practitioner.objects.get().user is None
    client.post("/desk/setup/", {"take_over": "yes"})

    prepared.refresh_from_db()
    assert prepared.user == user
    assert Practitioner.objects.count() == 1
    assert AuditEntry.objects.get(action="practitioner.taken_over").after == {"user": user.pk}
    assert "Set up your page" in read(client.get("/desk/setup/")).heading()


@pytest.mark.django_db
def test_an_address_that_nobody_proved_takes_nothing_over() -> None:
    prepared = PractitionerFactory.create(email="new@example.org", is_published=False)
    client = client_of(make_person(is_proven=False))

    assert "Make your page" in read(client.get("/desk/setup/")).heading()
    client.post("/desk/setup/", {"take_over": "yes"})

    prepared.refresh_from_db()
    assert prepared.user is None


@pytest.mark.django_db
def test_a_page_that_has_somebody_is_nobody_elses_invitation() -> None:
    owner = make_desk("first@example.org")
    Practitioner.objects.filter(pk=owner.pk).update(email="new@example.org")

    assert "Make your page" in read(client_of(make_person()).get("/desk/setup/")).heading()


@pytest.mark.django_db
def test_somebody_of_a_front_desk_can_have_a_page_of_their_own() -> None:
    client = client_of(front_desk(make_desk()))

    client.post("/desk/setup/", FORM)

    assert "Set up your page" in read(client.get("/desk/setup/")).heading()
    assert "Dr Noor Jahan" in read(client.get("/desk/settings/profile/")).text


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("prepared", [False, True])
def test_pressing_twice_makes_one_page(prepared: bool) -> None:
    if prepared:
        PractitionerFactory.create(email="new@example.org", is_published=False)
    user = make_person()

    def press(_: int) -> int:
        try:
            if prepared:
                made = actions.take_over(user, addresses={"new@example.org"}, by=Actor.PRACTITIONER, now=NOW)
            else:
                made = actions.set_up(user, **FORM, approved=True, by=Actor.PRACTITIONER, now=NOW)
            return made.pk if made else 0
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        made = set(pool.map(press, range(8)))

    assert made == {Practitioner.objects.get().pk}
    assert AuditEntry.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_people_of_one_name_get_an_address_each_however_close_they_come() -> None:
    people = [make_person(f"new{number}@example.org") for number in range(4)]

    def press(user: User) -> str:
        try:
            return actions.set_up(user, **FORM, approved=True, by=Actor.PRACTITIONER, now=NOW).slug
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        slugs = set(pool.map(press, people))

    assert slugs == {"dr-noor-jahan", "dr-noor-jahan-2", "dr-noor-jahan-3", "dr-noor-jahan-4"}


def test_until_the_page_is_published_every_page_leads_its_owner_back_to_the_list() -> None:
    practitioner = make_desk()
    helper = front_desk(practitioner)
    assert practitioner.user

    assert "/desk/setup/" in read(client_of(practitioner.user).get("/desk/services/")).links()
    assert "/desk/setup/" not in read(client_of(helper).get("/desk/services/")).links()
    Practitioner.objects.filter(pk=practitioner.pk).update(is_published=True, first_published_at=NOW)
    assert "/desk/setup/" not in read(client_of(practitioner.user).get("/desk/services/")).links()
