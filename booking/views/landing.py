"""Where a press on a page of booking leads when its time is no longer kept: on with it, to others, or to its page."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from booking import holds, zones
from booking.errors import FullyBooked, NotOffered, PriceChanged, SlotTaken
from booking.hoarding import Rule, TooManyKept
from booking.lifecycle import Status
from booking.models import Booking
from common import clock
from common.http import see_other
from common.ids import new_public_id
from common.templatetags.samay import clock as wall_clock
from common.templatetags.samay import day, zone_abbr
from common.views import too_many
from practitioners.models import Service

View = Callable[..., HttpResponse]

# What the page of a refusal is about; any other time was taken by someone.
_WHY = {NotOffered: "never_offered", FullyBooked: "full", PriceChanged: "price"}


def next_step(booking: Booking, now: datetime) -> HttpResponse:
    """The page that a booking is at."""
    if not booking.is_held(now):
        return see_other("booking:detail", booking.public_id)
    return see_other("booking:review" if booking.patient_id else "booking:details", booking.public_id)


def elsewhere(request: HttpRequest, booking: Booking, now: datetime) -> HttpResponse | None:
    """Where the pages of a booking lead that is past them: to its own page, or to the time that came after it."""
    if booking.is_held(now):
        return None
    newer = holds.visitor_of(request, now).went_on_to(booking, now) if was_left(booking, now) else None
    return next_step(newer or booking, now)


def was_left(booking: Booking, now: datetime) -> bool:
    """Whether a hold ended without becoming a visit, by the clock or for another time; a request is a hold no more."""
    facts = vars(booking)  # two of them are there for a booking that a link has opened
    was_asked = booking.status == Status.REQUESTED or facts.get("went_unanswered", False)
    return not was_asked and (booking.has_lapsed(now) or facts.get("was_given_up", False))


def resumed(request: HttpRequest, booking: Booking, now: datetime) -> Booking | HttpResponse:
    """The hold with which a press goes on: this one, or its time taken again without a word.

    An answer where the press can't go on: the time went to somebody else, something about it has changed, or this
    browser went on with another one.
    """
    if booking.is_held(now):
        return booking
    if not (booking.has_lapsed(now) and was_left(booking, now)):
        return elsewhere(request, booking, now) or next_step(booking, now)
    try:
        fresh = holds.take_again(booking, visitor=holds.visitor_of(request, now), now=now)
    except SlotTaken as refusal:
        return conflict(request, booking.service, booking.starts_at, booking, refusal)
    if fresh.is_held(now) and holds.is_same_visit(fresh, booking):
        return fresh
    return holds.remember(next_step(fresh, now), request, fresh)


def conflict(
    request: HttpRequest, service: Service, wanted: datetime | None, earlier: Booking | None, refusal: SlotTaken
) -> HttpResponse:
    """What is open instead, one tap away. `earlier` is whose details go along."""
    practitioner = service.practitioner
    names = [practitioner.slug, service.slug]
    zone = zones.shown(request, practitioner.zone)
    date = f"?date={zones.local(wanted, zone).date()}" if wanted else ""
    goes_on = earlier is not None and earlier.service_id == service.pk and was_left(earlier, clock.now())
    context = {
        "service": service,
        "wanted": wanted,
        "why": _WHY.get(type(refusal), "taken"),
        "price": refusal.price if isinstance(refusal, PriceChanged) else service.price,
        "alternatives": refusal.alternatives,
        "earlier": earlier,
        "zone": zone,
        "hold_url": reverse("booking:again", args=[earlier.public_id])
        if earlier and goes_on
        else reverse("booking:hold", args=names),
        "times_url": reverse("booking:times", args=names) + date,
        "key": new_public_id(),
    }
    return render(request, "booking/conflict.html", context, status=409)


# --- Too many at once -------------------------------------------------------------------------------------------------

_TOO_MANY = {
    Rule.KEPT_BY_CONTACT: gettext_lazy(
        "At most %(most)d unpaid times are kept for one person at once. Finish one of them or give it up, or come back "
        "after %(until)s. Nothing was charged."
    ),
    Rule.BEGUN_BY_CONTACT: gettext_lazy(
        "At most %(most)d bookings are begun for one person within an hour. The next one can be begun after %(until)s. "
        "Nothing was charged."
    ),
    Rule.KEPT_WITH_ONE: gettext_lazy(
        "At most %(most)d unpaid times of one practitioner are kept at once for everybody who shares an internet "
        "connection. There is room again after %(until)s. Nothing was charged."
    ),
    Rule.KEPT_BY_NETWORK: gettext_lazy(
        "At most %(most)d unpaid times are kept at once for everybody who shares an internet connection. There is room "
        "again after %(until)s. Nothing was charged."
    ),
}


def tells_what_is_kept(view: View) -> View:
    """Whoever keeps too much is told how much is possible, and from when; and is led to what they keep."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except TooManyKept as refusal:
            return _too_many_kept(request, refusal)

    return wrapped


def _too_many_kept(request: HttpRequest, refusal: TooManyKept) -> HttpResponse:
    now = clock.now()
    text = _TOO_MANY[refusal.rule] % {"most": refusal.most, "until": _moment(request, refusal.until, now)}
    held = holds.visitor_of(request, now).newest_hold(now)
    instead = reverse("booking:review", args=[held.public_id]) if held else reverse("booking:home")
    label = _("Go on with the time that is kept") if held else _("Find a practitioner")
    return too_many(request, refusal, instead=instead, label=label, text=text)


def _moment(request: HttpRequest, moment: datetime, now: datetime) -> str:
    """5:40 AM IST; with its day where that is another one."""
    zone = zones.shown(request, settings.SITE_ZONE)
    words = f"{wall_clock(moment, zone)} {zone_abbr(zone, moment)}"
    same_day = zones.local(moment, zone).date() == zones.local(now, zone).date()
    return words if same_day else f"{day(moment, zone)}, {words}"
