from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from practitioners.models import Practitioner, Service, WeeklyHours


class ServiceRows(admin.TabularInline[Service, Practitioner]):
    model = Service
    extra = 0
    can_delete = False


class HoursRows(admin.TabularInline[WeeklyHours, Practitioner]):
    model = WeeklyHours
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
