"""How long somebody stays signed in, and how lately they showed who they are. All of it in machine time."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest

from common import clock
from common.accounts.signals import arrived
from common.gate import ACCOUNT
from common.models import User

FRESH_FOR = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Age:
    """A session ends after so long without a visit, and after so long in all."""

    idle: timedelta
    whole: timedelta


PATIENT = Age(timedelta(days=14), timedelta(days=180))
DESK = Age(timedelta(hours=12), timedelta(hours=12))
STAFF = Age(timedelta(minutes=30), timedelta(hours=12))


def begin(request: HttpRequest, user: User) -> None:
    """After a sign-in: what the pages may know without asking again, and when it ends."""
    now = _seconds()
    request.session[ACCOUNT] = {
        "since": now,
        "seen": now,
        "fresh": now,
        "staff": user.is_staff,
    }
    arrived.send(sender=User, request=request, user=user)
    request.session.set_expiry(_age(request.session[ACCOUNT]).idle)


def has_ended(request: HttpRequest) -> bool:
    notes = request.session.get(ACCOUNT)
    if notes is None:
        return False
    age, now = _age(notes), _seconds()
    idle, whole = now - notes.get("seen", now), now - notes.get("since", now)
    return bool(idle > age.idle.total_seconds() or whole > age.whole.total_seconds())


def touch(request: HttpRequest) -> None:
    """Let a visit count; not every one is written down, or every page would write."""
    notes = request.session.get(ACCOUNT)
    if notes is None or SESSION_KEY not in request.session:
        return
    now = _seconds()
    if now - notes.get("seen", 0) > _age(notes).idle.total_seconds() / 30:
        request.session[ACCOUNT] = {**notes, "seen": now}


def is_fresh(request: HttpRequest) -> bool:
    """Whether the person showed within the last minutes that it is them: for what an open screen must not decide."""
    fresh = request.session.get(ACCOUNT, {}).get("fresh", 0)
    return bool(_seconds() - fresh < FRESH_FOR.total_seconds())


def freshen(request: HttpRequest) -> None:
    request.session[ACCOUNT] = {**request.session.get(ACCOUNT, {}), "fresh": _seconds()}


def _age(notes: dict[str, Any]) -> Age:
    if notes.get("staff"):
        return STAFF
    return DESK if notes.get("desk") else PATIENT


def _seconds() -> int:
    return int(clock.machine_now().timestamp())
