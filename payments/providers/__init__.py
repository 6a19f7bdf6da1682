"""Payment providers by name. The rest of the product knows `payments.providers.base` and this function alone."""

from django.conf import settings

from payments.providers.base import Provider
from payments.providers.razorpay import Razorpay


def provider_for(name: str) -> Provider:
    """The adapter for a provider's name, built from the settings. LookupError if there is no such provider."""
    if name != Razorpay.name:
        raise LookupError(f"no payment provider is called {name!r}")
    return Razorpay(
        key_id=settings.RAZORPAY_KEY_ID,
        key_secret=settings.RAZORPAY_KEY_SECRET,
        webhook_secrets=settings.RAZORPAY_WEBHOOK_SECRET,
        api_base=settings.RAZORPAY_API_BASE,
    )
