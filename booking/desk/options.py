"""What the desk can do with a booking as it stands. The actions have the last word; this says what to offer."""

from dataclasses import dataclass
from datetime import datetime

from booking.actions.moving import MOVABLE
from booking.lifecycle import Status
from booking.models import Booking

BEEN = frozenset({Status.COMPLETED, Status.NO_SHOW})


@dataclass(frozen=True, slots=True)
class Options:
    """Ways of a booking's page. `look_back`: nobody has said yet how it was; `correct`: somebody has."""

    answer: bool
    move: bool
    ask: bool
    cancel: bool
    look_back: bool
    correct: bool
    renew: bool
    again: bool


def options_of(booking: Booking, now: datetime) -> Options:
    return Options(
        answer=booking.status == Status.REQUESTED and booking.is_kept(now),
        move=may_move(booking, now),
        ask=may_ask(booking, now),
        cancel=may_cancel(booking, now),
        look_back=booking.status == Status.CONFIRMED and booking.starts_at <= now,
        correct=booking.status in BEEN,
        renew=may_renew(booking),
        again=booking.patient is not None,
    )


def may_cancel(booking: Booking, now: datetime) -> bool:
    """A time that is still being booked opens by itself, and a visit that took place stays in the books.

    A link to pay that the practice has sent can be taken back; a request is declined instead.
    """
    if booking.status == Status.PENDING_PAYMENT:
        return booking.pay_by is not None and booking.is_kept(now)
    return booking.status == Status.CONFIRMED and now < booking.ends_at


def may_move(booking: Booking, now: datetime) -> bool:
    return booking.status in MOVABLE and not booking.has_lapsed(now) and now < booking.starts_at


def may_ask(booking: Booking, now: datetime) -> bool:
    """Whether its patient can be asked for another time; a request is answered, or moved, instead."""
    return booking.status == Status.CONFIRMED and now < booking.starts_at


def may_renew(booking: Booking) -> bool:
    """The new link goes by mail."""
    return booking.patient is not None and bool(booking.patient.email)
