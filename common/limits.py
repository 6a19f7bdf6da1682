"""How often somebody may try: counted in PostgreSQL, exactly, however many ask at once.

A try is counted before it is looked at, so a hundred guesses sent together are no more than a hundred sent in turn. A
row holds the moments of the last tries of one kind by one somebody, under a name that tells nobody who that is.
Moments are machine time: a rehearsal that moves the clock opens no door.
"""

from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from common import clock
from common.models import Tries

_THOUSAND = 1000


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many tries within so many seconds."""

    name: str
    most: int
    within: int


class TooMany(Exception):
    """Not now. `seconds` is when it may be tried again."""

    def __init__(self, seconds: int) -> None:
        super().__init__("too many tries")
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Taken:
    """A try that was counted, to be given back when it turns out to be none: a right password is no guess."""

    key: str
    moment: int


def take(limit: Limit, whose: str) -> Taken | None:
    """Count one try. Raises TooMany. None where nothing is counted (RATE_LIMITS=off, for load tests)."""
    if not settings.RATE_LIMITS:
        return None
    key = salted_hmac(f"common.limits.{limit.name}", whose, algorithm="sha256").hexdigest()
    machine = clock.machine_now()
    moment, within = int(machine.timestamp() * _THOUSAND), limit.within * _THOUSAND
    ends = machine + timedelta(seconds=limit.within)
    with transaction.atomic():
        # The row is locked by this statement, also when somebody else is making it at this very moment.
        Tries.objects.bulk_create(
            [Tries(key=key, moments=[], ends_at=ends)],
            update_conflicts=True,
            unique_fields=["key"],
            update_fields=["ends_at"],
        )
        row = Tries.objects.get(key=key)
        recent = [each for each in row.moments if each > moment - within]
        if len(recent) >= limit.most:
            raise TooMany(max(1, -(-(min(recent) + within - moment) // _THOUSAND)))
        Tries.objects.filter(key=key).update(moments=[*recent, moment])
    return Taken(key, moment)


def give_back(taken: Taken | None) -> None:
    if taken is None:
        return
    with transaction.atomic():
        row = Tries.objects.select_for_update(no_key=True).filter(key=taken.key).first()
        if row and taken.moment in row.moments:
            row.moments.remove(taken.moment)
            row.save(update_fields=["moments"])


def network_of(request: HttpRequest) -> str:
    """Whose network asks: the address, of IPv6 the 64 bits that one customer has. See config/wsgi.py for its source."""
    try:
        found = ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return ""
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or ip_network((found, 64), strict=False).network_address)
    return str(found)


def forget_the_past() -> int:
    """Remove the rows whose tries count no more. Answers how many."""
    return Tries.objects.filter(ends_at__lt=clock.machine_now()).delete()[0]
