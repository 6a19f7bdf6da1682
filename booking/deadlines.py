"""How long things are kept, and what goes back: arithmetic on instants, with no Django inside."""

from dataclasses import dataclass
from datetime import datetime, timedelta

HOLD = timedelta(minutes=10)
MORE = timedelta(minutes=2)
HOLD_AT_MOST = timedelta(minutes=30)
HOLD_ONCE_PAYING = timedelta(minutes=16)  # a payment link can't live shorter than 15 minutes
JOIN_BEFORE = timedelta(minutes=10)
JOIN_AFTER = timedelta(minutes=30)  # a visit may run late, and a line may break
COMPLETE_AFTER = timedelta(hours=12)  # by itself, unless the desk said how it was
REVIEW_WITHIN = timedelta(days=90)
ALL = 100  # per cent
NEVER = 20 * 366 * 24 * 60  # minutes before a visit that nobody can have waited


def hold_until(now: datetime) -> datetime:
    return now + HOLD


def hold_limit(held_at: datetime) -> datetime:
    """Until when asking for more time gives some."""
    return held_at + HOLD_AT_MOST


def hold_once_paying(current: datetime, limit: datetime, now: datetime) -> datetime:
    """Pressing Pay never shortens a hold, and pressing it again and again does not keep a time for ever."""
    return max(current, now + HOLD_ONCE_PAYING) if now < limit else current


def hold_after_failure(current: datetime, limit: datetime, now: datetime) -> datetime:
    """A try that failed leaves time for another."""
    return max(current, min(now + HOLD, limit + HOLD_ONCE_PAYING))


def hold_extended(current: datetime, limit: datetime) -> datetime:
    """A little more time for whoever asks, up to a limit; asking never shortens a hold."""
    return max(current, min(current + MORE, limit))


def answer_until(start: datetime, now: datetime, within: int) -> datetime:
    """When a request lapses: after so many minutes, at the latest when the visit would begin."""
    return min(now + timedelta(minutes=within), start)


def pay_until(start: datetime, now: datetime, within: int) -> datetime:
    """When a link to pay lapses: after so many minutes, or when the visit begins; never too soon to be paid."""
    return max(now + HOLD_ONCE_PAYING, min(now + timedelta(minutes=within), start))


@dataclass(frozen=True, slots=True)
class Agreed:
    """The terms of a booking. Cut-offs are minutes before the visit; None follows `cancel_cutoff`."""

    cancel_cutoff: int
    full_refund_until: int | None
    late_refund: int  # per cent
    move_cutoff: int | None
    most_moves: int


def cancellable_until(start: datetime, terms: Agreed) -> datetime:
    return start - timedelta(minutes=terms.cancel_cutoff)


def movable_until(start: datetime, terms: Agreed) -> datetime:
    cutoff = terms.cancel_cutoff if terms.move_cutoff is None else terms.move_cutoff
    return start - timedelta(minutes=cutoff)


def all_back_until(start: datetime, terms: Agreed) -> datetime:
    """The last moment at which cancelling gives all of the price back."""
    minutes = terms.cancel_cutoff if terms.full_refund_until is None else terms.full_refund_until
    return start - timedelta(minutes=max(minutes, terms.cancel_cutoff))


def refund_percent(start: datetime, terms: Agreed, now: datetime) -> int:
    return ALL if now <= all_back_until(start, terms) else terms.late_refund


def share(amount: int, percent: int) -> int:
    """So many per cent of an amount in minor units; half a unit goes to the patient."""
    return -(-amount * percent // ALL)


def may_join(start: datetime, end: datetime, now: datetime) -> bool:
    """Whether the room of a video visit is open."""
    return start - JOIN_BEFORE <= now < end + JOIN_AFTER
