"""The people somebody books for, and what they keep about themself."""

import pytest
from django.test import Client

from booking.forms import CONSENT
from booking.mine.actions import MOST_PEOPLE
from booking.models import Patient, SavedPerson
from common.models import AuditEntry, User
from practitioners.models import Service
from tests.factories import NOW
from tests.me.people import booked_by, saved
from tests.pages.reading import Page, faults, read

pytestmark = pytest.mark.django_db
TARA = {"name": "Tara", "relation": "daughter"}
MYSELF = {"name": "Meera Iyer", "phone": "098123 00456", "zone": "Asia/Kolkata", "agrees": "on"}


def page_of(client: Client, address: str) -> Page:
    page = read(client.get(address))
    assert faults(page) == []
    return page


def kept(user: User) -> list[tuple[str, str]]:
    return list(user.saved_people.exclude(relationship="").values_list("name", "relationship"))


def trail() -> list[tuple[str, int | None]]:
    return list(AuditEntry.objects.filter(action__startswith="person.").values_list("action", "user"))


def test_somebody_is_added_and_stands_on_the_list(hers: Client, meera: User) -> None:
    assert "Nobody yet." in page_of(hers, "/me/dependents/").text

    answer = hers.post("/me/dependents/add/", TARA)

    assert (answer.status_code, answer["Location"]) == (303, "/me/dependents/")
    assert kept(meera) == [("Tara", "daughter")]
    page = page_of(hers, "/me/dependents/")
    assert "You can now choose Tara when you book." in page.text
    assert "Daughter" in page.text
    assert trail() == [("person.kept", meera.pk)]


def test_somebody_is_changed(hers: Client, meera: User) -> None:
    person = saved(meera, "Ravi", "uncle")
    here = f"/me/dependents/{person.pk}/"
    page = page_of(hers, here)
    assert page.heading() == "Ravi"
    assert page.every("input", name="relation_words")[0].attrs["value"] == "uncle"

    assert hers.post(here, {"name": "Ravi Nair", "relation": "father"}).status_code == 303

    assert kept(meera) == [("Ravi Nair", "father")]


def test_somebody_is_removed_and_their_visits_stay(hers: Client, meera: User, service: Service) -> None:
    person = saved(meera)
    booked_by(meera, service=service, patient={"name": "Tara", "booked_by": "Meera Iyer", "relationship": "daughter"})

    assert hers.get(f"/me/dependents/{person.pk}/remove/").status_code == 405
    answer = hers.post(f"/me/dependents/{person.pk}/remove/")

    assert answer["Location"] == "/me/dependents/"
    assert kept(meera) == []
    assert Patient.objects.get().name == "Tara"
    assert "Tara is removed." in page_of(hers, "/me/dependents/").text
    assert trail() == [("person.forgotten", meera.pk)]


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({}, "name"),
        ({"name": " \t", "relation": "son"}, "name"),
        ({"name": "T\u0000", "relation": "son"}, "name"),
        ({"name": "x" * 121, "relation": "son"}, "name"),
        ({"name": "Tara"}, "relation"),
        ({"name": "Tara", "relation": "cousin"}, "relation"),
        ({"name": "Tara", "relation": "other", "relation_words": "x" * 41}, "relation_words"),
    ],
)
def test_bad_input_is_named_and_kept(hers: Client, meera: User, data: dict[str, str], field: str) -> None:
    page = read(hers.post("/me/dependents/add/", data))

    assert page.title.startswith("Error: ")
    assert f"#id_{field}" in page.links()
    assert kept(meera) == []


def test_an_account_keeps_so_many_and_no_more(hers: Client, meera: User) -> None:
    for number in range(MOST_PEOPLE):
        saved(meera, f"Person {number}")

    page = read(hers.post("/me/dependents/add/", TARA))

    assert "At most 20 people can be saved." in page.text
    assert meera.saved_people.count() == MOST_PEOPLE
    first = meera.saved_people.order_by("pk")[0]
    assert hers.post(f"/me/dependents/{first.pk}/", TARA).status_code == 303, "whoever is there can be changed"


# --- Oneself ----------------------------------------------------------------------------------------------------------


def own_row(user: User) -> SavedPerson:
    return user.saved_people.get(relationship="")


def test_ones_details_are_kept_with_what_was_agreed_to(hers: Client, meera: User) -> None:
    answer = hers.post("/me/profile/", MYSELF)

    row = own_row(meera)
    assert (answer.status_code, answer["Location"]) == (303, "/me/")
    assert (row.name, row.phone, row.zone) == ("Meera Iyer", "+919812300456", "Asia/Kolkata")
    assert (row.consent_version, row.consented_at) == (CONSENT, NOW)
    assert AuditEntry.objects.get(action="person.kept").after == {"consent": CONSENT}


def test_consent_is_taken_back_by_the_same_tick(hers: Client, meera: User) -> None:
    hers.post("/me/profile/", MYSELF)

    hers.post("/me/profile/", {name: said for name, said in MYSELF.items() if name != "agrees"})

    row = own_row(meera)
    assert (row.consent_version, row.consented_at) == ("", None)
    assert meera.saved_people.count() == 1


def test_what_was_agreed_to_keeps_its_date(hers: Client, meera: User, monkeypatch: pytest.MonkeyPatch) -> None:
    hers.post("/me/profile/", MYSELF)
    monkeypatch.setattr("common.clock.now", lambda: NOW.replace(hour=9))

    hers.post("/me/profile/", {**MYSELF, "name": "Meera K. Iyer"})

    row = own_row(meera)
    assert (row.name, row.consented_at) == ("Meera K. Iyer", NOW)


def test_the_form_begins_with_the_latest_booking(hers: Client, meera: User, service: Service) -> None:
    whom = {"name": "Tara", "booked_by": "Meera K. Iyer", "relationship": "daughter", "zone": "Europe/London"}
    booked_by(None, service=service, patient={**whom, "phone": "+442079460000"})

    page = page_of(hers, "/me/profile/")

    assert page.every("input", name="name")[0].attrs["value"] == "Meera K. Iyer"
    assert page.every("input", name="phone")[0].attrs["value"] == "+442079460000"
    assert [each.attrs["value"] for each in page.every("option") if "selected" in each.attrs] == ["Europe/London"]
    assert "checked" not in page.every("input", name="agrees")[0].attrs


def test_the_form_begins_with_what_is_kept(hers: Client, meera: User, service: Service) -> None:
    booked_by(meera, service=service, patient={"name": "Somebody"})
    hers.post("/me/profile/", MYSELF)

    page = page_of(hers, "/me/profile/")

    assert page.every("input", name="name")[0].attrs["value"] == "Meera Iyer"
    assert "checked" in page.every("input", name="agrees")[0].attrs


@pytest.mark.parametrize(
    ("bad", "field"),
    [({"name": ""}, "name"), ({"phone": "12"}, "phone"), ({"zone": "Mars/Olympus"}, "zone"), ({"zone": ""}, "zone")],
)
def test_bad_details_are_named(hers: Client, meera: User, bad: dict[str, str], field: str) -> None:
    page = read(hers.post("/me/profile/", {**MYSELF, **bad}))

    assert f"#id_{field}" in page.links()
    assert not meera.saved_people.exists()


def test_a_number_without_a_country_code_is_of_the_zone_that_was_chosen(hers: Client, meera: User) -> None:
    hers.post("/me/profile/", {**MYSELF, "zone": "America/New_York", "phone": "(212) 555-0147"})

    assert own_row(meera).phone == "+12125550147"


def test_the_pages_of_ones_own_lead_to_each_other(hers: Client) -> None:
    every = ["/me/", "/me/dependents/", "/me/profile/", "/account/"]
    for address in every:
        assert set(every) <= set(page_of(hers, address).links())
