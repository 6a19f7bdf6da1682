"""Names for things that leave the house, and for states of things that come back to it."""

import hashlib
import json
import secrets
from typing import Any

# Crockford's base 32: no I, L, O, U, so that a reference survives a phone call.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
PUBLIC_ID_LENGTH = 26  # 130 random bits
REFERENCE_LENGTH = 8  # 40 bits: a name, not a secret


def _random(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def new_public_id() -> str:
    """A capability of 130 random bits: whoever has it may act on the thing it names."""
    return _random(PUBLIC_ID_LENGTH).lower()


def new_reference() -> str:
    """A short name such as 7F3K-29QX for mails and phone calls; it opens nothing."""
    text = _random(REFERENCE_LENGTH)
    return f"{text[:4]}-{text[4:]}"


def new_payment_key() -> str:
    """Our name for one payment at a provider: receipt, reference and idempotency key (at most 40 characters)."""
    return f"pay_{_random(PUBLIC_ID_LENGTH).lower()}"


def fingerprint(facts: Any) -> str:
    """A few letters that stand for facts, and differ for others: what a form was filled with, for instance."""
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:16]
