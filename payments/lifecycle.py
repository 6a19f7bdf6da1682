"""The states of a payment and of a refund, and the steps between them: their only copy in code."""

from enum import StrEnum


class PaymentStatus(StrEnum):
    CREATED = "created"
    AUTHORISED = "authorised"
    CAPTURED = "captured"
    FAILED = "failed"
    REFUNDED = "refunded"
    PARTLY_REFUNDED = "partly_refunded"


class RefundStatus(StrEnum):
    OWED = "owed"
    REQUESTED = "requested"
    PROCESSED = "processed"
    FAILED = "failed"


# Statuses in which the money arrived.
RECEIVED = (PaymentStatus.CAPTURED, PaymentStatus.PARTLY_REFUNDED, PaymentStatus.REFUNDED)

# A failed payment may still succeed (a bank answered late); a captured one never fails.
PAYMENT_MOVES: dict[PaymentStatus, frozenset[PaymentStatus]] = {
    PaymentStatus.CREATED: frozenset({PaymentStatus.AUTHORISED, PaymentStatus.CAPTURED, PaymentStatus.FAILED}),
    PaymentStatus.FAILED: frozenset({PaymentStatus.AUTHORISED, PaymentStatus.CAPTURED}),
    PaymentStatus.AUTHORISED: frozenset({PaymentStatus.CAPTURED, PaymentStatus.FAILED}),
    PaymentStatus.CAPTURED: frozenset({PaymentStatus.PARTLY_REFUNDED, PaymentStatus.REFUNDED}),
    PaymentStatus.PARTLY_REFUNDED: frozenset({PaymentStatus.REFUNDED}),
    PaymentStatus.REFUNDED: frozenset(),
}


def may_move(before: PaymentStatus, after: PaymentStatus) -> bool:
    return after in PAYMENT_MOVES[before]
