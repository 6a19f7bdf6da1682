"""E-mail through Django's backend: SMTP, or any service that Anymail speaks."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from notifications.models import TO_PRACTITIONER, Notification


def send(notification: Notification) -> str:
    """Render and send. The Message-ID depends on the row alone, so a message sent twice is recognised as one."""
    context = _context(notification)
    name = f"notifications/email/{notification.kind}"
    message_id = f"<notification-{notification.pk}@{urlsplit(settings.SITE_URL).hostname}>"
    message = EmailMultiAlternatives(
        subject=render_to_string(f"{name}.subject.txt", context).strip(),
        body=render_to_string(f"{name}.txt", context),
        to=[context["recipient"]],
        headers={"Message-ID": message_id, "Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(render_to_string(f"{name}.html", context), "text/html")
    message.send()
    return message_id


def _context(notification: Notification) -> dict[str, Any]:
    booking = notification.booking
    practitioner, patient = booking.practitioner, booking.patient
    if patient is None:
        raise LookupError("a booking without a patient has nobody to write to")
    to_practitioner = notification.kind in TO_PRACTITIONER
    return {
        "booking": booking,
        "practitioner": practitioner,
        "patient": patient,
        "recipient": practitioner.email if to_practitioner else patient.email,
        "zone": practitioner.zone if to_practitioner else booking.home_zone,
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        "links": {"manage": settings.SITE_URL + reverse("booking:detail", args=[booking.public_id])},
    }
