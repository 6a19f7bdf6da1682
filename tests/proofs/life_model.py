"""The life of bookings said again, slowly and in memory: what each verb must answer, and what it must leave behind.

Nothing is shared with the product but the names of statuses and refusals. One practitioner, always open, in Greenwich.
"""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
HOLD, PAYING, MORE, MOST = 10 * MINUTE, 16 * MINUTE, 2 * MINUTE, 30 * MINUTE
HORIZON = 30  # days
GRID = 15  # minutes
ACTIVE = {"pending_payment", "requested", "confirmed", "completed", "no_show"}
WAITING = {"pending_payment", "requested"}


class No(Exception):
    """A refusal, by the name of the product's."""


@dataclass(frozen=True)
class Offer:
    minutes: int
    amount: int
    after: int = 0  # minutes kept free afterwards
    needs_approval: bool = False
    pay_when: str = "online"


@dataclass(frozen=True)
class Terms:
    """What the practitioner asks of patients. All but percent and counts are minutes."""

    cancel_cutoff: int = 24 * 60
    full_refund_until: int | None = None
    late_refund: int = 50
    move_cutoff: int | None = None
    most_moves: int = 3
    answer_within: int = 24 * 60
    pay_within: int = 120
    daily_cap: int | None = None


@dataclass
class Payment:
    expires_at: datetime
    status: str = "created"
    captured: int | None = None
    provider_id: str = ""
    retained: int = 0
    attention: str = ""
    refunds: dict[str, int] = field(default_factory=dict)


@dataclass
class Visit:
    offer: Offer
    start: datetime
    status: str
    until: datetime
    held_at: datetime
    pay_by: datetime | None = None
    has_patient: bool = True
    at_visit: bool = False
    moves_made: int = 0
    moved_late: bool = False
    asked: bool = False
    sequence: int = 0
    pressed: bool = False
    payments: list[Payment] = field(default_factory=list)
    steps: list[tuple[str, str, datetime | None, datetime | None]] = field(default_factory=list)

    @property
    def end(self) -> datetime:
        return self.start + self.offer.minutes * MINUTE

    def facts(self) -> dict[str, Any]:
        """What the database must say of it."""
        return {
            "status": self.status,
            "start": self.start,
            "end": self.end,
            "until": self.until,
            "pay_by": self.pay_by,
            "has_patient": self.has_patient,
            "at_visit": self.at_visit,
            "moves_made": self.moves_made,
            "moved_late": self.moved_late,
            "asked": self.asked,
            "sequence": self.sequence,
            "pressed": self.pressed,
            "history": self.steps,
            "payments": [
                (each.status, each.captured, each.retained, each.attention, sorted(each.refunds.items()))
                for each in self.payments
            ],
        }


class Model:
    """Every verb either happens as a whole or raises `No` and leaves nothing."""

    def __init__(self, now: datetime, terms: Terms) -> None:
        self.now = now
        self.terms = terms
        self.visits: dict[str, Visit] = {}

    def copy(self) -> "Model":
        other = Model(self.now, self.terms)
        other.visits = deepcopy(self.visits)
        return other

    def answer(self, verb: str, **fields: Any) -> str:
        """`done`, or the name of the refusal."""
        before = deepcopy(self.visits)
        try:
            getattr(self, verb)(**fields)
        except No as refusal:
            self.visits = before
            return str(refusal)
        return "done"

    # --- Patients -----------------------------------------------------------------------------------------------------

    def hold(self, key: str, offer: Offer, start: datetime, has_patient: bool, instead_of: str | None) -> None:
        self._must_be(self._is_offered(offer, start), "NotOffered")
        if instead_of is not None:
            self._give_up(self.visits[instead_of])
        visit = Visit(offer, start, "", self.now + HOLD, self.now, has_patient=has_patient)
        self._begin(key, visit, mind_the_cap=True)

    def _give_up(self, held: Visit) -> None:
        """Money may be on its way for what was pressed, or asked for by the practice: that stays."""
        self._must_be(held.status != "cancelled", "GivenUp")
        if held.status == "pending_payment" and held.pay_by is None and not held.pressed:
            self._call_off(held, 100)

    def give_details(self, visit: str) -> None:
        self._must_be(self._is_held(self.visits[visit]), "HoldLapsed")
        self.visits[visit].has_patient = True

    def extend_hold(self, visit: str) -> None:
        held = self.visits[visit]
        self._must_be(self._is_held(held), "HoldLapsed")
        held.until = max(held.until, min(held.until + MORE, self._limit(held)))

    def pay(self, visit: str) -> None:
        held = self.visits[visit]
        asks_first = held.offer.needs_approval and held.pay_by is None
        is_payable = held.status in {"pending_payment", "expired"} and not asks_first
        self._must_be(held.has_patient and is_payable, "WrongState")
        self._must_be(self._is_held(held), "HoldLapsed")
        if self.now < self._limit(held):
            held.until = max(held.until, self.now + PAYING)
        has_paid = any(payment.captured is not None for payment in held.payments)
        is_online = held.offer.pay_when != "at_visit" or held.pay_by is not None
        self._must_be(held.offer.amount > 0 and is_online and not has_paid, "NothingToPay")
        held.pressed = True
        if any(payment.expires_at > self.now for payment in held.payments):
            return
        self._must_be(held.until - self.now >= 15 * MINUTE, "HeldTooLong")
        held.payments.append(Payment(expires_at=held.until))

    def settle(self, visit: str, at_visit: bool) -> None:
        held = self.visits[visit]
        self._must_be(held.has_patient and held.status == "pending_payment", "WrongState")
        self._must_be(self._is_held(held), "HoldLapsed")
        is_asked_for = {"online": False, "at_visit": True, "either": at_visit}[held.offer.pay_when]
        held.at_visit = is_asked_for and held.offer.amount > 0 and held.pay_by is None
        if held.offer.needs_approval and held.pay_by is None:
            self._step(held, "requested")
            held.until = min(self.now + self.terms.answer_within * MINUTE, held.start)
            return
        self._must_be(not held.offer.amount or held.at_visit, "WrongState")
        self._confirm(held)

    def cancel(self, visit: str, by: str, shown: int | None) -> None:
        firm = self.visits[visit]
        is_late = firm.status == "confirmed" and self.now > self._cancellable_until(firm)
        self._must_be(by != "patient" or not is_late, "TooLate")
        percent = self._percent(firm) if by == "patient" else 100
        self._must_be(shown in {None, percent}, "TermsChanged")
        self._must_be(firm.status in {*WAITING, "confirmed"}, "WrongState")
        self._call_off(firm, percent)

    def reschedule(self, visit: str, start: datetime, by: str, seen: int | None) -> None:
        firm, before, is_patient = self.visits[visit], self.visits[visit].start, by == "patient"
        if start == before:
            return
        self._must_be(seen in {None, firm.sequence}, "WrongState")
        is_movable = firm.status in {"requested", "confirmed"} and not self._has_lapsed(firm) and before > self.now
        self._must_be(is_movable, "WrongState")
        if is_patient and firm.status == "confirmed":
            self._must_be(self.now <= self._movable_until(firm), "TooLate")
            self._must_be(firm.asked or firm.moves_made < self.terms.most_moves, "MovedTooOften")
        self._must_be(start > self.now, "NotOffered")
        if is_patient:
            self._must_be(self._is_offered(firm.offer, start), "NotOffered")
            self._must_be(not self._is_full(start, but=firm), "FullyBooked")
        if is_patient and self._percent(firm) < 100:
            firm.moved_late = True
        firm.start = start
        self._make_room(firm)
        firm.sequence += 1
        firm.moves_made += is_patient and not firm.asked
        firm.asked = False
        if firm.status == "requested":
            firm.until = min(firm.until, start)
        firm.steps.append((firm.status, firm.status, before, start))

    # --- The desk -----------------------------------------------------------------------------------------------------

    def accept(self, visit: str) -> None:
        asked = self._open_request(visit)
        if not asked.offer.amount or asked.at_visit:
            self._confirm(asked)
            return
        self._step(asked, "pending_payment")
        asked.until = asked.pay_by = self._pay_until(asked.start)

    def decline(self, visit: str) -> None:
        self._step(self._open_request(visit), "declined")

    def book_at_desk(self, *, key: str, offer: Offer, start: datetime, way: str, anyway: bool, has_email: bool) -> None:
        is_sensible = self.now - 60 * MINUTE <= start <= self.now + 400 * DAY
        self._must_be(is_sensible, "NotOffered")
        self._must_be(anyway or self._is_offered(offer, start), "OutsideHours")
        asks = way == "link" and offer.amount > 0
        until = self._pay_until(start)
        visit = Visit(offer, start, "", until, self.now, pay_by=until, at_visit=offer.amount > 0 and not asks)
        self._must_be(anyway or not self._is_full(start), "FullyBooked")
        self._must_be(has_email or not asks, "WrongState")
        self._begin(key, visit)
        if not asks:
            self._confirm(visit)

    def ask_to_move(self, visit: str) -> None:
        firm = self.visits[visit]
        self._must_be(firm.status == "confirmed" and firm.start > self.now, "WrongState")
        firm.asked = True

    def complete(self, visit: str, has_reason: bool) -> None:
        self._look_back(self.visits[visit], "completed", corrects="no_show", has_reason=has_reason)

    def miss(self, visit: str, has_reason: bool) -> None:
        self._look_back(self.visits[visit], "no_show", corrects="completed", has_reason=has_reason)

    def renew_link(self, visit: str) -> None:
        """Changes nothing but the link."""

    # --- The provider, and time ---------------------------------------------------------------------------------------

    def report(self, visit: str, number: int, state: str, short_by: int, provider_id: str) -> None:
        booking = self.visits[visit]
        payment = booking.payments[number % len(booking.payments)]
        if state == "captured":
            self._capture(booking, payment, booking.offer.amount - short_by, provider_id)
        elif state == "authorised" and payment.status in {"created", "failed"}:
            payment.status = "authorised"
        elif state == "failed" and payment.status in {"created", "authorised"}:
            payment.status = "failed"
            if self._is_held(booking):
                again = min(self.now + HOLD, self._limit(booking) + PAYING)
                booking.until = max(booking.until, again)

    def expire_lapsed(self) -> None:
        for visit in self.visits.values():
            if visit.status in WAITING and self._has_lapsed(visit):
                self._step(visit, "expired")

    def complete_past(self) -> None:
        for visit in self.visits.values():
            if visit.status == "confirmed" and visit.end <= self.now - 12 * 60 * MINUTE:
                self._step(visit, "completed")

    # --- What they are made of ----------------------------------------------------------------------------------------

    def _must_be(self, is_so: bool, refusal: str) -> None:
        if not is_so:
            raise No(refusal)

    def _step(self, visit: Visit, after: str) -> None:
        visit.steps.append((visit.status, after, None, None))
        visit.status = after

    def _begin(self, key: str, visit: Visit, *, mind_the_cap: bool = False) -> None:
        self._make_room(visit, mind_the_cap=mind_the_cap)
        self.visits[key] = visit
        self._step(visit, "pending_payment")

    def _make_room(self, visit: Visit, *, mind_the_cap: bool = False) -> None:
        """What lapsed goes out of the way; what has not is in the way."""
        in_the_way = [each for each in self._others(visit) if each.status in ACTIVE and _overlap(each, visit)]
        for each in in_the_way:
            if self._has_lapsed(each):
                self._step(each, "expired")
        self._must_be(not mind_the_cap or not self._is_full(visit.start, but=visit), "FullyBooked")
        self._must_be(all(each.status == "expired" for each in in_the_way), "SlotTaken")

    def _others(self, visit: Visit) -> Iterator[Visit]:
        return (each for each in self.visits.values() if each is not visit)

    def _confirm(self, visit: Visit) -> None:
        if self._has_lapsed(visit):
            self._must_be(not self._is_full(visit.start), "SlotTaken")
        if visit.status == "expired":
            self._make_room(visit)
        self._step(visit, "confirmed")

    def _call_off(self, visit: Visit, percent: int) -> None:
        self._step(visit, "cancelled")
        for payment in visit.payments:
            if not payment.refunds:
                self._owe(payment, "cancelled", percent)

    def _capture(self, booking: Visit, payment: Payment, amount: int, provider_id: str) -> None:
        if payment.captured is not None:
            if provider_id != payment.provider_id or amount > payment.captured:
                payment.attention = "captured_again"
            return
        payment.status, payment.captured, payment.provider_id = "captured", amount, provider_id
        if amount != booking.offer.amount:
            payment.attention = "amount_differs"
        elif booking.status in {"confirmed", "completed", "no_show"}:
            self._owe(payment, "paid_twice", 100)
        elif booking.status in {"cancelled", "declined"}:
            self._owe(payment, "cancelled", 100)
        elif booking.end <= self.now or not self._comes_back(booking):
            self._owe(payment, "time_gone", 100)

    def _comes_back(self, booking: Visit) -> bool:
        """Whether a paid time could be had; what was pushed aside for nothing stays where it was."""
        before = {key: (visit.status, list(visit.steps)) for key, visit in self.visits.items()}
        try:
            self._confirm(booking)
        except No:
            for key, (status, steps) in before.items():
                self.visits[key].status, self.visits[key].steps = status, steps
            return False
        return True

    def _owe(self, payment: Payment, reason: str, percent: int) -> None:
        if not payment.captured:
            return
        back = (payment.captured * percent + 99) // 100
        if back < payment.captured:
            payment.retained = payment.captured - back
        if back:
            payment.refunds[reason] = back

    def _open_request(self, key: str) -> Visit:
        visit = self.visits[key]
        self._must_be(visit.status == "requested", "WrongState")
        self._must_be(not self._has_lapsed(visit), "HoldLapsed")
        return visit

    def _look_back(self, visit: Visit, after: str, *, corrects: str, has_reason: bool) -> None:
        self._must_be(visit.status != "confirmed" or visit.start <= self.now, "TooEarly")
        self._must_be(visit.status not in {"completed", "no_show"} or has_reason, "NoReason")
        self._must_be(visit.status in {"confirmed", corrects}, "WrongState")
        self._step(visit, after)

    # --- What holds of a visit ----------------------------------------------------------------------------------------

    def _is_offered(self, offer: Offer, start: datetime) -> bool:
        minute = start.hour * 60 + start.minute
        is_near = self.now <= start and (start.date() - self.now.date()).days <= HORIZON
        return is_near and minute % GRID == 0 and minute + offer.minutes <= 24 * 60

    def _is_full(self, start: datetime, but: Visit | None = None) -> bool:
        same_day = [
            visit
            for visit in self.visits.values()
            if visit is not but
            and visit.status in ACTIVE
            and not self._has_lapsed(visit)
            and visit.start.date() == start.date()
        ]
        return self.terms.daily_cap is not None and len(same_day) >= self.terms.daily_cap

    def _has_lapsed(self, visit: Visit) -> bool:
        return visit.status == "expired" or (visit.status in WAITING and visit.until <= self.now)

    def _is_held(self, visit: Visit) -> bool:
        return visit.status == "pending_payment" and self.now < visit.until

    def _limit(self, visit: Visit) -> datetime:
        return visit.pay_by or visit.held_at + MOST

    def _pay_until(self, start: datetime) -> datetime:
        return max(self.now + PAYING, min(start, self.now + self.terms.pay_within * MINUTE))

    def _cancellable_until(self, visit: Visit) -> datetime:
        return visit.start if visit.asked else visit.start - self.terms.cancel_cutoff * MINUTE

    def _movable_until(self, visit: Visit) -> datetime:
        cutoff = self.terms.cancel_cutoff if self.terms.move_cutoff is None else self.terms.move_cutoff
        return visit.start if visit.asked else visit.start - cutoff * MINUTE

    def _percent(self, visit: Visit) -> int:
        """How much goes back if the patient cancels now."""
        free = self.terms.full_refund_until
        cutoff = max(self.terms.cancel_cutoff, self.terms.cancel_cutoff if free is None else free)
        is_early = self.now <= visit.start - cutoff * MINUTE and not visit.moved_late
        return 100 if visit.status != "confirmed" or visit.asked or is_early else self.terms.late_refund


def _overlap(one: Visit, other: Visit) -> bool:
    return one.start < other.end + other.offer.after * MINUTE and other.start < one.end + one.offer.after * MINUTE
