"""News of bookings, sent inside the transaction that makes it true. Receivers only write rows."""

from django.dispatch import Signal

booking_requested = Signal()  # booking, now
booking_declined = Signal()  # booking, now
payment_asked = Signal()  # booking, now: the practice sends a link to pay, for a request or from the desk
booking_confirmed = Signal()  # booking, by, now
booking_moved = Signal()  # booking, before (when it began), by, now
move_asked = Signal()  # booking, now
booking_cancelled = Signal()  # booking, before (its status), by, percent (of what was paid that goes back), now
booking_expired = Signal()  # booking, before (its status), now
link_renewed = Signal()  # booking, now
