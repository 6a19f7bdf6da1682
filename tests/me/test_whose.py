"""Whose is whose: guests' bookings and the accounts of their addresses, and that nobody sees anybody else's."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from booking.lifecycle import Status
from booking.mine import urls as own_urls
from booking.models import Booking, Patient, SavedPerson
from booking.receivers import give_them_what_they_booked
from common.models import User
from practitioners.models import Service
from tests.accounts.conftest import sign_in_by_code
from tests.desk.people import client_of, front_desk, make_working_desk
from tests.factories import TOMORROW_AT_TEN
from tests.me.people import MEERA, booked_by, make_person, pages_of, saved

pytestmark = pytest.mark.django_db
ABSENT = 987_654_321
NAME = "Zoë Xylquib"


def shown(client: Client, booking: Booking) -> bool:
    return booking.public_id in client.get("/me/").content.decode()


def test_what_a_guest_booked_is_there_once_they_sign_in_with_that_address(client: Client, service: Service) -> None:
    mine = booked_by(None, service=service, patient={"email": "Meera@Example.com"})
    other = booked_by(None, service=service, start=TOMORROW_AT_TEN.replace(hour=8), patient={"email": "x@example.com"})

    answer = sign_in_by_code(client, MEERA)

    assert answer["Location"] == "/me/"
    assert (shown(client, mine), shown(client, other)) == (True, False)
    owners = dict(Patient.objects.values_list("pk", "user__email"))
    assert owners == {mine.patient_id: MEERA, other.patient_id: None}


def test_signing_in_leads_on_to_where_somebody_was_going(client: Client) -> None:
    assert client.get("/me/profile/")["Location"] == "/signin/?next=/me/profile/"
    assert sign_in_by_code(client, MEERA, next="/me/profile/")["Location"] == "/me/profile/"


def test_what_is_booked_as_a_guest_while_signed_in_elsewhere_is_there_at_once(hers: Client, service: Service) -> None:
    assert shown(hers, booked_by(None, service=service))


def test_claiming_is_one_statement_however_much_there_is(meera: User, service: Service) -> None:
    for hour in (4, 5, 6, 8):
        booked_by(None, service=service, start=TOMORROW_AT_TEN.replace(hour=hour))

    with CaptureQueriesContext(connection) as asked:
        give_them_what_they_booked(user=meera)

    told = [query["sql"].partition(" ")[0] for query in asked.captured_queries]
    assert told == ["SELECT", "UPDATE"]
    assert Patient.objects.filter(user=meera).count() == 4


def test_an_address_that_nobody_has_proven_shows_nothing(service: Service) -> None:
    booking = booked_by(None, service=service)
    claims = make_person(is_proven=False)

    assert not shown(pages_of(claims), booking)
    nobody = User.objects.create_user("nobody@example.com")
    booked_by(None, service=service, start=TOMORROW_AT_TEN.replace(hour=8), patient={"email": ""})
    assert "No appointments yet." in pages_of(nobody).get("/me/").content.decode()


def test_a_contact_that_is_another_address_is_a_contact_only(meera: User, service: Service) -> None:
    friend = make_person("friend@example.com")
    booking = booked_by(meera, service=service, patient={"email": friend.email})

    assert shown(pages_of(meera), booking)
    assert not shown(pages_of(friend), booking)
    sign_in_by_code(Client(), friend.email)
    assert Patient.objects.get().user == meera


def test_what_is_booked_for_somebody_is_on_the_list_of_whoever_booked(meera: User, service: Service) -> None:
    tara = make_person("tara@example.com", name="Tara Iyer")
    whom = {"name": "Tara Iyer", "booked_by": "Meera Iyer", "relationship": "daughter"}
    booking = booked_by(meera, service=service, patient=whom)

    assert shown(pages_of(meera), booking)
    assert not shown(pages_of(tara), booking)


# --- Every page, for everybody ----------------------------------------------------------------------------------------

LISTS = ["me:appointments", "me:past", "me:cancelled", "me:people"]
FORMS = ["me:add_person", "me:profile"]
ONE = ["me:person", "me:remove_person"]


def test_the_matrix_knows_every_page() -> None:
    assert {f"me:{pattern.name}" for pattern in own_urls.urlpatterns} == {*LISTS, *FORMS, *ONE}


@pytest.fixture
def stranger(db: None, service: Service) -> User:
    """Somebody with one of everything, under a name that stands nowhere else."""
    user = make_person("xylquib@example.com", name=NAME)
    booked_by(user, service=service, patient={"name": NAME})
    saved(user, NAME, "son")
    saved(user, NAME, "", phone="+919812300456", zone="Asia/Kolkata")
    return user


def others() -> dict[str, Client]:
    practitioner = make_working_desk(slug="vikram-nair")
    assert practitioner.user
    return {
        "patient": pages_of(make_person()),
        "patient without anything": pages_of(User.objects.create_user("bare@example.com")),
        "practitioner": client_of(practitioner.user),
        "front desk": client_of(front_desk(practitioner)),
    }


def test_a_guest_is_asked_to_sign_in_whatever_they_ask_for(client: Client, stranger: User) -> None:
    theirs = stranger.saved_people.get(relationship="son").pk
    addresses = [reverse(name) for name in [*LISTS, *FORMS]]
    addresses += [reverse(name, args=[pk]) for name in ONE for pk in (theirs, ABSENT)]
    for address in addresses:
        for answer in (client.get(address), client.post(address, {"name": "x"})):
            if answer.status_code == 405:  # said before anybody is asked who they are
                continue
            assert (answer.status_code, answer["Location"].partition("?")[0]) == (303, "/signin/")
            assert answer["Cache-Control"] == "no-store"
    assert stranger.saved_people.count() == 2


def test_nobody_finds_anything_of_anybody_elses_on_their_own_pages(stranger: User) -> None:
    for client in others().values():
        for name in [*LISTS, *FORMS]:
            answer = client.get(reverse(name))
            assert answer.status_code == 200
            assert answer["Cache-Control"] == "no-store"
            assert "Xylquib" not in answer.content.decode()


@pytest.mark.parametrize("name", ONE)
def test_what_is_somebody_elses_looks_like_what_is_not(stranger: User, name: str) -> None:
    foreign = list(stranger.saved_people.values_list("pk", flat=True))
    data = {"name": "Tara", "relation": "daughter"}
    for client in others().values():
        pages = [client.post(reverse(name, args=[pk]), data) for pk in (*foreign, ABSENT)]
        if name == "me:person":
            pages += [client.get(reverse(name, args=[pk])) for pk in (*foreign, ABSENT)]
        assert {page.status_code for page in pages} == {404}
        assert all("Xylquib" not in page.content.decode() for page in pages)
    assert set(stranger.saved_people.values_list("name", flat=True)) == {NAME}


def test_ones_own_row_is_nobody_to_remove(stranger: User) -> None:
    own = stranger.saved_people.get(relationship="")

    assert pages_of(stranger).post(f"/me/dependents/{own.pk}/remove/").status_code == 404
    assert SavedPerson.objects.filter(pk=own.pk).exists()


@pytest.mark.parametrize("facts", [{}, {"status": Status.REQUESTED}])
def test_the_practice_sees_its_own_bookings_at_the_desk_and_not_among_its_own(facts: dict[str, Any]) -> None:
    practitioner = make_working_desk()
    assert practitioner.user
    booking = booked_by(make_person(), practitioner=practitioner, **facts)

    assert not shown(client_of(practitioner.user), booking)
    assert not shown(client_of(front_desk(practitioner)), booking)
