"""The back office: Django admin under the practice's own name, behind the same door as everything else."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from common.accounts.views.signin import sign_out
from common.gate import ask, is_trusted
from common.http import own_path, see_other


class SamayAdminSite(admin.AdminSite):
    site_header = settings.SITE_NAME
    site_title = settings.SITE_NAME
    index_title = _("Back office")
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        return super().has_permission(request) and is_trusted(request)

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """There is one door. Whoever came through it and is not staff finds nothing here."""
        to = own_path(request.GET.get(REDIRECT_FIELD_NAME, "")) or reverse("admin:index")
        if self.has_permission(request):
            return see_other(to)
        if not request.user.is_authenticated:
            return ask(request, settings.LOGIN_URL, to)
        if not super().has_permission(request):
            raise Http404
        return ask(request, settings.SECOND_FACTOR_URL, to)

    def logout(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return sign_out(request)

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return see_other("account_password")
