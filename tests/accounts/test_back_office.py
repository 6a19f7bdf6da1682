"""Accounts in the back office change by the same rules as on their owners' own pages."""

from collections.abc import Callable

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from common import clock
from common.models import AuditEntry, User
from notifications import actions
from tests.accounts.conftest import ADDRESS, PASSWORD, sign_in_by_code, sign_in_by_password, signed_in_as

pytestmark = pytest.mark.django_db
ADMIN = "admin@example.org"
NEW = "new@example.org"
Move = Callable[[float], None]


@pytest.fixture
def admin(db: None) -> User:
    return User.objects.create_superuser(ADMIN, PASSWORD)


@pytest.fixture
def office(client: Client, admin: User) -> Client:
    sign_in_by_password(client, ADMIN)
    return client


def change(office: Client, user: User, **fields: str) -> int:
    form = {"email": user.email, "name": user.name, "is_active": "on", **fields}
    return office.post(f"/admin/common/user/{user.pk}/change/", form).status_code


def test_an_address_that_an_admin_corrects_opens_the_account_and_the_old_one_no_more(
    office: Client, meera: User
) -> None:
    sign_in_by_code(Client())

    assert change(office, meera, email="New@Example.org") == 302

    meera.refresh_from_db()
    assert meera.email == NEW
    assert list(EmailAddress.objects.filter(user=meera).values_list("email", flat=True)) == [NEW]
    by_code, by_password, by_old = Client(), Client(), Client()
    assert sign_in_by_code(by_code, NEW).status_code == 303
    sign_in_by_password(by_password, NEW)
    sign_in_by_password(by_old, ADDRESS)
    assert [signed_in_as(each) for each in (by_code, by_password, by_old)] == [meera.pk, meera.pk, None]
    actions.deliver(now=clock.now())
    assert [str(one.subject) for one in mail.outbox if one.to == [ADDRESS] and "address" in str(one.body)]
    entry = AuditEntry.objects.get(action="account.address_changed")
    assert (entry.actor, entry.subject_id) == ("staff", meera.pk)


def test_the_old_address_may_belong_to_somebody_new(office: Client, meera: User) -> None:
    change(office, meera, email=NEW)
    somebody = Client()

    assert sign_in_by_code(somebody, ADDRESS).status_code == 303
    assert signed_in_as(somebody) not in {None, meera.pk}


def test_whatever_the_tables_say_a_right_code_lets_in(meera: User) -> None:
    sign_in_by_code(Client())
    User.objects.filter(pk=meera.pk).update(email=NEW)  # past every action
    for address in (NEW, ADDRESS):
        assert sign_in_by_code(Client(), address).status_code == 303


def test_an_account_is_added_in_small_letters(office: Client) -> None:
    form = {"email": "Mixed.Case@Example.org", "usable_password": "true", "password1": PASSWORD, "password2": PASSWORD}

    assert office.post("/admin/common/user/add/", form).status_code == 302
    visitor = Client()
    sign_in_by_password(visitor, "Mixed.Case@Example.org")
    assert signed_in_as(visitor) == User.objects.get(email="mixed.case@example.org").pk


def test_an_open_screen_changes_no_account(office: Client, meera: User, time_passes: Move) -> None:
    time_passes(16 * 60)
    for address in (f"/admin/common/user/{meera.pk}/change/", f"/admin/common/user/{meera.pk}/password/"):
        for answer in (office.get(address), office.post(address, {"email": NEW})):
            assert answer.status_code == 303
            assert answer["Location"].startswith("/account/confirm/")
    meera.refresh_from_db()
    assert meera.email == ADDRESS


def test_a_password_that_an_admin_sets_is_told_to_its_owner(office: Client, meera: User) -> None:
    form = {"usable_password": "true", "password1": "several words here", "password2": "several words here"}

    assert office.post(f"/admin/common/user/{meera.pk}/password/", form).status_code == 302

    actions.deliver(now=clock.now())
    assert mail.outbox[-1].to == [ADDRESS]
    entry = AuditEntry.objects.get(action="account.password_changed")
    assert (entry.actor, entry.subject_id) == ("staff", meera.pk)
    meera.refresh_from_db()
    assert meera.check_password("several words here")
