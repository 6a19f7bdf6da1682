"""A booking in its patient's list: what is still to be done about it, and what can be done with it now."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from booking.lifecycle import WAITING, Status
from booking.models import Booking
from booking.views.moving import obstacle
from booking.views.video import room_of


class ToDo(StrEnum):
    """What is not settled yet: most of it is for the patient to do, a request is for the practitioner."""

    PAY = "pay"  # the practice has sent a link to pay
    FINISH = "finish"  # they went away from the last page, or from the bank's
    ANSWER = "answer"
    MOVE = "move"  # the practice asks for another time
    NOTHING = ""


@dataclass(frozen=True, slots=True)
class Card:
    """`zone` is the one that its times are told in."""

    booking: Booking
    zone: str
    todo: ToDo
    has_ended: bool
    can_join: bool
    can_move: bool
    can_cancel: bool
    can_book_again: bool

    @property
    def is_firm(self) -> bool:
        return self.booking.status == Status.CONFIRMED and not self.has_ended


def card_of(booking: Booking, zone: str, now: datetime) -> Card:
    """No query: the booking comes with its practitioner, service, patient and place."""
    is_open = not booking.has_lapsed(now) and booking.status in {*WAITING, Status.CONFIRMED}
    has_ended = not is_open or booking.ends_at <= now
    room = room_of(booking, now)
    is_firm = booking.status == Status.CONFIRMED and not has_ended
    return Card(
        booking=booking,
        zone=zone,
        todo=_todo(booking, now) if is_open else ToDo.NOTHING,
        has_ended=has_ended,
        can_join=room is not None and room.is_open,
        can_move=is_firm and not obstacle(booking, now),
        can_cancel=is_open and not (booking.status == Status.CONFIRMED and now > booking.cancellable_until),
        can_book_again=has_ended and booking.service.is_active and booking.practitioner.is_published,
    )


def _todo(booking: Booking, now: datetime) -> ToDo:
    if booking.status == Status.REQUESTED:
        return ToDo.ANSWER
    if booking.status == Status.PENDING_PAYMENT:
        return ToDo.PAY if booking.pay_by else ToDo.FINISH
    return ToDo.MOVE if booking.move_asked_at and booking.starts_at > now else ToDo.NOTHING
