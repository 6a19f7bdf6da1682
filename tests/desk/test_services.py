"""What is offered and where: typed as people type, refused at the field, and no booking is touched."""

from typing import Any

import pytest
from django.test import Client

from booking.lifecycle import Status
from booking.models import Booking
from common.models import AuditEntry
from practitioners.actions.offers import MOST_SERVICES
from practitioners.models import Location, Practitioner, Service
from tests.desk.people import make_desk, own_client
from tests.factories import make_booking, make_service
from tests.pages.reading import Page, faults, read

pytestmark = pytest.mark.django_db

FORM = {
    "name": "First visit",
    "description": "We get to know each other.",
    "length": "60",
    "price": "1,500",
    "currency": "INR",
    "mode": "video",
    "is_active": "on",
    "buffer_before_1": "1",
    "buffer_after_1": "1",
    "notice_1": "60",
}
ADDRESS = {"name": "Clinic", "address": "2nd floor, 14 Example Road"}


def post(mine: Client, address: str = "/desk/services/add/", **change: Any) -> Page:
    response = mine.post(address, {**FORM, **change})
    assert response.status_code == 200, "it was taken"
    page = read(response)
    assert page.title.startswith("Error:")
    assert faults(page) == []
    return page


def test_a_service_is_stored_as_it_was_typed(mine: Client, practitioner: Practitioner) -> None:
    typed = {
        "buffer_before_0": "10",
        "buffer_after_0": "1",
        "buffer_after_1": "60",
        "notice_0": "2",
        "notice_1": "1440",
    }
    response = mine.post("/desk/services/add/", FORM | typed)

    assert (response.status_code, response["Location"]) == (303, "/desk/services/")
    service = practitioner.services.get()
    assert (service.name, service.slug, service.duration) == ("First visit", "first-visit-60-min", 60)
    assert (service.amount, service.currency, service.mode, service.is_active) == (150_000, "INR", "video", True)
    assert (service.buffer_before, service.buffer_after, service.notice) == (10, 60, 2880)
    assert service.location is None
    entry = AuditEntry.objects.get(action="service.added")
    assert entry.after["amount"] == 150_000
    assert "First visit" not in str(entry.after)
    page = read(mine.get(f"/desk/services/{service.pk}/"))
    assert page.every("input", name="price")[0].attrs["value"] == "1500"
    assert page.every("input", name="notice_0")[0].attrs["value"] == "2"


def test_own_rules_left_empty_are_the_practitioners(mine: Client, practitioner: Practitioner) -> None:
    mine.post("/desk/services/add/", FORM)

    service = practitioner.services.get()
    assert (service.buffer_before, service.buffer_after, service.notice) == (None, None, None)


@pytest.mark.parametrize(
    ("price", "currency", "amount"),
    [
        ("1,500", "INR", 150_000),
        ("1500.50", "INR", 150_050),
        ("₹1,50,000", "INR", 15_000_000),
        ("Rs. 1,500/-", "INR", 150_000),
        ("१,५००", "INR", 150_000),
        (" 0 ", "INR", 0),
        ("1", "INR", 100),
        ("$120.5", "USD", 12_050),
        ("1500", "JPY", 1_500),
        ("1.234", "KWD", 1_234),
    ],
)
def test_prices_are_read_exactly(
    mine: Client, practitioner: Practitioner, price: str, currency: str, amount: int
) -> None:
    mine.post("/desk/services/add/", {**FORM, "price": price, "currency": currency})

    assert practitioner.services.get().amount == amount


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": ""}, "Enter a name."),
        ({"name": " \t "}, "Enter a name."),
        ({"name": "x" * 81}, "at most 80 characters"),
        ({"description": "x" * 301}, "at most 300 characters"),
        ({"length": ""}, "Choose how long it takes."),
        ({"length": "45"}, "45 is not one of the available choices"),
        ({"length": "0"}, "0 is not one of the available choices"),
        ({"length": "other"}, "Enter how many minutes it takes."),
        ({"length": "other", "minutes": "0"}, "A visit takes at least 5 minutes."),
        ({"length": "other", "minutes": "-30"}, "A visit takes at least 5 minutes."),
        ({"length": "other", "minutes": "4"}, "A visit takes at least 5 minutes."),
        ({"length": "other", "minutes": "1441"}, "A visit takes at most a day"),
        ({"length": "other", "minutes": "an hour"}, "Enter the minutes as a whole number."),
        ({"length": "other", "minutes": "22.5"}, "Enter the minutes as a whole number."),
        ({"price": ""}, "Enter a price, or 0 if it is free."),
        ({"price": "-5"}, "Enter a price such as 1,500"),
        ({"price": "1.500,50"}, "Enter a price such as 1,500"),
        ({"price": "1,50"}, "Enter a price such as 1,500"),
        ({"price": "a lot"}, "Enter a price such as 1,500"),
        ({"price": "1e3"}, "Enter a price such as 1,500"),
        ({"price": "NaN"}, "Enter a price such as 1,500"),
        ({"price": "$5"}, "Enter a price such as 1,500"),
        ({"price": "1.505"}, "This currency has fewer decimals than that."),
        ({"price": "150.5", "currency": "JPY"}, "This currency has fewer decimals than that."),
        ({"price": "0.99"}, "Payments below ₹1 can’t be taken."),
        ({"price": "99999999999"}, "That is more than ₹1,00,00,000."),
        ({"currency": "DEM"}, "Choose a currency of the list."),
        ({"currency": ""}, "This field is required."),
        ({"mode": "telepathy"}, "telepathy is not one of the available choices"),
        ({"mode": ""}, "Choose how you meet."),
        ({"location": "12345"}, "Choose one of your places."),
        ({"location": "x"}, "Choose one of your places."),
        ({"buffer_before_0": "-1"}, "Enter a number that is not negative."),
        ({"buffer_before_0": "13", "buffer_before_1": "60"}, "That is longer than 12 hours."),
        ({"notice_0": "15", "notice_1": "1440"}, "That is longer than 14 days."),
        ({"notice_0": "soon"}, "Enter a whole number."),
        ({"notice_0": "1", "notice_1": "7"}, "7 is not one of the available choices"),
    ],
)
def test_what_makes_no_sense_is_told_at_its_field_and_kept(mine: Client, change: dict[str, str], said: str) -> None:
    page = post(mine, **change)

    assert said in page.text
    typed = {**FORM, **change}
    assert page.every("input", name="price")[0].attrs.get("value", "") == typed["price"].strip()
    assert not Service.objects.exists()
    assert not AuditEntry.objects.exists()


def test_another_length_is_taken_in_minutes(mine: Client, practitioner: Practitioner) -> None:
    mine.post("/desk/services/add/", {**FORM, "length": "other", "minutes": "50"})

    service = practitioner.services.get()
    assert (service.duration, service.slug) == (50, "first-visit-50-min")
    page = read(mine.get(f"/desk/services/{service.pk}/"))
    assert page.every("input", name="minutes")[0].attrs["value"] == "50"


def test_minutes_that_were_typed_before_a_usual_length_was_chosen_do_no_harm(mine: Client) -> None:
    mine.post("/desk/services/add/", {**FORM, "length": "30", "minutes": "50"})

    assert Service.objects.get().duration == 30


def test_pressing_twice_offers_it_once_and_another_of_that_name_has_its_own_address(
    mine: Client, practitioner: Practitioner
) -> None:
    for price in ("1,500", "1,500", "900"):
        mine.post("/desk/services/add/", {**FORM, "price": price})

    assert set(practitioner.services.values_list("slug", "amount")) == {
        ("first-visit-60-min", 150_000),
        ("first-visit-60-min-2", 90_000),
    }


def test_so_many_are_on_offer_at_once_and_no_more(mine: Client, practitioner: Practitioner) -> None:
    for number in range(MOST_SERVICES):
        make_service(practitioner, name=f"Visit {number}")

    assert "40 services at most" in post(mine).text
    hidden = {name: value for name, value in FORM.items() if name != "is_active"}
    assert mine.post("/desk/services/add/", hidden).status_code == 303
    added = practitioner.services.get(is_active=False)
    assert "40 services at most" in post(mine, f"/desk/services/{added.pk}/").text
    one = practitioner.services.filter(is_active=True).last()
    assert one
    assert mine.post(f"/desk/services/{one.pk}/", {**FORM, "name": "Other"}).status_code == 303
    assert mine.post(f"/desk/services/{one.pk}/", hidden).status_code == 303
    assert mine.post(f"/desk/services/{added.pk}/", FORM).status_code == 303


def test_the_next_one_is_suggested_in_the_money_of_the_others(mine: Client, practitioner: Practitioner) -> None:
    def suggested() -> list[str]:
        page = read(mine.get("/desk/services/add/"))
        return [option.attrs["value"] for option in page.every("option") if "selected" in option.attrs][:1]

    Practitioner.objects.update(currency="EUR")
    assert suggested() == ["EUR"]

    make_service(practitioner, currency="GBP")

    assert suggested() == ["GBP"]


def test_a_change_of_price_length_name_and_place_touches_no_booking(mine: Client, practitioner: Practitioner) -> None:
    old, new = (practitioner.locations.create(**ADDRESS | {"name": name}) for name in ("Old", "New"))
    service = make_service(practitioner, slug="visit-60-min", mode="in_person", location=old)
    booking = make_booking(service=service, status=Status.CONFIRMED, location=old)
    before = Booking.objects.filter(pk=booking.pk).values().get()
    assert "1 visit is booked. It keeps its price" in read(mine.get(f"/desk/services/{service.pk}/")).text

    change = {"price": "9,000", "currency": "USD", "length": "120", "mode": "in_person", "location": str(new.pk)}
    assert mine.post(f"/desk/services/{service.pk}/", FORM | change).status_code == 303

    service.refresh_from_db()
    assert (service.amount, service.currency, service.duration, service.location) == (900_000, "USD", 120, new)
    assert service.slug == "visit-60-min"
    assert Booking.objects.filter(pk=booking.pk).values().get() == before
    entry = AuditEntry.objects.get(action="service.changed")
    assert (entry.before["amount"], entry.after["amount"]) == (150_000, 900_000)


def test_saving_without_a_change_writes_nothing(mine: Client, practitioner: Practitioner) -> None:
    mine.post("/desk/services/add/", FORM)
    version = Practitioner.objects.get().version

    mine.post(f"/desk/services/{Service.objects.get().pk}/", FORM)

    assert AuditEntry.objects.count() == 1
    assert Practitioner.objects.get().version == version


def test_what_is_switched_off_is_hidden_and_its_visits_stay(client: Client) -> None:
    practitioner = make_desk(is_published=True)
    service = make_service(practitioner, name="Consultation")
    booking = make_booking(service=service, status=Status.CONFIRMED)
    assert "Consultation" in read(client.get(f"/p/{practitioner.slug}/")).text

    own_client(practitioner).post(f"/desk/services/{service.pk}/", {**FORM, "is_active": ""})

    assert "Consultation" not in read(client.get(f"/p/{practitioner.slug}/")).text
    assert client.get(f"/p/{practitioner.slug}/{service.slug}/").status_code == 404
    booking.refresh_from_db()
    assert booking.status == Status.CONFIRMED
    assert "Off" in read(own_client(practitioner).get("/desk/services/")).text


def test_a_visit_in_person_can_not_be_booked_without_a_place(mine: Client, practitioner: Practitioner) -> None:
    page = post(mine, mode="in_person")
    assert "Patients could not find you: there is no place yet." in page.text
    without_tick = {name: value for name, value in FORM.items() if name != "is_active"}
    assert mine.post("/desk/services/add/", without_tick | {"mode": "in_person"}).status_code == 303
    assert not practitioner.services.get().is_active

    place = practitioner.locations.create(**ADDRESS)

    page = post(mine, mode="in_person", name="Second visit")
    assert "Choose where patients come to." in page.text
    mine.post("/desk/services/add/", FORM | {"mode": "in_person", "name": "Second visit", "location": str(place.pk)})

    assert practitioner.services.get(name="Second visit").location == place


def test_a_place_is_forgotten_when_nobody_comes_there(mine: Client, practitioner: Practitioner) -> None:
    place = practitioner.locations.create(**ADDRESS)

    mine.post("/desk/services/add/", FORM | {"mode": "phone", "location": str(place.pk)})

    assert practitioner.services.get().location is None


def test_a_strangers_place_can_not_be_chosen(mine: Client) -> None:
    theirs = make_desk("stranger@example.org").locations.create(**ADDRESS)

    assert "Choose one of your places." in post(mine, mode="in_person", location=str(theirs.pk)).text


def test_a_place_is_added_and_changed(mine: Client, practitioner: Practitioner) -> None:
    for _ in range(2):
        assert mine.post("/desk/settings/locations/add/", ADDRESS).status_code == 303
    place = practitioner.locations.get()
    assert place.map_link.startswith("https://www.openstreetmap.org/")

    link = "https://maps.example.org/clinic"
    mine.post(f"/desk/settings/locations/{place.pk}/", ADDRESS | {"name": "Rooms", "map_url": link})

    place.refresh_from_db()
    assert (place.name, place.map_link) == ("Rooms", link)
    assert [entry.action for entry in AuditEntry.objects.order_by("pk")] == ["location.added", "location.changed"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": ""}, "Enter a name."),
        ({"address": " "}, "Enter the address."),
        ({"address": "x" * 301}, "at most 300 characters"),
        ({"map_url": "http://maps.example.org/"}, "begins with https://"),
        ({"map_url": "javascript:alert(1)"}, "begins with https://"),
        ({"map_url": "https://"}, "begins with https://"),
        ({"map_url": "https://[::1"}, "begins with https://"),
        ({"map_url": "https://maps.example.org/" + "x" * 500}, "at most 500 characters"),
    ],
)
def test_a_place_that_makes_no_sense_is_refused(mine: Client, change: dict[str, str], said: str) -> None:
    page = read(mine.post("/desk/settings/locations/add/", ADDRESS | change))

    assert said in page.text
    assert page.every("input", name="name")[0].attrs.get("value", "") == (ADDRESS | change)["name"]
    assert not Location.objects.exists()


def test_a_place_that_was_never_used_goes_one_that_was_is_switched_off(
    mine: Client, practitioner: Practitioner
) -> None:
    unused, used = (practitioner.locations.create(**ADDRESS | {"name": name}) for name in ("Unused", "Used"))
    make_booking(service=make_service(practitioner), location=used)

    for place in (unused, used):
        assert mine.post(f"/desk/settings/locations/{place.pk}/use/").status_code == 303

    assert list(practitioner.locations.values_list("name", "is_active")) == [("Used", False)]
    mine.post(f"/desk/settings/locations/{used.pk}/use/")
    used.refresh_from_db()
    assert used.is_active


def test_a_place_where_services_take_place_stays(mine: Client, practitioner: Practitioner) -> None:
    place = practitioner.locations.create(**ADDRESS)
    service = make_service(practitioner, name="Treatment", mode="in_person", location=place)

    page = read(mine.post(f"/desk/settings/locations/{place.pk}/use/"))

    assert "Give them another place first, or take them off: Treatment." in page.text
    place.refresh_from_db()
    assert place.is_active
    Service.objects.filter(pk=service.pk).update(is_active=False)
    assert mine.post(f"/desk/settings/locations/{place.pk}/use/").status_code == 303


def test_an_old_tab_does_not_undo_what_another_has_saved(mine: Client, practitioner: Practitioner) -> None:
    service = make_service(practitioner, name="First visit", amount=60_000)
    at = f"/desk/services/{service.pk}/"
    old_tab = {"base": read(mine.get(at)).hidden("base")}
    mine.post(at, FORM | {"price": "900", "base": read(mine.get(at)).hidden("base")})

    page = read(mine.post(at, FORM | {"price": "600", "name": "First talk", **old_tab}))

    assert "This was changed elsewhere while you were here" in page.text
    assert page.every("input", name="price")[0].attrs["value"] == "600"
    assert practitioner.services.get().amount == 90_000
    mine.post(at, FORM | {"price": "600", "name": "First talk", "base": page.hidden("base")})
    assert practitioner.services.get().amount == 60_000


@pytest.mark.parametrize(("given", "is_open"), [({}, False), ({"buffer_after_0": "10", "buffer_after_1": "1"}, True)])
def test_the_rules_of_its_own_stay_folded_while_nothing_is_typed_in_them(
    mine: Client, given: dict[str, str], is_open: bool
) -> None:
    units = {f"{name}_1": "1" for name in ("buffer_before", "buffer_after", "notice")}

    page = post(mine, **(units | given | {"price": "much"}))

    (fold,) = [each for each in page.every("details") if each.attrs.get("class") == "own-rules"]
    assert ("open" in fold.attrs) is is_open


# --- How it is booked and paid ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ({}, ("online", False)),
        ({"pay_when": "at_visit"}, ("at_visit", False)),
        ({"pay_when": "either", "needs_approval": "on"}, ("either", True)),
    ],
)
def test_it_is_said_whether_patients_ask_first_and_how_they_pay(
    mine: Client, practitioner: Practitioner, typed: dict[str, str], stored: tuple[str, bool]
) -> None:
    assert mine.post("/desk/services/add/", {**FORM, **typed}).status_code == 303

    service = practitioner.services.get()
    assert (service.pay_when, service.needs_approval) == stored
    entry = AuditEntry.objects.get(action="service.added")
    assert (entry.after["pay_when"], entry.after["needs_approval"]) == stored
    page = read(mine.get(f"/desk/services/{service.pk}/"))
    (chosen,) = [each for each in page.every("input", name="pay_when") if "checked" in each.attrs]
    assert chosen.attrs["value"] == stored[0]
    assert ("checked" in page.every("input", name="needs_approval")[0].attrs) == stored[1]
    assert faults(page) == []


def test_a_way_of_paying_that_there_is_not_is_refused(mine: Client, practitioner: Practitioner) -> None:
    assert "Choose how it is paid." in post(mine, pay_when="in_kind").text
    assert not practitioner.services.exists()


def test_a_way_of_paying_that_nobody_chose_stays(mine: Client, practitioner: Practitioner) -> None:
    service = make_service(practitioner, pay_when="at_visit")

    assert mine.post(f"/desk/services/{service.pk}/", FORM).status_code == 303

    service.refresh_from_db()
    assert service.pay_when == "at_visit"


def test_bookings_keep_how_they_are_paid(mine: Client, practitioner: Practitioner) -> None:
    service = make_service(practitioner)
    booking = make_booking(service=service, status=Status.CONFIRMED)

    mine.post(f"/desk/services/{service.pk}/", {**FORM, "pay_when": "at_visit", "needs_approval": "on"})

    booking.refresh_from_db()
    assert (booking.pay_when, booking.needs_approval, booking.pays_at_visit) == ("online", False, False)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"needs_approval": True}, "On request"),
        ({"pay_when": "at_visit"}, "Pay at the visit"),
        ({"pay_when": "either"}, "Pay online or at the visit"),
    ],
)
def test_patients_and_the_desk_read_how_a_service_is_booked(client: Client, fields: dict[str, Any], words: str) -> None:
    practitioner = make_desk(is_published=True)
    marked = make_service(practitioner, **fields)
    mine = own_client(practitioner)

    for page in (
        client.get(f"/p/{practitioner.slug}/"),
        client.get(f"/p/{practitioner.slug}/{marked.slug}/"),
        mine.get("/desk/services/"),
    ):
        assert words in read(page).text
    marked.amount, marked.needs_approval = 0, False
    marked.save()
    assert words not in read(client.get(f"/p/{practitioner.slug}/")).text
