"""News of money, sent inside the transaction that books it. Receivers only write rows."""

from django.dispatch import Signal

payment_captured = Signal()  # payment, booking, now
refund_owed = Signal()  # refund, booking, now
