"""Rows as Razorpay writes them, with the oddities of the documented samples."""

from typing import Any

from django.conf import settings
from django.urls import reverse

from payments.sandbox.models import Link, Order, Payment, Refund

Json = dict[str, Any]


def checkout_url(link: Link) -> str:
    """The page where the payer pays. It is served by the site itself, for a browser can reach that for certain."""
    return str(settings.SITE_URL) + reverse("payments_sandbox:checkout", args=[link.id])


def link_entity(link: Link) -> Json:
    order = Order.objects.filter(link=link).first()
    paid = order.payments.filter(captured=True).order_by("created_at") if order else []
    return _link_facts(link, order) | {
        "description": link.description,
        "payments": [_listed(payment, link) for payment in paid] or None,
        "callback_url": link.callback_url,
        "callback_method": link.callback_method,
    }


def link_in_event(link: Link, order: Order | None) -> Json:
    return _link_facts(link, order) | {"whatsapp_link": False}


def _link_facts(link: Link, order: Order | None) -> Json:
    """A link has no `entity` key, and no `order_id` before someone tried to pay."""
    facts: Json = {
        "id": link.id,
        "status": link.status,
        "amount": link.amount,
        "amount_paid": link.amount_paid,
        "currency": link.currency,
        "accept_partial": link.accept_partial,
        "first_min_partial_amount": link.first_min_partial_amount,
        "reference_id": link.reference_id,
        "customer": link.customer,
        "notes": link.notes or None,
        "notify": {"sms": False, "email": False, "whatsapp": False} | link.notify,
        "reminder_enable": link.reminder_enable,
        "reminders": [],
        "short_url": checkout_url(link),
        "expire_by": link.expire_by,
        "expired_at": link.expired_at,
        "cancelled_at": link.cancelled_at,
        "created_at": link.created_at,
        "updated_at": link.updated_at,
        "upi_link": False,
        "user_id": "",
    }
    return facts | {"order_id": order.id} if order else facts


def _listed(payment: Payment, link: Link) -> Json:
    return {
        "payment_id": payment.id,
        "amount": payment.amount,
        "method": payment.method,
        "status": "captured",
        "plink_id": link.id,
        "created_at": payment.created_at,
        "updated_at": payment.created_at,
    }


def order_entity(order: Order) -> Json:
    return {
        "id": order.id,
        "entity": "order",
        "amount": order.amount,
        "amount_paid": order.amount_paid,
        "amount_due": max(order.amount - order.amount_paid, 0),
        "currency": order.currency,
        "receipt": order.receipt or None,
        "offer_id": None,
        "status": order.status,
        "attempts": order.attempts,
        "notes": order.notes or [],
        "created_at": order.created_at,
    }


def order_in_link_event(order: Order, link: Link) -> Json:
    """In payment_link.paid the order comes without its prefix and without saying that it is an order."""
    facts = order_entity(order) | {
        "id": order.id.removeprefix("order_"),
        "product_id": link.id.removeprefix("plink_"),
        "product_type": "payment_link_v2",
        "updated_at": order.updated_at,
    }
    del facts["entity"]
    return facts


def payment_entity(payment: Payment) -> Json:
    order, refunded = payment.order, payment.amount_refunded
    error = {f"error_{name}": payment.error.get(name) for name in ("code", "description", "source", "step", "reason")}
    return {
        "id": payment.id,
        "entity": "payment",
        "amount": payment.amount,
        "currency": payment.currency,
        "base_amount": payment.amount,
        "status": payment.status,
        "order_id": order.id,
        "invoice_id": None,
        "international": False,
        "method": payment.method,
        "amount_refunded": refunded,
        "amount_transferred": 0,
        "refund_status": None if not refunded else "full" if refunded >= payment.amount else "partial",
        "captured": payment.captured,
        "description": "#" + order.link_id.removeprefix("plink_") if order.link_id else None,
        "card_id": None,
        "bank": None,
        "wallet": None,
        "vpa": "payer@okpractice",
        "email": "payer@example.org",
        "contact": "+919000000000",
        "notes": [],
        "fee": payment.fee,
        "tax": payment.tax,
        **error,
        "acquirer_data": {"rrn": "632411870954"},
        "upi": {"payer_account_type": "bank_account", "vpa": "payer@okpractice"},
        "created_at": payment.created_at,
    }


def refund_entity(refund: Refund) -> Json:
    facts: Json = {
        "id": refund.id,
        "entity": "refund",
        "amount": refund.amount,
        "currency": refund.currency,
        "payment_id": refund.payment_id,
        "notes": refund.notes or [],
        "receipt": refund.receipt or None,
        "acquirer_data": {"arn": None},
        "created_at": refund.created_at,
        "batch_id": None,
        "status": "processed",
    }
    return facts | {"speed_requested": refund.speed, "speed_processed": "normal"} if refund.speed else facts


def collection(items: list[Json]) -> Json:
    return {"entity": "collection", "count": len(items), "items": items}
