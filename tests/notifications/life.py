"""What happens to bookings, by the real actions, one step of the life at a time."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.core.mail import EmailMultiAlternatives

from booking import actions
from booking.lifecycle import Status
from booking.models import Booking
from common.audit import Actor
from notifications.channels import email
from notifications.models import Kind, Notification
from payments import actions as payment_actions
from tests.factories import NOW, TOMORROW_AT_TEN, captured, make_booking, make_payment, make_service

HOUR = timedelta(hours=1)
AT_ELEVEN = TOMORROW_AT_TEN + HOUR


def requested(**facts: Any) -> Booking:
    return actions.request(make_booking(needs_approval=True, **facts), by=Actor.PATIENT, now=NOW)


def accepted(**facts: Any) -> Booking:
    return actions.accept(requested(**facts), by=Actor.PRACTITIONER, now=NOW)


def declined(reason: str = "I am away that week.", **facts: Any) -> Booking:
    return actions.decline(requested(**facts), by=Actor.PRACTITIONER, reason=reason, now=NOW)


def unanswered(**facts: Any) -> Booking:
    booking = requested(**facts)
    assert booking.hold_expires_at
    actions.expire_lapsed(now=booking.hold_expires_at)
    booking.refresh_from_db()
    return booking


def confirmed(by: Actor = Actor.PROVIDER, **facts: Any) -> Booking:
    return actions.confirm(make_booking(**facts), by=by, now=NOW)


def firm(**facts: Any) -> Booking:
    """As it is long after it was confirmed: with nothing owed to anybody."""
    return make_booking(status=Status.CONFIRMED, **facts)


def moved(by: Actor = Actor.PATIENT, reason: str = "", **facts: Any) -> Booking:
    return actions.reschedule(firm(**facts), start=AT_ELEVEN, by=by, reason=reason, now=NOW)


def asked_to_move(why: str = "The clinic is closed that morning.", **facts: Any) -> Booking:
    return actions.ask_to_move(firm(**facts), by=Actor.FRONT_DESK, why=why, now=NOW)


def with_new_link(**facts: Any) -> Booking:
    return actions.renew_link(firm(**facts), by=Actor.FRONT_DESK, now=NOW)


def cancelled(by: Actor = Actor.STAFF, **facts: Any) -> Booking:
    return actions.cancel(firm(**facts), by=by, reason="", now=NOW)


def paid_too_late(**facts: Any) -> Booking:
    facts = {"service": make_service(), **facts}
    payment = make_payment(booking=make_booking(**facts))
    later = NOW + HOUR
    actions.expire_lapsed(now=later)
    firm(service=facts["service"])
    payment_actions.apply_payment(payment, captured(payment), by=Actor.PROVIDER, now=later)
    payment.booking.refresh_from_db()
    return payment.booking


# How each kind of news about a booking comes to be.
NEWS: dict[Kind, Callable[..., Booking]] = {
    Kind.REQUESTED_PATIENT: requested,
    Kind.REQUESTED_PRACTITIONER: requested,
    Kind.PAYMENT_ASKED: accepted,
    Kind.DECLINED: declined,
    Kind.UNANSWERED_PATIENT: unanswered,
    Kind.UNANSWERED_PRACTITIONER: unanswered,
    Kind.CONFIRMED_PATIENT: confirmed,
    Kind.CONFIRMED_PRACTITIONER: confirmed,
    Kind.MOVED_PATIENT: moved,
    Kind.MOVED_PRACTITIONER: moved,
    Kind.MOVE_ASKED: asked_to_move,
    Kind.LINK_RENEWED: with_new_link,
    Kind.CANCELLED_PATIENT: cancelled,
    Kind.CANCELLED_PRACTITIONER: cancelled,
    Kind.TIME_GONE: paid_too_late,
}


def kinds_of(booking: Booking) -> set[str]:
    """What is owed about a booking."""
    return set(booking.notifications.values_list("kind", flat=True))


class Letter:
    """One mail as it would be sent now."""

    def __init__(self, booking: Booking, kind: Kind) -> None:
        row = Notification.objects.filter(booking=booking, kind=kind).latest("pk")
        self.message: EmailMultiAlternatives = email.message_of(row)
        self.to = self.message.to
        self.subject = str(self.message.subject)
        self.text = str(self.message.body)
        self.html = str(self.message.alternatives[0][0])

    @property
    def readings(self) -> tuple[str, str]:
        """Both, each in one line."""
        return " ".join(self.text.split()), " ".join(self.html.split())

    def says(self, *words: str) -> bool:
        return all(word in reading for word in words for reading in self.readings)

    def mentions(self, *words: str) -> bool:
        return any(word in reading for word in words for reading in (*self.readings, self.subject))
