"""The second factor: set up, asked for, lost, and kept from whoever reads the table."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from django.core import mail
from django.db import connection
from django.test import Client
from pytest_django import Settings

from common import clock
from common.models import AuditEntry, User
from notifications import actions
from tests.accounts.conftest import ADDRESS, sign_in_by_code, sign_in_by_password, signed_in_as, wrong

pytestmark = pytest.mark.django_db
Move = Callable[[float], None]


@pytest.fixture
def moment(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time that apps go by; a test moves it to get the next code."""
    now = [1_800_000_000.0]
    monkeypatch.setattr("common.accounts.factors.time.time", lambda: now[0])
    return now


def code_of(secret: str, moment: list[float], *, off: int = 0) -> str:
    return str(format_hotp_value(hotp_value(secret, int(moment[0]) // 30 + off)))


def add_app(client: Client, moment: list[float], **fields: str) -> tuple[str, Any]:
    page = client.get("/account/second-factor/app/", fields)
    secret = "".join(page.context["groups"])
    return secret, client.post("/account/second-factor/app/", {"code": code_of(secret, moment), **fields})


@pytest.fixture
def secret(client: Client, meera: User, moment: list[float]) -> str:
    """Meera has an app; her first browser is signed out again."""
    sign_in_by_password(client)
    found, _ = add_app(client, moment)
    client.post("/signout/")
    moment[0] += 60
    return found


def test_an_app_is_set_up_by_its_first_code_and_recovery_codes_are_shown(
    client: Client, meera: User, moment: list[float]
) -> None:
    sign_in_by_password(client)
    page = client.get("/account/second-factor/app/?next=/desk/")
    assert "data:image/svg+xml;base64," in page.content.decode()
    secret = "".join(page.context["groups"])
    assert client.post("/account/second-factor/app/", {"code": wrong(code_of(secret, moment))}).status_code == 200
    assert not Authenticator.objects.exists()

    answer = client.post("/account/second-factor/app/", {"code": code_of(secret, moment), "next": "/desk/"})

    assert answer["Location"] == "/account/second-factor/recovery/?next=/desk/"
    shown = client.get(answer["Location"])
    assert len(shown.context["codes"]) == 10
    assert shown.context["codes"][0] in shown.content.decode()
    assert 'href="/desk/"' in shown.content.decode()
    assert AuditEntry.objects.filter(action="account.totp_activated").exists()
    actions.deliver(now=clock.now())
    assert "code from an app" in str(mail.outbox[-1].body)


def test_recovery_codes_are_not_shown_again(
    client: Client, meera: User, moment: list[float], time_passes: Move
) -> None:
    sign_in_by_password(client)
    add_app(client, moment)
    time_passes(14 * 60)
    client.post("/account/confirm/", {"code": "0"})
    time_passes(2 * 60)
    moment[0] += 960
    secret = decrypt(Authenticator.objects.get(type="totp").data["secret"])
    client.post("/account/confirm/", {"code": code_of(secret, moment)})

    page = client.get("/account/second-factor/recovery/")

    assert page.status_code == 200
    assert page.context["codes"] == []


@pytest.mark.parametrize("sign_in", [sign_in_by_code, sign_in_by_password])
def test_every_way_in_leads_by_the_second_factor(
    meera: User, secret: str, moment: list[float], sign_in: Callable[..., Any]
) -> None:
    client = Client()

    answer = sign_in(client, next="/account/email/")

    assert answer["Location"] == "/signin/second-factor/"
    assert signed_in_as(client) is None
    assert client.get("/account/")["Location"].startswith("/signin/")
    page = client.post("/signin/second-factor/", {"code": "000000"})
    assert "opens nothing" in page.content.decode()
    done = client.post("/signin/second-factor/", {"code": code_of(secret, moment)})
    assert (done.status_code, done["Location"]) == (303, "/account/email/")
    assert signed_in_as(client) == meera.pk
    assert AuditEntry.objects.filter(action="account.second_factor_failed").count() == 1


@pytest.mark.parametrize(("off", "opens"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_code_may_be_half_a_minute_off(
    meera: User, secret: str, moment: list[float], off: int, *, opens: bool
) -> None:
    client = Client()
    sign_in_by_password(client)

    answer = client.post("/signin/second-factor/", {"code": code_of(secret, moment, off=off)})

    assert (answer.status_code == 303) is opens


def test_a_code_that_opened_once_and_those_before_it_open_nothing(
    meera: User, secret: str, moment: list[float]
) -> None:
    statuses = []
    for off in (0, 0, -1, 1):
        client = Client()
        sign_in_by_password(client)
        answer = client.post("/signin/second-factor/", {"code": code_of(secret, moment, off=off)})
        statuses.append(answer.status_code)

    assert statuses == [303, 200, 200, 303]


def test_the_code_that_set_the_app_up_opens_nothing_more(client: Client, meera: User, moment: list[float]) -> None:
    sign_in_by_password(client)
    secret, _ = add_app(client, moment)
    other = Client()
    sign_in_by_password(other)

    statuses = [
        other.post("/signin/second-factor/", {"code": code_of(secret, moment, off=off)}).status_code for off in (0, 1)
    ]

    assert statuses == [200, 303]


def test_a_recovery_code_opens_once(meera: User, secret: str) -> None:
    codes = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()
    statuses = []
    for code in (codes[3], codes[3], f"{codes[4][:4]} {codes[4][4:]}"):
        client = Client()
        sign_in_by_password(client)
        statuses.append(client.post("/signin/second-factor/", {"code": code}).status_code)

    assert statuses == [303, 200, 303]
    assert len(Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()) == 8


def test_ten_wrong_codes_are_all_in_five_minutes(meera: User, secret: str, moment: list[float]) -> None:
    client = Client()
    sign_in_by_password(client)

    statuses = [client.post("/signin/second-factor/", {"code": "000000"}).status_code for _ in range(11)]

    assert statuses == [200] * 10 + [429]
    assert client.post("/signin/second-factor/", {"code": code_of(secret, moment)}).status_code == 429


@pytest.mark.django_db(transaction=True)
def test_a_code_sent_twenty_times_at_once_opens_once(meera: User, secret: str, moment: list[float]) -> None:
    clients = [Client(REMOTE_ADDR=f"203.0.113.{number}") for number in range(8)]
    for each in clients:
        sign_in_by_password(each)
    code = code_of(secret, moment)

    def send(client: Client) -> int:
        try:
            return client.post("/signin/second-factor/", {"code": code}).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(send, clients))

    assert statuses.count(303) == 1


def test_the_table_and_the_session_hold_no_secret(client: Client, meera: User, moment: list[float]) -> None:
    sign_in_by_password(client)
    secret = "".join(client.get("/account/second-factor/app/").context["groups"])
    assert secret not in str(dict(client.session))

    client.post("/account/second-factor/app/", {"code": code_of(secret, moment)})

    kept = str(list(Authenticator.objects.values()))
    assert secret not in kept
    seed = decrypt(Authenticator.objects.get(type="recovery_codes").data["seed"])
    assert seed not in kept
    assert not [
        code for code in Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes() if code in kept
    ]


def test_the_app_is_removed_by_whoever_has_shown_it(client: Client, meera: User, moment: list[float]) -> None:
    sign_in_by_password(client)
    add_app(client, moment)

    assert client.post("/account/second-factor/remove/").status_code == 303

    assert not Authenticator.objects.exists()
    assert AuditEntry.objects.filter(action="account.totp_deactivated").exists()


def test_a_session_from_before_the_app_has_to_show_it(meera: User, moment: list[float]) -> None:
    early, other = Client(), Client()
    for each in (early, other):
        sign_in_by_password(each)
    secret, _ = add_app(other, moment)
    moment[0] += 60

    assert early.post("/account/second-factor/remove/").status_code == 303
    assert early.get("/account/second-factor/")["Location"] == "/account/confirm/"
    early.post("/account/confirm/", {"code": code_of(secret, moment)})

    assert Authenticator.objects.count() == 2
    assert early.get("/account/second-factor/").status_code == 200


# --- Where it is asked for --------------------------------------------------------------------------------------------


@pytest.fixture
def staff(meera: User) -> User:
    User.objects.update(is_staff=True, is_superuser=True)
    return meera


def test_where_it_is_required_the_back_office_opens_after_it_alone(
    client: Client, staff: User, settings: Settings, moment: list[float]
) -> None:
    settings.SECOND_FACTOR = "required"
    sign_in_by_password(client)

    asked = client.get("/admin/common/user/", follow=True)
    assert asked.redirect_chain[-1][0] == "/account/second-factor/?next=/admin/common/user/"
    assert "They open once you have a second factor" in asked.content.decode()
    add_app(client, moment, next="/admin/common/user/")

    assert client.get("/admin/common/user/").status_code == 200


def test_where_it_is_optional_the_back_office_opens_without(client: Client, staff: User, settings: Settings) -> None:
    settings.SECOND_FACTOR = "optional"
    sign_in_by_password(client)

    assert client.get("/admin/").status_code == 200


def test_the_mark_of_one_person_is_nothing_to_another(client: Client, staff: User, settings: Settings) -> None:
    settings.SECOND_FACTOR = "required"
    sign_in_by_password(client)
    session = client.session
    session["second_factor"] = staff.pk + 1
    session.save()

    assert client.get("/admin/").status_code == 302


def test_the_back_office_shows_no_secret_and_takes_a_lost_app_away(
    meera: User, secret: str, settings: Settings
) -> None:
    office = Client()
    office.force_login(User.objects.create_superuser("admin@example.org"))
    row = Authenticator.objects.get(type="totp")
    page = f"/admin/mfa/authenticator/{row.pk}"

    assert row.data["secret"] not in office.get(f"{page}/change/").content.decode()
    assert office.post(f"{page}/change/", {"user": 1}).status_code == 403
    office.post(f"{page}/delete/", {"post": "yes"})

    assert not Authenticator.objects.exists()
    assert AuditEntry.objects.filter(action="account.second_factor_taken_away", subject_id=meera.pk).exists()
    assert sign_in_by_code(Client(), ADDRESS)["Location"] == "/me/"


def test_the_address_row_of_allauth_is_not_for_hand_work() -> None:
    office = Client()
    office.force_login(User.objects.create_superuser("admin@example.org"))

    assert office.get("/admin/account/emailaddress/").status_code == 404
