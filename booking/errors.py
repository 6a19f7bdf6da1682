"""Why a booking was refused. The sentence for the person is written in the view."""

from collections.abc import Sequence
from datetime import datetime

from common.money import Money


class BookingRefused(Exception):
    """The rules say no."""


class SlotTaken(BookingRefused):
    """Someone else has the time. `alternatives` holds up to five other starts."""

    def __init__(self, alternatives: Sequence[datetime] = ()) -> None:
        super().__init__()
        self.alternatives = list(alternatives)


class NotOffered(SlotTaken):
    """The time was never to be had: outside hours, too soon, too far, off the grid, or of a service not offered."""


class OutsideHours(NotOffered):
    """The desk may book it all the same, if it says so."""


class FullyBooked(SlotTaken):
    """The day or the week has as many visits as the practitioner takes."""


class PriceChanged(SlotTaken):
    """The price is no longer the one that was seen; the time itself may well be among the alternatives."""

    def __init__(self, price: Money) -> None:
        super().__init__()
        self.price = price


class HoldLapsed(BookingRefused):
    """The time was kept for a while, and the while is over."""


class GivenUp(BookingRefused):
    """The hold that was to be given up for a time has been given up already, for another one perhaps."""


class WrongState(BookingRefused):
    """A step that the booking's state does not allow."""


class TooLate(BookingRefused):
    """The cut-off has passed."""


class MovedTooOften(BookingRefused):
    """A patient may move a visit so many times, and has."""


class TooEarly(BookingRefused):
    """How a visit was can't be said before it begins."""


class NoReason(BookingRefused):
    """What was said before is changed with a reason only."""


class TermsChanged(BookingRefused):
    """What would go back is no longer what was shown."""


class Undecided(BookingRefused):
    """A change would strand bookings, and nobody has said of all of them whether they are kept or cancelled."""
