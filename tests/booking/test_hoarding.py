"""Nobody takes a day away from everybody else: how much a contact and a network may keep at once."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from booking import actions, hoarding
from booking.actions import Way
from booking.hoarding import HOUR, MOST, NOBODY, Asker, Rule, TooManyKept, contact_hash
from booking.lifecycle import Status
from booking.models import Booking, Patient, Source
from common.audit import Actor
from common.models import User
from practitioners.models import Service
from tests.answers import Answer
from tests.factories import NOW, TOMORROW_AT_TEN, make_booking, make_practitioner, make_service
from tests.pages.reading import read

pytestmark = pytest.mark.django_db
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
MEERA = Asker(contact=contact_hash("meera@example.com"))
HOME = Asker(network="f" * 64)


def hold(
    service: Service | None = None, *, asker: Asker = MEERA, start: datetime = TOMORROW_AT_TEN, **more: object
) -> Booking:
    facts = {"by": Actor.PATIENT, "source": Source.WEB, "now": NOW} | more
    return actions.hold(service or make_service(), start=start, asker=asker, **facts)  # type: ignore[arg-type]


def open_times() -> list[datetime]:
    """Twenty-eight hours of four days of somebody who works from nine to five."""
    return [TOMORROW_AT_TEN + day * DAY + hour * HOUR for day in range(4) for hour in (-1, 0, 1, 3, 4, 5, 6)]


def refusal_of(service: Service | None = None, **more: object) -> TooManyKept:
    before = Booking.objects.count()
    with pytest.raises(TooManyKept) as refusal:
        hold(service, **more)  # type: ignore[arg-type]
    assert Booking.objects.count() == before
    return refusal.value


# --- A contact --------------------------------------------------------------------------------------------------------


def test_a_contact_keeps_three_times_at_once_with_whomever() -> None:
    first, *_others = [hold(now=NOW + n * MINUTE) for n in range(3)]

    refused = refusal_of(now=NOW + 3 * MINUTE)

    assert (refused.rule, refused.most) == (Rule.KEPT_BY_CONTACT, 3)
    assert refused.until == first.hold_expires_at == NOW + 10 * MINUTE
    assert refused.seconds == 7 * 60
    assert hold(now=refused.until).status == Status.PENDING_PAYMENT
    hold(asker=Asker(contact=contact_hash("somebody@example.com")))


def test_room_is_named_for_when_there_is_room_although_more_is_kept_than_may_be() -> None:
    for minutes in (4, 6, 8, 9, 10):
        make_booking(asked_as=MEERA.contact, hold_expires_at=NOW + minutes * MINUTE)

    assert refusal_of().until == NOW + 8 * MINUTE


@pytest.mark.parametrize(
    ("facts", "counts"),
    [
        ({}, True),
        ({"status": Status.REQUESTED, "hold_expires_at": NOW + DAY}, True),
        ({"pay_pressed_at": NOW}, True),
        ({"hold_expires_at": NOW}, False),
        ({"status": Status.REQUESTED, "hold_expires_at": NOW}, False),
        ({"status": Status.CONFIRMED}, False),
        ({"status": Status.CANCELLED}, False),
        ({"pay_by": NOW + 2 * HOUR, "hold_expires_at": NOW + 2 * HOUR}, False),
    ],
    ids=["held", "requested", "paying", "lapsed", "unanswered", "firm", "given up", "accepted"],
)
def test_what_is_kept_for_nothing_counts(facts: dict[str, object], *, counts: bool) -> None:
    for _ in range(3):
        make_booking(asked_as=MEERA.contact, **facts)

    if counts:
        refusal_of()
    else:
        hold()


def test_moving_a_hold_counts_once(service: Service) -> None:
    held = hold(service)
    for start in open_times()[1:15]:
        held = hold(service, start=start, instead_of=held)

    assert Booking.objects.filter(asked_as=MEERA.contact).get() == held
    hold(), hold()
    refusal_of()
    hold(service, start=TOMORROW_AT_TEN, instead_of=held)


def test_a_contact_begins_ten_bookings_within_an_hour() -> None:
    for number in range(10):
        booking = hold(now=NOW + number * MINUTE)
        actions.cancel(booking, by=Actor.PATIENT, reason="", now=NOW + number * MINUTE)

    refused = refusal_of(now=NOW + 30 * MINUTE)

    assert (refused.rule, refused.until) == (Rule.BEGUN_BY_CONTACT, NOW + HOUR)
    hold(now=NOW + HOUR)
    refusal_of(now=NOW + HOUR)


def test_an_address_is_one_contact_however_it_is_typed() -> None:
    assert contact_hash(" Meera@Example.COM ") == MEERA.contact
    assert contact_hash("") == ""
    assert "meera" not in MEERA.contact
    assert len(MEERA.contact) == 64


def test_an_account_is_counted_by_itself_so_that_no_stranger_can_use_its_address_up() -> None:
    for _ in range(3):
        hold()

    hold(asker=Asker(contact=contact_hash("meera@example.com", user_id=7)))


def test_what_the_desk_books_is_nobodys() -> None:
    for _ in range(3):
        hold()
    patient = Patient(name="Meera Iyer", email="meera@example.com", zone="Asia/Kolkata")

    booking = actions.book_at_desk(
        make_service(), start=TOMORROW_AT_TEN, patient=patient, way=Way.LINK, by=Actor.FRONT_DESK, now=NOW
    )

    assert (booking.asked_as, booking.asked_from) == ("", "")


# --- A network --------------------------------------------------------------------------------------------------------


def fill(network: str, number: int, service: Service | None = None) -> None:
    """So many times that somebody in a network keeps; of one service, or of one each."""
    for each in range(number):
        of = service or make_service()
        make_booking(service=of, start=TOMORROW_AT_TEN + each * 7 * DAY, patient=None, asked_from=network)


def test_a_network_keeps_ten_times_of_one_practitioner(service: Service) -> None:
    half_an_hour = make_service(service.practitioner, duration=30)
    fill(HOME.network, 9, service)
    hold(half_an_hour, asker=HOME, start=TOMORROW_AT_TEN + DAY)

    refused = refusal_of(service, asker=HOME, start=TOMORROW_AT_TEN + 2 * DAY)

    assert (refused.rule, refused.most) == (Rule.KEPT_WITH_ONE, 10)
    hold(asker=HOME)
    hold(service, asker=Asker(network="0" * 64), start=TOMORROW_AT_TEN + 2 * DAY)


def test_a_network_keeps_forty_times_in_all() -> None:
    fill(HOME.network, 39)
    hold(asker=HOME)

    assert refusal_of(asker=HOME).rule == Rule.KEPT_BY_NETWORK


def test_choosing_another_time_is_possible_where_a_network_is_full(service: Service) -> None:
    fill(HOME.network, 9, service)
    held = hold(service, asker=HOME, start=TOMORROW_AT_TEN + DAY)

    moved = hold(service, asker=HOME, start=TOMORROW_AT_TEN + 2 * DAY, instead_of=held)

    assert moved.asked_from == HOME.network


def test_one_actor_with_a_hundred_addresses_keeps_ten_times_of_a_practitioner(service: Service) -> None:
    kept, refused = 0, 0
    for number in range(100):
        asker = Asker(contact=contact_hash(f"{number}@example.com"), network=HOME.network)
        try:
            hold(service, asker=asker, start=open_times()[kept])
            kept += 1
        except TooManyKept:
            refused += 1

    assert (kept, refused) == (10, 90)


# --- Off --------------------------------------------------------------------------------------------------------------


def test_where_limits_are_off_nothing_is_counted_and_nothing_is_asked(settings: Settings, service: Service) -> None:
    both = Asker(contact=MEERA.contact, network=HOME.network)
    counts = []
    for asker, limited in ((both, False), (NOBODY, True), (both, True)):
        settings.RATE_LIMITS = limited
        with CaptureQueriesContext(connection) as context:
            actions.cancel(hold(service, asker=asker), by=Actor.PATIENT, reason="", now=NOW)
        counts.append(len(context))

    assert counts[0] == counts[1] == counts[2] - 2
    settings.RATE_LIMITS = False
    for _ in range(12):
        hold(asker=both)


# --- Where the contact becomes known: the details ---------------------------------------------------------------------

DETAILS: dict[str, Any] = {
    "name": "Meera Iyer",
    "email": "meera@example.com",
    "phone": "+919812300456",
    "zone": "Asia/Kolkata",
}


def give(booking: Booking, *, asker: Asker = MEERA) -> Booking:
    return actions.give_details(booking, **DETAILS, note="", consent="2026-11", now=NOW, asker=asker)


def test_a_hold_is_counted_for_its_contact_from_the_details_on() -> None:
    for _ in range(3):
        give(hold(asker=NOBODY))

    with pytest.raises(TooManyKept):
        give(hold(asker=NOBODY))
    assert Patient.objects.count() == 3


def test_details_that_are_corrected_are_not_counted_again() -> None:
    booking = give(hold(asker=NOBODY))
    hold(), hold()

    assert give(booking).asked_as == MEERA.contact


# --- What is told -----------------------------------------------------------------------------------------------------


@pytest.fixture
def asha(stopped_clock: datetime) -> Service:
    return make_service(make_practitioner(slug="asha-rao"), slug="60-min")


def book(client: Client, start: datetime = TOMORROW_AT_TEN, *, key: str = "", **who: str) -> Answer:
    person = {"name": "Meera Iyer", "email": "meera@example.com", "phone": "+919812300456"} | who
    body = {"practitioner": "asha-rao", "service": "60-min", "start": start.isoformat(), **person}
    headers = {"Idempotency-Key": key} if key else {}
    return client.post("/api/v1/bookings", body, content_type="application/json", headers=headers)


def test_the_api_says_how_many_and_from_when(client: Client, asha: Service) -> None:
    answers = [book(client, TOMORROW_AT_TEN + number * DAY, key=f"k{number}") for number in range(3)]
    assert [answer.status_code for answer in answers] == [201] * 3

    refused = book(client, TOMORROW_AT_TEN + 6 * DAY, key="another")

    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "600")
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert refused.json() == {
        "type": "/problems/too-many",
        "title": "Too Many Requests",
        "status": 429,
        "detail": "At most 3 unpaid times are kept at once for one person. "
        "Another one can be had at 2026-11-30T00:10:00+00:00.",
    }
    assert book(client, TOMORROW_AT_TEN, key="k0").json() == answers[0].json(), "a repeat is no new booking"
    assert book(client, TOMORROW_AT_TEN + 6 * DAY, email="somebody@example.com").status_code == 201


def test_the_page_says_how_many_and_from_when_and_leads_to_what_is_kept(client: Client, asha: Service) -> None:
    for _ in range(2):
        hold()
    kept = client.post("/p/asha-rao/60-min/hold/", {"slot": "2026-12-01T04:30Z", "key": "a"})["Location"]
    client.cookies["zone"] = "Asia/Kolkata"
    hold()

    refused = client.post(kept, {**DETAILS, "consent": "on"})

    page = read(refused)
    assert (refused.status_code, refused["Retry-After"]) == (429, "600")
    assert "At most 3 unpaid times are kept for one person at once." in page.text
    assert "come back after 5:40 AM IST." in page.text
    assert "Nothing was charged." in page.text
    assert f"{kept}review/" in page.links()


def test_the_page_counts_the_network(asha: Service) -> None:
    def tap(number: int, address: str) -> Answer:
        slot = open_times()[number].isoformat()
        return Client(REMOTE_ADDR=address).post("/p/asha-rao/60-min/hold/", {"slot": slot, "key": str(number)})

    taps = [tap(number, f"2001:db8:1:1::{number + 1:x}") for number in range(20)]

    assert [answer.status_code for answer in taps] == [303] * 10 + [429] * 10
    assert "At most 10 unpaid times of one practitioner" in read(taps[-1]).text
    assert tap(20, "2001:db8:1:2::1").status_code == 303


def test_a_signed_in_person_is_counted_as_their_account(client: Client, asha: Service) -> None:
    user = User.objects.create_user("meera@example.com")
    client.force_login(user)
    held = client.post("/p/asha-rao/60-min/hold/", {"slot": "2026-12-01T04:30Z", "key": "a"})["Location"]

    client.post(held, {**DETAILS, "consent": "on"})

    assert Booking.objects.get().asked_as == contact_hash("", user.pk)


# --- All at once ------------------------------------------------------------------------------------------------------

AT_ONCE = 12


@pytest.fixture
def slow_counting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between counting and writing there is time for everybody else to count, too."""
    counted = hoarding.must_have_room

    def count_and_wait(asker: Asker, practitioner_id: int, *, now: datetime) -> None:
        counted(asker, practitioner_id, now=now)
        time.sleep(0.15)

    monkeypatch.setattr(hoarding, "must_have_room", count_and_wait)


def rush(act: Callable[[Service], object]) -> int:
    """Everybody at once, each with a practitioner of their own; answers how many got in."""
    services = [make_service() for _ in range(AT_ONCE)]
    ready = threading.Barrier(AT_ONCE)

    def one(service: Service) -> bool:
        try:
            connection.ensure_connection()
            ready.wait(10)
            act(service)
        except TooManyKept:
            return False
        else:
            return True
        finally:
            connections.close_all()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return sum(pool.map(one, services))


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("slow_counting")
def test_however_many_ask_at_once_a_contact_keeps_three() -> None:
    assert rush(hold) == MOST[Rule.KEPT_BY_CONTACT] == Booking.objects.count()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("slow_counting")
def test_however_many_details_come_at_once_a_contact_keeps_three() -> None:
    assert rush(lambda service: give(hold(service, asker=NOBODY))) == 3
    assert Booking.objects.filter(asked_as=MEERA.contact).count() == 3


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("slow_counting")
def test_control_without_the_line_too_many_get_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hoarding, "wait_in_line", lambda _asker: None)

    assert rush(hold) > MOST[Rule.KEPT_BY_CONTACT]
