"""The states of a booking and the steps between them: their only copy in code."""

from enum import StrEnum


class Status(StrEnum):
    PENDING_PAYMENT = "pending_payment"
    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    COMPLETED = "completed"
    NO_SHOW = "no_show"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    DECLINED = "declined"


# Statuses that occupy their time under the database's constraint.
ACTIVE = (Status.PENDING_PAYMENT, Status.REQUESTED, Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW)

# Statuses that wait for somebody until a deadline, which ends them whether or not anybody writes it down.
WAITING = (Status.PENDING_PAYMENT, Status.REQUESTED)

MOVES: dict[Status, frozenset[Status]] = {
    Status.PENDING_PAYMENT: frozenset({Status.CONFIRMED, Status.REQUESTED, Status.EXPIRED, Status.CANCELLED}),
    Status.REQUESTED: frozenset(
        {Status.PENDING_PAYMENT, Status.CONFIRMED, Status.DECLINED, Status.EXPIRED, Status.CANCELLED}
    ),
    Status.EXPIRED: frozenset({Status.CONFIRMED}),
    Status.CONFIRMED: frozenset({Status.COMPLETED, Status.NO_SHOW, Status.CANCELLED}),
    Status.COMPLETED: frozenset({Status.NO_SHOW}),
    Status.NO_SHOW: frozenset({Status.COMPLETED}),
    Status.CANCELLED: frozenset(),
    Status.DECLINED: frozenset(),
}


def may_move(before: Status, after: Status) -> bool:
    return after in MOVES[before]
