"""An SMTP server on loopback that keeps every message in a table and sends nothing on."""

import asyncio
import email
import email.policy
import logging
from email.message import EmailMessage
from typing import Any, cast

import django.db
from aiosmtpd.controller import Controller
from django.db import connections, transaction

from common import clock
from notifications.sandbox.models import Attachment, Mail

logger = logging.getLogger("samay.sandbox")

HOST = "127.0.0.1"


def receiver(port: int) -> Controller:
    """The server, in a thread of its own between its `start()` and `stop()`."""
    return Controller(_Postman(), hostname=HOST, port=port, ready_timeout=30)


class _Postman:
    """Says yes to a message only when it is stored: the sender keeps what we could not keep."""

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        try:
            await asyncio.to_thread(_keep_in_thread, envelope.rcpt_tos, envelope.content)
        except django.db.Error:
            logger.warning("mail not stored")
            return "451 Requested action aborted: try again later"
        return "250 Message kept"


def _keep_in_thread(recipients: list[str], content: bytes) -> None:
    try:
        keep(recipients, content)
    finally:
        connections.close_all()


@transaction.atomic
def keep(recipients: list[str], content: bytes) -> Mail:
    """Take a message apart and store it. What can't be decoded is replaced; a strange message is still a message."""
    message = email.message_from_bytes(content, policy=email.policy.default)
    text, html = _body(message, "plain"), _body(message, "html")
    mail = Mail.objects.create(
        to=_storable(", ".join(recipients)),
        sender=_header(message, "From"),
        subject=_header(message, "Subject"),
        text=_text_of(text),
        html=_text_of(html),
        message_id=_header(message, "Message-ID"),
        received_at=clock.now(),
    )
    for part in message.walk():
        if part.is_multipart() or part is text or part is html:
            continue
        Attachment.objects.create(
            mail=mail,
            name=_storable(part.get_filename() or "")[:255],
            content_type=_type_of(part),
            content=part.get_payload(decode=True) or b"",
        )
    return mail


def _body(message: EmailMessage, kind: str) -> EmailMessage | None:
    found = message.get_body(preferencelist=(kind,))
    return cast("EmailMessage | None", found)


def _text_of(part: EmailMessage | None) -> str:
    if part is None:
        return ""
    payload = part.get_payload(decode=True)
    charset = part.get_content_charset("utf-8")
    content = payload if isinstance(payload, bytes) else b""
    try:
        return _storable(content.decode(charset, errors="replace"))
    except LookupError:
        return _storable(content.decode(errors="replace"))


def _header(message: EmailMessage, name: str) -> str:
    return _storable(str(message.get(name, ""))).strip()


def _type_of(part: EmailMessage) -> str:
    """Such as text/calendar; method=REQUEST"""
    method = part.get_param("method", header="content-type")
    kind = part.get_content_type()
    return _storable(f"{kind}; method={method}" if isinstance(method, str) else kind)[:255]


def _storable(text: str) -> str:
    """PostgreSQL keeps neither NUL nor half a surrogate pair."""
    return text.replace("\0", "").encode(errors="replace").decode()
