"""Bookings at the desk: lists, search, the page of one, its note, and calling it off."""

import io
import json
import logging.config
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.db import connections
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from booking import actions
from booking.desk import visits
from booking.errors import BookingRefused
from booking.lifecycle import Status
from booking.models import Booking, Move
from common.audit import Actor
from common.models import AuditEntry
from config.logging import logging_config
from notifications import actions as messages
from payments.lifecycle import PaymentStatus
from payments.models import Refund
from practitioners.models import Location, Practitioner, Service
from tests.answers import Answer
from tests.desk.people import client_of, front_desk, own_client
from tests.factories import NOW, TOMORROW_AT_TEN, make_booking, make_payment, make_service
from tests.pages.reading import Page, faults, read

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]
DAY = timedelta(days=1)


def names(page: Page) -> list[str]:
    return [each.text for each in page.every("th", scope="row")]


def listed(desk: Client, query: str = "") -> list[str]:
    return names(read(desk.get(f"/desk/bookings/{query}")))


# --- Lists ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def some_of_each(service: Service) -> None:
    def make(name: str, days: int, status: Status, **fields: object) -> None:
        make_booking(service=service, start=TOMORROW_AT_TEN + days * DAY, status=status, patient__name=name, **fields)

    make("Ahead Later", 2, Status.CONFIRMED)
    make("Ahead Soon", 0, Status.CONFIRMED)
    make("Being Paid", 1, Status.PENDING_PAYMENT)
    make("Been Long Ago", -9, Status.NO_SHOW)
    make("Been Lately", -2, Status.COMPLETED)
    make("Called Off", 0, Status.CANCELLED)
    make("Too Late", 3, Status.EXPIRED)
    make("Lapsed", 4, Status.PENDING_PAYMENT, hold_expires_at=NOW)
    make_booking(service=service, start=TOMORROW_AT_TEN + 5 * DAY, status=Status.EXPIRED, patient=None)
    make_booking(start=TOMORROW_AT_TEN, status=Status.CONFIRMED, patient__name="Another Desk’s")


@pytest.mark.usefixtures("some_of_each")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["Ahead Soon", "Being Paid", "Ahead Later"]),
        ("?show=nonsense", ["Ahead Soon", "Being Paid", "Ahead Later"]),
        ("?show=past", ["Been Lately", "Been Long Ago"]),
        ("?show=off", ["Lapsed", "Too Late", "Called Off"]),
        (
            "?show=all",
            [
                "Lapsed",
                "Too Late",
                "Ahead Later",
                "Being Paid",
                "Ahead Soon",
                "Called Off",
                "Been Lately",
                "Been Long Ago",
            ],
        ),
        ("?first=2026-12-02", ["Being Paid", "Ahead Later"]),
        ("?first=2026-12-01&last=2026-12-02", ["Ahead Soon", "Being Paid"]),
        ("?show=past&last=2026-11-22", ["Been Long Ago"]),
        ("?first=yesterday&last=2026-12-01", ["Ahead Soon", "Being Paid", "Ahead Later"]),
        ("?after=%27", ["Ahead Soon", "Being Paid", "Ahead Later"]),
    ],
)
def test_lists_have_what_they_say_in_the_order_that_helps(desk: Client, query: str, expected: list[str]) -> None:
    found = listed(desk, query)

    assert sorted(found) == sorted(expected)
    assert found == expected or "all" in query


def test_a_day_is_the_practitioners_and_not_greenwichs(desk: Client, service: Service) -> None:
    make_booking(service=service, start=TOMORROW_AT_TEN - timedelta(hours=9, minutes=50), status=Status.CONFIRMED)

    assert listed(desk, "?first=2026-12-01&last=2026-12-01") == ["Meera Iyer"]  # ten past midnight in India


def test_a_visit_that_is_on_is_still_ahead(desk: Client, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    make_booking(service=service, status=Status.CONFIRMED)
    monkeypatch.setattr("common.clock.now", lambda: TOMORROW_AT_TEN + timedelta(minutes=59))
    assert (listed(desk), listed(desk, "?show=past")) == (["Meera Iyer"], [])

    monkeypatch.setattr("common.clock.now", lambda: TOMORROW_AT_TEN + timedelta(minutes=60))
    assert (listed(desk), listed(desk, "?show=past")) == ([], ["Meera Iyer"])


@pytest.mark.parametrize("show", ["upcoming", "all", "off"])
def test_pages_follow_each_other_without_a_gap_or_a_repeat(desk: Client, service: Service, show: str) -> None:
    status = Status.CANCELLED if show == "off" else Status.CONFIRMED
    for number in range(120):
        # Cancelled ones may share a start: their ids keep the order.
        start = TOMORROW_AT_TEN + timedelta(hours=number // (3 if show == "off" else 1))
        make_booking(service=service, start=start, status=status, patient__name=f"Number {number}")

    found, query = [], f"?show={show}"
    while query:
        page = read(desk.get(f"/desk/bookings/{query}"))
        found.append(names(page))
        query = next((link for link in page.links() if "after=" in link), "")

    assert [len(each) for each in found] == [50, 50, 20]
    assert len({name for each in found for name in each}) == 120


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "No visits ahead. New bookings appear here by themselves."),
        ("?show=past", "No visits have taken place yet."),
        ("?show=off", "Nothing was cancelled and nothing has expired."),
        ("?show=all", "No bookings yet."),
        ("?first=2026-12-24", "No bookings on these days."),
    ],
)
def test_an_empty_list_says_what_is_not_there(desk: Client, query: str, words: str) -> None:
    page = read(desk.get(f"/desk/bookings/{query}"))

    assert words in page.text
    assert faults(page) == []


# --- Search -----------------------------------------------------------------------------------------------------------


def search(desk: Client, words: str, **more: str) -> Answer:
    return desk.post("/desk/bookings/", {"words": words, **more})


@pytest.mark.parametrize("words", ["iyer", "MEERA", "meera@example", "098123 00456", "98123", "+91 98123"])
def test_a_patient_is_found_by_name_address_or_phone(desk: Client, service: Service, words: str) -> None:
    make_booking(service=service, status=Status.CANCELLED, patient__email="meera@example.com")
    nobody = {"patient__name": "Li Na", "patient__email": "li@example.com", "patient__phone": "+4915112345678"}
    make_booking(service=service, status=Status.CANCELLED, **nobody)
    make_booking(status=Status.CONFIRMED, patient__email="meera@example.com")  # of another desk

    answer = search(desk, words)

    assert answer.status_code == 200
    assert names(read(answer)) == ["Meera Iyer"]
    assert faults(read(answer)) == []


def test_a_reference_leads_straight_to_its_booking_and_never_to_another_desks(desk: Client, service: Service) -> None:
    booking, other = make_booking(service=service, status=Status.CONFIRMED), make_booking(status=Status.CONFIRMED)
    spoken = booking.reference.replace("-", " ").lower()

    answer = search(desk, spoken)

    assert (answer.status_code, answer["Location"]) == (303, f"/desk/bookings/{booking.reference}/")
    assert "No booking of this desk has that" in read(search(desk, other.reference)).text


@pytest.mark.parametrize("words", ["", "   ", "x" * 121, "%", "_", "\\", "'", "nobody at all"])
def test_odd_searches_find_nothing_and_break_nothing(desk: Client, service: Service, words: str) -> None:
    make_booking(service=service, status=Status.CONFIRMED)

    answer = search(desk, words)

    assert answer.status_code == 200
    assert names(read(answer)) == []


def test_what_is_searched_for_is_in_no_address(desk: Client, service: Service) -> None:
    for number in range(60):
        start = TOMORROW_AT_TEN + timedelta(hours=number)
        make_booking(service=service, start=start, status=Status.CONFIRMED, patient__name="Meera Iyer")

    page = read(search(desk, "Meera"))
    (button,) = page.every("button", name="after")
    rest = read(search(desk, page.hidden("words") or "Meera", after=button.attrs["value"]))

    assert (len(names(page)), len(names(rest))) == (50, 10)
    assert not any("meera" in link.casefold() or "after" in link for link in page.links())
    assert names(read(desk.get("/desk/bookings/?words=Nobody&q=Nobody"))) != []


# --- One booking ------------------------------------------------------------------------------------------------------


def url(booking: Booking, rest: str = "") -> str:
    return f"/desk/bookings/{booking.reference}/{rest}"


def test_the_page_of_a_booking_tells_who_comes_how_it_stands_and_what_happened(
    desk: Client, asha: Practitioner, service: Service
) -> None:
    place = Location.objects.create(practitioner=asha, name="Harbour Clinic", address="1 Example Street")
    booking = make_booking(
        service=service, status=Status.CONFIRMED, mode="in_person", location=place, patient__zone="America/New_York"
    )
    make_payment(booking=booking, status=PaymentStatus.CAPTURED, method="upi")
    helper = front_desk(asha)
    helper.name = "Ravi Nair"
    helper.save()
    for after, actor, user in (
        (Status.PENDING_PAYMENT, "patient", None),
        (Status.CONFIRMED, "provider", None),
        (Status.CONFIRMED, "system", None),
        (Status.CONFIRMED, "front_desk", helper),
        (Status.CONFIRMED, "practitioner", asha.user),
        (Status.CONFIRMED, "staff", None),
    ):
        before = "" if after == Status.PENDING_PAYMENT else Status.PENDING_PAYMENT
        Move.objects.create(
            booking=booking, at=NOW, actor=actor, user=user, before=before, after=after, reason="Because"
        )

    page = read(desk.get(url(booking)))

    assert page.heading() == "Meera Iyer"
    for words in (
        "Tue 1 Dec 2026 10:00 AM – 11:00 AM IST",
        "Where Harbour Clinic 1 Example Street Show on a map",
        "For them in United States (New York): Mon 11:30 PM",
        "₹1,500 Paid Razorpay, UPI",
        "Held by the patient Mon 30 Nov 2026, 5:30 AM Because",
        "Confirmed when the payment arrived",
        "Confirmed by itself",
        "Confirmed by the front desk (Ravi Nair)",
        "Confirmed by you",
        "Confirmed by the practice",
    ):
        assert words in page.text
    assert {"tel:+919812300456", f"mailto:{booking.patient.email}"} <= set(page.links())  # type: ignore[union-attr]
    assert [fault for fault in faults(page) if "openstreetmap" not in fault] == []


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (Status.PENDING_PAYMENT, "has it until 5:40 AM. If it is not paid by then, it opens by itself."),
        (Status.EXPIRED, "was not paid in time and is open again"),
        (Status.CANCELLED, "This booking is over; the time is open again."),
        (Status.DECLINED, "This booking is over; the time is open again."),
        (Status.COMPLETED, "This visit is over"),
        (Status.NO_SHOW, "This visit is over"),
    ],
)
def test_where_nothing_can_be_cancelled_the_reason_stands_instead(
    desk: Client, service: Service, status: Status, words: str
) -> None:
    booking = make_booking(service=service, status=status)

    assert words in read(desk.get(url(booking))).text
    for answer in (desk.get(url(booking, "cancel/")), desk.post(url(booking, "cancel/"), {"reason": "Ill"})):
        assert (answer.status_code, answer["Location"]) == (303, url(booking))
    booking.refresh_from_db()
    assert booking.status == status


def test_a_hold_of_nobody_yet_has_a_page(desk: Client, service: Service) -> None:
    page = read(desk.get(url(make_booking(service=service, patient=None))))

    assert page.heading() == "Somebody is booking"
    assert "Whoever is booking has not said yet who comes." in page.text


def test_the_page_costs_few_queries(
    desk: Client, service: Service, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    booking = make_booking(service=service, status=Status.CONFIRMED)
    for status in (PaymentStatus.FAILED, PaymentStatus.CAPTURED):
        make_payment(booking=booking, status=status)

    with django_assert_num_queries(9):
        desk.get(url(booking))


def test_the_history_says_what_each_step_meant(desk: Client, asha: Practitioner, service: Service) -> None:
    booking = make_booking(service=service, status=Status.CONFIRMED, needs_approval=True)
    helper = front_desk(asha)
    held, asked, firm = Status.PENDING_PAYMENT, Status.REQUESTED, Status.CONFIRMED
    for before, after, actor, user in (
        ("", held, "front_desk", helper),
        (held, asked, "patient", None),
        (asked, held, "practitioner", None),
        (asked, firm, "practitioner", asha.user),
        (asked, Status.DECLINED, "practitioner", None),
        (asked, Status.EXPIRED, "system", None),
        (firm, Status.COMPLETED, "system", None),
    ):
        Move.objects.create(booking=booking, at=NOW, actor=actor, user=user, before=before, after=after)

    text = read(desk.get(url(booking))).text

    for words in (
        "Booked at the desk by the front desk",
        "Requested by the patient",
        "Accepted, waits for payment by Asha Rao, from the mail",
        "Accepted and confirmed by you",
        "Declined by Asha Rao, from the mail",
        "Lapsed without an answer by itself",
        "Taken as completed by itself",
    ):
        assert words in text


def test_a_request_is_marked_with_its_deadline_and_answered_from_its_page(desk: Client, service: Service) -> None:
    until = NOW + timedelta(hours=5)
    request = make_booking(service=service, status=Status.REQUESTED, hold_expires_at=until, needs_approval=True)

    page = read(desk.get(url(request)))

    assert "Waits for your answer until Mon 30 Nov, 10:30 AM: 5 h 0 min left." in page.text
    assert f"/desk/requests/{request.reference}/decline/" in page.links()
    assert "Cancel the booking" not in page.text
    assert faults(page) == []
    for path in ("/desk/bookings/", "/desk/calendar/?view=day&date=2026-12-01", "/desk/calendar/?date=2026-12-01"):
        assert "Requested, answer by 10:30 AM" in read(desk.get(path)).text
    lapsed = make_booking(service=service, status=Status.REQUESTED, hold_expires_at=NOW, start=NOW + 9 * DAY)
    assert "Nobody answered this request in time" in read(desk.get(url(lapsed))).text


def test_what_is_paid_at_the_visit_is_marked_everywhere(desk: Client, service: Service) -> None:
    make_booking(service=service, start=NOW + timedelta(hours=4), status=Status.CONFIRMED, pays_at_visit=True)

    for path in ("/desk/", "/desk/bookings/", "/desk/calendar/?view=day&date=2026-11-30", "/desk/calendar/"):
        assert "₹1,500 at the visit" in read(desk.get(path)).text


def test_whom_nobody_can_reach_has_a_page_all_the_same(desk: Client, service: Service) -> None:
    somebody = {"patient__email": "", "patient__phone": ""}
    booking = make_booking(service=service, status=Status.CONFIRMED, **somebody)

    page = read(desk.get(url(booking)))

    assert not {"tel:", "mailto:"} & set(page.links())
    assert "+91" not in page.text
    asked = read(desk.get(url(booking, "cancel/")))
    assert "There is neither a phone number nor an e-mail address, so Meera Iyer is told nothing." in asked.text


def test_a_link_to_pay_can_be_taken_back(desk: Client, service: Service) -> None:
    until = NOW + timedelta(hours=2)
    booking = make_booking(service=service, hold_expires_at=until, pay_by=until, source="desk")
    page = read(desk.get(url(booking)))
    assert "Take the link to pay back" in page.text
    assert "To be paid by 7:30 AM" in page.text
    assert "Their link to pay opens nothing any more." in read(desk.get(url(booking, "cancel/"))).text

    desk.post(url(booking, "cancel/"), {"reason": "They called"})

    booking.refresh_from_db()
    assert booking.status == Status.CANCELLED


def test_booking_again_begins_with_the_same_patient(desk: Client, service: Service) -> None:
    booking = make_booking(service=service, status=Status.COMPLETED)

    assert f"/desk/book/?again={booking.reference}" in read(desk.get(url(booking))).links()


# --- The note ---------------------------------------------------------------------------------------------------------


def test_a_note_is_opened_by_a_press_and_the_reading_is_written_down(asha: Practitioner, service: Service) -> None:
    booking = make_booking(service=service, status=Status.CONFIRMED, note="I can’t climb stairs.")
    helper = front_desk(asha)
    desk = client_of(helper)
    closed = read(desk.get(url(booking)))
    assert "stairs" not in closed.text
    assert "Show the patient’s note" in closed.text
    assert not AuditEntry.objects.filter(action="booking.note_read").exists()

    answer = desk.post(url(booking, "note/"), {"desk": asha.slug})

    assert "I can’t climb stairs." in read(answer).text
    entry = AuditEntry.objects.get(action="booking.note_read")
    assert (entry.subject_id, entry.actor, entry.user, entry.at) == (booking.pk, "front_desk", helper, NOW)
    assert "stairs" not in f"{entry.before} {entry.after} {entry.reason}"


def test_without_a_note_there_is_nothing_to_open_and_nothing_is_written_down(desk: Client, service: Service) -> None:
    booking = make_booking(service=service, status=Status.CONFIRMED)

    assert "Show the patient’s note" not in read(desk.get(url(booking))).text
    assert desk.get(url(booking, "note/")).status_code == 405
    assert desk.post(url(booking, "note/")).status_code == 200
    assert not AuditEntry.objects.filter(action="booking.note_read").exists()


@pytest.mark.parametrize("path", ["/desk/", "/desk/calendar/", "/desk/bookings/", "/desk/bookings/{}/"])
def test_no_page_opens_a_note_by_itself(
    desk: Client, service: Service, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking = make_booking(service=service, start=NOW + timedelta(hours=4), status=Status.CONFIRMED, note="secret")

    def forbidden(*_: object) -> None:
        raise AssertionError("a note was decrypted")

    monkeypatch.setattr("common.fields.EncryptedTextField.from_db_value", forbidden)
    assert desk.get(path.format(booking.reference)).status_code == 200


def test_a_note_is_never_markup(desk: Client, service: Service) -> None:
    booking = make_booking(service=service, status=Status.CONFIRMED, note="<script>alert(1)</script>")

    html = desk.post(url(booking, "note/")).content.decode()

    assert "<script>alert" not in html
    assert "&lt;script&gt;alert" in html


# --- Calling it off ---------------------------------------------------------------------------------------------------


def test_calling_off_says_what_follows_and_does_it(settings: Settings, asha: Practitioner, service: Service) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    booking = make_booking(service=service, status=Status.CONFIRMED)
    make_payment(booking=booking, status=PaymentStatus.CAPTURED)
    helper = front_desk(asha)
    desk = client_of(helper)

    asked = read(desk.get(url(booking, "cancel/")))
    assert "Meera Iyer is told by e-mail at once that you cancelled." in asked.text
    assert "₹1,500, all that was paid, goes back the way it was paid." in asked.text
    assert faults(asked) == []
    answer = desk.post(url(booking, "cancel/"), {"reason": "Burst pipe", "desk": asha.slug})

    assert (answer.status_code, answer["Location"]) == (303, url(booking))
    booking.refresh_from_db()
    assert booking.status == Status.CANCELLED
    move = booking.moves.get()
    assert (move.actor, move.user, move.reason) == ("front_desk", helper, "Burst pipe")
    assert Refund.objects.get().amount == booking.amount
    assert "Cancelled by you Mon 30 Nov 2026, 5:30 AM Burst pipe" in read(desk.get(url(booking))).text
    assert "₹1,500 goes back to the patient" in read(desk.get(url(booking))).text
    messages.deliver(now=NOW)
    assert len(mail.outbox) == 2
    assert not any("Burst pipe" in str(message.message()) for message in mail.outbox)


def test_calling_off_a_free_visit_speaks_of_no_money(desk: Client, asha: Practitioner) -> None:
    booking = make_booking(service=make_service(asha, amount=0), status=Status.CONFIRMED)

    assert "Nothing was paid, so nothing goes back." in read(desk.get(url(booking, "cancel/"))).text


@pytest.mark.parametrize("reason", ["", "   ", "x" * 301])
def test_calling_off_asks_for_a_reason_of_some_words(desk: Client, service: Service, reason: str) -> None:
    booking = make_booking(service=service, status=Status.CONFIRMED)

    page = read(desk.post(url(booking, "cancel/"), {"reason": reason}))

    assert "There is a problem" in page.text
    assert page.title.startswith("Error:")
    booking.refresh_from_db()
    assert booking.status == Status.CONFIRMED


def test_a_visit_can_be_called_off_until_it_is_over(
    desk: Client, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking = make_booking(service=service, status=Status.CONFIRMED)
    monkeypatch.setattr("common.clock.now", lambda: booking.ends_at)
    assert "This visit is over" in read(desk.get(url(booking))).text

    monkeypatch.setattr("common.clock.now", lambda: booking.ends_at - timedelta(minutes=1))
    assert desk.post(url(booking, "cancel/"), {"reason": "Ill"}).status_code == 303
    booking.refresh_from_db()
    assert booking.status == Status.CANCELLED


def test_whoever_comes_second_is_told_how_it_stands(
    desk: Client, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking = make_booking(service=service, status=Status.CONFIRMED)
    read_it = visits.at_desk

    def and_then_the_patient_cancels(*args: object) -> Booking:
        found = read_it(*args)  # type: ignore[arg-type]
        actions.cancel(booking, by=Actor.PATIENT, reason="", now=NOW)
        return found

    monkeypatch.setattr(visits, "at_desk", and_then_the_patient_cancels)
    answer = desk.post(url(booking, "cancel/"), {"reason": "Ill"})
    monkeypatch.setattr(visits, "at_desk", read_it)

    assert (answer.status_code, answer["Location"]) == (303, url(booking))
    assert "had just changed, so nothing was done" in read(desk.get(url(booking))).text
    assert booking.moves.get().actor == "patient"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_", range(5))
def test_the_desk_and_the_patient_at_once_call_it_off_once(service: Service, round_: int) -> None:
    booking = make_booking(service=service, status=Status.CONFIRMED)
    make_payment(booking=booking, status=PaymentStatus.CAPTURED)
    together, refused = threading.Barrier(2), []

    def cancel(by: Actor) -> None:
        together.wait()
        try:
            actions.cancel(booking, by=by, reason="at once", now=NOW)
        except BookingRefused:
            refused.append(by)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=cancel, args=(by,)) for by in (Actor.PATIENT, Actor.PRACTITIONER)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(refused), booking.moves.count(), Refund.objects.count()) == (1, 1, 1)


# --- What is told by mail ---------------------------------------------------------------------------------------------


@pytest.fixture
def letters(settings: Settings) -> Callable[[], dict[str, str]]:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

    def sent() -> dict[str, str]:
        """Every message by who got it: what it says in plain text and in HTML."""
        messages.deliver(now=NOW)
        told = {}
        for message in mail.outbox:
            assert isinstance(message, EmailMultiAlternatives)
            told[message.to[0]] = " ".join(f"{message.body} {message.alternatives[0][0]!s}".split())
        return told

    return sent


Letters = Callable[[], dict[str, str]]


@pytest.mark.parametrize(
    ("by", "patient_reads", "practitioner_reads"),
    [
        (Actor.PATIENT, "cancelled your appointment", "The patient cancelled this booking."),
        (Actor.FRONT_DESK, "can’t keep this appointment", "The front desk cancelled this booking."),
        (Actor.STAFF, "can’t keep this appointment", "The practice cancelled this booking."),
        (Actor.PRACTITIONER, "can’t keep this appointment", None),
    ],
)
def test_a_mail_says_truly_who_called_it_off(
    service: Service, letters: Letters, by: Actor, patient_reads: str, practitioner_reads: str | None
) -> None:
    booking = make_booking(service=service, status=Status.CONFIRMED, patient__email="meera@example.com")
    actions.cancel(booking, by=by, reason="unwell", now=NOW)

    sent = letters()

    assert sent["meera@example.com"].count(patient_reads) == 2
    assert ("Choose another time" in sent["meera@example.com"]) == (by != Actor.PATIENT)
    to_practitioner = sent.get(service.practitioner.email)
    if practitioner_reads is None:
        assert to_practitioner is None
    else:
        assert to_practitioner
        assert to_practitioner.count(practitioner_reads) == 2
        assert "meera@example.com" not in to_practitioner


def test_a_confirmation_says_where_to_come(asha: Practitioner, letters: Letters) -> None:
    place = Location.objects.create(practitioner=asha, name="Harbour Clinic", address="1 Example Street")
    service = make_service(asha, mode="in_person", location=place)
    booking = make_booking(service=service, location=place, patient__email="meera@example.com")
    actions.confirm(booking, by=Actor.SYSTEM, now=NOW)

    sent = letters()

    assert "Where: Harbour Clinic, 1 Example Street https://www.openstreetmap.org/" in sent["meera@example.com"]
    assert "Harbour Clinic" in sent[asha.email]
    assert f"/desk/bookings/{booking.reference}/" in sent[asha.email]


@pytest.mark.parametrize("mode", ["in_person", "video"])
def test_the_patients_page_says_where_to_come(client: Client, asha: Practitioner, mode: str) -> None:
    place = Location.objects.create(practitioner=asha, name="Harbour Clinic", address="1 Example Street")
    service = make_service(asha, mode=mode, location=place)
    booking = make_booking(service=service, location=place, status=Status.CONFIRMED)

    page = read(client.get(f"/b/{booking.public_id}/"))

    assert ("Where Harbour Clinic 1 Example Street Show on a map" in page.text) == (mode == "in_person")


# --- What must not be told --------------------------------------------------------------------------------------------


def test_nothing_that_anybody_typed_is_in_the_log(service: Service, asha: Practitioner) -> None:
    who = {"patient__name": "Zoë Canary", "patient__email": "canary@example.net", "patient__phone": "+919876500123"}
    booking = make_booking(service=service, status=Status.CONFIRMED, note="canary cannot sleep", **who)
    written = io.StringIO()
    config = logging_config(level="INFO")
    for handler in config["handlers"].values():
        handler["stream"] = written
    logging.config.dictConfig(config)
    desk = own_client(asha)
    try:
        for path in ("/desk/", "/desk/calendar/", "/desk/bookings/", url(booking), url(booking, "cancel/")):
            desk.get(path)
        desk.get("/desk/bookings/?words=canary&first=canary&after=canary")
        for words in ("Zoë Canary", "canary@example.net", "9876500123"):
            search(desk, words)
        desk.post(url(booking, "note/"))
        desk.post(url(booking, "cancel/"), {"reason": ""})
        desk.post(url(booking, "cancel/"), {"reason": "canary is ill"})
        desk.get("/desk/bookings/canary/")
    finally:
        logging.config.dictConfig(logging_config(level="INFO"))

    text = written.getvalue()
    routes = {json.loads(line).get("route") for line in text.splitlines()}
    assert {"desk:booking", "desk:bookings", "desk:note", "desk:cancel"} <= routes
    for secret in ("canary", "Zo", "9876500123", booking.reference, booking.public_id):
        assert secret not in text
