"""Receipts are numbered 1, 2, 3 … for each practitioner, whatever happens at once and whatever is rolled back."""

import random
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from itertools import count

import pytest
from django.db import IntegrityError, connections, transaction

from booking.actions import rows
from booking.lifecycle import Status
from booking.models import Booking
from common.audit import Actor
from payments import actions, receipts, visit_payments
from payments.models import Payment, Receipt, VisitMethod
from practitioners.models import Practitioner
from tests.factories import (
    NOW,
    TOMORROW_AT_TEN,
    captured,
    make_booking,
    make_payment,
    make_practitioner,
    make_service,
)
from tests.proofs.scale import at_once, many

pytestmark = [pytest.mark.proof, pytest.mark.django_db(transaction=True)]
PEOPLE = 3
AT_ONCE = 12
ROUNDS = many(2, 42)  # of twelve payments


class _ChangedTheirMind(Exception):
    """The cash drawer was shut again before anything was written."""


def visits() -> list[Booking]:
    """As many visits as are paid in a round, spread over the practitioners."""
    services = [make_service(make_practitioner(), duration=15) for _ in range(PEOPLE)]
    return [
        make_booking(
            service=services[number % PEOPLE],
            start=TOMORROW_AT_TEN + timedelta(minutes=15 * (number // PEOPLE)),
            status=Status.CONFIRMED,
            pays_at_visit=True,
        )
        for number in range(AT_ONCE)
    ]


def pay(booking: Booking, key: str, *, changes_mind: bool) -> None:
    by = Actor.PRACTITIONER
    try:
        with suppress(_ChangedTheirMind, IntegrityError), transaction.atomic():
            visit_payments.record(
                booking, method=VisitMethod.CASH, amount=100, reference="", form_key=key, by=by, now=NOW
            )
            if changes_mind:
                raise _ChangedTheirMind
    finally:
        connections.close_all()


def _pay_one(booked: list[Booking], round_: int, minds: list[bool], number: int) -> None:
    pay(booked[number], f"{round_}-{number}", changes_mind=minds[number])


def everybody_pays(rounds: int = ROUNDS) -> int:
    """Each round pays twelve visits a part at the same moment; a third is rolled back. Answers how many were not."""
    booked, dice, stayed = visits(), random.Random(7), 0
    for number in range(rounds):
        minds = [dice.random() < 1 / 3 for _ in booked]
        stayed += minds.count(False)
        at_once(AT_ONCE, partial(_pay_one, booked, number, minds))
    return stayed


def check_nothing_is_missing_or_double(stayed: int) -> None:
    assert Receipt.objects.count() == Payment.objects.count() == stayed
    for practitioner in Practitioner.objects.all():
        numbers = sorted(Receipt.objects.filter(practitioner=practitioner).values_list("number", flat=True))
        assert numbers == list(range(1, len(numbers) + 1))


def test_numbers_have_no_gaps_and_no_doubles() -> None:
    stayed = everybody_pays()

    check_nothing_is_missing_or_double(stayed)
    print(f"{stayed} receipts")  # noqa: T201 - what the run consisted of


def _arrive(payments: list[Payment], number: int) -> None:
    """Webhook and poll tell of the same money at the same moment; some news are rolled back, and told again later."""
    payment = payments[number // 2]
    try:
        with suppress(_ChangedTheirMind), transaction.atomic():
            actions.apply_payment(payment, captured(payment), by=Actor.PROVIDER, now=NOW)
            if number % 4 == 0:
                raise _ChangedTheirMind
    finally:
        connections.close_all()


def test_money_from_a_provider_is_numbered_in_the_same_row() -> None:
    services = [make_service(make_practitioner(), duration=15) for _ in range(PEOPLE)]
    rounds = many(1, 20)
    for round_ in range(rounds):
        start = TOMORROW_AT_TEN + timedelta(days=round_)
        held = [
            make_booking(service=services[number % PEOPLE], start=start + timedelta(minutes=15 * (number // PEOPLE)))
            for number in range(AT_ONCE)
        ]
        payments = [make_payment(booking=booking) for booking in held]
        at_once(2 * AT_ONCE, partial(_arrive, payments))

    check_nothing_is_missing_or_double(rounds * AT_ONCE)


def test_control_numbers_from_a_sequence_have_gaps(monkeypatch: pytest.MonkeyPatch) -> None:
    """What many systems do: a counter, like PostgreSQL's own, that knows nothing of what is rolled back."""
    sequence = count(1)

    def from_a_sequence(payment: Payment, practitioner: Practitioner, *, now: datetime) -> Receipt:
        row = Receipt(practitioner=practitioner, number=next(sequence), payment=payment, issued_at=now)
        row.amount, row.currency = payment.captured.amount, payment.captured.currency
        row.save()
        return row

    monkeypatch.setattr(receipts, "issue", from_a_sequence)

    with pytest.raises(AssertionError):
        check_nothing_is_missing_or_double(everybody_pays(2))


def test_control_without_the_lock_the_database_refuses_doubles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "locked", lambda booking: booking)

    with pytest.raises(AssertionError):
        check_nothing_is_missing_or_double(everybody_pays(2))

    numbers = list(Receipt.objects.values_list("practitioner", "number"))
    assert len(numbers) == len(set(numbers))
