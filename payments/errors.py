"""Why a payment could not be begun. The sentence for the person is written in the view."""


class PaymentRefused(Exception):
    """The rules say no."""


class NothingToPay(PaymentRefused):
    """The booking is free, paid already, or over."""


class HeldTooLong(PaymentRefused):
    """The time was kept as long as it can be; it must be chosen anew."""


class TooMuch(PaymentRefused):
    """More than is still to be paid."""
