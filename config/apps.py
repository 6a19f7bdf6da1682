from django.contrib.admin.apps import AdminConfig


class SamayAdmin(AdminConfig):
    default_site = "config.admin.SamayAdminSite"
