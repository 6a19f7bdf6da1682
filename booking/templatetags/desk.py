"""What the pages of the desk say in their own words."""

from datetime import datetime, time

from django import template
from django.template.context import Context
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from booking.desk.agenda import Entry
from booking.lifecycle import Status
from booking.models import Booking, Move
from booking.templatetags.booking import look_of
from common.templatetags.samay import clock, local, zone_abbr
from practitioners.desks import Desk

register = template.Library()

# The name of a section is the name of its first page.
SECTIONS = (
    ("today", gettext_lazy("Today")),
    ("calendar", gettext_lazy("Calendar")),
    ("bookings", gettext_lazy("Bookings")),
    ("hours", gettext_lazy("Hours")),
    ("time_off", gettext_lazy("Time off")),
    ("services", gettext_lazy("Services")),
    ("profile", gettext_lazy("Settings")),
)


@register.inclusion_tag("desk/_menu.html", takes_context=True)
def desk_menu(context: Context) -> dict[str, object]:
    """The sections of the desk. A page says in which it stands: `section`."""
    here = context.get("section", "")
    return {"sections": [(word, reverse(f"desk:{name}"), name == here) for name, word in SECTIONS]}


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
def mode_and_place(booking: Booking) -> str:
    """Video; In person, Harbour Clinic"""
    mode = booking.get_mode_display()
    return f"{mode}, {booking.location.name}" if booking.location else mode


@register.inclusion_tag("desk/_state.html", name="desk_state")
@register.inclusion_tag("components/badge.html", name="desk_badge")
def state(booking: Booking, zone: str) -> dict[str, object]:
    """The booking's state as an icon and words; of a time that is kept for somebody, until when."""
    tone, icon = look_of(booking)
    words = booking.get_status_display()
    if booking.status == Status.PENDING_PAYMENT and booking.hold_expires_at:
        words = _("Held until %(time)s") % {"time": at(booking.hold_expires_at, zone)}
    return {"word": words, "tone": tone, "icon": icon, "is_told": booking.status != Status.CONFIRMED}


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


@register.filter
def step(move: Move) -> str:
    """Confirmed; Cancelled"""
    return str(_STEPS[Status(move.after)])


@register.simple_tag
def actor_of(move: Move, desk: Desk) -> str:
    """by the patient; by you; by the front desk (Ravi Nair)"""
    if move.user is not None and move.user == desk.user:
        return _("by you")
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
