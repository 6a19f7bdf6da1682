"""E-mail through Django's backend: SMTP, or any service that Anymail speaks."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from booking.lifecycle import Status
from booking.models import Booking
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
    ours = {"site_name": settings.SITE_NAME, "site_url": settings.SITE_URL, "site_contact": settings.SITE_CONTACT}
    return {**ours, **(_about_booking(notification) if notification.booking else _about_account(notification))}


def _about_account(notification: Notification) -> dict[str, Any]:
    letter = notification.read()
    return {**letter, "recipient": letter["to"]}


def _about_booking(notification: Notification) -> dict[str, Any]:
    booking = notification.booking
    if booking is None:
        raise LookupError("a message about no booking")
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
        "cancelled_by": _cancelled_by(booking),
        "links": {
            "manage": settings.SITE_URL + reverse("booking:detail", args=[booking.public_id]),
            "practitioner": settings.SITE_URL + reverse("booking:profile", args=[practitioner.slug]),
            "desk": settings.SITE_URL + reverse("desk:booking", args=[booking.reference]),
        },
    }


def _cancelled_by(booking: Booking) -> str:
    """The kind of person who called it off; nobody of a booking that stands."""
    if booking.status != Status.CANCELLED:
        return ""
    return booking.moves.filter(after=Status.CANCELLED).values_list("actor", flat=True).first() or ""
