"""Booking somebody who calls or stands at the desk: the time on one page, who comes on the next."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from booking import deadlines, pages, queries, zones
from booking.actions import Way
from booking.actions.at_desk import BEGAN_AT_MOST, FURTHEST
from booking.desk import booking_in, visits
from booking.desk.booking_in import Doubt, Wish
from booking.desk.forms import OtherTimeForm, VisitorForm
from booking.errors import FullyBooked, NotOffered, OutsideHours, SlotTaken
from booking.models import Booking, Patient
from booking.templatetags.booking import instant, phone
from common import clock
from common.http import see_other
from common.ids import new_public_id
from common.templatetags.samay import clock as wall_clock
from common.templatetags.samay import day as day_words
from practitioners.desks import Desk, at_desk
from practitioners.models import PayWhen, Service

_NEVER = {Doubt.TAKEN, Doubt.IMPOSSIBLE}  # whatever the desk says
_IS_HERE = timedelta(hours=1)  # whoever comes so soon pays at the visit


# --- The time ---------------------------------------------------------------------------------------------------------


@at_desk
@require_safe
def times(request: HttpRequest, desk: Desk) -> HttpResponse:
    """A service, a day, and its times. A time that is on no list leads on from here, too, or is told what it lacks."""
    now, practitioner = clock.now(), desk.practitioner
    again = _again(desk, request.GET.get("again", ""))
    services, usual = booking_in.offered(practitioner)
    wishes = (request.GET.get("service", ""), str(again.service_id) if again else "")
    service = next((each for wish in wishes for each in services if str(each.pk) == wish), usual)
    today = now.astimezone(practitioner.tzinfo).date()
    day = _day(request.GET.get("date", ""), today)
    here = booking_in.round_now(now, practitioner)
    initial = {"time": here.time()} if day == today else None
    other = OtherTimeForm(request.GET if "time" in request.GET else None, initial=initial)
    if service and (start := _other_start(other, day, desk, now)):
        return see_other(f"{reverse('desk:book_visitor')}?{_query(service, again, slot=instant(start))}")
    context = {
        **_frame(desk, now),
        "services": services,
        "service": service,
        "again": again,
        "day": day,
        "today": today,
        "last": today + FURTHEST,
        "before": day - timedelta(1) if day > today else None,
        "following": day + timedelta(1) if day < today + FURTHEST else None,
        "here": here if day == today else None,
        "form": other,
        "keep": _query(service, again) if service else "",
        "parts": _parts(service, day, now) if service else [],
    }
    return render(request, "desk/book/times.html", context)


def _parts(service: Service, day: date, now: datetime) -> list[pages.Part]:
    """What is left of a day by the hours, also what patients would be too late for. None where nothing is."""
    zone, step = service.practitioner.zone, service.practitioner.step
    slots = queries.whole_day(service, day, zone=zone, now=now)
    parts = pages.parts_of_day(slots, since=now, zone=zone, home=zone, step=step)
    return [part for part in parts if part.first]


def _other_start(form: OtherTimeForm, day: date, desk: Desk, now: datetime) -> datetime | None:
    if not form.is_valid():
        return None
    start = booking_in.instant_of(day, form.cleaned_data["time"], desk.practitioner)
    if start is None:
        form.add_error("time", _("The clock skips this time that night. Enter another."))
    elif start < now - BEGAN_AT_MOST:
        form.add_error("time", _("That is over. A visit can be booked up to an hour after it began."))
        return None
    return start


def _day(text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return today
    return min(max(day, today), today + FURTHEST)


def _query(service: Service, again: Booking | None, **more: str) -> str:
    query = QueryDict(mutable=True)
    query.update({"service": str(service.pk), **({"again": again.reference} if again else {}), **more})
    return query.urlencode(safe=":")


# --- Who comes --------------------------------------------------------------------------------------------------------


@at_desk
@require_http_methods(["GET", "HEAD", "POST"])
def visitor(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Who comes at a time, and how it is paid. What speaks against the time is said before anything is typed."""
    now = clock.now()
    sent = request.POST if request.method == "POST" else request.GET
    if "service" not in sent:
        return see_other("desk:book")
    service, start = _wished(desk, sent)
    again = _again(desk, sent.get("again", ""))
    form = _form(request, service, start, again, now)
    doubt = None
    if request.method == "POST" and form.is_valid():
        wish = Wish(
            service,
            start,
            _patient(form, again, desk),
            form.chosen_way,
            note=form.cleaned_data["note"],
            anyway="anyway" in sent,
        )
        try:
            booking = booking_in.book_once(wish, key=sent.get("key", ""), by=desk.actor(request), now=now)
        except SlotTaken as refusal:
            doubt = _doubt_of(refusal, service, start, now)
        else:
            _tell(request, booking)
            return see_other("desk:booking", booking.reference)
    was_refused = doubt is not None
    doubt = doubt or booking_in.doubt_about(service, start, now=now)
    context = {
        **_frame(desk, now),
        "service": service,
        "start": start,
        "end": start + timedelta(minutes=service.duration),
        "again": again,
        "form": form,
        "doubt": doubt,
        "never": doubt in _NEVER,
        "alternatives": queries.alternatives(service, start, now=now) if doubt in _NEVER else [],
        "times_url": f"{reverse('desk:book')}?{_query(service, again, date=_date_of(start, desk))}",
        "key": sent.get("key") or new_public_id(),
    }
    status = HTTPStatus.CONFLICT if was_refused else HTTPStatus.OK
    return render(request, "desk/book/visitor.html", context, status=status)


def _wished(desk: Desk, sent: Mapping[str, Any]) -> tuple[Service, datetime]:
    """The service and the start that a form or an address names; `instead` is a tap on another time. Else 404."""
    pk = str(sent.get("service", ""))
    start = zones.sent_instant(sent.get("instead") or sent.get("slot", ""))
    offers = desk.practitioner.services.filter(is_active=True)
    service = offers.select_related("location").filter(pk=pk).first() if pk.isascii() and pk.isdigit() else None
    if service is None or start is None:
        raise Http404
    service.practitioner = desk.practitioner
    return service, start


def _form(request: HttpRequest, service: Service, start: datetime, again: Booking | None, now: datetime) -> VisitorForm:
    zone, words = service.practitioner.zone, ""
    if service.amount:
        until = deadlines.pay_until(start, now, service.practitioner.pay_within)
        words = _("By a link in an e-mail, until %(when)s") % {"when": _moment(until, zone)}
    is_later = service.pay_when == PayWhen.ONLINE and start > now + _IS_HERE
    initial = {"way": (Way.LINK if is_later else Way.AT_VISIT).value, **_known(again)}
    return VisitorForm(request.POST if request.method == "POST" else None, initial=initial, zone=zone, link_words=words)


def _known(again: Booking | None) -> dict[str, str]:
    """Whom an earlier booking was for. Their note stays closed."""
    patient = again.patient if again else None
    if patient is None:
        return {}
    number = phone(patient.phone) if patient.phone else ""
    return {"name": patient.name, "phone": number, "email": patient.email, "booked_by": patient.booked_by}


def _patient(form: VisitorForm, again: Booking | None, desk: Desk) -> Patient:
    """A row of its own for each booking: what is typed today must not change what was booked before."""
    given = {name: form.cleaned_data[name] for name in ("name", "phone", "email", "booked_by")}
    before = again.patient if again else None
    if before is None:
        return Patient(**given, zone=desk.practitioner.zone)
    is_same = given["booked_by"] == before.booked_by
    return Patient(**given, zone=before.zone, relationship=before.relationship if is_same else "")


def _doubt_of(refusal: SlotTaken, service: Service, start: datetime, now: datetime) -> Doubt:
    """What the page says of a refusal, whatever has changed since."""
    if isinstance(refusal, OutsideHours):
        return booking_in.doubt_about(service, start, now=now) or Doubt.HOURS
    if isinstance(refusal, FullyBooked):
        return Doubt.FULL
    return Doubt.IMPOSSIBLE if isinstance(refusal, NotOffered) else Doubt.TAKEN


def _tell(request: HttpRequest, booking: Booking) -> None:
    """What was booked, and what is still to be done about it."""
    zone = booking.practitioner.zone
    words = [_("It is booked for %(when)s.") % {"when": _moment(booking.starts_at, zone)}]
    if booking.pay_by and booking.amount and not booking.pays_at_visit:
        words.append(_("They get a link to pay until %(when)s.") % {"when": _moment(booking.pay_by, zone)})
    elif booking.patient and not booking.patient.email:
        words.append(_("Nothing is sent, as there is no e-mail address: tell them the time and the reference."))
    said = " ".join(words)
    if booking.pays_at_visit and (href := _record_url(booking)):
        said = format_html('{} <a href="{}">{}</a>', said, href, _("Record a payment that they make now"))
    messages.success(request, said)


def _moment(when: datetime, zone: str) -> str:
    return f"{day_words(when, zone)}, {wall_clock(when, zone)}"


def _record_url(booking: Booking) -> str:
    """Where money taken at the desk is written down, if this site takes any there."""
    try:
        return reverse("desk_payments:record", args=[booking.reference])
    except NoReverseMatch:
        return ""


# --- Both -------------------------------------------------------------------------------------------------------------


def _again(desk: Desk, reference: str) -> Booking | None:
    """The booking of this desk that is to be repeated; 404 for anybody else's."""
    return visits.at_desk(desk.practitioner, reference) if reference else None


def _date_of(start: datetime, desk: Desk) -> str:
    return start.astimezone(desk.practitioner.tzinfo).date().isoformat()


def _frame(desk: Desk, now: datetime) -> dict[str, object]:
    return {"desk": desk, "section": "book", "zone": desk.practitioner.zone, "now": now}
