"""The desk's requests: who waits, saying yes by one press and no with a reason, and never for another desk."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from booking import actions
from booking.lifecycle import Status
from booking.models import Booking, Move
from common.audit import Actor
from practitioners.models import Practitioner, Service
from tests.booking.test_answering import make_request
from tests.desk.people import client_of, front_desk, make_working_desk, own_client
from tests.factories import NOW, TOMORROW_AT_TEN, make_patient, make_service
from tests.pages.reading import faults, read

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]
URL = "/desk/requests/"


@pytest.fixture
def booking(service: Service) -> Booking:
    return make_request(service=service, patient=make_patient(name="Meera Iyer"), note="My knee hurts.")


def url(booking: Booking, verb: str) -> str:
    return f"{URL}{booking.reference}/{verb}/"


# --- The list ---------------------------------------------------------------------------------------------------------


def test_a_request_tells_who_when_what_for_how_much_and_until_when(desk: Client, booking: Booking) -> None:
    page = read(desk.get(URL))

    assert faults(page) == []
    (card,) = page.every("article")
    assert card.text == (
        "Answer within 3 h 0 min, by Mon 30 Nov, 8:30 AM Meera Iyer Tue 1 Dec 2026, 10:00 AM – 11:00 AM "
        "Consultation, 60 minutes Video ₹1,500, paid online once you accept With a note "
        "Accept the request of Meera Iyer Decline the request of Meera Iyer"
    )
    assert "knee" not in page.text


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(days=2, hours=4, minutes=59), "2 days 4 h"),
        (timedelta(days=1), "1 day 0 h"),
        (timedelta(hours=3, minutes=20, seconds=59), "3 h 20 min"),
        (timedelta(minutes=40), "40 min"),
        (timedelta(seconds=59), "a minute"),
    ],
)
def test_the_time_that_is_left_is_never_told_too_long(
    desk: Client, booking: Booking, left: timedelta, words: str
) -> None:
    Booking.objects.update(hold_expires_at=NOW + left)

    assert f"Answer within {words}, by" in read(desk.get(URL)).text


@pytest.mark.parametrize(
    ("amount", "pays_at_visit", "words"), [(0, False, "Free"), (150_000, True, "₹1,500, paid at the visit")]
)
def test_how_it_is_paid_is_told(desk: Client, asha: Practitioner, amount: int, pays_at_visit: bool, words: str) -> None:
    make_request(service=make_service(asha, amount=amount), pays_at_visit=pays_at_visit)

    assert words in read(desk.get(URL)).every("article")[0].text


def test_where_nobody_waits_the_page_says_so(desk: Client) -> None:
    page = read(desk.get(URL))

    assert "Nobody waits for an answer." in page.text
    assert "Answered lately" not in page.text
    assert faults(page) == []


def test_the_menu_and_today_count_those_that_wait(desk: Client, service: Service) -> None:
    assert "wait" not in read(desk.get("/desk/")).text
    make_request(service=service)
    assert "1 request waits for your answer" in read(desk.get("/desk/")).text
    make_request(service=service, start=TOMORROW_AT_TEN + timedelta(hours=2))
    make_request(service=service, start=TOMORROW_AT_TEN + timedelta(hours=4), hold_expires_at=NOW)
    make_request()

    page = read(desk.get("/desk/"))

    assert "2 requests wait for your answer" in page.text
    assert "Requests2, 2 wait" in page.text
    assert "Requests2, 2 wait" in read(desk.get("/desk/calendar/")).text


def test_the_page_costs_the_same_for_any_number_of_requests(asha: Practitioner) -> None:
    service = make_service(asha, duration=5)
    client = own_client(asha)

    def statements() -> int:
        with CaptureQueriesContext(connection) as context:
            assert client.get(URL).status_code == 200
        return len(context)

    make_request(service=service, start=TOMORROW_AT_TEN)
    actions.decline(make_request(service=service, start=NOW), by=Actor.PRACTITIONER, reason="Away", now=NOW)
    few = statements()
    for number in range(1, 30):
        make_request(service=service, start=TOMORROW_AT_TEN + timedelta(minutes=5 * number))
        other = make_request(service=service, start=TOMORROW_AT_TEN - timedelta(minutes=5 * number))
        actions.decline(other, by=Actor.PRACTITIONER, reason="Away", now=NOW)

    assert few == statements() <= 6


# --- Yes --------------------------------------------------------------------------------------------------------------


def test_one_press_accepts_and_says_what_follows(desk: Client, asha: Practitioner, booking: Booking) -> None:
    answer = desk.post(url(booking, "accept"), {"desk": asha.slug}, follow=True)

    assert answer.redirect_chain == [(URL, 303)]
    page = read(answer)
    assert "The request is accepted. They get a link to pay until Mon 30 Nov 2026, " in page.text
    assert "Meera Iyer, Tue 1 Dec 2026, 10:00 AM Accepted by you, Mon 30 Nov, 5:30 AM." in page.text
    assert faults(page) == []
    booking.refresh_from_db()
    assert booking.status == Status.PENDING_PAYMENT
    assert Move.objects.get().user == asha.user


def test_what_costs_nothing_is_confirmed_at_once(desk: Client, asha: Practitioner) -> None:
    booking = make_request(service=make_service(asha, amount=0))

    page = read(desk.post(url(booking, "accept"), {"desk": asha.slug}, follow=True))

    assert "The request is accepted. It is confirmed, and they are told." in page.text
    booking.refresh_from_db()
    assert booking.status == Status.CONFIRMED


def test_a_second_press_does_nothing_and_says_how_it_stands(desk: Client, asha: Practitioner, booking: Booking) -> None:
    for _press in range(2):
        page = read(desk.post(url(booking, "accept"), {"desk": asha.slug}, follow=True))

    assert "Nothing was done just now. The request is accepted." in page.text
    assert Move.objects.count() == 1


def test_a_request_that_lapsed_is_neither_accepted_nor_declined(desk: Client, asha: Practitioner) -> None:
    booking = make_request(service=make_service(asha), hold_expires_at=NOW)

    for verb in ("accept", "decline"):
        page = read(desk.post(url(booking, verb), {"desk": asha.slug, "reason": "Away"}, follow=True))
        assert "Nothing was done just now. Nobody answered the request by Mon 30 Nov 2026, 5:30 AM" in page.text
    booking.refresh_from_db()
    assert booking.status == Status.REQUESTED
    assert not Move.objects.exists()


def test_to_look_accepts_nothing(desk: Client, booking: Booking) -> None:
    assert desk.get(url(booking, "accept")).status_code == 405
    desk.get(url(booking, "decline"))
    booking.refresh_from_db()
    assert booking.status == Status.REQUESTED


# --- No ---------------------------------------------------------------------------------------------------------------


def test_a_no_takes_a_reason_that_the_patient_reads(desk: Client, asha: Practitioner, booking: Booking) -> None:
    page = read(desk.get(url(booking, "decline")))
    assert "Meera Iyer is told by e-mail, with your reason." in page.text
    assert "Leave out health matters." in page.text
    assert faults(page) == []

    page = read(desk.post(url(booking, "decline"), {"desk": asha.slug, "reason": " "}))
    assert "Say in a few words why." in page.text
    assert faults(page) == []

    page = read(desk.post(url(booking, "decline"), {"desk": asha.slug, "reason": "I am away."}, follow=True))
    assert "The request is declined. They are told why" in page.text
    assert "Declined by you, Mon 30 Nov, 5:30 AM. I am away." in page.text
    booking.refresh_from_db()
    assert booking.status == Status.DECLINED


@pytest.mark.parametrize("reason", ["away " * 80, "away\x00", "away\u202e"])
def test_a_reason_that_cannot_be_kept_is_asked_for_again(
    desk: Client, asha: Practitioner, booking: Booking, reason: str
) -> None:
    answer = desk.post(url(booking, "decline"), {"desk": asha.slug, "reason": reason})

    assert answer.status_code == 200
    assert "away" in read(answer).text
    booking.refresh_from_db()
    assert booking.status == Status.REQUESTED


# --- Whose ------------------------------------------------------------------------------------------------------------


def test_the_front_desk_answers_too_and_the_history_names_them(asha: Practitioner, booking: Booking) -> None:
    helper = front_desk(asha)
    helper.name = "Ravi Nair"
    helper.save()

    client_of(helper).post(url(booking, "accept"), {"desk": asha.slug})

    move = Move.objects.get()
    assert (move.actor, move.user) == ("front_desk", helper)
    assert "Accepted by the front desk (Ravi Nair)" in read(own_client(asha).get(URL)).text


@pytest.mark.parametrize("verb", ["accept", "decline"])
def test_a_request_of_another_desk_is_as_absent_as_none(booking: Booking, verb: str) -> None:
    other = make_working_desk(email="other@example.org", slug="other")
    client = own_client(other)

    theirs = client.post(url(booking, verb), {"desk": other.slug, "reason": "Away"})
    none = client.post(f"{URL}XXXX-XXXX/{verb}/", {"desk": other.slug, "reason": "Away"})

    assert (theirs.status_code, none.status_code) == (404, 404)
    assert "Meera" not in read(client.get(URL)).text
    booking.refresh_from_db()
    assert booking.status == Status.REQUESTED


def test_whoever_is_not_signed_in_is_asked_to(client: Client, booking: Booking) -> None:
    for answer in (client.get(URL), client.post(url(booking, "accept"))):
        assert answer.status_code == 303
        assert "/signin/" in answer["Location"]
    booking.refresh_from_db()
    assert booking.status == Status.REQUESTED
