"""What is said when a visit is called off, and what is no longer said."""

from datetime import timedelta

import pytest
from django.core import mail

from booking import actions as booking_actions
from booking.lifecycle import Status
from booking.models import Booking
from common.audit import Actor
from notifications import actions
from notifications.models import Kind, Notification
from tests.factories import NOW, make_booking

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _outbox(settings: object) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"  # type: ignore[attr-defined]


def cancel(booking: Booking) -> None:
    booking_actions.cancel(booking, by=Actor.STAFF, reason="unwell", now=NOW)


def test_both_sides_hear_that_a_firm_visit_is_off() -> None:
    cancel(make_booking(status=Status.CONFIRMED))
    actions.deliver(now=NOW)

    assert sorted(message.subject.split(":")[0] for message in mail.outbox) == ["Cancelled", "Cancelled"]
    assert len({tuple(message.to) for message in mail.outbox}) == 2


def test_a_hold_that_is_given_up_is_nobodys_news() -> None:
    cancel(make_booking())

    assert not Notification.objects.exists()


def test_a_confirmation_that_was_delayed_is_not_sent_for_a_cancelled_visit() -> None:
    booking = make_booking(status=Status.CONFIRMED)
    actions.owe([Kind.CONFIRMED_PATIENT], booking, now=NOW)
    cancel(booking)
    actions.deliver(now=NOW + MINUTE)

    late = Notification.objects.get(kind=Kind.CONFIRMED_PATIENT)
    assert (late.message_id, late.last_error) == ("", actions.OVERTAKEN)
    assert late.done_at
