"""The whole life of bookings, any verb after any other and two at the same moment, on several connections: after each
step every booking is where an independent model says it is, with its history and its money, and no two overlap."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from itertools import permutations
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from booking.actions import rows
from booking.models import BookingQuerySet
from practitioners.models.people import PractitionerQuerySet
from tests.database import Cleaner
from tests.factories import NOW
from tests.proofs.database import deadlocks, without_the_constraint
from tests.proofs.life_hands import ACTORS, OVERLAPS, Hands, Practice, Verb, ask
from tests.proofs.life_model import MINUTE, Model, Offer, Terms, Visit
from tests.proofs.scale import FULL, many

pytestmark = [pytest.mark.proof, pytest.mark.django_db(transaction=True)]
LIVES, STEPS = many(8, 240), many(30, 50)
LONG_ENOUGH = 100  # lives, of which the controls need a few
NEWEST = 8  # bookings that still get attention
MOSTLY = 0.8

OFFERS = (
    Offer(60, 150_000),
    Offer(30, 80_001, after=15),
    Offer(60, 150_000, pay_when="either"),
    Offer(60, 150_000, pay_when="at_visit"),
    Offer(60, 0),
    Offer(60, 150_000, needs_approval=True),
    Offer(60, 99_999, needs_approval=True, pay_when="either"),
    Offer(60, 0, needs_approval=True),
)

# --- What people may wish for -----------------------------------------------------------------------------------------

# Minutes after the hour that has begun: close together, so that wishes meet; now and then past, off the grid, too far.
TIMES = (*range(30, 630, 30), *range(30, 630, 30), *range(48 * 60, 52 * 60, 30), -30, 0, 67, 67, 40 * 24 * 60)
YES_OR_NO = (True, False)
ANY: tuple[Any, ...] = ()
WISHES: dict[str, dict[str, tuple[Any, ...]]] = {
    "hold": {"offer": OFFERS, "start": TIMES, "has_patient": (True, True, False), "instead_of": (None, None, ANY)},
    "give_details": {"visit": ANY},
    "extend_hold": {"visit": ANY},
    "pay": {"visit": ANY},
    "settle": {"visit": ANY, "at_visit": YES_OR_NO},
    "cancel": {"visit": ANY, "by": ("patient", "patient", *ACTORS), "shown": (None, None, None, None, 100, 50, 0)},
    "reschedule": {
        "visit": ANY,
        "start": TIMES,
        "by": ("patient", "patient", "front desk", "practitioner"),
        "seen": (None, None, 0, 0, 1),
    },
    "accept": {"visit": ANY},
    "decline": {"visit": ANY},
    "book_at_desk": {
        "offer": OFFERS,
        "start": TIMES,
        "way": ("link", "at_visit"),
        "anyway": (True, False, False),
        "has_email": (True, True, False),
    },
    "ask_to_move": {"visit": ANY},
    "complete": {"visit": ANY, "has_reason": YES_OR_NO},
    "miss": {"visit": ANY, "has_reason": YES_OR_NO},
    "renew_link": {"visit": ANY},
    "report": {
        "visit": ANY,
        "number": (0, 0, 1),
        "state": ("captured", "captured", "captured", "failed", "authorised", "closed"),
        "short_by": (0, 0, 0, 0, 1),
        "provider_id": ("pay", "pay", "pay", "other"),
    },
    "expire_lapsed": {},
    "complete_past": {},
}
PATIENTS = (
    "hold",
    "hold",
    "hold",
    "give_details",
    "extend_hold",
    *["pay"] * 3,
    *["settle"] * 3,
    "cancel",
    "reschedule",
)
DESK = (
    "accept",
    "accept",
    "decline",
    "book_at_desk",
    "book_at_desk",
    "ask_to_move",
    "complete",
    "miss",
    "renew_link",
    "reschedule",
)
ANYBODY = (*PATIENTS, *DESK, "report", "report", "report", "cancel")
ABOUT_ONE = tuple(name for name in ANYBODY if "visit" in WISHES[name])
# Mostly a verb meets a booking in a state that it is meant for; now and then any.
HELD, REQUESTED, FIRM = {"pending_payment"}, {"requested"}, {"confirmed"}
MEANT_FOR = {
    "give_details": HELD,
    "extend_hold": HELD,
    "pay": HELD,
    "settle": HELD,
    "cancel": HELD | REQUESTED | FIRM,
    "reschedule": REQUESTED | FIRM,
    "accept": REQUESTED,
    "decline": REQUESTED,
    "ask_to_move": FIRM,
    "complete": FIRM | {"no_show"},
    "miss": FIRM | {"completed"},
}
dices = st.randoms(use_true_random=True)  # Hypothesis draws the seed, so that a life can be lived again
terms = st.builds(
    Terms,
    cancel_cutoff=st.sampled_from([0, 60, 24 * 60]),
    full_refund_until=st.sampled_from([None, 30, 48 * 60]),
    late_refund=st.sampled_from([0, 33, 50, 100]),
    move_cutoff=st.sampled_from([None, 0, 48 * 60]),
    most_moves=st.sampled_from([0, 1, 3]),
    answer_within=st.sampled_from([60, 24 * 60]),
    pay_within=st.sampled_from([30, 120]),
    daily_cap=st.sampled_from([None, None, 3]),
)


# --- The machine ------------------------------------------------------------------------------------------------------


class Life(RuleBasedStateMachine):
    """Its counters are of all lives together.

    Which of two that act at once is the first is not Hypothesis' to say: what it draws must not depend on that.
    """

    def __init__(self, hands: Hands, cleaner: Cleaner, did: Counter[str]) -> None:
        super().__init__()
        self._hands, self._cleaner, self.did = hands, cleaner, did
        self._names = 0
        self._beat_is_alive = True

    @initialize(agreed=terms)
    def open_the_practice(self, agreed: Terms) -> None:
        self._cleaner.clean()
        self.model = Model(NOW, agreed)
        self.practice = Practice(OFFERS, agreed)
        for number, offer in enumerate(OFFERS):  # so that there is something to act on from the beginning
            start = NOW + (120 + 8 * 60 * number) * MINUTE
            held = {"offer": offer, "start": start, "has_patient": number != 1, "instead_of": None}
            self._together(Verb("hold", {"key": f"first {number}", **held}), step=False)
            if number % 2:
                self._together(Verb("settle", {"visit": f"first {number}", "at_visit": False}), step=False)

    @rule(dice=dices)
    def a_patient_acts(self, dice: Random) -> None:
        self._together(self._wish(dice, PATIENTS))

    @rule(dice=dices)
    def the_desk_acts(self, dice: Random) -> None:
        self._together(self._wish(dice, DESK))

    @rule(dice=dices)
    def somebody_cancels(self, dice: Random) -> None:
        self._together(self._wish(dice, ["cancel"]))

    @rule(dice=dices)
    def the_provider_reports(self, dice: Random) -> None:
        self._together(self._wish(dice, ["report"]))

    @rule(dice=dices)
    def two_act_at_the_same_moment(self, dice: Random) -> None:
        everything = (*ANYBODY, "expire_lapsed", "complete_past")
        self._together(self._wish(dice, everything), self._wish(dice, everything))

    @rule(dice=dices)
    def two_act_on_the_same_booking(self, dice: Random) -> None:
        first = self._wish(dice, ABOUT_ONE)
        self._together(first, self._wish(dice, ABOUT_ONE, of=first.fields["visit"]) if first else None)

    @rule(dice=dices)
    def somebody_presses_twice(self, dice: Random) -> None:
        pressed = self._wish(dice, ANYBODY)
        if pressed is not None:
            again = {**pressed.fields, "key": self._next_name()} if "key" in pressed.fields else pressed.fields
            self._together(pressed, Verb(pressed.name, again))

    @rule(minutes=st.sampled_from([1, 1, 5, 9, 15, 16, 60, 3 * 60, 8 * 60, 24 * 60]))
    def time_passes(self, minutes: int) -> None:
        self.did["step"] += 1
        self.did["time_passes"] += 1
        self.model.now += minutes * MINUTE
        for sweep in ("expire_lapsed", "complete_past") if self._beat_is_alive else ():
            self._together(Verb(sweep), step=False)

    @rule(lives=st.booleans())
    def the_beat_dies_or_comes_back(self, lives: bool) -> None:
        self._beat_is_alive = lives
        self.did["step"] += 1

    # --- From a wish to a verb ----------------------------------------------------------------------------------------

    def _wish(self, dice: Random, names: Sequence[str], *, of: str | None = None) -> Verb | None:
        """One of the verbs with fields for it, about the booking `of` or some; nothing where there is none."""
        meant = [name for name in names if of and self.model.visits[of].status in MEANT_FOR.get(name, ())]
        name = dice.choice(meant if meant and dice.random() < MOSTLY else names)
        fields: dict[str, Any] = {
            field: dice.choice(options) if options else ANY for field, options in WISHES[name].items()
        }
        if "start" in fields:
            fields["start"] = self._some_time(dice, fields["start"])
        if name in {"hold", "book_at_desk"}:
            fields["key"] = self._next_name()
        if fields.get("instead_of") is ANY:
            fields["instead_of"] = self._some_visit(dice, "pay")
        if "visit" in fields:
            fields["visit"] = of or self._some_visit(dice, name)
            if fields["visit"] is None or (name == "report" and fields["visit"] not in self._paying()):
                return None
        if fields.get("seen") is not None:
            fields["seen"] += self.model.visits[fields["visit"]].sequence
        return Verb(name, fields)

    def _some_time(self, dice: Random, minutes: int) -> datetime:
        """So many minutes after this hour's beginning; now and then at, or beside, a time that somebody has."""
        visits = list(self.model.visits.values())[-NEWEST:]
        if dice.random() < MOSTLY:
            return self.model.now.replace(minute=0) + minutes * MINUTE
        return dice.choice(visits).start + dice.choice((-30, 0, 0, 30)) * MINUTE

    def _next_name(self) -> str:
        self._names += 1
        return f"visit {self._names}"

    def _some_visit(self, dice: Random, verb: str) -> str | None:
        known = self._paying() if verb == "report" else list(self.model.visits)
        meant = [key for key in known if self._is_meant(verb, self.model.visits[key])]
        among = meant if meant and dice.random() < MOSTLY else known
        return dice.choice(among[-NEWEST:]) if among else None

    def _is_meant(self, verb: str, visit: Visit) -> bool:
        has_begun = visit.start <= self.model.now
        return visit.status in MEANT_FOR.get(verb, ()) and (has_begun or verb not in {"complete", "miss"})

    def _paying(self) -> list[str]:
        return [key for key, visit in self.model.visits.items() if visit.payments]

    # --- Doing, and looking at what it came to ------------------------------------------------------------------------

    def _together(self, *verbs: Verb | None, step: bool = True) -> None:
        """Do it on as many connections as there are verbs; some order of them must explain everything."""
        doing = [verb for verb in verbs if verb is not None]
        self.did["step"] += step
        if not doing:
            return
        answers = self._hands.do(self.practice, *doing, now=self.model.now)
        for verb, answer in zip(doing, answers, strict=True):
            self.did[verb.name if answer == "done" else answer] += 1
        self.did["at the same moment"] += len(doing) > 1
        assert ask(OVERLAPS) == [(0,)], f"overlap after {doing}"
        found = self.practice.facts()
        for key, facts in found.items():
            assert replayed(facts) == (facts["status"], facts["start"]), f"{key} is not what its history says"
        self.model = self._explained(doing, answers, found)
        assert ask("SELECT * FROM report_money_drift") == [], f"money is lost after {doing}"

    def _explained(self, verbs: list[Verb], answers: list[str], found: dict[str, dict[str, Any]]) -> Model:
        wrong = []
        for model, expected in possible(self.model, verbs):
            wanted = {key: visit.facts() for key, visit in model.visits.items()}
            if expected == answers and wanted == found:
                return model
            wrong.append(f"expected {expected}, was answered {answers}; {difference(wanted, found)}")
        raise AssertionError(f"No order of {verbs} at {self.model.now} explains it:\n" + "\n".join(wrong))


def possible(model: Model, verbs: list[Verb]) -> Iterator[tuple[Model, list[str]]]:
    """What may come of verbs at one moment: any order. A sweep leaves alone whose door is busy."""
    numbers = range(len(verbs))
    for order in permutations(numbers):
        yield _in_order(model, verbs, order)
    for number in numbers:
        if len(verbs) > 1 and verbs[number].name in {"expire_lapsed", "complete_past"}:
            yield _in_order(model, verbs, [other for other in numbers if other != number])


def _in_order(model: Model, verbs: list[Verb], order: Sequence[int]) -> tuple[Model, list[str]]:
    after, answers = model.copy(), ["done"] * len(verbs)
    for number in order:
        answers[number] = after.answer(verbs[number].name, **verbs[number].fields)
    return after, answers


def replayed(facts: dict[str, Any]) -> tuple[str, datetime]:
    """Where a booking stands by its history: each step begins where the one before has ended."""
    status, start = "", None
    for before, after, moved_from, moved_to in facts["history"]:
        assert before == status, f"the history has a gap: {facts['history']}"
        assert moved_from is None or start in {None, moved_from}, f"the history has a gap: {facts['history']}"
        status, start = after, moved_to or start
    return status, start or facts["start"]


def difference(wanted: dict[str, dict[str, Any]], found: dict[str, dict[str, Any]]) -> str:
    if wanted.keys() != found.keys():
        return f"bookings {sorted(wanted)} ≠ {sorted(found)}"
    differ = [
        f"{key}.{name}: {value} ≠ {found[key][name]}"
        for key, facts in wanted.items()
        for name, value in facts.items()
        if value != found[key][name]
    ]
    return "; ".join(differ) or "the same bookings"


# --- Living -----------------------------------------------------------------------------------------------------------

VERBS = (
    "hold", "give_details", "extend_hold", "pay", "settle", "cancel", "reschedule", "accept", "decline", "book_at_desk",
    "ask_to_move", "complete", "miss", "renew_link", "report", "expire_lapsed", "complete_past",
)  # fmt: skip
# The rarer ones (OutsideHours, NoReason, MovedTooOften, GivenUp) have tests of their own.
REFUSALS = (
    "SlotTaken", "NotOffered", "FullyBooked", "HoldLapsed", "WrongState", "TooLate", "TooEarly", "TermsChanged",
    "NothingToPay",
)  # fmt: skip

Live = Callable[..., Counter[str]]


@pytest.fixture
def live(database_cleaner: Cleaner) -> Live:
    """Lives so many lives, in which things may happen at the same moment; answers what was done."""

    def live(lives: int = LIVES, *, at_once: bool = True) -> Counter[str]:
        did: Counter[str] = Counter()
        calm = settings(
            max_examples=lives,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,
            database=None,
            report_multiple_bugs=False,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        with Hands(at_once=at_once) as hands:
            life = partial(Life, hands, database_cleaner, did)
            run_state_machine_as_test(life, settings=calm)  # type: ignore[arg-type]  # it takes any factory
        return did

    return live


def test_every_booking_is_where_its_life_has_led_it(live: Live) -> None:
    before = deadlocks()

    did = live()

    print(f"{did.pop('step')} steps: {dict(sorted(did.items()))}")  # noqa: T201 - what the lives consisted of
    assert deadlocks() == before
    for name in (*VERBS, *REFUSALS) if FULL else ("hold", "cancel", "reschedule", "SlotTaken", "WrongState"):
        assert did[name] > 0, name


# --- Controls: one thing after another, so that what is found is found again ------------------------------------------


def test_control_without_constraint_and_queue_an_overlap_is_found(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PractitionerQuerySet, "locked", lambda self: self)

    with without_the_constraint(), pytest.raises(AssertionError, match="overlap"):
        live(LONG_ENOUGH, at_once=False)


def test_control_a_move_without_history_is_found(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    write = rows.write_history

    def forget_moves(*args: Any, **facts: Any) -> None:
        if not facts.get("moved"):
            write(*args, **facts)

    monkeypatch.setattr(rows, "write_history", forget_moves)

    with pytest.raises(AssertionError, match="history"):
        live(LONG_ENOUGH, at_once=False)


def test_control_a_sweep_that_leaves_requests_is_found(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = BookingQuerySet.lapsed
    monkeypatch.setattr(BookingQuerySet, "lapsed", lambda self, now: whole(self, now).exclude(status="requested"))

    with pytest.raises(AssertionError, match="expired ≠ requested"):
        live(LONG_ENOUGH, at_once=False)
