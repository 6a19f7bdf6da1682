"""What Razorpay accepts in a request, and how it words a refusal. No database."""

import re
from collections.abc import Callable
from typing import Any

from payments.sandbox.errors import Refusal

Json = dict[str, Any]

SHORTEST_LIFE = 15 * 60
LONGEST_LIFE = 184 * 24 * 3600
SMALLEST_AMOUNT = 100

_CURRENCY = re.compile(r"[A-Z]{3}")
_WEB_ADDRESS = re.compile(r"https?://\S+")
_NOTES, _NOTE_LENGTH, _REFERENCE_LENGTH, _DESCRIPTION_LENGTH = 15, 255, 40, 2048

_ORDER_FIELDS = {"amount", "currency", "receipt", "notes", "partial_payment", "first_payment_min_amount"}
_REFUND_FIELDS = {"amount", "speed", "notes", "receipt", "reverse_all"}


def link_fields(asked: Json, *, now: int) -> Json:
    """The columns of a link as asked for. Refuses what Razorpay refuses."""
    _only(asked, set(_LINK_FIELDS))
    if asked.get("first_min_partial_amount") and not asked.get("accept_partial"):
        raise Refusal("first_min_partial_amount needs accept_partial", field="first_min_partial_amount")
    if asked.get("upi_link"):
        raise Refusal("UPI payment links can be made in live mode only", field="upi_link")
    if asked.get("callback_url") and asked.get("callback_method") != "get":
        raise Refusal("The callback method must be get", field="callback_method")
    _in_time(asked.get("expire_by"), now)
    present = {name: value for name, value in asked.items() if value is not None}
    checked = {name: _LINK_FIELDS[name](name, value) for name, value in present.items()}
    checked.setdefault("currency", "INR")
    _amount("amount", checked.get("amount"))
    return {name: value for name, value in checked.items() if name not in {"options", "upi_link"}}


def order_fields(asked: Json) -> Json:
    _only(asked, _ORDER_FIELDS)
    return {
        "amount": _amount("amount", asked.get("amount")),
        "currency": _currency("currency", asked.get("currency")),
        "receipt": _text(_REFERENCE_LENGTH)("receipt", asked.get("receipt") or ""),
        "notes": _notes("notes", asked.get("notes")),
    }


def refund_fields(asked: Json, *, refundable: int, captured: bool) -> Json:
    """`refundable` is what is left of the captured amount."""
    _only(asked, _REFUND_FIELDS)
    if not captured:
        raise Refusal("The payment has not been captured yet")
    if not refundable:
        raise Refusal("The payment has been fully refunded already")
    amount = _amount("amount", asked.get("amount", refundable))
    if amount > refundable:
        raise Refusal("The refund amount provided is greater than amount captured", field="amount")
    speed = asked.get("speed") or ""
    if speed not in {"", "normal", "optimum"}:
        raise Refusal("The selected speed is invalid.", field="speed")
    return {
        "amount": amount,
        "receipt": _text(_REFERENCE_LENGTH)("receipt", asked.get("receipt") or ""),
        "notes": _notes("notes", asked.get("notes")),
        "speed": speed,
    }


def idempotency_key(given: str | None) -> str | None:
    if given is not None and not re.fullmatch(r"[A-Za-z0-9_-]{10,128}", given):
        raise Refusal("The idempotency key must be at least 10 letters, digits, hyphens or underscores")
    return given


def _in_time(expire_by: object, now: int) -> None:
    if not expire_by:
        return
    ahead = _whole("expire_by", expire_by) - now
    if ahead < SHORTEST_LIFE:
        raise Refusal("The timestamp must be at least 15 minutes in future.", field="expire_by")
    if ahead > LONGEST_LIFE:
        raise Refusal("The timestamp must be at most 6 months in future.", field="expire_by")


def _only(asked: Json, known: set[str]) -> None:
    if extra := sorted(set(asked) - known):
        raise Refusal(f"{', '.join(extra)} is/are not required and should not be sent")


def _whole(name: str, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise Refusal(f"The {name} must be an integer.", field=name)
    return value


def _amount(name: str, value: object) -> int:
    if value is None:
        raise Refusal(f"The {name} field is required.", field=name)
    if _whole(name, value) < SMALLEST_AMOUNT:
        raise Refusal("The amount must be at least INR 1.00", field=name)
    return _whole(name, value)


def _currency(name: str, value: object) -> str:
    if not isinstance(value, str) or not _CURRENCY.fullmatch(value):
        raise Refusal(f"The {name} field is required.", field=name)
    return value


def _text(longest: int) -> Callable[[str, object], str]:
    def check(name: str, value: object) -> str:
        if not isinstance(value, str) or "\0" in value:
            raise Refusal(f"The {name} must be a string.", field=name)
        if len(value) > longest:
            raise Refusal(f"The {name} may not be greater than {longest} characters.", field=name)
        return value

    return check


def _address(name: str, value: object) -> str:
    if not isinstance(value, str) or not _WEB_ADDRESS.fullmatch(value):
        raise Refusal(f"The {name} format is invalid.", field=name)
    return value


def _boolean(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise Refusal(f"The {name} field must be true or false.", field=name)
    return value


def _object(name: str, value: object) -> Json:
    if not isinstance(value, dict):
        raise Refusal(f"The {name} must be an object.", field=name)
    return value


def _notes(name: str, value: object) -> Json:
    if value in (None, []):
        return {}
    notes = _object(name, value)
    if len(notes) > _NOTES:
        raise Refusal(f"Number of fields in notes should be less than or equal to {_NOTES}", field=name)
    if any(len(str(note)) > _NOTE_LENGTH for note in notes.values()):
        raise Refusal(f"notes values cannot be longer than {_NOTE_LENGTH} characters", field=name)
    return notes


_LINK_FIELDS: dict[str, Callable[[str, object], Any]] = {
    "amount": _amount,
    "currency": _currency,
    "accept_partial": _boolean,
    "first_min_partial_amount": _whole,
    "expire_by": _whole,
    "reference_id": _text(_REFERENCE_LENGTH),
    "description": _text(_DESCRIPTION_LENGTH),
    "customer": _object,
    "notify": _object,
    "reminder_enable": _boolean,
    "notes": _notes,
    "callback_url": _address,
    "callback_method": _text(8),
    "upi_link": _boolean,
    "options": _object,
}
