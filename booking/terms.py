"""The terms of a practitioner, or those a booking was made under, as booking.deadlines reckons with them."""

from booking.deadlines import Agreed
from practitioners.models import Terms


def agreed(terms: Terms) -> Agreed:
    return Agreed(
        cancel_cutoff=terms.cancel_cutoff,
        full_refund_until=terms.full_refund_until,
        late_refund=terms.late_refund,
        move_cutoff=terms.move_cutoff,
        most_moves=terms.most_moves,
    )
