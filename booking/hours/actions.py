"""The one verb that changes when someone works, with what becomes of those who had booked.

Everything happens in one transaction under the practitioner's lock: nobody can book between the look at who would be
stranded and the change. The day's, the week's and the rules' pages, time off and the sick day all end here.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import transaction

from booking import actions
from booking.errors import Undecided
from booking.hours.changes import Change, Hours, NewDate, NewRules, NewTimeOff, NewWeek, NoTimeOff, UsualDate, Week
from booking.hours.queries import base_of, replaced_by, stranded_by, week_as_text
from booking.wallclock import WallMoment, day_of
from common import audit
from common.audit import Actor
from practitioners.errors import Overtaken
from practitioners.models import OverrideHours, Practitioner, TimeOff, WeeklyHours


class Choice(StrEnum):
    KEEP = "keep"
    ASK = "ask"  # for another time; what is not firm yet is cancelled instead
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many bookings were cancelled by a change, and of how many patients another time was asked for."""

    cancelled: int
    asked: int


@transaction.atomic
def change_hours(
    practitioner: Practitioner,
    *,
    change: Change,
    decisions: Mapping[str, Choice],
    base: str = "",
    reason: str = "",
    words: str = "",
    by: Actor,
    now: datetime,
) -> Outcome:
    """Make a change; of the bookings that it strands cancel some, and ask for another time for some, as was decided.

    `decisions` are by the marks of booking.hours.queries.Stranded, `reason` goes with the cancellations, `words` go to
    those who are asked, and `base` says what the change was typed over. Raises Undecided, also where words are
    missing, or Overtaken; then nothing is changed.
    """
    practitioner = Practitioner.objects.locked().get(pk=practitioner.pk)
    if base and base != base_of(practitioner, change):
        raise Overtaken
    stranded = stranded_by(practitioner, change, now=now)
    if any(each.mark not in decisions for each in stranded):
        raise Undecided
    asked = [each.booking for each in stranded if decisions[each.mark] == Choice.ASK and each.may_ask]
    if asked and not words:
        raise Undecided
    before = replaced_by(practitioner, change)
    name, after = _write(practitioner, change)
    audit.record(f"practitioner.{name}", practitioner, by=by, now=now, before=before, after=after)
    given_up = [each.booking for each in stranded if decisions[each.mark] != Choice.KEEP and each.booking not in asked]
    for booking in given_up:
        actions.cancel(booking, by=by, reason=reason, now=now)
    for booking in asked:
        actions.ask_to_move(booking, by=by, why=words, now=now)
    return Outcome(len(given_up), len(asked))


def _write(practitioner: Practitioner, change: Change) -> tuple[str, dict[str, Any]]:
    """Store a change; answers what the history calls it, and what it says of it. Notes are nobody else's business."""
    match change:
        case NewWeek(weekly=weekly):
            _replace_week(practitioner, weekly)
            return "hours_changed", {"weekly": week_as_text(weekly)}
        case NewRules():
            _replace_rules(practitioner, change)
            return "rules_changed", asdict(change)
        case NewDate(day=day, hours=hours):
            _replace_date(practitioner, change)
            return "date_changed", {"day": str(day_of(day)), "hours": [list(each) for each in hours]}
        case UsualDate(day=day):
            practitioner.overrides.filter(day=day_of(day)).delete()
            return "date_changed", {"day": str(day_of(day)), "hours": None}
        case NewTimeOff(first=first, last=last):
            _add_time_off(practitioner, change)
            return "time_off_added", {"first": _wall(first), "last": _wall(last)}
        case NoTimeOff(number=number, first=first, last=last):
            practitioner.time_off.filter(pk=number).delete()
            return "time_off_removed", {"first": _wall(first), "last": _wall(last)}
    raise TypeError("no such change")


def _wall(moment: WallMoment) -> str:
    """2026-12-24 18:00"""
    return f"{day_of(moment[0])} {moment[1] // 60:02}:{moment[1] % 60:02}"


def _replace_week(practitioner: Practitioner, weekly: Week) -> None:
    practitioner.weekly_hours.all().delete()
    WeeklyHours.objects.bulk_create(
        WeeklyHours(practitioner=practitioner, weekday=day, starts=starts, ends=ends)
        for day, hours in weekly.items()
        for starts, ends in hours
    )


def _replace_rules(practitioner: Practitioner, change: NewRules) -> None:
    practitioner.zone, practitioner.step, practitioner.horizon = change.zone, change.step, change.horizon
    practitioner.buffer_before, practitioner.buffer_after = change.before, change.after
    practitioner.notice = change.notice
    practitioner.daily_cap, practitioner.weekly_cap = change.daily_cap, change.weekly_cap
    names = ["zone", "step", "horizon", "buffer_before", "buffer_after", "notice", "daily_cap", "weekly_cap"]
    practitioner.save(update_fields=names)


def _replace_date(practitioner: Practitioner, change: NewDate) -> None:
    override, _ = practitioner.overrides.update_or_create(day=day_of(change.day), defaults={"note": change.note})
    override.hours.all().delete()
    hours: list[Hours] = list(change.hours)
    OverrideHours.objects.bulk_create(
        OverrideHours(override=override, starts=starts, ends=ends) for starts, ends in hours
    )


def _add_time_off(practitioner: Practitioner, change: NewTimeOff) -> None:
    """What is off already, by a second press or a longer absence, needs no row of its own."""
    (first, starts), (last, ends) = change.first, change.last
    rows = practitioner.time_off.filter(first_day__lte=day_of(first), last_day__gte=day_of(last))
    if any(
        (row.first_day, row.starts) <= (day_of(first), starts) and (row.last_day, row.ends) >= (day_of(last), ends)
        for row in rows
        if change.sweeping or row.note == change.note
    ):
        return
    TimeOff.objects.create(
        practitioner=practitioner,
        first_day=day_of(first),
        starts=starts,
        last_day=day_of(last),
        ends=ends,
        note=change.note,
    )
