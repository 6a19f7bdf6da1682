"""E-mail through Django's backend: SMTP, or any service that Anymail speaks."""

import re
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from common import clock
from notifications import booking_mail
from notifications.models import Notification

_GAP = re.compile(r"[ \t]*\n(?:[ \t]*\n)+")


def send(notification: Notification) -> str:
    """Render and send. The Message-ID depends on the row alone, so a message sent twice is recognised as one."""
    message = message_of(notification)
    message.send()
    return str(message.extra_headers["Message-ID"])


def message_of(notification: Notification) -> EmailMultiAlternatives:
    """What is sent, and to whom: plain text and HTML that say the same."""
    context = _context(notification)
    name = f"notifications/email/{notification.kind}"
    message_id = f"<notification-{notification.pk}@{urlsplit(settings.SITE_URL).hostname}>"
    message = EmailMultiAlternatives(
        subject=render_to_string(f"{name}.subject.txt", context).strip(),
        body=_closed_up(render_to_string(f"{name}.txt", context)),
        to=[context["recipient"]],
        headers={"Message-ID": message_id, "Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(render_to_string(f"{name}.html", context), "text/html")
    return message


def _closed_up(text: str) -> str:
    """Plain text without the gaps that parts leave which have nothing to say."""
    return _GAP.sub("\n\n", text).strip() + "\n"


def _context(notification: Notification) -> dict[str, Any]:
    ours = {"site_name": settings.SITE_NAME, "site_url": settings.SITE_URL, "site_contact": settings.SITE_CONTACT}
    if notification.booking is None:
        return {**ours, **_about_account(notification)}
    return {**ours, **booking_mail.context(notification, now=clock.now())}


def _about_account(notification: Notification) -> dict[str, Any]:
    letter = notification.read()
    return {**letter, "recipient": letter["to"]}
