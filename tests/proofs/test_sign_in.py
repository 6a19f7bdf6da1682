"""Signing in waits for no broker, and its codes are in the mail and nowhere else."""

import re
from collections.abc import Callable

import httpx
import pytest

from common.models import User
from notifications.models import Notification
from notifications.sandbox.models import Mail
from tests.proofs.test_private import Ear, kept_by, leaks, logs, opened
from tests.stack import Stack
from tests.waiting import eventually

pytestmark = [pytest.mark.proof, pytest.mark.django_db(transaction=True)]
A_WAIT = 4.0  # seconds; whoever waits for the broker waits for its time-out of five
ADDRESS, PASSWORD = "canary.zoe@example.net", "canary keeps a long one"


class Visitor:
    """Somebody with cookies who sends the forms of pages."""

    def __init__(self, url: str) -> None:
        self.client = httpx.Client(base_url=url, timeout=30, headers={"User-Agent": "CanaryBrowser/7"})
        self.slowest = 0.0

    def send(self, path: str, **fields: str) -> httpx.Response:
        page = self.client.get(path)
        token = re.findall(r'csrfmiddlewaretoken" value="(\w+)"', page.text)[0]
        answer = self.client.post(path, data={"csrfmiddlewaretoken": token, **fields})
        self.slowest = max(self.slowest, page.elapsed.total_seconds(), answer.elapsed.total_seconds())
        return answer


def code_in_mail() -> str:
    assert eventually(lambda: Mail.objects.filter(to=ADDRESS, text__regex=r"\m\d{6}\M").exists(), seconds=60)
    newest = Mail.objects.filter(to=ADDRESS, text__regex=r"\m\d{6}\M").latest("pk")
    return str(re.findall(r"^\d{6}", newest.text, re.MULTILINE)[0])


@pytest.mark.parametrize("stop", [Stack.kill, Stack.freeze], ids=["killed", "frozen"])
def test_without_the_broker_signing_in_goes_on_and_the_mail_leaves_later(
    stack: Stack, stop: Callable[[Stack, str], None]
) -> None:
    User.objects.create_user(ADDRESS, PASSWORD)
    url = stack.up(web=1, worker=1, beat=True, sandbox=True, own_broker=True)
    by_code, by_password = Visitor(url), Visitor(url)

    stop(stack, "valkey")
    assert by_password.send("/signin/password/", email=ADDRESS, password="wrong").status_code == 200
    assert by_password.send("/signin/password/", email=ADDRESS, password=PASSWORD).status_code == 303
    assert by_code.send("/signin/", email=ADDRESS).headers["Location"] == "/signin/code/"
    assert by_code.send("/signin/code/", code="1").status_code == 200
    assert max(by_code.slowest, by_password.slowest) < A_WAIT
    if stop is Stack.freeze:
        stack.thaw("valkey")
    else:
        stack.restart("valkey")

    assert by_code.send("/signin/code/", code=code_in_mail()).headers["Location"] == "/me/"
    assert Mail.objects.count() == 1


def test_a_code_and_an_address_are_in_the_mail_and_nowhere_else(stack: Stack) -> None:
    url = stack.up(web=1, worker=1, beat=True, sandbox=True, own_broker=True)
    visitor = Visitor(url)

    with Ear(stack.env["REDIS_URL"]) as ear:
        visitor.send("/signin/password/?next=/b/canary/", email=ADDRESS, password=PASSWORD)
        visitor.send("/signin/?next=/b/canary/", email=ADDRESS)
        visitor.send("/signin/code/", code="canary")
        code = code_in_mail()
        visitor.send("/signin/code/", code=code)
        visitor.send("/account/password/", password=PASSWORD)
        visitor.send("/account/email/", email=f"new.{ADDRESS}")
        stack.kill("sandbox")  # what can't be sent waits, and says so in a log
        visitor.send("/account/email/", email=f"newer.{ADDRESS}")
        assert eventually(lambda: Notification.objects.exclude(last_error="").exists(), seconds=60)
        heard = "\n".join(ear.heard) + kept_by(stack.env["REDIS_URL"])

    places = {name: opened(text) for name, text in {**logs(stack), "redis": heard}.items()}
    assert "notifications.tasks.deliver_one" in places["redis"]
    assert "sign-in failed" in places["web1.log"]
    assert leaks(places, [ADDRESS, "canary", PASSWORD]) == []
    assert [name for name, text in places.items() if code in re.findall(r"\b\d{6}\b", text)] == []
    sent = Notification.objects.exclude(done_at=None)
    kept = str(list(sent.values_list("letter", "dedupe_key", "message_id", "last_error")))
    assert leaks({"outbox": kept}, ["canary", code]) == []
