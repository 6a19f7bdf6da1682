from django.apps import AppConfig


class NotificationsSandboxConfig(AppConfig):
    name = "notifications.sandbox"
    label = "notifications_sandbox"
    verbose_name = "Mail sandbox"
