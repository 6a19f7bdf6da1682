from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from booking.admin import BookingAdmin
from common.admin import ReadOnlyAdmin, ReadOnlyRows
from common.money import Money, format_money
from payments.models import Event, Payment, Receipt, Refund, TaxDetails

_PAYMENT_FIELDS = (
    "id",
    "provider",
    "status",
    "asked",
    "arrived",
    "method",
    "provider_payment_id",
    "attention",
    "created_at",
)


class _Amounts:
    @admin.display(description=_("asked for"), ordering="amount")
    def asked(self, payment: Payment) -> str:
        return format_money(payment.price)

    @admin.display(description=_("arrived"), ordering="captured_amount")
    def arrived(self, payment: Payment) -> str:
        return "–" if payment.captured_amount is None else format_money(payment.captured)


class PaymentRows(_Amounts, ReadOnlyRows):
    model = Payment
    fields = readonly_fields = _PAYMENT_FIELDS
    show_change_link = True


class EventRows(ReadOnlyRows):
    model = Event
    fields = ("event_id", "kind", "received_at", "result", "attempts")
    show_change_link = True


class RefundRows(ReadOnlyRows):
    model = Refund
    fields = ("reason", "status", "amount", "currency", "owed_at")
    show_change_link = True


@admin.register(Payment)
class PaymentAdmin(_Amounts, ReadOnlyAdmin):
    list_display = (*_PAYMENT_FIELDS, "booking")
    list_filter = ("status", "attention", "provider", "method")
    list_select_related = ("booking",)
    search_fields = (
        "=provider_payment_id",
        "=reference",
        "=order_id",
        "=key",
        "=typed_reference",
        "=booking__reference",
    )
    search_help_text = _(
        "the provider’s payment, link or order, our key, what the desk wrote down, or the booking’s reference"
    )
    ordering = ("-pk",)
    inlines = (RefundRows, EventRows)
    exclude = ("leased_until",)


@admin.register(Refund)
class RefundAdmin(ReadOnlyAdmin):
    list_display = ("id", "payment", "amount_shown", "reason", "status", "owed_at")
    list_filter = ("status", "reason")
    list_select_related = ("payment",)
    ordering = ("-pk",)

    @admin.display(description=_("amount"), ordering="amount")
    def amount_shown(self, refund: Refund) -> str:
        return format_money(refund.price)


@admin.register(Receipt)
class ReceiptAdmin(ReadOnlyAdmin):
    list_display = ("name", "issued_at", "practitioner", "seller", "price_shown", "tax_shown", "payment")
    list_filter = ("practitioner",)
    list_select_related = ("practitioner", "payment")
    search_fields = ("=number", "seller", "=payment__booking__reference")
    search_help_text = _("the last part of a receipt’s number, the seller, or the booking’s reference")
    ordering = ("-pk",)

    @admin.display(description=_("number"), ordering="number")
    def name(self, receipt: Receipt) -> str:
        return receipt.name

    @admin.display(description=_("amount"), ordering="amount")
    def price_shown(self, receipt: Receipt) -> str:
        return format_money(receipt.price)

    @admin.display(description=_("tax in it"), ordering="tax_amount")
    def tax_shown(self, receipt: Receipt) -> str:
        return format_money(Money(receipt.tax_amount, receipt.currency))


@admin.register(TaxDetails)
class TaxDetailsAdmin(ReadOnlyAdmin):
    list_display = ("practitioner", "legal_name", "tax_id", "tax_code", "tax_rate")
    list_select_related = ("practitioner",)
    search_fields = ("practitioner__name", "legal_name", "=tax_id")
    ordering = ("practitioner__name",)


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ("received_at", "provider", "kind", "event_id", "result", "attempts", "payment")
    list_filter = ("result", "kind", "provider")
    list_select_related = ("payment",)
    search_fields = ("=event_id", "=reference", "=order_id", "=provider_payment_id")
    ordering = ("-pk",)
    exclude = ("body", "leased_until")


# A booking's page shows its payments, too; the booking app can't know of them.
BookingAdmin.inlines = [*BookingAdmin.inlines, PaymentRows]
