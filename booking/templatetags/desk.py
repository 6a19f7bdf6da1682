"""What the pages of the desk say in their own words."""

from datetime import datetime, time, timedelta

from django import template
from django.template.context import Context
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from booking.desk import requests
from booking.desk.agenda import Entry
from booking.lifecycle import WAITING, Status
from booking.models import Booking, Move
from booking.templatetags.booking import look_of
from booking.views.video import Room, room_of
from common import clock as watch
from common.audit import Actor
from common.templatetags.samay import clock, local, zone_abbr
from practitioners.desks import Desk

register = template.Library()

_NEAR = timedelta(hours=1)

# The name of a section is the name of its first page.
SECTIONS = (
    ("today", gettext_lazy("Today")),
    ("calendar", gettext_lazy("Calendar")),
    ("requests", gettext_lazy("Requests")),
    ("bookings", gettext_lazy("Bookings")),
    ("hours", gettext_lazy("Hours")),
    ("time_off", gettext_lazy("Time off")),
    ("services", gettext_lazy("Services")),
    ("profile", gettext_lazy("Settings")),
)


@register.inclusion_tag("desk/_menu.html", takes_context=True)
def desk_menu(context: Context) -> dict[str, object]:
    """The sections of the desk. A page says in which it stands: `section`. One query, unless the page has the count."""
    here = context.get("section", "")
    waiting = context.get("waiting_requests")
    if waiting is None:
        waiting = requests.count(context["desk"].practitioner, now=watch.now())
    return {
        "sections": [(word, reverse(f"desk:{name}"), name == here, name == "requests") for name, word in SECTIONS],
        "waiting": waiting,
    }


@register.filter
def short_day(instant: datetime, zone: str) -> str:
    """Tue 1 Dec"""
    return date_format(local(instant, zone), "D j M")


@register.filter
def day_of(instant: datetime, zone: str) -> str:
    """2026-12-01, as addresses carry a day"""
    return str(local(instant, zone).date())


@register.filter
def time_left(deadline: datetime, now: datetime) -> str:
    """2 days 4 h; 3 h 20 min; 5 min: rounded down, as nobody should count on what is not there."""
    minutes = max(0, int((deadline - now).total_seconds() // 60))
    words = {"days": minutes // 1440, "hours": minutes // 60 % 24, "minutes": minutes % 60}
    if words["days"]:
        return ngettext("%(days)d day %(hours)d h", "%(days)d days %(hours)d h", words["days"]) % words
    if words["hours"]:
        return _("%(hours)d h %(minutes)d min") % words
    return _("%(minutes)d min") % words if minutes else _("a minute")


@register.filter
def is_near(deadline: datetime, now: datetime) -> bool:
    """Whether little time is left to answer."""
    return deadline - now < _NEAR


@register.filter
def at(instant: datetime, zone: str) -> str:
    """1:30 PM; where the clock shows it twice that night, 1:30 AM EST"""
    here = local(instant, zone)
    comes_twice = here.replace(fold=0).utcoffset() != here.replace(fold=1).utcoffset()
    return f"{clock(instant, zone)} {zone_abbr(zone, instant)}" if comes_twice else clock(instant, zone)


@register.filter
def weekday_at(instant: datetime, zone: str) -> str:
    """Fri 11:30 PM"""
    return f"{date_format(local(instant, zone), 'D')} {at(instant, zone)}"


@register.filter
def from_to(entry: Entry, zone: str) -> str:
    """9:00 AM – 10:00 AM; with the weekday where it is another day's"""
    start = at(entry.start, zone) if entry.begins else weekday_at(entry.start, zone)
    end = at(entry.end, zone) if entry.ends else weekday_at(entry.end, zone)
    return f"{start} – {end}"


@register.filter
def who(booking: Booking) -> str:
    """Whom a time is for, as far as anybody knows."""
    return booking.patient.name if booking.patient else _("Somebody is booking")


@register.filter
def room(booking: Booking, now: datetime) -> Room | None:
    """When the room of a visit by video can be entered; None where there is none."""
    return room_of(booking, now)


@register.filter
def mode_and_place(booking: Booking) -> str:
    """Video; In person, Harbour Clinic"""
    mode = booking.get_mode_display()
    return f"{mode}, {booking.location.name}" if booking.location else mode


@register.inclusion_tag("desk/_state.html", name="desk_state")
@register.inclusion_tag("components/badge.html", name="desk_badge")
def state(booking: Booking, zone: str) -> dict[str, object]:
    """The booking's state as an icon and words; of what waits for somebody, until when."""
    tone, icon = look_of(booking)
    words = booking.get_status_display()
    if booking.status in WAITING and booking.hold_expires_at:
        words = _waits(booking) % {"until": _until(booking.hold_expires_at, zone)}
    return {"word": words, "tone": tone, "icon": icon, "is_told": booking.status != Status.CONFIRMED}


def _waits(booking: Booking) -> str:
    if booking.status == Status.REQUESTED:
        return _("Requested, answer by %(until)s")
    return _("To be paid by %(until)s") if booking.pay_by else _("Held until %(until)s")


def _until(instant: datetime, zone: str) -> str:
    """11:40 PM; on another day Tue 1 Dec, 11:40 PM"""
    is_today = local(instant, zone).date() == local(watch.now(), zone).date()
    return at(instant, zone) if is_today else f"{short_day(instant, zone)}, {at(instant, zone)}"


@register.filter
def hour(value: time) -> str:
    """9 AM"""
    return value.strftime("%-I %p")


_STEPS = {
    Status.PENDING_PAYMENT: gettext_lazy("Held"),
    Status.REQUESTED: gettext_lazy("Requested"),
    Status.CONFIRMED: gettext_lazy("Confirmed"),
    Status.COMPLETED: gettext_lazy("Completed"),
    Status.NO_SHOW: gettext_lazy("Marked as no-show"),
    Status.EXPIRED: gettext_lazy("Expired"),
    Status.CANCELLED: gettext_lazy("Cancelled"),
    Status.DECLINED: gettext_lazy("Declined"),
}


_ANSWERS = {
    Status.PENDING_PAYMENT: gettext_lazy("Accepted"),
    Status.CONFIRMED: gettext_lazy("Accepted"),
    Status.DECLINED: gettext_lazy("Declined"),
    Status.EXPIRED: gettext_lazy("Lapsed"),
    Status.CANCELLED: gettext_lazy("Cancelled"),
}


# What a step is called that says more than where it led.
_TURNS = {
    (Status.REQUESTED, Status.PENDING_PAYMENT): gettext_lazy("Accepted, waits for payment"),
    (Status.REQUESTED, Status.CONFIRMED): gettext_lazy("Accepted and confirmed"),
    (Status.REQUESTED, Status.EXPIRED): gettext_lazy("Lapsed without an answer"),
    (Status.COMPLETED, Status.NO_SHOW): gettext_lazy("Corrected: nobody came"),
    (Status.NO_SHOW, Status.COMPLETED): gettext_lazy("Corrected: it took place"),
}
_BY_ITSELF = gettext_lazy("Taken as completed")
_AT_DESK = {"practitioner", "front_desk"}


@register.filter
def step(move: Move, zone: str) -> str:
    """Confirmed; Accepted, waits for payment; Moved from Tue 1 Dec, 10:00 AM to Wed 2 Dec, 2:00 PM"""
    if move.moved_from and move.moved_to:
        old, new = (f"{short_day(each, zone)}, {at(each, zone)}" for each in (move.moved_from, move.moved_to))
        return _("Moved from %(old)s to %(new)s") % {"old": old, "new": new}
    if not move.before and move.actor in _AT_DESK:
        return _("Booked at the desk")
    if (move.before, move.after, move.actor) == (Status.CONFIRMED, Status.COMPLETED, Actor.SYSTEM.kind):
        return str(_BY_ITSELF)
    before = Status(move.before) if move.before else None
    after = Status(move.after)
    return str(_TURNS[before, after] if before and (before, after) in _TURNS else _STEPS[after])


@register.filter
def answer_of(move: Move) -> str:
    """Accepted; Declined; Lapsed: what became of a request"""
    return str(_ANSWERS[Status(move.after)])


_YES_OR_NO = {Status.PENDING_PAYMENT, Status.CONFIRMED, Status.DECLINED}


@register.simple_tag
def actor_of(move: Move, desk: Desk) -> str:
    """by the patient; by you; by the front desk (Ravi Nair); by Asha Rao, from the mail"""
    if move.user is not None and move.user == desk.user:
        return _("by you")
    is_answer = move.before == Status.REQUESTED and move.after in _YES_OR_NO
    if is_answer and move.actor == Actor.PRACTITIONER.kind and move.user is None:  # nobody signs in for that
        return _("by %(name)s, from the mail") % {"name": desk.practitioner.name}
    words = {
        "patient": _("by the patient"),
        "practitioner": _("by %(name)s") % {"name": desk.practitioner.name},
        "front_desk": _("by the front desk"),
        "staff": _("by the practice"),
        "provider": _("when the payment arrived"),
        "system": _("by itself"),
    }.get(move.actor, "")
    if move.actor in {"front_desk", "staff"} and move.user is not None and move.user.name:
        return f"{words} ({move.user.name})"
    return words
