from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import ForeignKey, Model, QuerySet
from django.forms import BaseInlineFormSet, ModelForm
from django.http import HttpRequest
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from common import clock
from common.templatetags.samay import wall
from practitioners.forms.intervals import DAY, overlaps
from practitioners.models import DateOverride, Practitioner, Service, TimeOff, WeeklyHours
from practitioners.signals import practitioner_invited


class ServiceRows(admin.TabularInline[Service, Practitioner]):
    model = Service
    extra = 0
    can_delete = False


class HoursFormSet(BaseInlineFormSet[WeeklyHours, Practitioner, ModelForm[WeeklyHours]]):
    def clean(self) -> None:
        """The constraint compares with what is stored; rows of one form have to be compared with each other."""
        super().clean()
        kept = [form.cleaned_data for form in self.forms if form.is_valid() and not form.cleaned_data.get("DELETE")]
        hours = sorted((row["weekday"], row["starts"], row["ends"]) for row in kept if row)
        spans = [(day * DAY + starts, day * DAY + ends) for day, starts, ends in hours]
        for later, earlier in overlaps(spans, circle=True):
            raise ValidationError(
                _("Two intervals overlap: %(one)s and %(other)s.")
                % {"one": _told(hours[earlier]), "other": _told(hours[later])}
            )


def _told(hours: tuple[int, int, int]) -> str:
    """Sunday 10:00 PM – 2:00 AM next day"""
    return f"{WEEKDAYS[hours[0]]} {wall(hours[1])} – {wall(hours[2])}"


class HoursRows(admin.TabularInline[WeeklyHours, Practitioner]):
    model = WeeklyHours
    formset = HoursFormSet
    extra = 0


class _ForLooking:
    """Rows that the desk writes, where bookings in the way are decided about. Here they are only to be seen."""

    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class DateRows(_ForLooking, admin.TabularInline[DateOverride, Practitioner]):
    model = DateOverride
    fields = readonly_fields = ("day", "hours", "note")

    @admin.display(description=_lazy("hours"))
    def hours(self, override: DateOverride) -> str:
        told = [f"{wall(row.starts)} – {wall(row.ends)}" for row in override.hours.all()]
        return ", ".join(told) or _("closed")

    def get_queryset(self, request: HttpRequest) -> QuerySet[DateOverride]:
        return super().get_queryset(request).prefetch_related("hours")


class TimeOffRows(_ForLooking, admin.TabularInline[TimeOff, Practitioner]):
    model = TimeOff
    fields = readonly_fields = ("first_day", "begins", "last_day", "finishes", "note")

    @admin.display(description=_lazy("from"))
    def begins(self, row: TimeOff) -> str:
        return wall(row.starts)

    @admin.display(description=_lazy("to"))
    def finishes(self, row: TimeOff) -> str:
        return wall(row.ends)


@admin.register(Practitioner)
class PractitionerAdmin(admin.ModelAdmin[Practitioner]):
    list_display = ("name", "credential", "zone", "is_approved", "is_published")
    list_filter = ("is_approved", "is_published")
    search_fields = ("name", "slug", "email")
    prepopulated_fields = {"slug": ["name"]}
    autocomplete_fields = ("user",)
    inlines = (ServiceRows, HoursRows, DateRows, TimeOffRows)

    def save_model(self, request: HttpRequest, obj: Practitioner, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's
        """A page that patients saw keeps its address, whoever published it; a new one's person is invited to it."""
        now = clock.now()
        if obj.is_published and obj.first_published_at is None:
            obj.first_published_at = now
        super().save_model(request, obj, form, change)
        if obj.user is None and (not change or "email" in form.changed_data):
            practitioner_invited.send(sender=Practitioner, practitioner=obj, now=now)
            self.message_user(request, _("An invitation goes to %(email)s.") % {"email": obj.email})

    def formfield_for_foreignkey(self, db_field: ForeignKey[Any], request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "user":
            kwargs["help_text"] = _(
                "Leave it empty to invite somebody: they get an e-mail at the address below, "
                "and the desk is theirs once they sign in with it."
            )
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Bookings point here for ever; to take someone off the site, unpublish."""
        return False

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return {} if obj else super().get_prepopulated_fields(request, obj)
