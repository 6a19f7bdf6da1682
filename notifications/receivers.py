"""Which news is told to whom. Receivers only write rows."""

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from booking.lifecycle import Status
from booking.models import Booking
from booking.signals import booking_cancelled, booking_confirmed
from common.accounts.signals import account_changed, code_wanted
from common.audit import Actor
from notifications import account_mail, actions
from notifications.models import Kind
from payments.models import Refund, RefundReason
from payments.signals import refund_owed
from practitioners.models import DeskAccess, Practitioner
from practitioners.signals import desk_opened, practitioner_invited


@receiver(booking_confirmed)
def tell_both_sides(*, booking: Booking, now: datetime, **_: Any) -> None:
    actions.owe([Kind.CONFIRMED_PATIENT, Kind.CONFIRMED_PRACTITIONER], booking, now=now)


@receiver(booking_cancelled)
def tell_both_sides_it_is_off(*, booking: Booking, before: Status, by: Actor, now: datetime, **_: Any) -> None:
    """A hold that was given up is nobody's news, and a practitioner knows what they did themself."""
    if before not in {Status.CONFIRMED, Status.REQUESTED}:
        return
    knows = by.kind == Actor.PRACTITIONER.kind
    kinds = [Kind.CANCELLED_PATIENT] if knows else [Kind.CANCELLED_PATIENT, Kind.CANCELLED_PRACTITIONER]
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
