"""The ways in and the way out."""

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from common.accounts import codes
from common.models import AuditEntry, User
from tests.accounts.conftest import (
    ADDRESS,
    PASSWORD,
    ask_for_code,
    newest_code,
    sign_in_by_code,
    sign_in_by_password,
    signed_in_as,
    wrong,
)
from tests.answers import Answer
from tests.factories import make_practitioner

pytestmark = pytest.mark.django_db
Move = Callable[[float], None]


def test_a_code_by_mail_lets_somebody_in_who_was_here_before(client: Client, meera: User) -> None:
    answer = sign_in_by_code(client)

    assert (answer.status_code, answer["Location"]) == (303, "/me/")
    assert signed_in_as(client) == meera.pk
    assert AuditEntry.objects.get(action="account.signed_in").subject_id == meera.pk


@pytest.mark.django_db
def test_a_code_by_mail_makes_the_account_of_somebody_new(client: Client) -> None:
    ask_for_code(client, "  New.Person@Example.org ")
    assert not User.objects.exists()

    client.post("/signin/code/", {"code": newest_code("new.person@example.org")})

    user = User.objects.get()
    assert (user.email, user.has_usable_password(), signed_in_as(client)) == ("new.person@example.org", False, user.pk)


@pytest.mark.parametrize(
    "form", ["{} ", "{0[0]}{0[1]}{0[2]} {0[3]}{0[4]}{0[5]}", "{0[0]}{0[1]}{0[2]}-{0[3]}{0[4]}{0[5]}"]
)
def test_a_pasted_code_may_have_gaps(client: Client, form: str) -> None:
    ask_for_code(client)

    assert client.post("/signin/code/", {"code": form.format(newest_code())}).status_code == 303


def test_devanagari_figures_are_figures(client: Client) -> None:
    ask_for_code(client)
    code = newest_code().translate(str.maketrans("0123456789", "०१२३४५६७८९"))

    assert client.post("/signin/code/", {"code": code}).status_code == 303


@pytest.mark.parametrize("typed", ["meera@example．org", "MEERA@example.org", "ｍeera@example.org"])
def test_one_address_has_one_spelling(client: Client, meera: User, typed: str) -> None:
    client.post("/signin/", {"email": typed})
    client.post("/signin/code/", {"code": newest_code()})

    assert signed_in_as(client) == meera.pk


def test_a_wrong_code_keeps_the_address_and_says_what_to_do(client: Client) -> None:
    ask_for_code(client)

    page = client.post("/signin/code/", {"code": wrong(newest_code())})

    assert page.status_code == 200
    assert ADDRESS in page.content.decode()
    assert "There is a problem" in page.content.decode()
    assert client.post("/signin/code/", {"code": newest_code()}).status_code == 303


def test_an_old_code_opens_nothing_and_a_new_one_can_be_asked_for(client: Client, time_passes: Move) -> None:
    ask_for_code(client)
    code = newest_code()
    time_passes(601)

    page = client.post("/signin/code/", {"code": code})

    assert "too old" in page.content.decode()
    assert ADDRESS in page.content.decode()
    assert client.post("/signin/code/again/").status_code == 303
    assert client.post("/signin/code/", {"code": newest_code()}).status_code == 303


def test_another_code_comes_after_half_a_minute_and_the_first_opens_nothing_then(
    client: Client, time_passes: Move
) -> None:
    ask_for_code(client)
    first = newest_code()
    client.post("/signin/code/again/")
    assert newest_code() == first

    time_passes(31)
    client.post("/signin/code/again/")

    second = newest_code()
    assert client.post("/signin/code/", {"code": first}).status_code == (303 if first == second else 200)
    assert client.post("/signin/code/", {"code": second}).status_code == 303


def test_a_code_opens_once(client: Client) -> None:
    sign_in_by_code(client)
    code = newest_code()
    client.post("/signout/")

    assert client.post("/signin/code/", {"code": code})["Location"] == "/signin/"
    assert signed_in_as(client) is None


def test_a_code_opens_nothing_in_another_browser(client: Client) -> None:
    ask_for_code(client)

    answer = Client().post("/signin/code/", {"code": newest_code()})

    assert answer["Location"] == "/signin/"


def test_five_tries_are_all_a_code_has(client: Client) -> None:
    ask_for_code(client)
    code = newest_code()
    for _ in range(codes.TRIES.most):
        client.post("/signin/code/", {"code": wrong(code)})

    page = client.post("/signin/code/", {"code": code})

    assert "tried too often" in page.content.decode()
    assert signed_in_as(client) is None


def test_the_session_keeps_no_code(client: Client) -> None:
    ask_for_code(client)

    assert newest_code() not in str(dict(client.session))


def test_a_password_lets_in_and_a_wrong_one_does_not(client: Client, meera: User) -> None:
    assert sign_in_by_password(client, password="something else entirely").status_code == 200
    assert signed_in_as(client) is None

    assert sign_in_by_password(client)["Location"] == "/me/"

    assert signed_in_as(client) == meera.pk
    assert AuditEntry.objects.filter(action="account.password_failed").count() == 1


def test_an_account_that_is_closed_says_so_to_its_owner_alone(client: Client, meera: User) -> None:
    User.objects.update(is_active=False)

    assert sign_in_by_password(client).status_code == 200
    assert sign_in_by_code(client)["Location"] == "/signin/closed/"
    assert signed_in_as(client) is None
    assert b"This account is closed" in client.get("/signin/closed/").content


def test_signing_in_gives_a_new_session(client: Client, meera: User) -> None:
    ask_for_code(client)
    before = client.session.session_key

    client.post("/signin/code/", {"code": newest_code()})

    assert client.session.session_key not in {before, None}
    assert Client(headers={"Cookie": f"session={before}"}).get("/account/").status_code == 303


def test_signing_out_is_a_post_and_ends_the_session(client: Client, meera: User) -> None:
    sign_in_by_password(client)
    key = client.session.session_key
    assert client.get("/signout/").status_code == 405
    assert signed_in_as(client)

    assert client.post("/signout/").status_code == 303

    assert signed_in_as(client) is None
    assert Client(headers={"Cookie": f"session={key}"}).get("/account/").status_code == 303
    assert AuditEntry.objects.filter(action="account.signed_out").exists()


@pytest.mark.parametrize("sign_in", [sign_in_by_code, sign_in_by_password])
def test_who_was_on_the_way_somewhere_gets_there(client: Client, meera: User, sign_in: Callable[..., Answer]) -> None:
    asked = client.get("/account/password/?a=b")
    assert asked["Location"] == "/signin/?next=/account/password/%3Fa%3Db"

    answer = sign_in(client, next="/account/password/?a=b")

    assert answer.headers["Location"] == "/account/password/?a=b"


@pytest.mark.parametrize("sign_in", [sign_in_by_code, sign_in_by_password])
@pytest.mark.parametrize(
    "to",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "evil", "\t//evil.example"],
)
def test_nobody_is_led_to_another_site(client: Client, meera: User, sign_in: Callable[..., Answer], to: str) -> None:
    answer = sign_in(client, next=to)

    assert answer.headers["Location"] == "/me/"


def test_the_address_of_the_code_page_tells_nothing(client: Client) -> None:
    """It stands in the history of the browser, and the way on may be a capability."""
    assert ask_for_code(client, next="/b/secret/")["Location"] == "/signin/code/"


def test_a_practitioner_joins_with_a_name_and_goes_on_to_the_desk(client: Client) -> None:
    client.post("/join/", {"name": "  Asha   Rao ", "email": ADDRESS})

    answer = client.post("/signin/code/", {"code": newest_code()})

    assert answer["Location"] == "/desk/setup/"
    assert User.objects.get().name == "Asha Rao"


def test_joining_in_somebodys_name_does_not_rename_them(client: Client, meera: User) -> None:
    client.post("/join/", {"name": "Somebody Else", "email": ADDRESS})
    client.post("/signin/code/", {"code": newest_code()})

    meera.refresh_from_db()
    assert meera.name == "Meera Iyer"


def test_who_has_a_desk_lands_at_it_and_staff_in_the_back_office(client: Client, meera: User) -> None:
    User.objects.update(is_staff=True)
    assert sign_in_by_password(client)["Location"] == "/admin/"
    make_practitioner(user=meera)

    assert sign_in_by_password(Client())["Location"] == "/desk/"


@pytest.mark.parametrize("address", ["/signin/", "/signin/code/", "/signin/password/", "/join/", "/account/"])
def test_other_ways_of_asking_are_refused(client: Client, meera: User, address: str) -> None:
    if address == "/account/":
        sign_in_by_password(client)
    assert client.put(address).status_code == 405
    assert client.delete(address).status_code == 405


@pytest.mark.parametrize("address", ["/signout/", "/signin/code/again/", "/account/confirm/code/"])
def test_what_does_something_is_a_post(client: Client, address: str) -> None:
    assert client.get(address).status_code == 405


@pytest.mark.parametrize("address", ["/signin/", "/signin/password/", "/join/"])
def test_a_form_from_another_site_is_refused(address: str) -> None:
    strict = Client(enforce_csrf_checks=True)

    assert strict.post(address, {"email": ADDRESS, "password": PASSWORD}).status_code == 403


@pytest.mark.parametrize("address", ["/signin/", "/signin/password/", "/join/"])
def test_an_empty_form_says_what_is_missing(client: Client, address: str) -> None:
    page = client.post(address, {}).content.decode()

    assert "There is a problem" in page
    assert 'aria-invalid="true"' in page


def test_a_public_page_costs_a_stranger_no_session_and_no_query(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        page = client.get("/help/")

    assert "session" not in client.cookies
    assert b"/signin/" in page.content
