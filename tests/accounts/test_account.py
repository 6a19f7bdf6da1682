"""Looking after one's account, how long a session lasts, and the door to the back office."""

from collections.abc import Callable

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from pytest_django import Settings

from common import clock
from common.accounts import tasks
from common.audit import Actor
from common.gate import note_desk, signed_in, trusted
from common.models import AuditEntry, User
from notifications import actions
from practitioners.models import DeskAccess
from tests.accounts.conftest import (
    ADDRESS,
    PASSWORD,
    newest_code,
    sign_in_by_code,
    sign_in_by_password,
    signed_in_as,
)
from tests.factories import make_practitioner

pytestmark = pytest.mark.django_db
Move = Callable[[float], None]
HOUR, DAY = 3600, 24 * 3600
LATER = 16 * 60  # longer than a sign-in counts as fresh


# --- Password and address ---------------------------------------------------------------------------------------------


def test_who_forgot_the_password_signs_in_by_code_and_sets_a_new_one(client: Client, meera: User) -> None:
    elsewhere = Client()
    sign_in_by_password(elsewhere)
    sign_in_by_code(client)

    answer = client.post("/account/password/", {"password": "another very long one"})

    assert answer["Location"] == "/account/"
    assert signed_in_as(client)
    assert elsewhere.get("/account/").status_code == 303
    assert sign_in_by_password(Client()).status_code == 200
    assert sign_in_by_password(Client(), password="another very long one").status_code == 303
    actions.deliver(now=clock.now())
    assert "password of your account was changed" in str(mail.outbox[-1].body)
    assert AuditEntry.objects.filter(action="account.password_changed", user=meera).exists()


@pytest.mark.parametrize("password", ["short", "password1234", "a" * 129, ""])
def test_a_weak_password_is_refused_with_a_reason(client: Client, meera: User, password: str) -> None:
    sign_in_by_password(client)

    page = client.post("/account/password/", {"password": password})

    assert "There is a problem" in page.content.decode()
    meera.refresh_from_db()
    assert meera.check_password(PASSWORD)


def test_another_address_is_taken_once_its_code_is_right_and_the_old_one_is_told(client: Client, meera: User) -> None:
    sign_in_by_password(client)
    client.post("/account/email/", {"email": "New@Example.org"})
    assert client.post("/account/email/code/", {"code": "000000 "}).status_code in {200, 303}
    client.post("/account/email/", {"email": "New@Example.org"})

    client.post("/account/email/code/", {"code": newest_code("new@example.org")})

    meera.refresh_from_db()
    assert meera.email == "new@example.org"
    actions.deliver(now=clock.now())
    assert mail.outbox[-1].to == [ADDRESS]
    assert "another e-mail address" in str(mail.outbox[-1].body)
    assert "new@example.org" not in str(mail.outbox[-1].body)


def test_another_address_ends_every_other_session(client: Client, meera: User) -> None:
    elsewhere = Client()
    sign_in_by_password(elsewhere)
    sign_in_by_password(client)
    client.post("/account/email/", {"email": "new@example.org"})
    client.post("/account/email/code/", {"code": newest_code("new@example.org")})

    assert client.get("/account/").status_code == 200
    assert elsewhere.get("/account/").status_code == 303


def test_the_address_one_has_is_no_other_address(client: Client, meera: User) -> None:
    sign_in_by_password(client)

    answer = client.post("/account/email/", {"email": ADDRESS.upper()})

    assert "This is the address you sign in with already." in answer.content.decode()


def test_an_address_of_somebody_else_is_found_out_by_its_owner_alone(client: Client, meera: User) -> None:
    User.objects.create_user("taken@example.org")
    sign_in_by_password(client)
    taken = client.post("/account/email/", {"email": "taken@example.org"})
    free = client.post("/account/email/", {"email": "free@example.org"})
    assert (taken.status_code, taken["Location"]) == (free.status_code, free["Location"])
    client.post("/account/email/", {"email": "taken@example.org"})

    answer = client.post("/account/email/code/", {"code": newest_code("taken@example.org")}, follow=True)

    assert "has an account of its own" in answer.content.decode()
    meera.refresh_from_db()
    assert meera.email == ADDRESS


# --- Once more, please ------------------------------------------------------------------------------------------------

GUARDED = [
    "/account/password/",
    "/account/email/",
    "/account/email/code/",
    "/account/second-factor/app/",
    "/account/second-factor/recovery/",
]


@pytest.mark.parametrize("address", GUARDED)
def test_an_open_screen_does_not_change_an_account(
    client: Client, meera: User, address: str, time_passes: Move
) -> None:
    sign_in_by_password(client)
    time_passes(LATER)

    assert client.get(address)["Location"] == f"/account/confirm/?next={address}"
    assert client.post(address, {"password": "another very long one"})["Location"] == "/account/confirm/"
    wrong = client.post("/account/confirm/", {"password": "wrong", "next": address})
    assert wrong.status_code == 200
    assert client.post("/account/confirm/", {"password": PASSWORD, "next": address})["Location"] == address

    meera.refresh_from_db()
    assert meera.check_password(PASSWORD)
    assert client.get(address).get("Location", "") != f"/account/confirm/?next={address}"


def test_who_has_no_password_confirms_by_a_code(client: Client, time_passes: Move) -> None:
    sign_in_by_code(client)
    time_passes(LATER)
    client.post("/account/confirm/code/", {"next": "/account/password/"})
    assert b'name="code"' in client.get("/account/confirm/?next=/account/password/").content

    answer = client.post("/account/confirm/", {"code": newest_code(), "next": "/account/password/"})

    assert answer["Location"] == "/account/password/"
    assert client.get("/account/password/").status_code == 200


# --- How long a session lasts -----------------------------------------------------------------------------------------


def still_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def test_a_patient_stays_signed_in_for_two_weeks_after_the_last_visit(
    client: Client, meera: User, time_passes: Move
) -> None:
    sign_in_by_password(client)
    assert 14 * DAY - 9 < client.cookies["session"]["max-age"] <= 14 * DAY
    for _ in range(3):
        time_passes(13 * DAY)
        assert still_in(client)

    time_passes(15 * DAY)

    assert not still_in(client)
    assert not Session.objects.filter(session_key=client.cookies["session"].value).exists()


def test_staff_stay_for_half_an_hour_after_the_last_visit_and_twelve_hours_in_all(
    client: Client, meera: User, time_passes: Move
) -> None:
    User.objects.update(is_staff=True)
    sign_in_by_password(client)
    for _ in range(28):
        time_passes(25 * 60)
        assert still_in(client)
    time_passes(25 * 60)
    assert not still_in(client)

    sign_in_by_password(client)
    time_passes(31 * 60)
    assert not still_in(client)


@pytest.mark.parametrize("whose", ["own", "front desk"])
def test_at_a_desk_a_day_of_work_is_the_end(client: Client, meera: User, whose: str, time_passes: Move) -> None:
    practitioner = make_practitioner(user=meera if whose == "own" else None)
    if whose == "front desk":
        DeskAccess.objects.create(practitioner=practitioner, user=meera, granted_by=meera)
    sign_in_by_password(client)
    for _ in range(2):
        time_passes(5 * HOUR)
        assert still_in(client)

    time_passes(3 * HOUR)

    assert not still_in(client)


def test_who_gets_a_desk_has_the_sessions_of_a_desk_from_then_on(
    client: Client, meera: User, rf: RequestFactory, time_passes: Move
) -> None:
    sign_in_by_password(client)
    request = rf.get("/")
    request.session = client.session
    note_desk(request, role=Actor.PRACTITIONER)
    request.session.save()

    assert 'href="/desk/"' in client.get("/help/").content.decode()
    time_passes(13 * HOUR)
    assert not still_in(client)


def test_sessions_that_are_over_leave_the_table(client: Client, meera: User) -> None:
    sign_in_by_password(client)
    Client().post("/signin/", {"email": ADDRESS})
    Session.objects.exclude(session_key=client.session.session_key).update(expire_date=clock.now())

    tasks.forget_the_past()

    assert [row.session_key for row in Session.objects.all()] == [client.session.session_key]


# --- Doors ------------------------------------------------------------------------------------------------------------


def test_the_back_office_has_the_same_door_as_everything_else(client: Client, meera: User) -> None:
    User.objects.update(is_staff=True, is_superuser=True)

    asked = client.get("/admin/common/user/?q=a", follow=True)
    assert asked.redirect_chain[-1][0] == "/signin/?next=/admin/common/user/%3Fq%3Da"
    assert client.post("/admin/login/", {"username": ADDRESS, "password": PASSWORD}).status_code == 303
    assert signed_in_as(client) is None

    assert sign_in_by_password(client, next="/admin/common/user/?q=a")["Location"] == "/admin/common/user/?q=a"
    assert client.get("/admin/common/user/?q=a").status_code == 200


def test_who_is_not_staff_finds_nothing_in_the_back_office(client: Client, meera: User) -> None:
    sign_in_by_password(client)

    answer = client.get("/admin/common/user/", follow=True)

    assert answer.status_code == 404
    assert "There is nothing here" in answer.content.decode()


def test_signing_out_of_the_back_office_is_signing_out(client: Client, meera: User) -> None:
    User.objects.update(is_staff=True)
    sign_in_by_password(client)

    assert client.get("/admin/logout/").status_code == 405
    assert client.post("/admin/logout/").status_code == 303

    assert signed_in_as(client) is None
    assert client.get("/admin/password_change/")["Location"].startswith("/admin/login/")


@pytest.mark.parametrize("door", [signed_in, trusted])
def test_a_stranger_is_sent_to_sign_in_and_a_form_is_not_sent_back_to_its_address(
    rf: RequestFactory, door: Callable[..., Callable[[HttpRequest], HttpResponse]]
) -> None:
    from django.contrib.auth.models import AnonymousUser  # noqa: PLC0415

    def page(_: HttpRequest) -> HttpResponse:
        raise AssertionError

    get, post = rf.get("/desk/?a=1"), rf.post("/desk/?a=1")
    for request in (get, post):
        request.user = AnonymousUser()

    assert door(page)(get)["Location"] == "/signin/?next=/desk/%3Fa%3D1"
    assert door(page)(post)["Location"] == "/signin/"
    assert {door(page)(get).status_code, door(page)(post).status_code} == {303}


def test_trusted_pages_ask_for_the_second_factor_where_it_is_required(rf: RequestFactory, settings: Settings) -> None:
    request = rf.get("/desk/")
    request.user = User(pk=7)
    request.session = {}  # type: ignore[assignment]
    door = trusted(lambda _: HttpResponse("in"))

    settings.SECOND_FACTOR = "required"
    assert door(request)["Location"] == "/account/second-factor/?next=/desk/"
    settings.SECOND_FACTOR = "optional"
    assert door(request).content == b"in"
    settings.SECOND_FACTOR = "required"
    request.session["second_factor"] = 7
    assert door(request).content == b"in"


def test_the_header_shows_the_way_in_or_out(client: Client, meera: User) -> None:
    assert ">Sign in</a>" in client.get("/help/").content.decode()
    sign_in_by_password(client)

    page = client.get("/help/").content.decode()

    assert ">Sign in</a>" not in page
    assert ">Your account</a>" in page
    assert "My desk" not in page
    make_practitioner(user=meera)
    client.post("/signout/")
    sign_in_by_password(client)
    assert 'href="/desk/"' in client.get("/help/").content.decode()
