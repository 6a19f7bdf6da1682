"""What a change of someone's hours does to the times on offer, and to who has booked. No Django inside.

A change is a small value that turns the rules of a service into other rules. A booking is stranded by it if it fitted
the hours before and does not after, or if time off now covers it; one that is already outside the hours, because it
was kept when they changed, is left in peace. Buffers, notice, grid and caps are asked of new visits only: they strand
nobody.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import NamedTuple, Protocol

from booking.availability import Rules, Visit, days_reaching_into, horizon_of, open_starts, reach, time_off, working
from booking.wallclock import Interval, WallMoment, between, joined, local_day

DAY = 24 * 60
WEEK = 7 * DAY
Hours = tuple[int, int]
Week = Mapping[int, Sequence[Hours]]


class Change(Protocol):
    """`own` names what the service decides for itself: before, after, notice."""

    def on(self, rules: Rules, own: frozenset[str]) -> Rules: ...


@dataclass(frozen=True, slots=True)
class NewWeek:
    weekly: Week

    def on(self, rules: Rules, own: frozenset[str]) -> Rules:
        return replace(rules, weekly=self.weekly)


@dataclass(frozen=True, slots=True)
class NewRules:
    """Everything but the hours. Buffers and notice are minutes, the horizon is days."""

    zone: str
    step: int
    before: int
    after: int
    notice: int
    horizon: int
    daily_cap: int | None
    weekly_cap: int | None

    def on(self, rules: Rules, own: frozenset[str]) -> Rules:
        return replace(
            rules,
            zone=self.zone,
            step=self.step,
            horizon=self.horizon,
            daily_cap=self.daily_cap,
            weekly_cap=self.weekly_cap,
            before=rules.before if "before" in own else self.before,
            after=rules.after if "after" in own else self.after,
            notice=rules.notice if "notice" in own else self.notice,
        )


@dataclass(frozen=True, slots=True)
class NewDate:
    """Hours of one date's own; none closes it."""

    day: int
    hours: Sequence[Hours]
    note: str = ""

    def on(self, rules: Rules, own: frozenset[str]) -> Rules:
        return replace(rules, dates={**rules.dates, self.day: self.hours})


@dataclass(frozen=True, slots=True)
class UsualDate:
    """The date keeps the weekday's hours again."""

    day: int

    def on(self, rules: Rules, own: frozenset[str]) -> Rules:
        return replace(rules, dates={day: hours for day, hours in rules.dates.items() if day != self.day})


@dataclass(frozen=True, slots=True)
class NewTimeOff:
    """`sweeping` asks about every booking it covers, also those that were kept outside the hours before."""

    first: WallMoment
    last: WallMoment
    note: str = ""
    sweeping: bool = False

    def on(self, rules: Rules, own: frozenset[str]) -> Rules:
        return replace(rules, off=[*rules.off, (self.first, self.last)])


@dataclass(frozen=True, slots=True)
class NoTimeOff:
    """One time off, by its number, is no more."""

    number: int
    first: WallMoment
    last: WallMoment

    def on(self, rules: Rules, own: frozenset[str]) -> Rules:
        left = list(rules.off)
        if (self.first, self.last) in left:  # what is long over is not among the rules
            left.remove((self.first, self.last))
        return replace(rules, off=left)


# --- Who is stranded --------------------------------------------------------------------------------------------------


class _Calendar:
    """Rules as instants, asked about one visit at a time."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._off = time_off(rules)
        self._working = cache(lambda day: working(rules, day))

    def holds(self, visit: Interval) -> bool:
        days = days_reaching_into(self._rules, visit)
        hours = joined(sorted(interval for day in days for interval in self._working(day)))
        return any(low <= visit[0] and visit[1] <= high for low, high in hours)

    def is_off(self, visit: Interval) -> bool:
        return any(_meet(off, visit) for off in self._off)


def _meet(one: Interval, other: Interval) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def is_worked(rules: Rules, visit: Interval) -> bool:
    """Whether someone works through the whole of a visit."""
    calendar = _Calendar(rules)
    return calendar.holds(visit) and not calendar.is_off(visit)


def stranded(before: Rules, change: Change, visits: Sequence[Interval]) -> list[int]:
    """Which of the visits a change leaves outside the hours, by their places in the sequence."""
    old, new = _Calendar(before), _Calendar(change.on(before, frozenset()))
    swept = None
    if isinstance(change, NewTimeOff) and change.sweeping:
        swept = between(before.zone, change.first, change.last)
    return [
        place
        for place, visit in enumerate(visits)
        if (old.holds(visit) and not new.holds(visit))
        or (new.is_off(visit) and not old.is_off(visit))
        or (swept is not None and _meet(swept, visit))
    ]


# --- What is offered --------------------------------------------------------------------------------------------------


class Offer(NamedTuple):
    """A service: how long, under which rules, and which of these are its own."""

    duration: int
    rules: Rules
    own: frozenset[str] = frozenset()

    def after(self, change: Change) -> "Offer":
        return self._replace(rules=change.on(self.rules, self.own))


@dataclass(slots=True)
class Difference:
    """How many times of a service go and come on each local day, and how many are open then."""

    gone: dict[int, int] = field(default_factory=dict)
    come: dict[int, int] = field(default_factory=dict)
    open: dict[int, int] = field(default_factory=dict)

    @property
    def days(self) -> list[int]:
        return sorted({*self.gone, *self.come})

    @property
    def fewer(self) -> int:
        return sum(self.gone.values())

    @property
    def more(self) -> int:
        return sum(self.come.values())


def compare(offer: Offer, change: Change, visits: Sequence[Visit], now: int) -> Difference:
    """Which open times a change takes from a service and gives to it, up to the further of both horizons."""
    after = offer.after(change)
    old, new = _open(offer, visits, now), _open(after, visits, now)
    zone = after.rules.zone
    return Difference(_count(old - new, zone), _count(new - old, zone), _count(new, zone))


def _open(offer: Offer, visits: Sequence[Visit], now: int) -> set[int]:
    return set(open_starts(offer.rules, _ahead(offer.rules, now), offer.duration, visits, now))


def _ahead(rules: Rules, now: int) -> Interval:
    return now, horizon_of(rules.zone, rules.horizon, now)[1]


def _count(starts: Iterable[int], zone: str) -> dict[int, int]:
    counts: dict[int, int] = {}
    for start in starts:
        day = local_day(zone, start)
        counts[day] = counts.get(day, 0) + 1
    return counts


def needed(offers: Iterable[Offer], change: Change, now: int) -> Interval:
    """From when to when the visits that stand matter to a comparison."""
    both = [each for offer in offers for each in (offer, offer.after(change))]
    reaches = [reach(each.rules, _ahead(each.rules, now), each.duration) for each in both]
    return min((low for low, _ in reaches), default=now), max((high for _, high in reaches), default=now)


# --- How full a week can be -------------------------------------------------------------------------------------------


def minutes_a_week(weekly: Week) -> int:
    return sum(end - start for hours in weekly.values() for start, end in hours)


def most_sessions(rules: Rules, duration: int) -> int:
    """How many visits of one kind fit into an ordinary week, by the clock on the wall."""
    days: dict[int, int] = {}
    total, free_from = 0, -WEEK
    for low, high in sorted((day * DAY + s, day * DAY + e) for day, hours in rules.weekly.items() for s, e in hours):
        for start in range(low, high - duration + 1, rules.step):
            day = start // DAY % 7
            if start - rules.before >= free_from and days.get(day, 0) < (rules.daily_cap or WEEK):
                days[day] = days.get(day, 0) + 1
                total, free_from = total + 1, start + duration + rules.after
    return min(total, rules.weekly_cap or WEEK)
