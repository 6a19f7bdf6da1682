"""What the product asks of a payment provider. Values in, frozen values out; every adapter keeps these promises.

Amounts are integers in the currency's minor unit. Instants are aware datetimes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from common.money import Money


class State(StrEnum):
    """Where the provider says a collection stands. `failed` is never final: the next try may succeed."""

    OPEN = "open"
    AUTHORISED = "authorised"
    CAPTURED = "captured"
    FAILED = "failed"
    CLOSED = "closed"  # expired or cancelled, and nothing was paid


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """One amount to collect. `key` (at most 40 characters) is ours, unique, and makes `open` safe to repeat.

    `description` is shown by the provider and must say nothing about health. `expires_at` is when payment must end.
    """

    key: str
    amount: Money
    description: str
    expires_at: datetime
    return_url: str


@dataclass(frozen=True, slots=True)
class Checkout:
    """The provider's name for the collection, and the page where the payer pays."""

    reference: str
    url: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What the provider says about one collection at this moment.

    `amount` and `currency` are what was really paid (or is held, while authorised), never what was asked; 0 if nothing.
    `fee` is the provider's charge including `tax`, None until known. `refunded` is how much of `amount` has gone back.
    `failure` is the provider's word for the last failed try.
    """

    reference: str
    state: State
    amount: int
    currency: str
    payment_id: str = ""
    order_id: str = ""
    fee: int | None = None
    tax: int | None = None
    method: str = ""
    failure: str = ""
    refunded: int = 0


@dataclass(frozen=True, slots=True)
class ProviderEvent:
    """An authentic webhook. What the body does not tell is empty; `kind` is empty for a body nobody can understand.

    `key` is our own key, if the body carries it. `snapshot` is None where the event alone doesn't settle the state:
    then ask with `look_up`.
    """

    event_id: str
    kind: str = ""
    reference: str = ""
    order_id: str = ""
    payment_id: str = ""
    key: str = ""
    snapshot: Snapshot | None = None


class ProviderError(Exception):
    """A call to a provider that did not succeed. The text is constant: it never quotes what was sent or answered."""


class ProviderUnavailable(ProviderError):
    """No answer, or none that can be used: ask again later with the same key."""


class ProviderRefused(ProviderError):
    """An answer that asking again will not change."""


class BadSignature(ProviderError):
    """Not from the provider, as far as we can tell. Nothing in it may be used."""


class Provider(Protocol):
    @property
    def name(self) -> str: ...

    def open(self, request: OpenRequest) -> Checkout:
        """Open a collection. The same key again gives the same checkout, also after a time-out."""

    def look_up(self, reference: str, *, timeout: float | None = None) -> Snapshot:
        """Ask how a collection stands. `timeout` bounds the whole question, in seconds."""

    def close(self, reference: str) -> None:
        """Take no more payments for it. Closing what is paid or closed already changes nothing."""

    def read_webhook(self, body: bytes, headers: Mapping[str, str]) -> ProviderEvent:
        """Check the signature over the raw body, then read it. Raises BadSignature."""

    def read_return(self, params: Mapping[str, str]) -> str:
        """The reference that a signed return speaks of. Raises BadSignature. It proves no payment: look it up."""
