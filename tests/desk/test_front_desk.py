"""Letting somebody else work at one's desk, without learning anything about them."""

import re

import pytest

from booking.views.desk.access import INVITATIONS
from common.models import AuditEntry, User
from practitioners.actions.access import MOST_PEOPLE
from practitioners.models import DeskAccess
from tests.desk.people import OWNER, client_of, front_desk, make_desk, own_client
from tests.pages.reading import read

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]


def test_somebody_new_gets_an_account_without_a_password_and_the_desk() -> None:
    practitioner = make_desk()

    response = own_client(practitioner).post("/desk/settings/access/", {"email": "Front@Example.org"})

    assert response.status_code == 303
    access = DeskAccess.objects.get()
    assert (access.practitioner, access.granted_by) == (practitioner, practitioner.user)
    assert (access.user.email, access.user.has_usable_password()) == ("front@example.org", False)
    assert client_of(access.user).get("/desk/services/").status_code == 200
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.after) == ("desk_access.given", {"user": access.user.pk})


def test_nothing_tells_whether_there_was_an_account() -> None:
    known = User.objects.create_user("known@example.org", "a long enough password", name="Known Person")
    mine = own_client(make_desk())

    def told(email: str) -> str:
        mine.post("/desk/settings/access/", {"email": email})
        text = read(mine.get("/desk/settings/access/")).text
        mine.post(f"/desk/settings/access/{DeskAccess.objects.get().pk}/remove/")
        mine.get("/desk/settings/access/")
        return re.sub(email, "…", text)

    assert told("known@example.org") == told("fresh@example.org")
    known.refresh_from_db()
    assert known.has_usable_password()


def test_letting_somebody_in_twice_is_once() -> None:
    mine = own_client(make_desk())

    for _ in range(2):
        assert mine.post("/desk/settings/access/", {"email": "front@example.org"}).status_code == 303

    assert DeskAccess.objects.count() == AuditEntry.objects.count() == 1


def test_taking_it_away_closes_the_desk_at_once() -> None:
    practitioner = make_desk()
    theirs = client_of(front_desk(practitioner))
    assert theirs.get("/desk/").status_code == 200

    response = own_client(practitioner).post(f"/desk/settings/access/{DeskAccess.objects.get().pk}/remove/")

    assert response.status_code == 303
    assert theirs.get("/desk/")["Location"] == "/account/"
    assert "You can no longer work at that desk." in read(theirs.get("/account/")).text
    assert theirs.get("/desk/")["Location"] == "/desk/setup/"
    assert AuditEntry.objects.get().action == "desk_access.taken"


def test_a_strangers_front_desk_is_not_found() -> None:
    front_desk(make_desk("stranger@example.org"))

    response = own_client(make_desk()).post(f"/desk/settings/access/{DeskAccess.objects.get().pk}/remove/")

    assert response.status_code == 404
    assert DeskAccess.objects.exists()


@pytest.mark.parametrize(
    ("email", "said"),
    [
        ("", "Enter their e-mail address."),
        ("front", "Enter an e-mail address like name@example.com."),
        (OWNER, "You sign in with that address yourself."),
        (OWNER.upper(), "You sign in with that address yourself."),
    ],
)
def test_what_makes_no_sense_is_refused_and_kept(email: str, said: str) -> None:
    page = read(own_client(make_desk()).post("/desk/settings/access/", {"email": email}))

    assert said in page.text
    assert page.every("input", name="email")[0].attrs.get("value", "") == email
    assert not DeskAccess.objects.exists()


def test_a_desk_has_a_limited_number_of_people() -> None:
    practitioner = make_desk()
    for number in range(MOST_PEOPLE):
        front_desk(practitioner, f"front{number}@example.org")
    mine = own_client(practitioner)

    page = read(mine.post("/desk/settings/access/", {"email": "more@example.org"}))

    assert f"At most {MOST_PEOPLE} people" in page.text
    assert not User.objects.filter(email="more@example.org").exists()
    assert mine.post("/desk/settings/access/", {"email": "front0@example.org"}).status_code == 303


def test_letting_people_in_and_out_all_day_comes_to_an_end() -> None:
    mine = own_client(make_desk())
    for number in range(INVITATIONS.most):
        mine.post("/desk/settings/access/", {"email": f"front{number}@example.org"})
        mine.post(f"/desk/settings/access/{DeskAccess.objects.get().pk}/remove/")

    response = mine.post("/desk/settings/access/", {"email": "more@example.org"})

    assert response.status_code == 429
    assert not User.objects.filter(email="more@example.org").exists()
