"""Answering a request from the mail: a page with two buttons, and nothing by a mere look."""

import logging

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from booking import answers
from booking.lifecycle import Status
from booking.models import Booking, Move
from common.models import AuditEntry, User
from tests.booking.test_answering import make_request
from tests.factories import NOW, make_patient
from tests.pages.reading import faults, read

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]


@pytest.fixture
def booking() -> Booking:
    return make_request(patient=make_patient(name="Meera Iyer"), note="My knee hurts.")


def url(booking: Booking) -> str:
    return reverse("booking:answer", args=[answers.token(booking)])


def test_a_look_shows_what_the_mail_says_and_no_more(client: Client, booking: Booking) -> None:
    page = read(client.get(url(booking)))

    assert faults(page) == []
    assert page.heading() == "Meera I. asks for a time"
    assert "Answer by Mon 30 Nov 2026, 8:30 AM IST." in page.text
    assert "Tue 1 Dec 2026 10:00 AM – 11:00 AM IST" in page.text
    assert "Consultation" in page.text
    assert booking.patient
    html = client.get(url(booking)).content.decode()
    secrets = ("Iyer", "knee", booking.patient.email, booking.patient.phone, booking.public_id, booking.reference)
    assert [secret for secret in secrets if secret in html] == []


@pytest.mark.parametrize("method", ["get", "head"])
def test_a_mail_scanner_changes_nothing(client: Client, booking: Booking, method: str) -> None:
    getattr(client, method)(url(booking))
    getattr(client, method)(url(booking) + "?answer=accept")

    booking.refresh_from_db()
    assert booking.status == Status.REQUESTED
    assert not Move.objects.exists()


def test_one_press_accepts_without_signing_in(client: Client, booking: Booking) -> None:
    answer = client.post(url(booking), {"answer": "accept"})

    assert (answer.status_code, answer["Location"]) == (303, url(booking))
    booking.refresh_from_db()
    assert booking.status == Status.PENDING_PAYMENT
    move = Move.objects.get()
    assert (move.actor, move.user) == ("practitioner", None)
    page = read(client.get(url(booking)))
    assert page.heading() == "The request of Meera I."
    assert "The request is accepted. They get a link to pay until" in page.text
    assert not page.every("button", name="answer")
    assert faults(page) == []


def test_a_second_press_changes_nothing_and_the_page_says_how_it_stands(client: Client, booking: Booking) -> None:
    client.post(url(booking), {"answer": "accept"})

    answer = client.post(url(booking), {"answer": "decline", "reason": "Away"}, follow=True)

    assert "The request is accepted." in read(answer).text
    booking.refresh_from_db()
    assert booking.status == Status.PENDING_PAYMENT
    assert Move.objects.count() == 1


def test_a_no_takes_a_reason_that_the_patient_reads(client: Client, booking: Booking) -> None:
    missing = read(client.post(url(booking), {"answer": "decline", "reason": "  "}))
    assert "Say in a few words why." in missing.text
    assert missing.title.startswith("Error:")
    assert faults(missing) == []

    answer = client.post(url(booking), {"answer": "decline", "reason": "I am away."}, follow=True)

    assert "The request is declined. They are told why" in read(answer).text
    booking.refresh_from_db()
    assert booking.status == Status.DECLINED
    assert Move.objects.get().reason == "I am away."
    assert AuditEntry.objects.get(action="booking.declined").user_id is None


def test_what_was_typed_is_kept_when_it_is_too_long(client: Client, booking: Booking) -> None:
    answer = client.post(url(booking), {"answer": "decline", "reason": "away " * 80})

    assert "away away" in read(answer).text
    booking.refresh_from_db()
    assert booking.status == Status.REQUESTED


@pytest.mark.parametrize("sent", [{"answer": "accept"}, {"answer": "decline", "reason": "Away"}, {"answer": "decline"}])
def test_a_request_that_lapsed_is_not_answered(client: Client, sent: dict[str, str]) -> None:
    booking = make_request(hold_expires_at=NOW)

    answer = client.post(url(booking), sent, follow=True)

    page = read(answer)
    assert "Nobody answered the request by Mon 30 Nov 2026, 5:30 AM, so it lapsed." in page.text
    booking.refresh_from_db()
    assert booking.status == Status.REQUESTED
    assert not Move.objects.exists()


def test_a_press_that_says_neither_changes_nothing(client: Client, booking: Booking) -> None:
    for sent in ({}, {"answer": "maybe"}):
        assert client.post(url(booking), sent).status_code == 303

    booking.refresh_from_db()
    assert booking.status == Status.REQUESTED


def test_the_page_is_nobody_elses(client: Client, booking: Booking) -> None:
    answer = client.get(url(booking))

    assert answer["Cache-Control"] == "no-store"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert client.get("/answer/nonsense/").status_code == 404
    assert client.get(url(booking).replace(".", ".x")).status_code == 404
    assert client.put(url(booking)).status_code == 405


def test_a_press_without_the_forms_own_token_is_refused(booking: Booking) -> None:
    assert Client(enforce_csrf_checks=True).post(url(booking), {"answer": "accept"}).status_code == 403
    booking.refresh_from_db()
    assert booking.status == Status.REQUESTED


def test_the_link_stands_in_no_log(client: Client, booking: Booking, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        client.get(url(booking))
        client.post(url(booking), {"answer": "accept"})
        client.get(url(booking)[:-1])

    signature = answers.token(booking).partition(".")[2]
    told = [record for record in caplog.records if record.name != "django.db.backends"]
    assert told
    assert [record for record in told if signature in str(vars(record))] == []


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (Status.CONFIRMED, "It is confirmed."),
        (Status.CANCELLED, "The booking was cancelled."),
        (Status.EXPIRED, "so it lapsed."),
        (Status.COMPLETED, "The visit is over."),
    ],
)
def test_whatever_became_of_it_the_page_says_so(client: Client, status: Status, words: str) -> None:
    page = read(client.get(url(make_request(status=status))))

    assert words in page.text
    assert not page.every("button", name="answer")
    assert faults(page) == []


def test_the_page_costs_one_query(
    client: Client, booking: Booking, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        client.get(url(booking))


def test_whoever_else_is_signed_in_there_is_not_named(client: Client, booking: Booking) -> None:
    client.force_login(User.objects.create_user("somebody@example.org"))

    client.post(url(booking), {"answer": "accept"})

    assert Move.objects.get().user is None
