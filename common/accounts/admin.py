"""Accounts in the back office: who may sign in, and who has a second factor, never the secret of it."""

from typing import Any, cast

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from common import clock
from common.accounts import actions, sessions
from common.accounts.forms import one_spelling
from common.admin import ReadOnlyAdmin
from common.gate import ask
from common.models import User

admin.site.unregister([EmailAddress, Authenticator])


class _ByEmail:
    class Meta:
        model = User
        fields: Any = ("email",)
        field_classes: dict[str, Any] = {}

    def clean_email(self) -> str:
        return one_spelling(cast("Any", self).cleaned_data["email"])


class NewUserForm(_ByEmail, AdminUserCreationForm[User]):
    class Meta(_ByEmail.Meta):
        pass


class UserForm(_ByEmail, UserChangeForm[User]):
    class Meta(_ByEmail.Meta):
        fields = "__all__"


@admin.register(User)
class AccountAdmin(UserAdmin[User]):
    """An account's address and password change by the same actions as on its owner's own pages.

    Either lets somebody in, so an open screen does not decide it: the admin shows once more who they are.
    """

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

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not sessions.is_fresh(request):
            return ask(request, "account_confirm")
        return super().changeform_view(request, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's
        address = obj.email
        if change:
            obj.email = form.initial["email"]
        super().save_model(request, obj, form, change)
        if address != obj.email:
            by = actions.as_staff(request)
            actions.change_address(obj, address, by=by, now=clock.now())
            _stay(request, obj)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:  # noqa: A002
        if not sessions.is_fresh(request):
            return ask(request, "account_confirm")
        with transaction.atomic():
            before = User.objects.filter(pk=id).values_list("password", flat=True).first()
            response = super().user_change_password(request, id, form_url)
            user = User.objects.filter(pk=id).first()
            if user is not None and user.password != before:
                actions.tell_of_password(user, by=actions.as_staff(request), now=clock.now())
            return response


def _stay(request: HttpRequest, user: User) -> None:
    """Whoever changed their own account is not signed out by it here."""
    if user == request.user:
        update_session_auth_hash(request, user)


@admin.register(Authenticator)
class AuthenticatorAdmin(ReadOnlyAdmin):
    """To be removed for somebody whose phone is lost, once it is clear who asks."""

    list_display = ("user", "type", "created_at", "last_used_at")
    list_filter = ("type",)
    list_select_related = ("user",)
    search_fields = ("=user__email",)
    fields = ("user", "type", "created_at", "last_used_at")

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return admin.ModelAdmin.has_delete_permission(self, request, obj)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        actions.take_second_factor_away(obj.user, by=actions.as_staff(request), now=clock.now())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for each in queryset.select_related("user"):
            self.delete_model(request, each)
