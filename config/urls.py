from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from booking.api import urls as api
from config import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.alive),
    path("readyz", health.ready),
    path("admin/", admin.site.urls),
    path("api/v1/", include((api.urlpatterns, api.app_name), namespace=api.namespace)),
    path("desk/", include("booking.desk.urls")),
    path("me/", include("booking.mine.urls")),
    path("desk/", include("payments.desk_urls")),
    path("", include("common.accounts.urls")),
    path("", include("payments.urls")),
    path("", include("booking.urls")),
]
if settings.PRACTICE_MODE:
    urlpatterns += [
        path("sandbox/", include("payments.sandbox.urls")),
        path("sandbox/", include("notifications.sandbox.urls")),
    ]

handler400 = "common.views.bad_request"
handler403 = "common.views.forbidden"
handler404 = "common.views.not_found"
handler500 = "common.views.server_error"
