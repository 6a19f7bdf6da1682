"""Who a visit is for: oneself, somebody saved, or someone else; and what an account need not be asked."""

from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import expect

from booking.forms import CONSENT
from booking.lifecycle import Status
from booking.models import Booking, Patient, SavedPerson
from common.models import User
from practitioners.models import Service
from tests.accounts.conftest import sign_in_by_code
from tests.browsing import Open
from tests.factories import NOW, TOMORROW_AT_TEN, make_booking, make_patient
from tests.me.people import make_person, pages_of, saved
from tests.pages.reading import Page, faults, read

pytestmark = pytest.mark.django_db
TEN = "2026-12-01T04:30Z"
HOLD = "/p/asha-rao/60-min/hold/"
MINE = {"name": "Meera Iyer", "phone": "098123 00456", "email": "meera@example.com", "consent": "on"}
FOR_TARA = {**MINE, "whom": "other", "their_name": "Tara", "relation": "daughter"}
Facts = dict[str, Any]


@pytest.fixture
def held(service: Service) -> Booking:
    return make_booking(service=service, patient=None)


@pytest.fixture
def meera(db: None) -> User:
    return make_person(name="Meera Iyer")


def address(booking: Booking) -> str:
    return f"/h/{booking.public_id}/"


def give(client: Client, booking: Booking, **data: str) -> Patient:
    answer = client.post(address(booking), data)
    assert (answer.status_code, answer["Location"]) == (303, f"{address(booking)}review/")
    booking.refresh_from_db()
    assert booking.patient
    return booking.patient


def form_of(client: Client, booking: Booking) -> Page:
    page = read(client.get(address(booking)))
    assert faults(page) == []
    return page


def value(page: Page, name: str) -> str:
    (field,) = page.every("input", name=name)
    return field.attrs.get("value", "")


def chosen(page: Page) -> list[str]:
    return [each.attrs["value"] for each in page.every("input", name="whom") if "checked" in each.attrs]


def myself(user: User, **facts: Any) -> SavedPerson:
    kept = {"phone": "+919812300456", "consent_version": CONSENT, "consented_at": NOW}
    return saved(user, "Meera Iyer", "", **{**kept, **facts})


# --- For whom ---------------------------------------------------------------------------------------------------------


def test_a_form_is_for_oneself_until_somebody_else_is_chosen(client: Client, held: Booking) -> None:
    page = form_of(client, held)

    assert chosen(page) == ["me"]
    assert [each.text for each in page.every("legend")] == ["Who is it for?"]


@pytest.mark.parametrize("whom", [{}, {"whom": "me"}, {"whom": "me", "their_name": "Tara", "relation": "daughter"}])
def test_a_visit_for_oneself_names_nobody_else(client: Client, held: Booking, whom: dict[str, str]) -> None:
    patient = give(client, held, **MINE, **whom)

    assert (patient.name, patient.booked_by, patient.relationship) == ("Meera Iyer", "", "")


def test_a_visit_for_someone_else_keeps_who_comes_and_who_booked(client: Client, held: Booking) -> None:
    patient = give(client, held, **FOR_TARA)

    assert (patient.name, patient.booked_by, patient.relationship) == ("Tara", "Meera Iyer", "daughter")
    assert (patient.phone, patient.email, patient.contact_name) == ("+919812300456", "meera@example.com", "Meera Iyer")
    page = read(client.get(f"{address(held)}review/"))
    (slip,) = page.every("section", class_="slip")
    assert "daughter of Meera Iyer" in slip.text


@pytest.mark.parametrize(
    ("typed", "stored", "told"),
    [
        (("mother", "ignored"), "mother", "mother of Meera Iyer"),
        (("other", "neighbour"), "neighbour", "neighbour of Meera Iyer"),
        (("other", "  great\taunt "), "great aunt", "great aunt of Meera Iyer"),
        (("other", ""), "other", "booked by Meera Iyer"),
    ],
)
def test_who_they_are_is_a_word_of_the_list_or_ones_own(
    client: Client, held: Booking, typed: tuple[str, str], stored: str, told: str
) -> None:
    patient = give(client, held, **{**FOR_TARA, "relation": typed[0], "relation_words": typed[1]})

    assert patient.relationship == stored
    assert told in read(client.get(f"{address(held)}review/")).text


def test_someone_else_needs_a_name_and_who_they_are(client: Client, held: Booking) -> None:
    page = read(client.post(address(held), {**MINE, "whom": "other", "their_name": " "}))

    assert {"#id_their_name", "#id_relation"} <= set(page.links())
    assert "Enter the name of whoever comes." in page.text
    assert chosen(page) == ["other"]
    assert value(page, "name") == "Meera Iyer"
    assert not Patient.objects.exists()


def test_what_stands_in_fields_that_are_not_shown_is_no_fault(client: Client, held: Booking) -> None:
    odd = {"their_name": "T\u0000ara", "relation": "cousin", "relation_words": "x" * 99}

    assert give(client, held, **MINE, whom="me", **odd).booked_by == ""


@pytest.mark.parametrize("whom", ["nobody", "0", "-1", "9" * 30])
def test_a_choice_that_there_is_not_is_refused(client: Client, held: Booking, whom: str) -> None:
    page = read(client.post(address(held), {**MINE, "whom": whom}))

    assert "Choose who the visit is for." in page.text
    assert not Patient.objects.exists()


def test_change_leads_to_the_form_as_it_was_filled_in(client: Client, held: Booking) -> None:
    give(client, held, **{**FOR_TARA, "relation": "other", "relation_words": "niece"}, note="Door at the back")

    page = form_of(client, held)

    assert chosen(page) == ["other"]
    assert (value(page, "their_name"), value(page, "relation_words")) == ("Tara", "niece")
    assert (value(page, "name"), value(page, "phone")) == ("Meera Iyer", "+919812300456")
    assert [each.attrs["value"] for each in page.every("option") if "selected" in each.attrs] == ["other"]
    assert "checked" in page.every("input", name="consent")[0].attrs
    patient = give(client, held, **MINE, whom="me")
    assert (patient.name, patient.booked_by, patient.relationship) == ("Meera Iyer", "", "")


def test_consent_says_what_it_means_for_somebody_else(client: Client, held: Booking) -> None:
    page = form_of(client, held)

    (label,) = page.every("label", for_="id_consent")
    assert label.text.startswith("I agree that my details are used to arrange this visit.")
    assert "they, or whoever may decide for them, agree" in label.text
    assert "checked" not in page.every("input", name="consent")[0].attrs


# --- Signed in --------------------------------------------------------------------------------------------------------


def test_a_guest_may_sign_in_and_comes_back_to_the_time_that_is_kept(client: Client, service: Service) -> None:
    here = client.post(HOLD, {"slot": TEN, "key": "a"})["Location"]
    assert f"/signin/?next={here}" in read(client.get(here)).links()

    answer = sign_in_by_code(client, "meera@example.com", next=here)

    assert answer["Location"] == here
    page = read(client.get(here))
    assert "Kept for you until 5:40 AM." in page.text
    assert value(page, "email") == "meera@example.com"
    assert "Already booked with us?" not in page.text


def test_who_is_signed_in_has_the_booking_whatever_address_they_give(meera: User, held: Booking) -> None:
    hers = pages_of(meera)

    page = form_of(hers, held)
    patient = give(hers, held, **{**MINE, "email": "work@example.org"})

    assert (value(page, "name"), value(page, "email")) == ("Meera Iyer", "meera@example.com")
    assert (patient.user, patient.email) == (meera, "work@example.org")


def test_a_guest_has_no_account_behind_what_they_type(client: Client, meera: User, service: Service) -> None:
    held = make_booking(service=service, patient=make_patient(user=meera))

    assert give(client, held, **MINE).user is None


def test_saved_people_are_chosen_with_one_press(meera: User, held: Booking) -> None:
    tara, ravi = saved(meera, "Tara"), saved(meera, "Ravi", "uncle")
    hers = pages_of(meera)

    page = form_of(hers, held)

    labels = [each.text for each in page.every("label") if each.attrs["for"].startswith("id_whom")]
    assert labels == ["Me", "Ravi (uncle)", "Tara (Daughter)", "Someone else"]
    patient = give(hers, held, **MINE, whom=str(tara.pk))
    assert (patient.name, patient.booked_by, patient.relationship) == ("Tara", "Meera Iyer", "daughter")
    assert chosen(form_of(hers, held)) == [str(tara.pk)]
    assert give(hers, held, **MINE, whom=str(ravi.pk)).name == "Ravi"


def test_nobody_chooses_whom_somebody_else_has_saved(client: Client, meera: User, held: Booking) -> None:
    tara = saved(meera, "Tara Xylquib")

    for visitor in (client, pages_of(make_person("other@example.com"))):
        assert "Xylquib" not in form_of(visitor, held).text
        page = read(visitor.post(address(held), {**MINE, "whom": str(tara.pk)}))
        assert "Choose who the visit is for." in page.text
        assert "Xylquib" not in page.text
    assert not Patient.objects.exists()


def test_who_has_kept_their_details_goes_straight_to_the_last_page(meera: User, service: Service) -> None:
    myself(meera, zone="Europe/London")
    hers = pages_of(meera)

    answer = hers.post(HOLD, {"slot": TEN, "key": "a"})

    booking = Booking.objects.select_related("patient").get()
    assert answer["Location"] == f"{address(booking)}review/"
    patient = booking.patient
    assert patient
    assert (patient.user, patient.name, patient.email) == (meera, "Meera Iyer", "meera@example.com")
    assert (patient.phone, patient.zone) == ("+919812300456", "Europe/London")
    assert (patient.consent_version, patient.consented_at) == (CONSENT, NOW)
    assert value(form_of(hers, booking), "name") == "Meera Iyer"


@pytest.mark.parametrize("missing", [{"phone": ""}, {"consent_version": "2020-01"}, {"consent_version": ""}])
def test_what_is_missing_is_asked_for_and_the_rest_is_there(meera: User, service: Service, missing: Facts) -> None:
    myself(meera, **missing)
    hers = pages_of(meera)

    here = hers.post(HOLD, {"slot": TEN, "key": "a"})["Location"]

    page = read(hers.get(here))
    assert page.heading() == "Your details"
    assert value(page, "name") == "Meera Iyer"
    assert ("checked" in page.every("input", name="consent")[0].attrs) is ("phone" in missing)


def test_the_zone_that_is_kept_goes_before_the_one_of_the_page(meera: User, held: Booking) -> None:
    myself(meera, zone="Europe/London", consent_version="")

    assert give(pages_of(meera), held, **MINE).zone == "Europe/London"


def test_details_for_somebody_survive_a_time_that_went(client: Client, service: Service) -> None:
    held = make_booking(service=service, patient=None, status=Status.EXPIRED, hold_expires_at=NOW)
    make_booking(service=service, start=TOMORROW_AT_TEN, status=Status.CONFIRMED)

    assert client.post(address(held), FOR_TARA).status_code == 409

    held.refresh_from_db()
    assert held.patient
    assert (held.patient.name, held.patient.booked_by) == ("Tara", "Meera Iyer")


# --- The confirmed page's offer ---------------------------------------------------------------------------------------


def offers(client: Client, booking: Booking) -> list[str]:
    page = read(client.get(f"/b/{booking.public_id}/"))
    return [link for link in page.links() if "/me/profile/" in link]


def test_a_guest_is_offered_to_keep_the_details_and_finds_them_filled_in(client: Client, service: Service) -> None:
    booking = make_booking(service=service, status=Status.CONFIRMED, patient__email="meera@example.com")
    assert offers(client, booking) == ["/signin/?next=/me/profile/"]

    sign_in_by_code(client, "meera@example.com", next="/me/profile/")

    page = read(client.get("/me/profile/"))
    assert (value(page, "name"), value(page, "phone")) == ("Meera Iyer", "+919812300456")
    assert offers(client, booking) == ["/me/profile/"]
    client.post("/me/profile/", {"name": "Meera Iyer", "phone": "+919812300456", "zone": "Asia/Kolkata"})
    assert offers(client, booking) == []


def test_the_offer_is_made_to_whoever_booked_and_once_it_is_firm(client: Client, meera: User, service: Service) -> None:
    booking = make_booking(service=service, status=Status.CONFIRMED, patient=make_patient(user=meera))

    assert offers(client, booking) == []
    assert offers(pages_of(make_person("other@example.com")), booking) == []
    assert offers(pages_of(meera), booking) == ["/me/profile/"]
    Booking.objects.update(status=Status.REQUESTED)
    assert offers(pages_of(meera), booking) == []


# --- In a browser -----------------------------------------------------------------------------------------------------


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("scripts", [True, False])
def test_only_what_is_needed_is_shown(service: Service, open_page: Open, *, scripts: bool) -> None:
    booking = make_booking(service=service, patient=None)
    page = open_page(f"/h/{booking.public_id}/", scripts=scripts)
    theirs, words = page.get_by_label("Their name"), page.get_by_label("Who, in your words")
    expect(page.get_by_label("Me", exact=True)).to_be_checked()
    expect(theirs).to_be_hidden()
    expect(page.get_by_text("If the visit is for someone else")).to_be_hidden()

    page.get_by_role("radio", name="Someone else").check()

    expect(theirs).to_be_visible()
    expect(words).to_be_hidden()
    expect(page.get_by_text("If the visit is for someone else")).to_be_visible()
    page.get_by_label("Who they are to you").select_option("Other")
    expect(words).to_be_visible()
    theirs.fill("Tara")
    words.fill("niece")
    page.get_by_label("Your full name").fill("Meera Iyer")
    page.get_by_label("Mobile number").fill("098123 00456")
    page.get_by_label("E-mail").fill("meera@example.com")
    page.get_by_label("I agree").check()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("niece of Meera Iyer")).to_be_visible()
