"""How much one contact and one network may keep at once, so that nobody takes a day away from everybody else.

The bookings themselves are counted, by one query, in the transaction that would add one. A contact waits in a line of
its own first, and whatever is of one practitioner stands still under the practitioner's lock, so a hundred requests
sent together are no more than a hundred sent in turn. What a network keeps in all is counted without a line: requests
for different practitioners that are answered in the same moment don't see each other.

Who is counted are keyed hashes, which tell nobody who that is. What the desk books is nobody's.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from booking.lifecycle import WAITING
from booking.models import Booking
from common.limits import TooMany, network_of

HOUR = timedelta(hours=1)


class Rule(StrEnum):
    """What is limited. What is kept is a hold, or a request without an answer; accepted ones don't count."""

    KEPT_BY_CONTACT = "kept_by_contact"
    BEGUN_BY_CONTACT = "begun_by_contact"  # within an hour
    KEPT_WITH_ONE = "kept_with_one"  # practitioner, by a network
    KEPT_BY_NETWORK = "kept_by_network"


MOST = {Rule.KEPT_BY_CONTACT: 3, Rule.BEGUN_BY_CONTACT: 10, Rule.KEPT_WITH_ONE: 10, Rule.KEPT_BY_NETWORK: 40}


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks for a time, as far as it is counted: hashes, or nothing where it isn't known."""

    contact: str = ""
    network: str = ""


NOBODY = Asker()


class TooManyKept(TooMany):
    """One more would be too many of `rule`; there is room again at `until`."""

    def __init__(self, rule: Rule, *, until: datetime, now: datetime) -> None:
        super().__init__(max(1, -(-(until - now) // timedelta(seconds=1))))
        self.rule, self.most, self.until = rule, MOST[rule], until


def contact_hash(email: str, user_id: int | None = None) -> str:
    """An account is counted by itself: a stranger who types its address takes nothing away from it."""
    return _hash("account", str(user_id)) if user_id else _hash("address", email.strip().casefold())


def network_hash(request: HttpRequest) -> str:
    return _hash("network", network_of(request))


def _hash(kind: str, whose: str) -> str:
    return salted_hmac(f"booking.hoarding.{kind}", whose, algorithm="sha256").hexdigest() if whose else ""


def wait_in_line(asker: Asker) -> None:
    """A contact is counted one request at a time, until the transaction ends. Comes before the practitioner's lock."""
    if settings.RATE_LIMITS and asker.contact:
        number = int.from_bytes(bytes.fromhex(asker.contact)[:8], signed=True)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])


@dataclass(frozen=True, slots=True)
class _Begun:
    practitioner_id: int
    contact: str
    network: str
    held_at: datetime
    kept_until: datetime | None  # None: it is over, or firm


def must_have_room(asker: Asker, practitioner_id: int, *, now: datetime) -> None:
    """Whether one more may be kept; the practitioner must be locked. Raises TooManyKept. One query, or none."""
    if not settings.RATE_LIMITS or asker == NOBODY:
        return
    begun = _begun_by(asker, now)
    by_contact = [each for each in begun if each.contact == asker.contact != ""]
    by_network = [each for each in begun if each.network == asker.network != ""]
    moments = {
        Rule.KEPT_BY_CONTACT: _ends(by_contact),
        Rule.BEGUN_BY_CONTACT: [each.held_at + HOUR for each in by_contact if each.held_at > now - HOUR],
        Rule.KEPT_WITH_ONE: _ends(each for each in by_network if each.practitioner_id == practitioner_id),
        Rule.KEPT_BY_NETWORK: _ends(by_network),
    }
    # Room is there again once all but so many less one have ended.
    full = {rule: sorted(ends)[-MOST[rule]] for rule, ends in moments.items() if len(ends) >= MOST[rule]}
    if full:
        rule = max(full, key=full.__getitem__)
        raise TooManyKept(rule, until=full[rule], now=now)


def _begun_by(asker: Asker, now: datetime) -> list[_Begun]:
    kept = Q(status__in=WAITING, hold_expires_at__gt=now, pay_by=None)
    wanted = Q()
    if asker.contact:
        wanted |= Q(asked_as=asker.contact) & (Q(held_at__gt=now - HOUR) | kept)
    if asker.network:
        wanted |= Q(asked_from=asker.network) & kept
    columns = ("practitioner_id", "asked_as", "asked_from", "held_at", "status", "hold_expires_at", "pay_by")
    return [
        _Begun(who, contact, network, held_at, until if status in WAITING and until > now and not asked else None)
        for who, contact, network, held_at, status, until, asked in Booking.objects.filter(wanted).values_list(*columns)
    ]


def _ends(begun: Iterable[_Begun]) -> list[datetime]:
    return [each.kept_until for each in begun if each.kept_until is not None]
