from django.apps import AppConfig


class PaymentsSandboxConfig(AppConfig):
    name = "payments.sandbox"
    label = "payments_sandbox"
    verbose_name = "Payments sandbox"
