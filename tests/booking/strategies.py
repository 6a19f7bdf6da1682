"""Rules, visits and windows as Hypothesis draws them: odd zones, days on which clocks change, edges that meet."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from booking import wallclock
from booking.availability import Rules, Visit
from tests.booking.model import Taken

# Ordinary, half-hour and quarter-hour zones, both hemispheres, a half-hour change, both sides of the date line.
ZONES = (
    "Asia/Kolkata", "Asia/Kathmandu", "Europe/London", "America/New_York", "America/St_Johns", "Australia/Lord_Howe",
    "Pacific/Auckland", "Pacific/Chatham", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Pacific/Apia", "Africa/Cairo",
    "Asia/Gaza", "Africa/Casablanca", "Europe/Dublin", "America/Santiago", "UTC",
)  # fmt: skip
# Days on which at least one of the zones changes its clock, a leap day, and the day that Samoa left out.
CHANGES = [
    date(2027, 3, 14), date(2027, 3, 28), date(2027, 4, 4), date(2027, 4, 30), date(2027, 9, 5), date(2027, 9, 26),
    date(2027, 10, 3), date(2027, 10, 29), date(2027, 10, 31), date(2027, 11, 7), date(2028, 2, 29), date(2011, 12, 30),
]  # fmt: skip

Hours = tuple[tuple[int, int], ...]
days = st.builds(lambda day, by: day + timedelta(days=by), st.sampled_from(CHANGES), st.integers(-1, 1))
# Five minutes are fine enough to be off every grid, and coarse enough that edges often meet.
minutes = st.integers(0, 24 * 12).map(lambda n: n * 5)


@st.composite
def intervals(draw: st.DrawFn) -> Hours:
    """Up to three intervals of a day that don't overlap; the last may run past midnight."""
    edges: list[int] = sorted(draw(st.lists(minutes, min_size=2, max_size=6, unique=True)))
    runs_on: bool = draw(st.booleans())
    pairs = [(low, high) for low, high in zip(edges[::2], edges[1::2], strict=False) if low < 24 * 60]
    if pairs and runs_on:
        low, high = pairs[-1]
        pairs[-1] = (low, min(high + draw(minutes), low + 24 * 60))
    return tuple(pairs)


def as_visit(taken: Taken, *, held: bool = False) -> Visit:
    start, end, taken_from, taken_to = (wallclock.seconds(edge) for edge in taken)
    return Visit(start, end, taken_from, taken_to, held)


@dataclass(frozen=True)
class Wish:
    """Everything that an answer depends on."""

    rules: Rules
    first: date
    last: date
    zone: str
    duration: int
    taken: list[Taken]
    held: list[bool]
    now: datetime

    @property
    def visits(self) -> list[Visit]:
        return [as_visit(taken, held=held) for taken, held in zip(self.taken, self.held, strict=True)]

    @property
    def asked(self) -> int:
        return wallclock.seconds(self.now)

    @property
    def within(self) -> wallclock.Interval:
        return wallclock.window_of(self.zone, self.first, self.last)


@st.composite
def times_off(draw: st.DrawFn, around: int) -> tuple[wallclock.WallMoment, wallclock.WallMoment]:
    day, length = around + draw(st.integers(-2, 2)), draw(st.integers(0, 2))
    if draw(st.booleans()):
        return (day, 0), (day + length, 24 * 60)
    low, high = sorted((draw(minutes), draw(minutes)))
    return (day, min(low, 24 * 60 - 5)), (day + length, max(high, 5) if length else max(high, low + 5))


@st.composite
def all_rules(draw: st.DrawFn, around: date) -> Rules:
    number = wallclock.day_number(around)
    changed = draw(st.lists(st.integers(-2, 3), max_size=3, unique=True))
    return Rules(
        zone=draw(st.sampled_from(ZONES)),
        weekly={day: draw(intervals()) for day in range(7)},
        step=draw(st.sampled_from([15, 30, 60])),
        before=draw(st.sampled_from([0, 5, 15, 60])),
        after=draw(st.sampled_from([0, 5, 15, 60])),
        notice=draw(st.sampled_from([0, 30, 24 * 60])),
        horizon=draw(st.integers(0, 3)),
        dates={number + by: draw(st.just(()) | intervals()) for by in changed},
        off=draw(st.lists(times_off(number), max_size=2)),
        daily_cap=draw(st.none() | st.integers(1, 3)),
        weekly_cap=draw(st.none() | st.integers(1, 4)),
    )


@st.composite
def _taken(draw: st.DrawFn, origin: datetime) -> Taken:
    start = origin + timedelta(minutes=5 * draw(st.integers(-36 * 12, 96 * 12)))
    end = start + timedelta(minutes=5 * draw(st.integers(1, 36)))
    before, after = draw(st.sampled_from([0, 5, 30])), draw(st.sampled_from([0, 5, 30]))
    return Taken(start, end, start - timedelta(minutes=before), end + timedelta(minutes=after))


@st.composite
def wishes(draw: st.DrawFn) -> Wish:
    first = draw(days)
    origin = datetime(first.year, first.month, first.day, tzinfo=UTC)
    taken = draw(st.lists(_taken(origin), max_size=5))
    return Wish(
        rules=draw(all_rules(first)),
        first=first,
        last=first + timedelta(days=draw(st.integers(0, 2))),
        zone=draw(st.sampled_from(ZONES)),
        duration=draw(st.sampled_from([5, 30, 60, 90, 240])),
        taken=taken,
        held=[draw(st.booleans()) for _ in taken],
        now=origin - timedelta(minutes=draw(st.integers(-24 * 60, 48 * 60))),
    )
