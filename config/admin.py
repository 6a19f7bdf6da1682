"""The back office: Django admin under the practice's own name."""

from django.conf import settings
from django.contrib import admin
from django.utils.translation import gettext_lazy as _


class SamayAdminSite(admin.AdminSite):
    site_header = settings.SITE_NAME
    site_title = settings.SITE_NAME
    index_title = _("Back office")
    enable_nav_sidebar = False
