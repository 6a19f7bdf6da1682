"""Messages that are owed: once each, again after a failure, given up where everyone can see it."""

import smtplib
from datetime import timedelta
from email.message import Message

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives

from booking.lifecycle import Status
from booking.models import Booking
from common import claims
from notifications import actions
from notifications.channels import email
from notifications.models import Kind, Notification
from tests.factories import NOW, make_booking, make_patient, make_practitioner, make_service

pytestmark = pytest.mark.django_db
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
BOTH = [Kind.CONFIRMED_PATIENT, Kind.CONFIRMED_PRACTITIONER]


@pytest.fixture
def booking(db: None) -> Booking:
    service = make_service(make_practitioner(name="Asha Rao", email="asha@example.org"))
    return make_booking(service=service, status=Status.CONFIRMED, patient=make_patient(email="meera@example.com"))


@pytest.fixture
def no_mail_server(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> str:
        raise smtplib.SMTPServerDisconnected("meera@example.com could not be reached")

    monkeypatch.setattr(email, "send", refuse)


def sent() -> list[tuple[str, Message]]:
    return sorted(((one.to[0], one.message()) for one in mail.outbox), key=lambda pair: pair[0])


def test_a_confirmation_goes_to_each_side_once(booking: Booking) -> None:
    for _ in range(3):
        actions.owe(BOTH, booking, now=NOW)
    for _ in range(3):
        actions.deliver(now=NOW + DAY)

    assert [to for to, _ in sent()] == ["asha@example.org", "meera@example.com"]
    assert not Notification.objects.filter(done_at=None).exists()


def test_a_booking_that_moved_is_owed_a_message_of_its_own(booking: Booking) -> None:
    actions.owe(BOTH, booking, now=NOW)
    booking.sequence += 1

    actions.owe(BOTH, booking, now=NOW)

    assert Notification.objects.count() == 4


def test_only_one_bookings_messages_can_be_sent(booking: Booking) -> None:
    other = make_booking(status=Status.CONFIRMED)
    for each in (booking, other):
        actions.owe(BOTH, each, now=NOW)

    assert actions.deliver(now=NOW, booking=booking.pk) == 2

    assert {row.booking_id for row in Notification.objects.filter(done_at=None)} == {other.pk}


@pytest.mark.usefixtures("no_mail_server")
def test_a_message_that_fails_is_tried_again_later_under_the_name_of_its_failure(booking: Booking) -> None:
    actions.owe([Kind.CONFIRMED_PATIENT], booking, now=NOW)

    assert [actions.deliver(now=NOW + n * SECOND) for n in (0, 1, 10)] == [1, 0, 1]

    row = Notification.objects.get()
    assert (row.attempts, row.done_at, row.last_error) == (2, None, "SMTPServerDisconnected")


def test_the_mail_server_comes_back_and_the_message_leaves_once(
    booking: Booking, monkeypatch: pytest.MonkeyPatch
) -> None:
    actions.owe([Kind.CONFIRMED_PATIENT], booking, now=NOW)
    with monkeypatch.context() as down:
        down.setattr(email, "send", lambda _: 1 / 0)
        actions.deliver(now=NOW)

    for hours in range(3):
        actions.deliver(now=NOW + DAY + hours * SECOND)

    assert len(mail.outbox) == 1
    row = Notification.objects.get()
    assert (row.last_error, row.gave_up_at) == ("", None)
    assert row.message_id == mail.outbox[0].extra_headers["Message-ID"]


@pytest.mark.usefixtures("no_mail_server")
def test_after_hours_of_trying_it_is_given_up_visibly(booking: Booking) -> None:
    actions.owe([Kind.CONFIRMED_PATIENT], booking, now=NOW)
    now, tries = NOW, 0
    while actions.deliver(now=now) and tries < 50:
        tries += 1
        now = Notification.objects.get().due_at or now

    row = Notification.objects.get()
    assert tries == actions.MOST_ATTEMPTS
    assert (row.done_at, row.gave_up_at) == (now, now)
    assert timedelta(hours=2) < now - NOW < DAY


def test_one_message_that_can_not_be_sent_does_not_stop_the_others(booking: Booking) -> None:
    nobody = make_booking(patient=None, status=Status.CONFIRMED)
    actions.owe([Kind.CONFIRMED_PRACTITIONER], nobody, now=NOW)
    actions.owe([Kind.CONFIRMED_PATIENT], booking, now=NOW)

    assert actions.deliver(now=NOW) == 2

    assert [to for to, _ in sent()] == ["meera@example.com"]


def test_a_message_sent_twice_is_recognised_as_one(booking: Booking) -> None:
    """A worker may die between the server's yes and our note of it."""
    actions.owe([Kind.CONFIRMED_PATIENT], booking, now=NOW)
    (row,) = claims.claim(Notification, now=NOW)
    email.send(row)

    Notification.objects.update(leased_until=None)
    actions.deliver(now=NOW)

    first, second = (message["Message-ID"] for _, message in sent())
    assert first == second == f"<notification-{row.pk}@testserver>"


def test_a_mail_says_where_when_and_how_much_in_the_zone_of_its_reader(booking: Booking) -> None:
    assert booking.patient is not None
    booking.patient.zone = "Europe/London"
    booking.patient.save()
    actions.owe(BOTH, booking, now=NOW)

    actions.deliver(now=NOW)

    to_practitioner, to_patient = (str(one.body) for one in sorted(mail.outbox, key=lambda one: one.to[0]))
    assert "4:30 AM" in to_patient
    assert "GMT" in to_patient
    assert f"/b/{booking.public_id}/" in to_patient
    assert "10:00 AM" in to_practitioner
    assert "IST" in to_practitioner
    assert booking.public_id not in to_practitioner
    for text in (to_patient, to_practitioner):
        assert "₹1,500" in text
        assert booking.reference in text


def test_what_people_typed_stays_text() -> None:
    name, person = "O'Brien & <b>Co</b>", 'Dr "A" <i>Rao</i>'
    service = make_service(make_practitioner(name=person))
    booking = make_booking(service=service, patient=make_patient(name=name), status=Status.CONFIRMED)
    actions.owe([Kind.CONFIRMED_PATIENT], booking, now=NOW)

    actions.deliver(now=NOW)

    (message,) = mail.outbox
    assert isinstance(message, EmailMultiAlternatives)
    html = str(message.alternatives[0][0])
    assert f"Hello {name}," in message.body
    assert person in message.body
    assert "&#x27;" not in message.body
    assert "<b>Co" not in html
    assert "<i>Rao" not in html
    assert "O&#x27;Brien &amp; &lt;b&gt;Co&lt;/b&gt;" in html


def test_a_line_break_in_a_name_makes_no_new_header() -> None:
    service = make_service(make_practitioner(name="Asha\nBcc: all@example.com"))
    patient = make_patient(name="Meera\r\nBcc: x@example.com")
    booking = make_booking(service=service, patient=patient, status=Status.CONFIRMED)
    actions.owe(BOTH, booking, now=NOW)

    actions.deliver(now=NOW)

    for _, message in sent():
        assert message["Bcc"] is None
        assert message["Auto-Submitted"] == "auto-generated"


def test_headers_say_nothing_about_health_or_money(booking: Booking) -> None:
    booking.service_name, booking.note = "Consultation for anxiety", "trouble sleeping"
    booking.save()
    actions.owe(BOTH, booking, now=NOW)

    actions.deliver(now=NOW)

    for _, message in sent():
        headers = " ".join(f"{name}: {value}" for name, value in message.items())
        for word in ("anxiety", "sleeping", "Psychologist", "₹", "1,500", "Meera"):
            assert word not in headers
