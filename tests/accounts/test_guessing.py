"""Guessing is slow, known and unknown addresses look alike, and nobody is locked out by somebody else."""

import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from statistics import median
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings

from common import limits
from common.accounts import codes
from common.accounts.views import signin
from common.limits import Limit, TooMany
from common.models import Tries, User
from config.wsgi import application
from notifications.models import Notification
from tests.accounts.conftest import (
    ADDRESS,
    ask_for_code,
    newest_code,
    sign_in_by_code,
    sign_in_by_password,
    signed_in_as,
    wrong,
)
from tests.answers import Answer

pytestmark = pytest.mark.django_db
Move = Callable[[float], None]
STRANGER = "nobod@example.org"  # as long as the other


def of_network(number: int) -> Client:
    return Client(REMOTE_ADDR=f"203.0.113.{number % 250}")


def plain(answer: Answer) -> str:
    """A page without what is new in every page, and without the address that was typed."""
    text = re.sub(r'nonce="[^"]+"|name="csrfmiddlewaretoken" value="[^"]+"|value="\d{6}"', "", answer.content.decode())
    return text.replace(ADDRESS, "…").replace(STRANGER, "…")


def facts(answer: Answer) -> tuple[int, str, dict[str, str], set[str]]:
    passing = {"X-Request-ID", "Content-Security-Policy"}
    headers = {name: value for name, value in answer.headers.items() if name not in passing}
    return answer.status_code, plain(answer), headers, set(answer.cookies)


# --- Alike ------------------------------------------------------------------------------------------------------------


def test_asking_for_a_code_looks_the_same_for_an_address_with_an_account_and_one_without(meera: User) -> None:
    seen = []
    for address in (ADDRESS, STRANGER):
        client = Client()
        pages = [ask_for_code(client, address), client.get("/signin/code/")]
        code = newest_code(address)
        pages.append(client.post("/signin/code/", {"code": wrong(code)}))
        seen.append([facts(page) for page in pages])

    assert seen[0] == seen[1]
    assert list(Notification.objects.values_list("kind", flat=True)) == ["account_code"] * 2


def test_a_code_mail_is_the_same_for_both(meera: User) -> None:
    from django.core import mail  # noqa: PLC0415 - the outbox of this test alone

    for address in (ADDRESS, STRANGER):
        ask_for_code(Client(), address)
        newest_code(address)

    first, second = (re.sub(r"\b\d{6}\b", "", str(one.body)) for one in mail.outbox)
    assert first == second
    assert mail.outbox[0].subject == mail.outbox[1].subject


def test_a_wrong_password_looks_the_same_for_both(meera: User) -> None:
    User.objects.create_user("codes.only@example.org")
    answers = [sign_in_by_password(Client(), address, "a wrong password") for address in (ADDRESS, STRANGER)]

    assert facts(answers[0]) == facts(answers[1])
    assert "do not belong together" in answers[0].content.decode()


def test_joining_looks_the_same_for_both(meera: User) -> None:
    answers = [Client().post("/join/", {"name": "A", "email": address}) for address in (ADDRESS, STRANGER)]

    assert facts(answers[0]) == facts(answers[1])


def test_limits_look_the_same_for_both(meera: User) -> None:
    answers = []
    for address in (ADDRESS, STRANGER):
        for number in range(codes.MAILS.most):
            ask_for_code(of_network(number), address)
        answers.append(ask_for_code(of_network(9), address))

    assert [answer.status_code for answer in answers] == [429, 429]
    assert plain(answers[0]) == plain(answers[1])


@pytest.mark.slow_hashing
def test_a_wrong_password_takes_as_long_for_both(meera: User, settings: Settings) -> None:
    settings.RATE_LIMITS = False
    User.objects.create_user("codes.only@example.org")
    times: dict[str, list[float]] = {ADDRESS: [], STRANGER: [], "codes.only@example.org": []}
    client = Client()
    for _ in range(7):
        for address, taken in times.items():
            began = time.perf_counter()
            sign_in_by_password(client, address, "a wrong password")
            taken.append(time.perf_counter() - began)

    known, *others = (median(taken) for taken in times.values())

    # Hashing takes most of it; without it the answer would come several times as fast.
    assert all(0.6 < other / known < 1.7 for other in others), times


# --- Counting ---------------------------------------------------------------------------------------------------------


def test_ten_wrong_passwords_are_all_an_account_allows_in_five_minutes(meera: User, time_passes: Move) -> None:
    answers = [sign_in_by_password(of_network(number), password="wrong") for number in range(12)]

    assert [answer.status_code for answer in answers] == [200] * 10 + [429] * 2
    assert sign_in_by_password(of_network(20)).status_code == 429
    assert 0 < int(answers[-1]["Retry-After"]) <= 300
    time_passes(301)
    assert sign_in_by_password(of_network(20)).status_code == 303


def test_a_blocked_password_leaves_the_way_by_code_open(meera: User) -> None:
    for number in range(11):
        answer = sign_in_by_password(of_network(number), password="wrong", next="/account/")
    assert 'href="/signin/?next=/account/"' in answer.content.decode()
    owner = Client()

    ask_for_code(owner)

    assert owner.post("/signin/code/", {"code": newest_code()}).status_code == 303


def test_a_stranger_can_not_keep_somebody_out_of_a_browser_they_have_used(meera: User) -> None:
    owner = Client()
    sign_in_by_password(owner)
    owner.post("/signout/")
    for number in range(12):
        sign_in_by_password(of_network(number), password="wrong")
        ask_for_code(of_network(number))
    assert sign_in_by_password(of_network(20)).status_code == 429
    assert ask_for_code(of_network(20)).status_code == 429

    assert ask_for_code(owner).status_code == 303
    assert sign_in_by_password(owner).status_code == 303


def test_a_browser_has_limits_of_its_own_and_is_known_for_its_own_address_alone(meera: User) -> None:
    browser = Client()
    sign_in_by_password(browser)
    browser.post("/signout/")

    own = [sign_in_by_password(browser, password="wrong").status_code for _ in range(11)]
    others = [sign_in_by_password(browser, STRANGER, "wrong").status_code for _ in range(11)]

    assert own == others == [200] * 10 + [429]
    assert sign_in_by_password(of_network(9), STRANGER, "wrong").status_code == 429


@pytest.mark.parametrize("note", ["", "made up", "WyJhIiwiYiJd:1abc:def", "\u00e9"])
def test_a_note_that_is_not_ours_is_no_note(meera: User, note: str) -> None:
    for number in range(10):
        sign_in_by_password(of_network(number), password="wrong")
    browser = Client()
    browser.cookies["browser"] = note

    assert sign_in_by_password(browser).status_code == 429


def test_signing_in_rightly_is_no_guess(meera: User) -> None:
    for _ in range(35):
        client = Client()
        sign_in_by_password(client)
        assert signed_in_as(client)


def test_thirty_tries_a_minute_are_all_a_network_has_whatever_header_it_writes(db: None) -> None:
    answers = [
        Client().post(
            "/signin/password/",
            {"email": f"someone-{number}@example.org", "password": "wrong"},
            headers={"X-Forwarded-For": f"198.51.100.{number}", "X-Real-IP": f"198.51.100.{number}"},
        )
        for number in range(33)
    ]

    assert [answer.status_code for answer in answers] == [200] * 30 + [429] * 3


def test_behind_the_proxy_a_thousand_made_up_headers_are_one_network(settings: Settings) -> None:
    settings.BEHIND_PROXY = True
    seen = set()

    def note(environ: dict[str, Any], _start: object) -> list[bytes]:
        from django.core.handlers.wsgi import WSGIRequest  # noqa: PLC0415

        seen.add(limits.network_of(WSGIRequest(environ)))
        return []

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("config.wsgi._product", note)
        for number in range(1000):
            made_up = f"198.51.{number // 250}.{number % 250}, 203.0.113.9"
            environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "wsgi.input": BytesIO(), "REMOTE_ADDR": "10.0.0.2"}
            application({**environ, "HTTP_X_FORWARDED_FOR": made_up}, print)

    assert seen == {"203.0.113.9"}


def test_an_address_of_ipv6_counts_by_its_customer() -> None:
    class Asks:
        def __init__(self, address: str) -> None:
            self.META = {"REMOTE_ADDR": address}

    networks = [limits.network_of(Asks(each)) for each in ("2001:db8::1", "2001:db8::ffff", "2001:db8:0:1::1")]  # type: ignore[arg-type]

    assert networks == ["2001:db8::", "2001:db8::", "2001:db8:0:1::"]
    assert limits.network_of(Asks("::ffff:203.0.113.9")) == "203.0.113.9"  # type: ignore[arg-type]


def test_three_code_mails_an_hour_are_all_an_address_gets(client: Client, time_passes: Move) -> None:
    answers = [ask_for_code(of_network(number)) for number in range(5)]

    assert [answer.status_code for answer in answers] == [303] * 3 + [429] * 2
    assert Notification.objects.count() == 3
    assert "/signin/password/" in answers[-1].content.decode()
    time_passes(3601)
    assert ask_for_code(client).status_code == 303


def test_a_mail_whose_code_was_right_does_not_count(db: None) -> None:
    answers = [sign_in_by_code(of_network(number)) for number in range(5)]

    assert [answer.status_code for answer in answers] == [303] * 5


def test_a_network_causes_only_so_many_mails(db: None) -> None:
    answers = [ask_for_code(Client(), f"someone-{number}@example.org") for number in range(22)]

    assert [answer.status_code for answer in answers].count(429) == 2
    assert Notification.objects.count() == codes.MAILS_FROM.most


def test_ten_wrong_codes_are_all_an_account_allows_in_five_minutes(db: None) -> None:
    """Three mails of five tries each would be fifteen."""
    statuses = []
    for number in range(3):
        client = of_network(number)
        ask_for_code(client)
        code = newest_code()
        statuses += [client.post("/signin/code/", {"code": wrong(code)}).status_code for _ in range(4)]

    assert statuses == [200] * 10 + [429] * 2


def test_the_table_of_tries_names_nobody_and_is_cleared(meera: User, time_passes: Move) -> None:
    sign_in_by_password(Client(), password="wrong")
    kept = str(list(Tries.objects.values()))
    assert ADDRESS not in kept
    assert "127.0.0.1" not in kept
    assert limits.forget_the_past() == 0

    time_passes(3601)

    assert limits.forget_the_past() == 2
    assert not Tries.objects.exists()


def test_load_tests_may_switch_counting_off(meera: User, settings: Settings) -> None:
    settings.RATE_LIMITS = False

    answers = [sign_in_by_password(Client(), password="wrong") for _ in range(12)]

    assert {answer.status_code for answer in answers} == {200}


# --- All at once ------------------------------------------------------------------------------------------------------


def at_once(work: Callable[[int], object], times: int) -> list[object]:
    def run(number: int) -> object:
        try:
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        return list(pool.map(run, range(times)))


@pytest.mark.django_db(transaction=True)
def test_a_hundred_tries_at_once_are_counted_one_by_one() -> None:
    limit = Limit("together", most=10, within=300)

    def take(_: int) -> bool:
        try:
            limits.take(limit, "somebody")
        except TooMany:
            return False
        return True

    assert at_once(take, 100).count(True) == 10
    assert len(Tries.objects.get().moments) == 10


@pytest.mark.django_db(transaction=True)
def test_a_hundred_codes_sent_at_once_are_five_guesses(monkeypatch: pytest.MonkeyPatch) -> None:
    """The session alone could not tell: all of them read it before the first has written."""
    client = Client()
    ask_for_code(client)
    code, key = newest_code(), client.session.session_key
    looked_at: list[str] = []
    monkeypatch.setattr("common.accounts.codes.constant_time_compare", lambda digest, _: looked_at.append(digest))

    def guess(number: int) -> int:
        other = Client(headers={"Cookie": f"session={key}"}, REMOTE_ADDR=f"203.0.113.{number}")
        return other.post("/signin/code/", {"code": wrong(code)}).status_code

    statuses = at_once(guess, 100)

    assert len(looked_at) == codes.TRIES.most
    assert set(statuses) == {200, 429}


@pytest.mark.django_db(transaction=True)
def test_one_code_sent_ten_times_at_once_opens_once() -> None:
    client = Client()
    ask_for_code(client)
    code, key = newest_code(), client.session.session_key

    def enter(number: int) -> int | None:
        other = Client(headers={"Cookie": f"session={key}"}, REMOTE_ADDR=f"203.0.113.{number}")
        other.post("/signin/code/", {"code": code})
        return signed_in_as(other)

    assert len([user for user in at_once(enter, 10) if user]) == 1


@pytest.mark.django_db(transaction=True)
def test_a_hundred_passwords_sent_at_once_are_ten_guesses(meera: User, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[int] = []
    monkeypatch.setattr(signin, "authenticate", lambda *_args, **_: looked_at.append(1))

    statuses = at_once(lambda number: sign_in_by_password(of_network(number), password="wrong").status_code, 100)

    assert len(looked_at) == signin.PASSWORDS.most
    assert statuses.count(429) == 90
