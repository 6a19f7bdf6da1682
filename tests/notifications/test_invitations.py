"""Mail to people who may have no account yet: a page was prepared for them, or a desk is open to them."""

from typing import Any

import pytest
from django.core import mail
from django.test import Client

from common.audit import Actor
from common.models import User
from notifications import actions
from notifications.models import Kind, Notification
from practitioners.actions.access import give_access
from practitioners.models import Practitioner
from tests.desk.people import make_desk
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]

FORM: dict[str, Any] = {
    "slug": "noor-jahan",
    "name": "Noor <b>Jahan",
    "email": "noor@example.org",
    "zone": "Asia/Kolkata",
    "currency": "INR",
    "languages": "",
    "needs": "",
    "step": "15",
    "buffer_before": "0",
    "buffer_after": "0",
    "notice": "120",
    "horizon": "60",
    "cancel_cutoff": "1440",
    "late_refund": "50",
    "most_moves": "3",
    "answer_within": "1440",
    "pay_within": "120",
    "is_approved": "on",
    **{
        f"{rows}-{name}": "0"
        for rows in ("services", "weekly_hours", "overrides", "time_off")
        for name in ("TOTAL_FORMS", "INITIAL_FORMS")
    },
}


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("admin@example.org", "a long enough password"))
    return client


def sent() -> list[Any]:
    actions.deliver(now=NOW)
    return mail.outbox


def test_whoever_the_practice_makes_a_page_for_is_invited_once(admin: Client) -> None:
    assert admin.post("/admin/practitioners/practitioner/add/", FORM).status_code == 302
    made = Practitioner.objects.get(slug="noor-jahan")
    admin.post(f"/admin/practitioners/practitioner/{made.pk}/change/", FORM | {"credential": "Dietitian"})

    (letter,) = sent()

    assert letter.to == ["noor@example.org"]
    assert letter.subject == "Your page at Samay"
    assert "http://testserver/desk/setup/" in letter.body
    assert "Noor <b>Jahan" in letter.body
    assert "Noor &lt;b&gt;Jahan" in str(letter.alternatives[0][0])


def test_another_address_is_invited_anew_and_a_page_that_has_its_person_is_not(admin: Client) -> None:
    admin.post("/admin/practitioners/practitioner/add/", FORM)
    made = Practitioner.objects.get(slug="noor-jahan")
    address = f"/admin/practitioners/practitioner/{made.pk}/change/"
    admin.post(address, FORM | {"email": "jahan@example.org"})
    assert [letter.to for letter in sent()] == [["noor@example.org"], ["jahan@example.org"]]
    mail.outbox.clear()

    user = User.objects.create_user("jahan@example.org")
    admin.post(address, FORM | {"email": "third@example.org", "user": str(user.pk)})

    assert sent() == []


def test_somebody_of_the_front_desk_hears_whose_desk_it_is() -> None:
    practitioner = make_desk(name="Asha Rao")
    assert practitioner.user
    by = Actor("practitioner", practitioner.user.pk)
    for _ in range(2):
        give_access(practitioner, email="front@example.org", by=by, now=NOW)

    (letter,) = sent()

    assert letter.to == ["front@example.org"]
    assert "the desk of Asha Rao at Samay" in letter.body
    assert "http://testserver/desk/" in letter.body
    row = Notification.objects.get()
    assert (row.kind, row.letter) == (Kind.ACCOUNT_INVITATION, None)
