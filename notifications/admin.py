from django.contrib import admin

from common.admin import ReadOnlyAdmin
from notifications.models import Notification


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "kind", "channel", "booking", "done_at", "attempts", "gave_up_at", "last_error")
    list_filter = ("kind", "channel", "last_error")
    list_select_related = ("booking",)
    search_fields = ("=booking__reference", "=message_id")
    ordering = ("-pk",)
    exclude = ("leased_until",)
