from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from booking.admin import BookingAdmin
from common.admin import ReadOnlyAdmin, ReadOnlyRows
from common.money import format_money
from payments.models import Event, Payment, Refund

_PAYMENT_FIELDS = ("id", "provider", "status", "asked", "arrived", "provider_payment_id", "attention", "created_at")


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
    list_filter = ("status", "attention", "provider")
    list_select_related = ("booking",)
    search_fields = ("=provider_payment_id", "=reference", "=order_id", "=key", "=booking__reference")
    search_help_text = _("the provider’s payment, link or order, our key, or the booking’s reference")
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
