"""The back office's ground floor: accounts, the audit trail, and what read-only means."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from common.models import AuditEntry, User


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


class _ByEmail:
    class Meta:
        model = User
        fields = ("email",)
        field_classes: dict[str, Any] = {}


class NewUserForm(AdminUserCreationForm[User]):
    class Meta(_ByEmail):
        pass


class UserForm(UserChangeForm[User]):
    class Meta(_ByEmail):
        fields = "__all__"


@admin.register(User)
class AccountAdmin(UserAdmin[User]):
    form = UserForm
    add_form = NewUserForm
    ordering = ("email",)
    list_display = ("email", "name", "is_staff", "is_active")
    list_filter = ("is_staff", "is_superuser", "is_active")
    search_fields = ("email", "name")
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("email", "name", "password")}),
        (_("Rights"), {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "usable_password", "password1", "password2")}),)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """An account that did anything stands in the history; it is switched off, not removed."""
        return False


@admin.register(AuditEntry)
class AuditAdmin(ReadOnlyAdmin):
    list_display = ("at", "actor", "user", "action", "subject_kind", "subject_id", "reason")
    list_filter = ("actor", "subject_kind")
    list_select_related = ("user",)
    search_fields = ("=subject_id", "action")
    date_hierarchy = "at"
