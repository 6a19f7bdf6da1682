"""Mail about signing in: to an address rather than about a booking, and gone from the table once it is sent."""

from datetime import datetime

from notifications import actions
from notifications.models import Kind

# Each has a sentence of its own in templates/notifications/email/_account_news.txt.
NEWS = frozenset(
    {
        "address_changed",
        "password_changed",
        "password_set",
        "recovery_codes_generated",
        "totp_activated",
        "totp_deactivated",
    }
)


def owe_code(code: str, *, to: str, now: datetime, void_at: datetime) -> None:
    """A code somebody waits for. After `void_at` it opens nothing and need not be sent."""
    actions.write(Kind.ACCOUNT_CODE, {"to": to, "code": code}, now=now, void_at=void_at)


def owe_news(what: str, *, to: str, now: datetime) -> None:
    """Something about an account has changed: its owner hears of it, whoever did it."""
    if what not in NEWS:
        raise LookupError(what)
    actions.write(Kind.ACCOUNT_NEWS, {"to": to, "what": what}, now=now)


def owe_invitation(what: str, *, whose: str, to: str, now: datetime) -> None:
    """Somebody who may have no account yet can sign in: to their own `page`, or at the `desk` of `whose` name."""
    actions.write(Kind.ACCOUNT_INVITATION, {"to": to, "what": what, "whose": whose}, now=now)
