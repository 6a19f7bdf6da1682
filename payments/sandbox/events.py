"""Webhooks as Razorpay sends them: built and signed when something happens, stored, and brought by the courier."""

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings

from common import clock
from payments.sandbox import entities
from payments.sandbox.entities import Json
from payments.sandbox.models import Delivery, Link, Order, Payment, Refund, new_id, seconds_now

ACCOUNT = "acc_PracticeSamay1"


@dataclass(frozen=True, slots=True)
class Manner:
    """How the events of one happening are brought: how often each, and how late. No copies: never."""

    copies: int = 1
    late: timedelta = timedelta()


ORDINARY = Manner()


def about_payment(kind: str, payment: Payment, manner: Manner) -> None:
    """payment.authorized, payment.captured or payment.failed."""
    _announce(kind, {"payment": entities.payment_entity(payment)}, manner)


def order_paid(payment: Payment, manner: Manner) -> None:
    happened = {"payment": entities.payment_entity(payment), "order": entities.order_entity(payment.order)}
    _announce("order.paid", happened, manner)


def link_paid(link: Link, payment: Payment, manner: Manner) -> None:
    happened = {
        "payment_link": entities.link_in_event(link, payment.order),
        "order": entities.order_in_link_event(payment.order, link),
        "payment": entities.payment_entity(payment),
    }
    _announce(f"payment_link.{link.status}", happened, manner, created_at=link.created_at)


def link_closed(link: Link) -> None:
    """payment_link.expired or payment_link.cancelled. Its `created_at` is the link's, as in every link event."""
    happened = {"payment_link": entities.link_in_event(link, Order.objects.filter(link=link).first())}
    _announce(f"payment_link.{link.status}", happened, ORDINARY, created_at=link.created_at)


def refunded(refund: Refund) -> None:
    """refund.created may already say processed; refund.processed says it again."""
    happened = {"refund": entities.refund_entity(refund), "payment": entities.payment_entity(refund.payment)}
    for kind in ("refund.created", "refund.processed"):
        _announce(kind, happened, ORDINARY)


def signature(body: bytes, secret: str) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _announce(kind: str, happened: dict[str, Json], manner: Manner, created_at: int | None = None) -> None:
    envelope = {
        "entity": "event",
        "account_id": ACCOUNT,
        "event": kind,
        "contains": list(happened),
        "payload": {name: {"entity": entity} for name, entity in happened.items()},
        "created_at": created_at or seconds_now(),
    }
    body = json.dumps(envelope, ensure_ascii=False, separators=(",", ":"))
    # Signed now: after a change of the secret, Razorpay still brings older events under the old one.
    delivery = {
        "event_id": new_id(""),
        "kind": kind,
        "body": body,
        "signature": signature(body.encode(), next(iter(settings.RAZORPAY_WEBHOOK_SECRET), "")),
        "due_at": clock.machine_now() + manner.late,
    }
    Delivery.objects.bulk_create([Delivery(**delivery) for _ in range(manner.copies)])
