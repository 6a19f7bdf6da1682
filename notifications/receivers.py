"""Which news is told to whom. Receivers only write rows."""

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from booking.lifecycle import Status
from booking.models import Booking
from booking.signals import (
    booking_cancelled,
    booking_confirmed,
    booking_declined,
    booking_expired,
    booking_moved,
    booking_requested,
    link_renewed,
    move_asked,
    payment_asked,
)
from common.accounts.signals import account_changed, code_wanted
from common.audit import Actor
from notifications import account_mail, actions
from notifications.models import Kind
from payments.models import Refund, RefundReason
from payments.signals import refund_owed
from practitioners.models import DeskAccess, Practitioner
from practitioners.signals import desk_opened, practitioner_invited


@receiver(booking_requested)
def tell_that_a_visit_is_asked_for(*, booking: Booking, now: datetime, **_: Any) -> None:
    actions.owe([Kind.REQUESTED_PATIENT, Kind.REQUESTED_PRACTITIONER], booking, now=now)


@receiver(payment_asked)
def send_the_link_to_pay(*, booking: Booking, now: datetime, **_: Any) -> None:
    actions.owe([Kind.PAYMENT_ASKED], booking, now=now)


@receiver(booking_declined)
def tell_that_it_was_declined(*, booking: Booking, now: datetime, **_: Any) -> None:
    actions.owe([Kind.DECLINED], booking, now=now)


@receiver(booking_expired)
def tell_that_nobody_answered(*, booking: Booking, before: Status, now: datetime, **_: Any) -> None:
    """A hold that lapsed is nobody's news; a request is both sides'."""
    if before == Status.REQUESTED:
        actions.owe([Kind.UNANSWERED_PATIENT, Kind.UNANSWERED_PRACTITIONER], booking, now=now)


@receiver(booking_confirmed)
def tell_both_sides(*, booking: Booking, by: Actor, now: datetime, **_: Any) -> None:
    _tell(booking, Kind.CONFIRMED_PATIENT, Kind.CONFIRMED_PRACTITIONER, by=by, now=now)


@receiver(booking_moved)
def tell_both_sides_when_it_is_now(*, booking: Booking, by: Actor, now: datetime, **_: Any) -> None:
    _tell(booking, Kind.MOVED_PATIENT, Kind.MOVED_PRACTITIONER, by=by, now=now)


@receiver(move_asked)
def ask_for_another_time(*, booking: Booking, now: datetime, **_: Any) -> None:
    actions.owe([Kind.MOVE_ASKED], booking, now=now)


@receiver(booking_cancelled)
def tell_both_sides_it_is_off(*, booking: Booking, before: Status, by: Actor, now: datetime, **_: Any) -> None:
    """A hold that was given up is nobody's news, unless the practice had sent a link to pay for it."""
    if before in {Status.CONFIRMED, Status.REQUESTED} or booking.pay_by is not None:
        _tell(booking, Kind.CANCELLED_PATIENT, Kind.CANCELLED_PRACTITIONER, by=by, now=now)


@receiver(link_renewed)
def send_the_new_link(*, booking: Booking, now: datetime, **_: Any) -> None:
    actions.owe([Kind.LINK_RENEWED], booking, now=now)


def _tell(booking: Booking, patient: Kind, practitioner: Kind, *, by: Actor, now: datetime) -> None:
    """Both sides hear of it, but for a practitioner who did it themself."""
    kinds = [patient] if by.kind == Actor.PRACTITIONER.kind else [patient, practitioner]
    actions.owe(kinds, booking, now=now)


@receiver(refund_owed)
def tell_whose_time_went(*, refund: Refund, booking: Booking, now: datetime, **_: Any) -> None:
    if refund.reason == RefundReason.TIME_GONE:
        actions.owe([Kind.TIME_GONE], booking, now=now)


@receiver(practitioner_invited)
def invite_to_their_page(*, practitioner: Practitioner, now: datetime, **_: Any) -> None:
    account_mail.owe_invitation("page", whose=practitioner.name, to=practitioner.email, now=now)


@receiver(desk_opened)
def tell_who_may_come_in(*, access: DeskAccess, now: datetime, **_: Any) -> None:
    account_mail.owe_invitation("desk", whose=access.practitioner.name, to=access.user.email, now=now)


@receiver(code_wanted)
def mail_the_code(*, code: str, to: str, now: datetime, void_at: datetime, **_: Any) -> None:
    account_mail.owe_code(code, to=to, now=now, void_at=void_at)


@receiver(account_changed)
def tell_the_owner(*, what: str, to: str, now: datetime, **_: Any) -> None:
    account_mail.owe_news(what, to=to, now=now)
