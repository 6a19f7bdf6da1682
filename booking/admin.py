from datetime import datetime

from django.contrib import admin
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from booking import moderation  # noqa: F401 - its page registers itself
from booking.models import Booking, Move, Patient, SavedPerson
from common.admin import ReadOnlyAdmin, ReadOnlyRows
from common.money import format_money


class MoveRows(ReadOnlyRows):
    model = Move
    fields = ("at", "actor", "user", "before", "after", "reason")
    verbose_name_plural = _("history")


@admin.register(Booking)
class BookingAdmin(ReadOnlyAdmin):
    list_display = ("reference", "when", "practitioner", "patient_name", "price_shown", "status", "source")
    list_filter = ("status", "source", "practitioner")
    list_select_related = ("practitioner", "patient")
    search_fields = ("reference", "patient__name", "patient__email", "patient__phone")
    search_help_text = _("reference, name, e-mail or phone")
    ordering = ("-pk",)
    inlines = [MoveRows]
    fields = (
        "reference",
        "status",
        "when",
        "practitioner",
        "service_name",
        "mode",
        "price_shown",
        "patient_name",
        "contact",
        "held_at",
        "hold_expires_at",
        "source",
        "sequence",
    )

    @admin.display(description=_("when"), ordering="span")
    def when(self, booking: Booking) -> str:
        start: datetime = timezone.localtime(booking.starts_at, booking.practitioner.tzinfo)
        return f"{date_format(start, 'D j M Y')}, {start.strftime('%-I:%M %p %Z')}"

    @admin.display(description=_("patient"))
    def patient_name(self, booking: Booking) -> str:
        return booking.patient.name if booking.patient else "–"

    @admin.display(description=_("contact"))
    def contact(self, booking: Booking) -> str:
        return f"{booking.patient.phone}, {booking.patient.email}" if booking.patient else "–"

    @admin.display(description=_("price"), ordering="amount")
    def price_shown(self, booking: Booking) -> str:
        return format_money(booking.price)


@admin.register(Patient)
class PatientAdmin(ReadOnlyAdmin):
    list_display = ("name", "booked_by", "email", "phone", "zone")
    search_fields = ("name", "booked_by", "email", "phone")
    ordering = ("-pk",)


@admin.register(SavedPerson)
class SavedPersonAdmin(ReadOnlyAdmin):
    """Whom accounts book for; the owner of each is the one without a relationship."""

    list_display = ("name", "relationship", "user_email", "zone", "consent_version")
    list_select_related = ("user",)
    search_fields = ("name", "user__email")
    ordering = ("-pk",)

    @admin.display(description=_("account"), ordering="user__email")
    def user_email(self, person: SavedPerson) -> str:
        return person.user.email
