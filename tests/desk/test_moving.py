"""Another time for a visit, from the desk: moving it there, and asking its patient for one."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import connections
from django.test import Client
from playwright.sync_api import expect
from pytest_django import DjangoAssertNumQueries, Settings

from booking import actions
from booking.lifecycle import Status
from booking.models import Booking
from common.audit import Actor
from common.models import AuditEntry
from notifications import actions as messages
from practitioners.models import Practitioner, Service
from tests.answers import Answer
from tests.browsing import Open
from tests.desk.people import client_of, front_desk
from tests.factories import NOW, TOMORROW_AT_TEN, make_booking
from tests.pages.reading import Page, faults, read
from tests.proofs.scale import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]
HOUR = timedelta(hours=1)
AT_TWO = "2026-12-01T08:30Z"  # in India
AT_NIGHT = "2026-12-01T16:30Z"


@pytest.fixture
def booking(service: Service) -> Booking:
    return make_booking(service=service, status=Status.CONFIRMED)


def url(booking: Booking, rest: str = "") -> str:
    return f"/desk/bookings/{booking.reference}/{rest}"


def times(page: Page) -> list[str]:
    return [each.attrs["value"] for each in page.every("button", name="slot")]


def move(desk: Client, booking: Booking, slot: str = AT_TWO, *, sequence: int = 0, words: str = "") -> Answer:
    return desk.post(url(booking, "move/"), {"slot": slot, "sequence": str(sequence), "words": words})


def start_of(booking: Booking) -> str:
    return Booking.objects.get(pk=booking.pk).starts_at.strftime("%Y-%m-%dT%H:%MZ")


# --- Moving it --------------------------------------------------------------------------------------------------------


def test_the_times_of_the_visits_own_day_come_first_and_it_is_in_nobodys_way(
    desk: Client, service: Service, booking: Booking
) -> None:
    make_booking(service=service, start=TOMORROW_AT_TEN + 4 * HOUR, status=Status.CONFIRMED)

    page = read(desk.get(url(booking, "move/")))

    assert page.heading() == "Move this visit"
    assert "Meera Iyer comes on Tue 1 Dec 2026, 10:00 AM." in page.text
    found = times(page)
    assert "2026-12-01T04:00Z" in found  # half past nine, which the visit itself would be in the way of
    assert "2026-12-01T04:30Z" not in found  # where it is
    assert AT_TWO not in found  # somebody else’s
    assert faults(page) == []


def test_another_day_is_a_link_away_and_none_is_over(desk: Client, booking: Booking) -> None:
    page = read(desk.get(url(booking, "move/?date=2026-12-02")))
    assert "2026-12-02T04:30Z" in times(page)
    assert {"?date=2026-12-01", "?date=2026-12-03"} <= set(page.links())

    assert "Monday 30 November 2026" in read(desk.get(url(booking, "move/?date=2020-01-01"))).text
    assert "Tuesday 1 December 2026" in read(desk.get(url(booking, "move/?date=yesterday"))).text
    assert "No times on this day by your hours." in read(desk.get(url(booking, "move/?date=2026-12-05"))).text


def test_a_time_is_looked_at_before_the_visit_is_moved_there(desk: Client, booking: Booking) -> None:
    page = read(desk.get(url(booking, f"move/?slot={AT_TWO}")))

    assert "From Tue 1 Dec 2026, 10:00 AM – 11:00 AM To Tue 1 Dec 2026, 2:00 PM – 3:00 PM" in page.text
    assert "Meera Iyer is told by e-mail at once, with the new time" in page.text
    assert "all the same" not in page.text
    assert start_of(booking) == "2026-12-01T04:30Z"
    assert faults(page) == []


def test_moving_moves_tells_the_patient_and_is_in_the_history(
    settings: Settings, asha: Practitioner, booking: Booking
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    helper = front_desk(asha)
    desk = client_of(helper)

    answer = move(desk, booking, words="The lift is broken in the morning.")

    assert (answer.status_code, answer["Location"]) == (303, url(booking))
    assert start_of(booking) == AT_TWO
    page = read(desk.get(url(booking)))
    assert "Moved from Tue 1 Dec 2026, 10:00 AM to Tue 1 Dec 2026, 2:00 PM." in page.text
    assert "Moved from Tue 1 Dec, 10:00 AM to Tue 1 Dec, 2:00 PM by you" in page.text
    booking.refresh_from_db()
    assert (booking.moves_made, booking.moves.get().user) == (0, helper)
    messages.deliver(now=NOW)
    told = {message.to[0]: str(message.body) for message in mail.outbox}
    assert booking.patient
    assert "The lift is broken in the morning." in told[booking.patient.email]


@pytest.mark.parametrize(
    ("slot", "doubt"),
    [
        (AT_NIGHT, "This is outside your hours."),
        ("2026-12-05T04:30Z", "This is outside your hours."),
        ("2026-12-01T07:00Z", "This is outside your hours."),
        ("2026-12-01T04:40Z", "does not begin at one of your usual times"),
        ("2026-11-30T04:00Z", "all the same"),
        ("2027-06-01T04:30Z", "patients can’t book it yet"),
    ],
)
def test_the_practice_may_move_it_anywhere_that_is_free_and_is_told_what_is_odd(
    desk: Client, booking: Booking, slot: str, doubt: str
) -> None:
    asked = read(desk.get(url(booking, f"move/?slot={slot}")))
    if slot != "2026-11-30T04:00Z":
        assert doubt in asked.text
        assert "You can move the visit there all the same." in asked.text

    assert move(desk, booking, slot).status_code == 303

    assert start_of(booking) == slot


def test_any_time_of_the_day_can_be_typed(desk: Client, booking: Booking) -> None:
    answer = desk.get(url(booking, "move/?date=2026-12-02&time=19:05"))

    assert (answer.status_code, answer["Location"]) == (303, url(booking, "move/?slot=2026-12-02T13:35Z"))


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("date=2026-12-02&time=", "Enter a time."),
        ("date=2026-12-02&time=noon", "Enter a time like 14:30."),
        ("date=2026-11-30&time=05:30", "That is over."),
        ("date=2026-12-01&time=10:00", "The visit is at that time already."),
    ],
)
def test_a_time_that_makes_no_sense_is_refused_and_kept(desk: Client, booking: Booking, query: str, said: str) -> None:
    page = read(desk.get(url(booking, f"move/?{query}")))

    assert said in page.text
    assert page.title.startswith("Error:")


@pytest.mark.parametrize("slot", ["", "soon", "2026-11-29T04:30Z", "2026-11-30T00:00Z", "2030-01-01T00:00Z"])
def test_no_visit_moves_to_what_is_no_time_to_come(desk: Client, booking: Booking, slot: str) -> None:
    assert read(desk.get(url(booking, f"move/?slot={slot}"))).heading() == "Move this visit"

    assert move(desk, booking, slot)["Location"] == url(booking, "move/")
    assert start_of(booking) == "2026-12-01T04:30Z"


def test_a_time_that_is_taken_leads_to_others_and_one_tap_moves_it_there(
    desk: Client, service: Service, booking: Booking
) -> None:
    make_booking(service=service, start=TOMORROW_AT_TEN + 4 * HOUR, status=Status.CONFIRMED)
    assert read(desk.get(url(booking, f"move/?slot={AT_TWO}"))).heading() == "That time is taken"

    answer = move(desk, booking, words="As you wished")

    page = read(answer)
    assert answer.status_code == 409
    assert "this visit is still on Tue 1 Dec 2026, 10:00 AM" in page.text
    assert faults(page) == []
    sent = {"slot": times(page)[0], "sequence": page.hidden("sequence"), "words": page.hidden("words")}
    assert desk.post(url(booking, "move/"), sent).status_code == 303
    assert start_of(booking) == sent["slot"]
    assert booking.moves.get().reason == "As you wished"


def test_a_double_press_moves_it_once_and_a_stale_tab_not_at_all(desk: Client, booking: Booking) -> None:
    for _ in range(2):
        assert move(desk, booking)["Location"] == url(booking)
    assert booking.moves.count() == 1

    move(desk, booking, "2026-12-02T04:30Z", sequence=0)
    desk.post(url(booking, "move/"), {"slot": "2026-12-02T04:30Z"})

    assert start_of(booking) == AT_TWO
    assert "had just changed, so nothing was done" in read(desk.get(url(booking))).text


def test_too_many_words_are_sent_back(desk: Client, booking: Booking) -> None:
    page = read(move(desk, booking, words="x" * 301))

    assert "There is a problem" in page.text
    assert start_of(booking) == "2026-12-01T04:30Z"


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.EXPIRED, Status.PENDING_PAYMENT, Status.COMPLETED])
def test_what_is_no_visit_to_come_stays_where_it_is(desk: Client, service: Service, status: Status) -> None:
    booking = make_booking(service=service, status=status)

    assert "Move it" not in read(desk.get(url(booking))).text
    assert desk.get(url(booking, "move/"))["Location"] == url(booking)
    assert move(desk, booking)["Location"] == url(booking)
    assert start_of(booking) == "2026-12-01T04:30Z"
    assert "can’t be moved any more" in read(desk.get(url(booking))).text


def test_a_request_moves_too_and_waits_on(desk: Client, service: Service) -> None:
    request = make_booking(service=service, status=Status.REQUESTED, hold_expires_at=NOW + 5 * HOUR)

    assert move(desk, request).status_code == 303

    request.refresh_from_db()
    assert (request.status, start_of(request)) == (Status.REQUESTED, AT_TWO)


def test_whom_no_mail_reaches_has_to_be_called(desk: Client, service: Service) -> None:
    by_phone = make_booking(service=service, status=Status.CONFIRMED, patient__email="")

    page = read(desk.get(url(by_phone, f"move/?slot={AT_TWO}")))

    assert "There is no e-mail address, so Meera Iyer is told nothing. Please call them." in page.text
    assert "Words for the patient" not in page.text
    assert move(desk, by_phone).status_code == 303


@pytest.mark.django_db(transaction=True)
def test_two_visits_that_want_one_time_get_it_once(asha: Practitioner, service: Service, booking: Booking) -> None:
    other = make_booking(service=service, start=TOMORROW_AT_TEN + HOUR, status=Status.CONFIRMED)
    desks = [client_of(front_desk(asha, f"{number}@example.org")) for number in range(2)]

    def press(number: int) -> int:
        try:
            return move(desks[number], (booking, other)[number]).status_code
        finally:
            connections.close_all()

    assert sorted(at_once(2, press)) == [303, 409]


def test_the_pages_of_moving_cost_few_queries(
    desk: Client, service: Service, booking: Booking, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(1, 5):
        make_booking(service=service, start=TOMORROW_AT_TEN + number * 24 * HOUR, status=Status.CONFIRMED)

    for query in ("", f"?slot={AT_TWO}", f"?slot={AT_NIGHT}"):
        with django_assert_max_num_queries(10):
            desk.get(url(booking, f"move/{query}"))


# --- Asking for another time ------------------------------------------------------------------------------------------


def test_asking_for_another_time_writes_to_the_patient_and_is_seen_at_the_desk(
    settings: Settings, desk: Client, booking: Booking
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    page = read(desk.get(url(booking, "ask/")))
    assert "Until they choose one, the visit stays where it is." in page.text
    assert "all that they paid goes back" in page.text
    assert faults(page) == []

    answer = desk.post(url(booking, "ask/"), {"words": "I am at a hearing that morning."})

    assert (answer.status_code, answer["Location"]) == (303, url(booking))
    page = read(desk.get(url(booking)))
    assert "Another time was asked for on Mon 30 Nov, 5:30 AM." in page.text
    assert "I am at a hearing that morning." in page.text
    assert faults(page) == []
    for path in ("/desk/bookings/", "/desk/calendar/?view=day&date=2026-12-01", "/desk/calendar/?date=2026-12-01"):
        assert "Another time asked for" in read(desk.get(path)).text
    assert AuditEntry.objects.get(action="booking.move_asked").actor == "practitioner"
    messages.deliver(now=NOW)
    assert any("I am at a hearing that morning." in str(message.body) for message in mail.outbox)


def test_once_the_patient_has_chosen_nothing_is_asked_any_more(desk: Client, booking: Booking) -> None:
    actions.ask_to_move(booking, by=Actor.PRACTITIONER, why="A hearing", now=NOW)
    actions.reschedule(booking, start=TOMORROW_AT_TEN + 4 * HOUR, by=Actor.PATIENT, now=NOW)

    page = read(desk.get(url(booking)))

    assert "Another time" not in page.text.replace("Ask for another time", "")
    assert "Moved from Tue 1 Dec, 10:00 AM to Tue 1 Dec, 2:00 PM by the patient" in page.text


@pytest.mark.parametrize("words", ["", "  \n ", "x" * 301, "bell\x07"])
def test_asking_takes_some_words(desk: Client, booking: Booking, words: str) -> None:
    page = read(desk.post(url(booking, "ask/"), {"words": words}))

    assert "There is a problem" in page.text
    assert Booking.objects.get().move_asked_at is None


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.REQUESTED, Status.PENDING_PAYMENT, Status.COMPLETED])
def test_only_a_firm_visit_to_come_is_asked_about(desk: Client, service: Service, status: Status) -> None:
    booking = make_booking(service=service, status=status)

    assert "Ask for another time" not in read(desk.get(url(booking))).text
    assert desk.get(url(booking, "ask/"))["Location"] == url(booking)
    assert desk.post(url(booking, "ask/"), {"words": "A hearing"})["Location"] == url(booking)
    assert Booking.objects.get().move_asked_at is None


def test_a_visit_that_has_begun_is_not_asked_about(desk: Client, service: Service) -> None:
    begun = make_booking(service=service, start=NOW, status=Status.CONFIRMED)

    assert desk.post(url(begun, "ask/"), {"words": "A hearing"})["Location"] == url(begun)
    assert Booking.objects.get().move_asked_at is None


# --- In a browser -----------------------------------------------------------------------------------------------------


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [320, 1280])
def test_a_visit_is_moved_by_hand(desk: Client, booking: Booking, open_page: Open, width: int) -> None:
    page = open_page(url(booking), client=desk, width=width)

    page.get_by_role("link", name="Move it").click()
    page.get_by_role("button", name="2:00 PM").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Move this visit?")
    page.get_by_label("Words for the patient").fill("The lift is broken in the morning.")
    page.get_by_role("button", name="Move the visit").click()

    expect(page.get_by_text("Moved from Tue 1 Dec 2026, 10:00 AM to Tue 1 Dec 2026, 2:00 PM.")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_words_are_asked_for_only_where_somebody_is_asked_to_move(
    desk: Client, booking: Booking, open_page: Open
) -> None:
    page = open_page("/desk/close/?date=2026-12-01", client=desk)
    words = page.get_by_label("Words for those you ask for another time")
    expect(words).to_be_hidden()

    page.get_by_role("radio", name="Ask for another time").check()

    expect(words).to_be_visible()
