"""What a patient was promised about calling a visit off and moving it, as dates: arithmetic, with no Django inside."""

from dataclasses import dataclass
from datetime import datetime

from booking import deadlines
from booking.deadlines import Agreed


@dataclass(frozen=True, slots=True)
class Policy:
    """Each date is the last moment of something, and None once that is over.

    All of the price goes back until `all_until`, then `percent` of it until `part_until`, then the practice has to be
    asked. It can be moved `moves` times until `move_until`.
    """

    all_until: datetime | None
    part_until: datetime | None
    percent: int
    move_until: datetime | None
    moves: int

    @property
    def cancel_until(self) -> datetime | None:
        return self.part_until or self.all_until


def policy_of(start: datetime, terms: Agreed, now: datetime, *, is_paid_online: bool = True) -> Policy:
    """The terms of a visit that begins at `start`. What was not paid online can't go back in parts."""
    last = deadlines.cancellable_until(start, terms)
    in_parts = is_paid_online and terms.late_refund < deadlines.ALL
    all_until = deadlines.all_back_until(start, terms) if in_parts else last
    move_until = deadlines.movable_until(start, terms)
    return Policy(
        all_until=all_until if now <= all_until else None,
        part_until=last if now <= last and all_until < last else None,
        percent=terms.late_refund,
        move_until=move_until if now <= move_until else None,
        moves=terms.most_moves,
    )
