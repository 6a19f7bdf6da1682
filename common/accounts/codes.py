"""A code by mail: what shows that an address is somebody's, for signing in and for changing it.

The code is bound to the browser that asked for it. Its session keeps a keyed digest, never the code; the mail has the
code, and nothing else does. Nobody looks whether the address has an account before the code was right: known and
unknown addresses can't be told apart, because nothing here depends on it. Codes live by machine time.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare, salted_hmac

from common import clock, limits
from common.accounts.browsers import counted_as
from common.accounts.signals import code_wanted
from common.limits import Limit, Taken
from common.models import User

LIFE = timedelta(minutes=10)
SOON = timedelta(hours=1)
PAUSE = timedelta(seconds=30)  # between two mails that one page asks for
DIGITS = 6

TRIES = Limit("code", most=5, within=int(LIFE.total_seconds()))
USES = Limit("use of a code", most=1, within=int(LIFE.total_seconds()))
GUESSES = Limit("code of an account", most=10, within=300)
MAILS = Limit("mail to an address", most=3, within=3600)
MAILS_FROM = Limit("mail from a network", most=20, within=600)
FROM_NETWORK = Limit("guesses from a network", most=30, within=60)


class Purpose(Enum):
    """What a code opens. One browser has one code of each kind at a time; a new one replaces it."""

    SIGN_IN = "code_sign_in"
    ADDRESS = "code_address"
    CONFIRM = "code_confirm"


class Verdict(Enum):
    RIGHT = "right"
    WRONG = "wrong"
    OVER = "over"  # too old, tried too often, or used


@dataclass(frozen=True, slots=True)
class Asked:
    """A code that was mailed from this browser."""

    email: str
    at: datetime
    facts: dict[str, Any]

    @property
    def again_at(self) -> datetime:
        return self.at + PAUSE


def send(request: HttpRequest, purpose: Purpose, email: str, *, now: datetime, **facts: str) -> None:
    """Mail a fresh code and note in the session what it is for. Raises TooMany."""
    limits.take(MAILS_FROM, limits.network_of(request))
    mailed = limits.take(MAILS, counted_as(request, email))
    machine = clock.machine_now()
    code, serial = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}", secrets.token_hex(8)
    code_wanted.send(sender=User, code=code, to=email, now=now, void_at=machine + LIFE)
    if SESSION_KEY not in request.session:
        request.session.set_expiry(SOON)  # nobody is signed in here: the session is for this code
    request.session[purpose.value] = {
        "email": email,
        "at": machine.isoformat(),
        "serial": serial,
        "digest": _digest(serial, code),
        "mailed": [mailed.key, mailed.moment] if mailed else None,
        **facts,
    }


def asked(session: SessionBase, purpose: Purpose) -> Asked | None:
    notes = session.get(purpose.value)
    return Asked(notes["email"], datetime.fromisoformat(notes["at"]), notes) if notes else None


def try_code(request: HttpRequest, purpose: Purpose, typed: str) -> Verdict:
    """Whether it is the code of the newest mail; a right one is used up. Raises TooMany."""
    found = asked(request.session, purpose)
    if found is None or clock.machine_now() - found.at > LIFE:
        return Verdict.OVER
    counted = [
        limits.take(FROM_NETWORK, limits.network_of(request)),
        limits.take(GUESSES, counted_as(request, found.email)),
    ]
    try:
        limits.take(TRIES, found.facts["serial"])
    except limits.TooMany:
        return Verdict.OVER
    if not constant_time_compare(_digest(found.facts["serial"], digits_of(typed)), found.facts["digest"]):
        return Verdict.WRONG
    try:
        limits.take(USES, found.facts["serial"])
    except limits.TooMany:
        return Verdict.OVER
    # A mail that somebody was waiting for was no nuisance to them.
    mailed = found.facts.get("mailed")
    for each in (*counted, Taken(*mailed) if mailed else None):
        limits.give_back(each)
    return Verdict.RIGHT


def forget(session: SessionBase, purpose: Purpose) -> None:
    session.pop(purpose.value, None)


def digits_of(typed: str) -> str:
    """The figures of what was typed or pasted, of whatever script and however grouped."""
    return "".join(str(int(letter)) for letter in typed if letter.isdecimal())


def _digest(serial: str, code: str) -> str:
    return salted_hmac("common.accounts.codes", f"{serial}:{code}", algorithm="sha256").hexdigest()
