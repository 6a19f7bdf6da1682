"""A visit as calendars know it.

Calendars are shared with families and employers: the file names practitioner, time and place, and nothing of what the
visit is about, what it costs, or the link that opens the booking.
"""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Alarm, Calendar, Event

from booking.lifecycle import WAITING, Status
from booking.models import Booking
from practitioners.models import Mode

REMIND_BEFORE = timedelta(hours=1)
_GOOGLE = "https://calendar.google.com/calendar/render"
_OFF = {Status.CANCELLED, Status.DECLINED, Status.EXPIRED}


def calendar_file(booking: Booking, *, now: datetime, method: str = "PUBLISH") -> bytes:
    """The file with one visit. Mails that speak for the practice have another `method`: REQUEST or CANCEL."""
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", f"-//{settings.SITE_NAME}//EN")
    calendar.add("method", method)
    calendar.add_component(event_of(booking, now=now))
    return bytes(calendar.to_ical())


def event_of(booking: Booking, *, now: datetime) -> Event:
    """The visit under a name that it keeps for life. The booking comes with practitioner and location."""
    is_off = booking.status in _OFF
    event = Event()
    event.add("uid", f"{booking.reference}@{urlsplit(settings.SITE_URL).hostname}")
    # Calling it off is the last word on an event, and has to come after whatever was said before.
    event.add("sequence", booking.sequence + (1 if is_off else 0))
    event.add("status", "CANCELLED" if is_off else "TENTATIVE" if booking.status in WAITING else "CONFIRMED")
    event.add("dtstamp", now.astimezone(UTC))
    event.add("dtstart", booking.starts_at.astimezone(UTC))
    event.add("dtend", booking.ends_at.astimezone(UTC))
    event.add("summary", title_of(booking))
    event.add("class", "PRIVATE")
    if place := place_of(booking):
        event.add("location", place)
    if not is_off:
        event.add_component(_alarm(booking))
    return event


def _alarm(booking: Booking) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", -REMIND_BEFORE)
    alarm.add("description", title_of(booking))
    return alarm


def title_of(booking: Booking) -> str:
    return _("Appointment with %(name)s") % {"name": booking.practitioner.name}


def place_of(booking: Booking) -> str:
    """Where somebody has to be."""
    if booking.mode != Mode.IN_PERSON or booking.location is None:
        return ""
    return ", ".join([booking.location.name, *booking.location.address.splitlines()])


def google_link(booking: Booking) -> str:
    """A page of Google's that offers to put the same facts into a calendar there."""
    first, last = (f"{instant.astimezone(UTC):%Y%m%dT%H%M%SZ}" for instant in (booking.starts_at, booking.ends_at))
    facts = {"action": "TEMPLATE", "text": title_of(booking), "dates": f"{first}/{last}"}
    if place := place_of(booking):
        facts["location"] = place
    return f"{_GOOGLE}?{urlencode(facts)}"
