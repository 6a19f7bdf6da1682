"""What confirmation mails say, and what they never say."""

from datetime import timedelta

import pytest

from booking.lifecycle import Status
from booking.models import Booking
from notifications.channels.email import message_of
from notifications.models import Notification
from practitioners.models import Service
from tests.factories import NOW, make_booking

pytestmark = pytest.mark.django_db


@pytest.fixture
def booking(service: Service) -> Booking:
    Service.objects.update(name="Anxiety consultation")
    service.refresh_from_db()
    return make_booking(
        service=service, status=Status.CONFIRMED, patient__name="Meera O’Neil & <b>Co</b>", note="panic attacks"
    )


def render(booking: Booking, kind: str, part: str) -> str:
    message = message_of(Notification(kind=kind, booking=booking))
    return {"subject.txt": message.subject, "txt": message.body, "html": message.alternatives[0][0]}[part]  # type: ignore[return-value]


def test_the_patient_reads_when_with_whom_how_much_and_until_when_to_cancel(booking: Booking) -> None:
    link = f"/b/{booking.public_id}/"
    for part in ("txt", "html"):
        text = render(booking, "booking_confirmed_patient", part)
        for fact in ("Tue 1 Dec 2026", "10:00 AM – 11:00 AM", "IST", "Asha Rao", "₹1,500", booking.reference, link):
            assert fact in text, (part, fact)
        assert "until Mon 30 Nov 2026, 10:00 AM" in text


def test_times_are_told_in_the_recipients_zone(booking: Booking) -> None:
    assert booking.patient is not None
    booking.patient.zone = "America/New_York"

    assert "Mon 30 Nov 2026, 11:30 PM EST" in render(booking, "booking_confirmed_patient", "subject.txt")


def test_plain_text_is_plain_and_html_is_escaped(booking: Booking) -> None:
    assert "Hello Meera O’Neil & <b>Co</b>," in render(booking, "booking_confirmed_patient", "txt")
    assert "<b>Co" not in render(booking, "booking_confirmed_patient", "html")


def test_a_passed_cut_off_is_not_mentioned(booking: Booking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("common.clock.now", lambda: NOW + timedelta(hours=12))

    assert "cancel free" not in render(booking, "booking_confirmed_patient", "txt")


@pytest.mark.parametrize("kind", ["booking_confirmed_patient", "booking_confirmed_practitioner"])
def test_subjects_are_one_line_of_date_and_time_and_mails_never_speak_of_health(booking: Booking, kind: str) -> None:
    subject = render(booking, kind, "subject.txt").strip()

    assert "\n" not in subject
    assert subject.endswith(": Tue 1 Dec 2026, 10:00 AM IST")
    for part in ("subject.txt", "txt", "html"):
        text = render(booking, kind, part)
        assert not any(word in text for word in ("Anxiety", "panic", "Psycholog")), part


def test_the_practitioner_sees_a_first_name_and_no_more(booking: Booking) -> None:
    assert booking.patient is not None
    booking.patient.name = "Meera Iyer"

    text = render(booking, "booking_confirmed_practitioner", "txt")

    assert "Meera I." in text
    assert "Iyer" not in text
    assert booking.patient.phone not in text


def test_nothing_is_loaded_when_a_mail_is_opened(booking: Booking) -> None:
    html = render(booking, "booking_confirmed_patient", "html")

    assert not any(word in html for word in ("<img", "@import", "<script", "url(", "<link"))
