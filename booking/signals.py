"""News of bookings, sent inside the transaction that makes it true. Receivers only write rows."""

from django.dispatch import Signal

booking_confirmed = Signal()  # booking, now
booking_cancelled = Signal()  # booking, before (its status), by, now
booking_expired = Signal()  # booking, now
