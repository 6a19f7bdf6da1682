"""The same verbs at the product itself: several hands, each with its own connection, and what they leave behind."""

import threading
from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from django.db import connection, connections

from booking import actions
from booking.actions import Way
from booking.errors import BookingRefused
from booking.models import Booking, Move, Patient, Source
from common.audit import Actor
from payments import actions as payment_actions
from payments.errors import PaymentRefused
from payments.models import Payment, Refund
from payments.providers.base import State
from practitioners.models import Practitioner, Service
from tests.factories import PatientFactory, make_practitioner, make_service, told
from tests.proofs.life_model import HORIZON, Offer, Terms

HANDS = 4
ACTORS = {
    "patient": Actor.PATIENT,
    "front desk": Actor.FRONT_DESK,
    "practitioner": Actor.PRACTITIONER,
    "staff": Actor.STAFF,
}
WHO = {"name": "Meera Iyer", "email": "meera@example.com", "phone": "+919812300456", "zone": "Asia/Kolkata"}

OVERLAPS = """
    SELECT count(*) FROM booking_booking a JOIN booking_booking b
        ON a.id < b.id AND a.practitioner_id = b.practitioner_id AND a.occupied && b.occupied
    WHERE a.status IN ('pending_payment', 'requested', 'confirmed', 'completed', 'no_show')
      AND b.status IN ('pending_payment', 'requested', 'confirmed', 'completed', 'no_show')
"""


@dataclass(frozen=True)
class Verb:
    """Something that somebody does. `key` names the booking that it makes."""

    name: str
    fields: Mapping[str, Any] = field(default_factory=dict)


class Practice:
    """One practitioner with a service for each offer; its bookings go by the names that the model gives them."""

    def __init__(self, offers: Sequence[Offer], terms: Terms) -> None:
        asked = {name: value for name, value in vars(terms).items() if value is not None}
        self.practitioner: Practitioner = make_practitioner(
            hours=((0, 24 * 60),), days=tuple(range(7)), zone="UTC", notice=0, horizon=HORIZON, **asked
        )
        self._services = {offer: self._service(offer) for offer in offers}
        self._pks: dict[str, int] = {}

    def _service(self, offer: Offer) -> Service:
        facts = {"needs_approval": offer.needs_approval, "pay_when": offer.pay_when, "buffer_after": offer.after}
        return make_service(self.practitioner, duration=offer.minutes, amount=offer.amount, **facts)

    def do(self, verb: Verb, now: datetime) -> str:
        """`done`, or the name of the refusal."""
        try:
            getattr(self, verb.name)(now=now, **verb.fields)
        except (BookingRefused, PaymentRefused) as refusal:
            return type(refusal).__name__
        return "done"

    def _booking(self, key: str) -> Booking:
        return Booking.objects.select_related("service__practitioner", "practitioner").get(pk=self._pks[key])

    # --- The verbs, as Model has them ---------------------------------------------------------------------------------

    def hold(
        self, *, key: str, offer: Offer, start: datetime, has_patient: bool, instead_of: str | None, now: datetime
    ) -> None:
        made = actions.hold(
            self._services[offer],
            start=start,
            by=Actor.PATIENT,
            source=Source.WEB,
            now=now,
            patient=Patient(**WHO) if has_patient else None,
            instead_of=self._booking(instead_of) if instead_of else None,
        )
        self._pks[key] = made.pk

    def give_details(self, *, visit: str, now: datetime) -> None:
        who: dict[str, Any] = {**WHO, "note": "", "consent": ""}
        actions.give_details(self._booking(visit), **who, now=now)

    def extend_hold(self, *, visit: str, now: datetime) -> None:
        actions.extend_hold(self._booking(visit), now=now)

    def pay(self, *, visit: str, now: datetime) -> None:
        payment = payment_actions.begin(self._booking(visit), now=now)
        Payment.objects.filter(pk=payment.pk).update(reference=f"plink_{payment.pk:014}")

    def settle(self, *, visit: str, at_visit: bool, now: datetime) -> None:
        actions.settle(self._booking(visit), at_visit=at_visit, now=now)

    def cancel(self, *, visit: str, by: str, shown: int | None, now: datetime) -> None:
        actions.cancel(self._booking(visit), by=ACTORS[by], reason="", now=now, percent_shown=shown)

    def reschedule(self, *, visit: str, start: datetime, by: str, seen: int | None, now: datetime) -> None:
        actions.reschedule(self._booking(visit), start=start, by=ACTORS[by], now=now, sequence=seen)

    def accept(self, *, visit: str, now: datetime) -> None:
        actions.accept(self._booking(visit), by=Actor.PRACTITIONER, now=now)

    def decline(self, *, visit: str, now: datetime) -> None:
        actions.decline(self._booking(visit), by=Actor.FRONT_DESK, reason="fully booked that week", now=now)

    def book_at_desk(
        self, *, key: str, offer: Offer, start: datetime, way: str, anyway: bool, has_email: bool, now: datetime
    ) -> None:
        made = actions.book_at_desk(
            self._services[offer],
            start=start,
            patient=PatientFactory.build(email="meera@example.com" if has_email else ""),
            way=Way(way),
            by=Actor.FRONT_DESK,
            now=now,
            anyway=anyway,
        )
        self._pks[key] = made.pk

    def ask_to_move(self, *, visit: str, now: datetime) -> None:
        actions.ask_to_move(self._booking(visit), by=Actor.PRACTITIONER, why="a training day", now=now)

    def complete(self, *, visit: str, has_reason: bool, now: datetime) -> None:
        reason = "came late" if has_reason else ""
        actions.complete(self._booking(visit), by=Actor.FRONT_DESK, now=now, reason=reason)

    def miss(self, *, visit: str, has_reason: bool, now: datetime) -> None:
        reason = "another patient was meant" if has_reason else ""
        actions.miss(self._booking(visit), by=Actor.PRACTITIONER, now=now, reason=reason)

    def renew_link(self, *, visit: str, now: datetime) -> None:
        actions.renew_link(self._booking(visit), by=Actor.FRONT_DESK, now=now)

    def report(self, *, visit: str, number: int, state: str, short_by: int, provider_id: str, now: datetime) -> None:
        payments = list(Payment.objects.filter(booking=self._pks[visit]).order_by("pk"))
        payment = payments[number % len(payments)]
        facts = {"amount": payment.amount - short_by, "payment_id": f"{provider_id}_of_{payment.pk}"}
        snapshot = told(payment, State(state), **(facts if state == "captured" else {}))
        payment_actions.apply_payment(payment, snapshot, by=Actor.PROVIDER, now=now)

    def expire_lapsed(self, *, now: datetime) -> None:
        actions.expire_lapsed(now=now)

    def complete_past(self, *, now: datetime) -> None:
        actions.complete_past(now=now)

    # --- What it has come to ------------------------------------------------------------------------------------------

    def facts(self) -> dict[str, dict[str, Any]]:
        """What the tables say of every booking: three queries."""
        steps, payments = self._steps(), self._payments()
        rows = {row.pk: row for row in Booking.objects.filter(practitioner=self.practitioner)}
        assert sorted(rows) == sorted(self._pks.values())
        return {key: _facts(rows[pk], steps[pk], payments[pk]) for key, pk in self._pks.items()}

    def _steps(self) -> dict[int, list[tuple[object, ...]]]:
        found: defaultdict[int, list[tuple[object, ...]]] = defaultdict(list)
        moves = Move.objects.filter(booking__practitioner=self.practitioner).order_by("pk")
        for booking, *step in moves.values_list("booking", "before", "after", "moved_from", "moved_to"):
            found[booking].append(tuple(step))
        return found

    def _payments(self) -> dict[int, list[tuple[object, ...]]]:
        found: defaultdict[int, list[tuple[object, ...]]] = defaultdict(list)
        refunds: defaultdict[int, list[tuple[str, int]]] = defaultdict(list)
        for payment, reason, amount in Refund.objects.values_list("payment", "reason", "amount").order_by("reason"):
            refunds[payment].append((reason, amount))
        facts = ("booking", "status", "captured_amount", "retained_amount", "attention", "pk")
        ours = Payment.objects.filter(booking__practitioner=self.practitioner).order_by("pk")
        for booking, status, captured, retained, attention, pk in ours.values_list(*facts):
            found[booking].append((status, captured, retained, attention, refunds[pk]))
        return found


def _facts(row: Booking, steps: list[tuple[object, ...]], payments: list[tuple[object, ...]]) -> dict[str, Any]:
    return {
        "status": row.status,
        "start": row.starts_at,
        "end": row.ends_at,
        "until": row.hold_expires_at,
        "pay_by": row.pay_by,
        "has_patient": row.patient_id is not None,
        "at_visit": row.pays_at_visit,
        "moves_made": row.moves_made,
        "moved_late": row.moved_late,
        "asked": row.move_asked_at is not None,
        "sequence": row.sequence,
        "pressed": row.pay_pressed_at is not None,
        "history": steps,
        "payments": payments,
    }


class Hands:
    """A few threads, each with its own connection, that act together; or after one another, if `at_once` is false."""

    def __init__(self, *, at_once: bool = True) -> None:
        self._at_once = at_once
        self._pool = ThreadPoolExecutor(HANDS)
        self._all_there = threading.Barrier(HANDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        list(self._pool.map(lambda _: self._let_go(), range(HANDS)))
        self._pool.shutdown()

    def _let_go(self) -> None:
        self._all_there.wait(60)
        connections.close_all()

    def do(self, practice: Practice, *verbs: Verb, now: datetime) -> list[str]:
        """Everything at the same moment, each on another connection; what each of them was answered."""
        if not self._at_once:
            return [self._pool.submit(practice.do, verb, now).result() for verb in verbs]
        start = threading.Barrier(len(verbs))

        def wait_and_do(verb: Verb) -> str:
            start.wait(60)
            return practice.do(verb, now)

        return list(self._pool.map(wait_and_do, verbs))


def ask(question: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return list(cursor.fetchall())
