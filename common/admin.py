"""The back office's ground floor: the audit trail, and what read-only means."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from common.models import AuditEntry


class ReadOnlyAdmin(admin.ModelAdmin[Any]):
    """Rows to look at. Money, history and events change through their actions alone."""

    list_per_page = 50
    show_full_result_count = False
    actions = None

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ReadOnlyRows(admin.TabularInline[Any, Any]):
    """Rows of another table, shown on the page of the row they belong to."""

    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(AuditEntry)
class AuditAdmin(ReadOnlyAdmin):
    list_display = ("at", "actor", "user", "action", "subject_kind", "subject_id", "reason")
    list_filter = ("actor", "subject_kind")
    list_select_related = ("user",)
    search_fields = ("=subject_id", "action")
    date_hierarchy = "at"
