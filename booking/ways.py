"""The ways out of the last page: pay now, confirm, ask first. What was agreed when the time was taken decides."""

from dataclasses import dataclass

from booking.models import Booking
from practitioners.models import PayWhen


@dataclass(frozen=True, slots=True)
class Ways:
    """Whether the practitioner is asked first, and how the price can be paid; neither way: it is free."""

    asks: bool
    online: bool
    at_visit: bool

    @property
    def pays_now(self) -> bool:
        """Whether money can move on this page."""
        return self.online and not self.asks

    @property
    def has_choice(self) -> bool:
        return self.online and self.at_visit

    @property
    def steps(self) -> int:
        """How many pages it takes, counted from the details."""
        return 3 if self.pays_now else 2


def ways_of(booking: Booking) -> Ways:
    """A link to pay that the practice has sent leaves only one way."""
    sent = booking.pay_by is not None
    return Ways(
        asks=booking.awaits_request,
        online=booking.amount > 0 and (sent or booking.pay_when != PayWhen.AT_VISIT),
        at_visit=booking.amount > 0 and not sent and booking.pay_when != PayWhen.ONLINE,
    )
