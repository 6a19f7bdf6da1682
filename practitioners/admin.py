from itertools import pairwise
from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.forms import BaseInlineFormSet, ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext as _

from practitioners.models import Practitioner, Service, WeeklyHours


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
        for (day, _start, end), (next_day, next_start, _end) in pairwise(hours):
            if day == next_day and next_start < end:
                raise ValidationError(_("Two intervals of one day overlap."))


class HoursRows(admin.TabularInline[WeeklyHours, Practitioner]):
    model = WeeklyHours
    formset = HoursFormSet
    extra = 0


@admin.register(Practitioner)
class PractitionerAdmin(admin.ModelAdmin[Practitioner]):
    list_display = ("name", "credential", "zone", "is_published")
    list_filter = ("is_published",)
    search_fields = ("name", "slug", "email")
    prepopulated_fields = {"slug": ["name"]}
    autocomplete_fields = ("user",)
    inlines = (ServiceRows, HoursRows)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Bookings point here for ever; to take someone off the site, unpublish."""
        return False

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return {} if obj else super().get_prepopulated_fields(request, obj)
