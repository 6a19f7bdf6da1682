"""The verbs that write bookings. Each is one transaction, takes the time as `now`, and refuses with booking.errors.

Locks are taken in one order everywhere: practitioner, booking, payment. The practitioner's lock turns a rush into a
queue; the database's exclusion constraint is what guarantees that a time is sold once.
"""

from booking.actions.answering import accept, decline, request
from booking.actions.at_desk import Way, book_at_desk
from booking.actions.ending import cancel, complete, complete_past, miss
from booking.actions.holding import (
    expire_lapsed,
    extend_hold,
    give_details,
    hold,
    keep_after_failure,
    keep_while_paying,
)
from booking.actions.links import renew_link
from booking.actions.moving import ask_to_move, reschedule
from booking.actions.reviewing import judge, review
from booking.actions.rows import taken_means_refused
from booking.actions.settling import confirm, settle

__all__ = [
    "Way",
    "accept",
    "ask_to_move",
    "book_at_desk",
    "cancel",
    "complete",
    "complete_past",
    "confirm",
    "decline",
    "expire_lapsed",
    "extend_hold",
    "give_details",
    "hold",
    "judge",
    "keep_after_failure",
    "keep_while_paying",
    "miss",
    "renew_link",
    "request",
    "reschedule",
    "review",
    "settle",
    "taken_means_refused",
]
