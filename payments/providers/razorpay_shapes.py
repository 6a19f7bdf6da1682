"""Reading what Razorpay writes: its entities and events as plain values. No network, no Django.

Everything here is careful because the documented samples are: notes may be [], {} or null, an order's id may lack its
prefix, fields may be missing. What can't be read is empty or None, never a guess.
"""

import json
import re
from dataclasses import dataclass, replace
from typing import Any, NoReturn

from payments.providers.base import ProviderEvent, ProviderUnavailable, Snapshot, State

Json = dict[str, Any]

NOTE = "payment"  # the note that carries our key
NO_CURRENCY = "XXX"  # ISO 4217's word for none: it matches nothing that was ever asked

_CURRENCY = re.compile(r"[A-Z]{3}")
_KIND = re.compile(r"[a-z_.]{1,64}")
_KEY = re.compile(r"[!-~]{1,40}")
_WORD = re.compile(r"[A-Za-z0-9_.]{1,64}")
_BARE_ID = re.compile(r"[A-Za-z0-9]{1,40}")
_LINK_IN_DESCRIPTION = re.compile(r"#([A-Za-z0-9]{14})")

_ABOUT_A_PAYMENT = {"payment.authorized", "payment.captured", "payment.failed"}
_PAID = {"order.paid", "payment_link.paid", "payment_link.partially_paid"}
_CLOSED = {"payment_link.expired", "payment_link.cancelled"}


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment entity. `state` is None for a status we don't know."""

    payment_id: str
    order_id: str
    state: State | None
    amount: int
    currency: str
    fee: int | None
    tax: int | None
    method: str
    failure: str
    refunded: int
    created_at: int


# --- Entities ---------------------------------------------------------------------------------------------------------


def entity_id(prefix: str, value: object) -> str:
    """`value` if it is an id of this kind (plink_, order_, pay_), else the empty string."""
    bare = value.removeprefix(prefix) if isinstance(value, str) else ""
    return f"{prefix}{bare}" if _BARE_ID.fullmatch(bare) and value != bare else ""


def order_id_of(link: Json) -> str:
    return entity_id("order_", link.get("order_id"))


def captured_ids(link: Json) -> list[str]:
    """The payments a link lists. Razorpay lists none as null or []."""
    listed = link.get("payments")
    entries = listed if isinstance(listed, list) else []
    ids = (entity_id("pay_", entry.get("payment_id")) for entry in entries if isinstance(entry, dict))
    return [payment_id for payment_id in ids if payment_id]


def items_of(collection: Json, *names: str) -> list[Json]:
    """The objects of a collection. Most collections call them `items`; payment links have a name of their own."""
    for name in (*names, "items"):
        if isinstance(listed := collection.get(name), list):
            return [item for item in listed if isinstance(item, dict)]
    return []


def payment_of(entity: Json, *, currency: str = "") -> Payment:
    """Read a payment entity. `currency` stands in where a shortened entity leaves its own out."""
    state = _state_of(entity)
    has_money = state in {State.AUTHORISED, State.CAPTURED}
    return Payment(
        payment_id=entity_id("pay_", entity.get("id")),
        order_id=entity_id("order_", entity.get("order_id")),
        state=state,
        amount=(_whole(entity.get("amount")) or 0) if has_money else 0,
        currency=_matching(_CURRENCY, entity.get("currency")) or currency,
        fee=_whole(entity.get("fee")),
        tax=_whole(entity.get("tax")),
        method=_matching(_WORD, entity.get("method")),
        failure=_matching(_WORD, entity.get("error_reason")) or _matching(_WORD, entity.get("error_code")),
        refunded=_whole(entity.get("amount_refunded")) or 0,
        created_at=_whole(entity.get("created_at")) or 0,
    )


def _state_of(entity: Json) -> State | None:
    status = entity.get("status")
    if status == "refunded":
        # A payment that was never captured is refunded by Razorpay itself: no money came.
        return State.FAILED if entity.get("captured") is False else State.CAPTURED
    # `captured` may already be true while the status is still authorized: the status decides.
    known = {
        "captured": State.CAPTURED,
        "authorized": State.AUTHORISED,
        "failed": State.FAILED,
        "created": State.OPEN,
    }
    return known.get(status) if isinstance(status, str) else None


def snapshot_of(link: Json, payments: list[Payment]) -> Snapshot:
    """One truth from a link and all its payments.

    Money decides before the link's own status: a payment may arrive late, on a link that has expired meanwhile.
    """
    reference, status = entity_id("plink_", link.get("id")), link.get("status")
    payments = sorted(payments, key=lambda payment: payment.created_at)
    if any(payment.state is None or not payment.payment_id for payment in payments):
        raise ProviderUnavailable("Razorpay answered a payment we can't read")
    for state in (State.CAPTURED, State.AUTHORISED):
        if with_money := [payment for payment in payments if payment.state is state]:
            return _sum_of(reference, state, with_money)
    if status in {"paid", "partially_paid"}:
        raise ProviderUnavailable("Razorpay answered a paid link without its payment")
    last = payments[-1] if payments else None
    if status in {"expired", "cancelled"}:
        state = State.CLOSED
    elif last is not None and last.state is State.FAILED:
        state = State.FAILED
    elif status == "created":
        state = State.OPEN
    else:
        raise ProviderUnavailable("Razorpay answered a link status we don't know")
    return Snapshot(
        reference=reference,
        state=state,
        amount=0,
        currency=_matching(_CURRENCY, link.get("currency")),
        payment_id=last.payment_id if last else "",
        order_id=order_id_of(link),
        method=last.method if last else "",
        failure=last.failure if last else "",
    )


def _sum_of(reference: str, state: State, payments: list[Payment]) -> Snapshot:
    first = payments[0]
    fees, taxes = [payment.fee for payment in payments], [payment.tax for payment in payments]
    return Snapshot(
        reference=reference,
        state=state,
        amount=sum(payment.amount for payment in payments),
        currency=first.currency if all(payment.currency == first.currency for payment in payments) else NO_CURRENCY,
        payment_id=first.payment_id,
        order_id=first.order_id,
        fee=None if None in fees else sum(fee for fee in fees if fee is not None),
        tax=None if None in taxes else sum(tax for tax in taxes if tax is not None),
        method=first.method,
        failure=first.failure,
        refunded=sum(payment.refunded for payment in payments),
    )


# --- Events -----------------------------------------------------------------------------------------------------------


def parsed(body: bytes) -> Json:
    """The object in an authentic body; an empty one for what two readers could read differently, or nobody can."""
    try:
        found = json.loads(body.decode("utf-8"), object_pairs_hook=_without_repeats, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def event_of(event_id: str, body: Json) -> ProviderEvent:
    """What an event tells. `created_at` is ignored: in a link's events it is the link's age, not the event's."""
    kind = _matching(_KIND, body.get("event"))
    link, order, payment = (_entity(body, name) for name in ("payment_link", "order", "payment"))
    about = _entity(body, "refund") or _entity(body, "dispute")
    event = ProviderEvent(
        event_id=event_id,
        kind=kind,
        reference=_reference_in(link, order, payment),
        order_id=entity_id("order_", payment.get("order_id")) or order_id_of(link) or _prefixed(order.get("id")),
        payment_id=entity_id("pay_", payment.get("id")) or entity_id("pay_", about.get("payment_id")),
        key=_key_in(link, order, payment),
    )
    currency = _matching(_CURRENCY, order.get("currency")) or _matching(_CURRENCY, link.get("currency"))
    if kind in _CLOSED:
        return replace(event, snapshot=_closed_snapshot(event, link, currency))
    if kind in _ABOUT_A_PAYMENT:
        return replace(event, snapshot=_snapshot(event, payment_of(payment, currency=currency)))
    if kind in _PAID and (link or order).get("amount_paid") == payment.get("amount"):
        return replace(event, snapshot=_snapshot(event, payment_of(payment, currency=currency)))
    return event  # nothing about a payment's state, or several payments: only the provider can add those up


def _closed_snapshot(event: ProviderEvent, link: Json, currency: str) -> Snapshot | None:
    if not event.reference or _whole(link.get("amount_paid")) != 0:
        return None
    return Snapshot(reference=event.reference, state=State.CLOSED, amount=0, currency=currency, order_id=event.order_id)


def _snapshot(event: ProviderEvent, payment: Payment) -> Snapshot | None:
    has_money = payment.state in {State.AUTHORISED, State.CAPTURED}
    if payment.state is None or not payment.payment_id or (has_money and not (payment.amount and payment.currency)):
        return None
    return Snapshot(
        reference=event.reference,
        state=payment.state,
        amount=payment.amount,
        currency=payment.currency,
        payment_id=payment.payment_id,
        order_id=event.order_id,
        fee=payment.fee,
        tax=payment.tax,
        method=payment.method,
        failure=payment.failure,
        refunded=payment.refunded,
    )


def _entity(body: Json, name: str) -> Json:
    found: object = body
    for step in ("payload", name, "entity"):
        found = found.get(step) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def _reference_in(link: Json, order: Json, payment: Json) -> str:
    """The link's id, told by the link, by the payment's description (#…), or by the order's product."""
    if told := entity_id("plink_", link.get("id")):
        return told
    description = payment.get("description")
    if isinstance(description, str) and (found := _LINK_IN_DESCRIPTION.fullmatch(description)):
        return f"plink_{found[1]}"
    product = _matching(_BARE_ID, order.get("product_id"))
    return f"plink_{product}" if product and order.get("product_type") == "payment_link_v2" else ""


def _key_in(link: Json, order: Json, payment: Json) -> str:
    notes = (_note_in(entity) for entity in (link, payment, order))
    told = (_matching(_KEY, link.get("reference_id")), _matching(_KEY, order.get("receipt")), *notes)
    return next((key for key in told if key), "")


def _note_in(entity: Json) -> str:
    notes = entity.get("notes")
    return _matching(_KEY, notes.get(NOTE)) if isinstance(notes, dict) else ""


def _prefixed(order_id: object) -> str:
    """An order inside payment_link.paid comes without its prefix."""
    return entity_id("order_", order_id) or (f"order_{bare}" if (bare := _matching(_BARE_ID, order_id)) else "")


def _matching(pattern: re.Pattern[str], value: object) -> str:
    return value if isinstance(value, str) and pattern.fullmatch(value) else ""


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _without_repeats(pairs: list[tuple[str, Any]]) -> Json:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")
