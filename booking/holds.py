"""Keeping a time from a page: one intent keeps one time, however often it is sent and from however many tabs.

A browser remembers what it began in a cookie, for a day. With one practitioner a person keeps one time at once: a tap
on another time moves it. What was typed for one is there for the next.
"""

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from booking import actions
from booking.errors import GivenUp, SlotTaken
from booking.forms import CONSENT
from booking.hoarding import Asker, contact_hash, network_hash
from booking.lifecycle import Status
from booking.models import Booking, Patient, RepeatKey, Source
from booking.ways import ways_of
from common.audit import Actor
from common.limits import TooMany
from common.money import Money
from practitioners.models import Service, Terms

COOKIE = f"{settings.COOKIE_PREFIX}hold"
REMEMBERED = timedelta(days=1)
MOST_REMEMBERED = 5
_IDS = re.compile(r"[0-9a-z]{26}(?:\.[0-9a-z]{26})*")
# Where somebody left off, so that what they typed goes on; a booking that was made is nobody's to type over.
_LEFT = {Status.PENDING_PAYMENT, Status.EXPIRED, Status.CANCELLED}


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whoever asks for a page: what they began within a day, newest first, and what they are known by.

    `browser` is a word that no other browser knows. Nobody is known by an address that they typed.
    """

    bookings: Sequence[Booking] = ()
    browser: str = ""
    user_id: int | None = None
    network: str = ""

    def hold_with(self, practitioner_id: int, now: datetime) -> Booking | None:
        """The time that is kept for them with a practitioner; one that a tap would move before one that stays."""
        held = [each for each in self.bookings if each.practitioner_id == practitioner_id and each.is_held(now)]
        return next((each for each in held if each.gives_way), held[0] if held else None)

    def newest_hold(self, now: datetime) -> Booking | None:
        return next((each for each in self.bookings if each.is_held(now)), None)

    def went_on_to(self, left: Booking, now: datetime) -> Booking | None:
        """Where they are now who left a hold behind: at the same visit once more, or at another time they keep."""
        later = [each for each in self.bookings if each.pk > left.pk and each.practitioner_id == left.practitioner_id]
        same = [each for each in later if is_theirs(each, now) and _is_of(each, left.service_id, left.starts_at)]
        held = [each for each in later if each.is_held(now)]
        return next(iter(same or held), None)

    def typed(self) -> Booking | None:
        """Where they last said who they are and then left off; never what somebody typed who was signed in here."""
        return next((each for each in self.bookings if each.status in _LEFT and self._is_known(each.patient)), None)

    def asker(self, email: str) -> Asker:
        """As whom they are counted who give this address."""
        return Asker(contact=contact_hash(email, self.user_id), network=self.network)

    def _is_known(self, patient: Patient | None) -> bool:
        return patient is not None and patient.user_id in {None, self.user_id}


def visitor_of(request: HttpRequest, now: datetime) -> Visitor:
    """One query; none for a browser that began nothing and has nobody signed in."""
    user_id = _user_id(request)
    return Visitor(
        bookings=_begun(_remembered(request), user_id, now),
        browser=request.META.get("CSRF_COOKIE", ""),
        user_id=user_id,
        network=network_hash(request),
    )


def asker_of(request: HttpRequest, email: str) -> Asker:
    """As whom they are counted who give this address. No query for a guest."""
    return Visitor(user_id=_user_id(request), network=network_hash(request)).asker(email)


def _user_id(request: HttpRequest) -> int | None:
    return request.user.pk if request.user.is_authenticated else None


def _remembered(request: HttpRequest) -> list[str]:
    value = request.COOKIES.get(COOKIE, "")
    return value.split(".")[:MOST_REMEMBERED] if _IDS.fullmatch(value) else []


def _begun(ids: Sequence[str], user_id: int | None, now: datetime) -> list[Booking]:
    """What a browser began, and what an account keeps, on whatever device it was begun."""
    here = Booking.objects.filter(public_id__in=ids, held_at__gt=now - REMEMBERED)
    mine = Booking.objects.filter(patient__user=user_id, status=Status.PENDING_PAYMENT, hold_expires_at__gt=now)
    found = here
    if user_id:  # each half has an index of its own, which one condition with an OR would use neither of
        found = Booking.objects.filter(pk__in=here.values("pk").union(mine.values("pk")))
    elif not ids:
        return []
    return list(found.select_related("patient").order_by("-pk"))


def remember(response: HttpResponse, request: HttpRequest, booking: Booking) -> HttpResponse:
    """Let the browser know what it began, with the few before."""
    ids = dict.fromkeys([booking.public_id, *_remembered(request)])
    value = ".".join([*ids][:MOST_REMEMBERED])
    age = round(REMEMBERED.total_seconds())
    response.set_cookie(COOKIE, value, age, secure=settings.SECURE, httponly=True, samesite="Lax")
    return response


def is_theirs(booking: Booking, now: datetime) -> bool:
    """Whether it is kept, asked for or firm: then whoever began it need not begin it again."""
    waits = booking.status in {Status.PENDING_PAYMENT, Status.REQUESTED} and booking.is_kept(now)
    return waits or booking.status == Status.CONFIRMED


def is_same_visit(one: Booking, other: Booking) -> bool:
    """Whether everything that was shown of the one holds for the other, so that a press on the one may go on there."""
    names = ["service_id", "starts_at", "ends_at", "price", "service_name", "mode", "location_id", *Terms.names()]
    shown = all(getattr(one, name) == getattr(other, name) for name in names)
    return shown and ways_of(one) == ways_of(other)


# --- Keeping ----------------------------------------------------------------------------------------------------------


def keep(
    service: Service,
    *,
    start: datetime,
    visitor: Visitor,
    now: datetime,
    key: str = "",
    price: Money | None = None,
    follows: Booking | None = None,
    known: Callable[[], Patient | None] = lambda: None,
) -> Booking:
    """A time for a visitor: theirs already, or held now in the place of what they hold with the practitioner.

    `key` names the form that was sent, and `follows` the hold that lapsed: the second press of a double press finds
    what came of the first. `price` is the one that was shown. `known` tells who somebody is who has typed nothing.
    Raises SlotTaken and its kinds, TooManyKept.
    """
    theirs = [*([follows] if follows else []), *visitor.bookings]
    earlier = follows if follows and follows.patient else visitor.typed()
    moved = _to_move(theirs, service, visitor, now)
    form = f"{key} {service.pk} {start.isoformat()}" if key else ""
    while True:
        if same := _already([*theirs, moved], service, start, now):
            return same
        marks = _marks(visitor, form=form, after=(follows, moved))
        patient, note = _carried(earlier, service, visitor) if earlier else (known(), "")
        asker = visitor.asker(patient.email if patient else "")
        try:
            with transaction.atomic():
                booking = actions.hold(
                    service,
                    start=start,
                    by=Actor.PATIENT,
                    source=Source.WEB,
                    now=now,
                    patient=patient,
                    note=note,
                    price=price,
                    instead_of=moved,
                    asker=asker,
                )
                _mark(marks, booking, now=now)
                return booking
        except GivenUp:  # in another tab, a moment ago
            moved = _kept_instead(moved, visitor, now)
        except (SlotTaken, TooMany):
            if twin := _already([_came_of(marks)], service, start, now):
                return twin
            raise


def take_again(lapsed: Booking, *, visitor: Visitor, now: datetime) -> Booking:
    """The visit of a hold that lapsed, without a word: once more at the price that was shown, or where it went on.

    Raises SlotTaken and its kinds, TooManyKept.
    """
    if newer := visitor.went_on_to(lapsed, now):
        return newer
    start, price = lapsed.starts_at, lapsed.price
    return keep(lapsed.service, start=start, visitor=visitor, now=now, price=price, follows=lapsed)


def _already(theirs: Sequence[Booking | None], service: Service, start: datetime, now: datetime) -> Booking | None:
    """The same visit, where it is theirs."""
    mine = (each for each in theirs if each and is_theirs(each, now))
    return next((each for each in mine if _is_of(each, service.pk, start)), None)


def _is_of(booking: Booking, service_id: int, start: datetime) -> bool:
    return booking.service_id == service_id and booking.starts_at == start


def _to_move(theirs: Sequence[Booking], service: Service, visitor: Visitor, now: datetime) -> Booking | None:
    """Money may be on its way for a time whose payment was begun: such a hold is kept beside the new one."""
    with_them = [each for each in theirs if each.practitioner_id == service.practitioner_id]
    held = next((each for each in with_them if each.is_held(now) and each.gives_way), None)
    given_up = next((each for each in with_them if each.status == Status.CANCELLED), None)
    return held or _kept_instead(given_up, visitor, now)


def _kept_instead(given_up: Booking | None, visitor: Visitor, now: datetime) -> Booking | None:
    """What a hold was moved to, and that again, down to the one that is kept: another tab may know more than this one.

    One query for each move.
    """
    found = given_up
    while found and (found is given_up or found.status == Status.CANCELLED):
        found = _came_of(_marks(visitor, after=(found,)))
    return found if found and found.is_held(now) and found.gives_way else None


def _carried(earlier: Booking, service: Service, visitor: Visitor) -> tuple[Patient | None, str]:
    """Who was named before, and their note; nobody where the form has to be seen once more, filled in as it was.

    That is where the words they agreed to have changed, and where a note would reach somebody it was not written to.
    """
    patient, note = earlier.patient, earlier.note or ""
    is_agreed = patient is not None and patient.consent_version in {"", CONSENT}
    if patient is None or not is_agreed or (note and earlier.practitioner_id != service.practitioner_id):
        return None, ""
    # What is typed about the next booking must not change the one before.
    names = [each.attname for each in Patient._meta.concrete_fields if not each.primary_key]
    copy = Patient(**{name: getattr(patient, name) for name in names})
    copy.user_id = copy.user_id or visitor.user_id
    return copy, note


# --- What came of a press ---------------------------------------------------------------------------------------------


def _marks(visitor: Visitor, *, form: str = "", after: Sequence[Booking | None] = ()) -> list[str]:
    """Names for a press, worth something in the browser that it was made in only: of its form, of what it follows."""
    words = [f"{form} {visitor.browser}"] if form else []
    words += [f"after {each.pk} {visitor.browser}" for each in after if each]
    return sorted({hashlib.sha256(word.encode()).hexdigest() for word in words})


def _mark(marks: Sequence[str], booking: Booking, *, now: datetime) -> None:
    RepeatKey.objects.bulk_create(
        [RepeatKey(digest=mark, request=mark, booking=booking, used_at=now) for mark in marks],
        update_conflicts=True,
        unique_fields=["digest"],
        update_fields=["booking", "used_at"],
    )


def _came_of(marks: Sequence[str]) -> Booking | None:
    """The newest booking that such a press has led to."""
    rows = RepeatKey.objects.select_related("booking__patient").filter(digest__in=marks, booking__isnull=False)
    return max((row.booking for row in rows if row.booking), key=lambda each: each.pk, default=None)
