"""The audit trail's one pen. Call it inside the transaction that makes the change."""

from dataclasses import dataclass, replace
from datetime import datetime
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any, ClassVar

from django.db import models
from django.http import HttpRequest

from common.models import AuditEntry


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a kind of person or process, their login if they have one, and a masked network address."""

    kind: str
    user_id: int | None = None
    origin: str = ""

    PATIENT: ClassVar["Actor"]
    PRACTITIONER: ClassVar["Actor"]
    FRONT_DESK: ClassVar["Actor"]
    STAFF: ClassVar["Actor"]
    PROVIDER: ClassVar["Actor"]
    SYSTEM: ClassVar["Actor"]

    def seen_in(self, request: HttpRequest) -> "Actor":
        """The same actor with the login and the masked address of a request."""
        return replace(self, user_id=request.user.pk, origin=masked(request.META.get("REMOTE_ADDR", "")))


Actor.PATIENT = Actor("patient")
Actor.PRACTITIONER = Actor("practitioner")
Actor.FRONT_DESK = Actor("front_desk")
Actor.STAFF = Actor("staff")
Actor.PROVIDER = Actor("provider")
Actor.SYSTEM = Actor("system")


def masked(address: str) -> str:
    """An address without the part that points at one home: 203.0.113.0, 2001:db8:1::"""
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    if isinstance(found, IPv6Address):
        found = found.ipv4_mapped or found
    return str(ip_network((found, 24 if found.version == 4 else 48), strict=False).network_address)  # noqa: PLR2004


def record(
    action: str,
    subject: models.Model,
    *,
    by: Actor,
    now: datetime,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> None:
    AuditEntry.objects.create(
        at=now,
        actor=by.kind,
        user_id=by.user_id,
        origin=by.origin,
        action=action,
        subject_kind=subject._meta.label_lower,
        subject_id=subject.pk,
        before=before or {},
        after=after or {},
        reason=reason,
    )
