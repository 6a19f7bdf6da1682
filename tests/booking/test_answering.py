"""Requests: saying yes or no, until when, and the links that answer from a mail."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import signing
from django.http import Http404

from booking import actions, answers
from booking.desk import requests
from booking.errors import HoldLapsed, WrongState
from booking.lifecycle import Status
from booking.models import Booking, Move
from common.audit import Actor
from tests.factories import NOW, TOMORROW_AT_TEN, make_booking, make_practitioner, make_service

pytestmark = pytest.mark.django_db
ME = Actor.PRACTITIONER


def make_request(**fields: Any) -> Booking:
    """Somebody asks for tomorrow at ten, and waits three hours for an answer."""
    usual = {"status": Status.REQUESTED, "hold_expires_at": NOW + timedelta(hours=3), "needs_approval": True}
    return make_booking(**{**usual, **fields})


# --- Yes and no -------------------------------------------------------------------------------------------------------


def test_a_yes_sends_a_link_to_pay_with_a_deadline_of_its_own() -> None:
    booking = actions.accept(make_request(), by=ME, now=NOW)

    assert booking.status == Status.PENDING_PAYMENT
    assert booking.pay_by == booking.hold_expires_at == NOW + timedelta(minutes=booking.practitioner.pay_within)
    said = requests.how_it_stands(booking, zone="Asia/Kolkata", now=NOW)
    assert said.startswith("The request is accepted. They get a link to pay until Mon 30 Nov 2026, ")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"service__amount": 0}, "The request is accepted. It is confirmed, and they are told."),
        ({"pays_at_visit": True}, "The request is accepted. It is confirmed, and they pay at the visit."),
    ],
)
def test_where_nothing_is_paid_online_a_yes_confirms(fields: dict[str, object], words: str) -> None:
    booking = make_request(service=make_service(amount=0)) if "service__amount" in fields else make_request(**fields)

    booking = actions.accept(booking, by=ME, now=NOW)

    assert booking.status == Status.CONFIRMED
    assert requests.how_it_stands(booking, zone="Asia/Kolkata", now=NOW) == words


def test_a_no_frees_the_time_and_keeps_the_reason() -> None:
    booking = actions.decline(make_request(), by=ME, reason="I am away that day.", now=NOW)

    assert booking.status == Status.DECLINED
    assert Move.objects.get(booking=booking).reason == "I am away that day."
    assert not Booking.objects.active().exists()


@pytest.mark.parametrize("late", [timedelta(0), timedelta(hours=1)])
def test_once_the_deadline_has_passed_no_answer_counts(late: timedelta) -> None:
    booking = make_request()
    now = NOW + timedelta(hours=3) + late

    with pytest.raises(HoldLapsed):
        actions.accept(booking, by=ME, now=now)
    with pytest.raises(HoldLapsed):
        actions.decline(booking, by=ME, reason="Away", now=now)

    said = requests.how_it_stands(booking, zone="Asia/Kolkata", now=now)
    assert said == "Nobody answered the request by Mon 30 Nov 2026, 8:30 AM, so it lapsed. The time is open again."


@pytest.mark.parametrize("status", [status for status in Status if status != Status.REQUESTED])
def test_only_a_request_is_answered(status: Status) -> None:
    booking = make_request(status=status)

    with pytest.raises(WrongState):
        actions.accept(booking, by=ME, now=NOW)
    with pytest.raises(WrongState):
        actions.decline(booking, by=ME, reason="Away", now=NOW)


def test_accepted_and_not_paid_in_time_is_told_apart_from_never_answered() -> None:
    booking = actions.accept(make_request(), by=ME, now=NOW)

    said = requests.how_it_stands(booking, zone="Asia/Kolkata", now=booking.hold_expires_at or NOW)

    assert said == "The request was accepted, but not paid in time. The time is open again."


def test_every_state_has_its_words() -> None:
    booking = make_request()
    for status in Status:
        booking.status = status
        assert requests.how_it_stands(booking, zone="Asia/Kolkata", now=NOW).endswith(".")


# --- What the desk reads ----------------------------------------------------------------------------------------------


def test_the_soonest_deadline_comes_first_and_only_what_waits_here_is_read() -> None:
    asha = make_practitioner()
    service = make_service(asha)
    late = make_request(service=service, start=TOMORROW_AT_TEN, hold_expires_at=NOW + timedelta(hours=9))
    soon = make_request(service=service, start=TOMORROW_AT_TEN + timedelta(hours=2), note="My knee")
    make_request(service=service, start=TOMORROW_AT_TEN + timedelta(hours=4), hold_expires_at=NOW)
    make_booking(service=service, start=TOMORROW_AT_TEN + timedelta(days=1), status=Status.CONFIRMED)
    make_request()

    waiting = requests.waiting(asha, now=NOW)

    assert waiting == [soon, late]
    assert [each.has_note for each in waiting] == [True, False]  # type: ignore[attr-defined]
    assert requests.count(asha, now=NOW) == 2


def test_what_was_answered_lately_is_read_with_who_did_it() -> None:
    booking = make_request()
    actions.decline(booking, by=ME, reason="Away", now=NOW)
    old = make_request(service=booking.service, held_at=NOW - timedelta(days=31))
    actions.accept(old, by=ME, now=NOW)

    (answer,) = requests.answered(booking.practitioner, now=NOW)

    assert (answer.booking, answer.after, answer.actor) == (booking, Status.DECLINED, "practitioner")


# --- The links of the mail --------------------------------------------------------------------------------------------


def test_a_link_finds_its_booking_and_says_nothing_of_its_public_page() -> None:
    booking = make_request()

    token = answers.token(booking)

    assert answers.booking_of(token, now=NOW) == booking
    assert booking.public_id not in token
    assert booking.reference not in token


@pytest.mark.parametrize("spoil", [str.upper, lambda token: token[:-1], lambda token: "1" + token, lambda _token: ""])
def test_a_forged_link_finds_nothing(spoil: object) -> None:
    token = answers.token(make_request())
    assert callable(spoil)

    with pytest.raises(Http404):
        answers.booking_of(spoil(token), now=NOW)


def test_what_was_signed_for_something_else_finds_nothing() -> None:
    booking = make_request()

    with pytest.raises(Http404):
        answers.booking_of(signing.Signer(sep=".").sign(f"{booking.pk}-0"), now=NOW)


def test_once_the_visit_has_moved_the_link_of_its_old_time_finds_nothing() -> None:
    booking = make_request()
    token = answers.token(booking)

    moved = actions.reschedule(booking, start=TOMORROW_AT_TEN + timedelta(hours=1), by=Actor.PATIENT, now=NOW)

    with pytest.raises(Http404):
        answers.booking_of(token, now=NOW)
    assert answers.booking_of(answers.token(moved), now=NOW) == booking


@pytest.mark.parametrize(("later", "opens"), [(timedelta(days=30), True), (timedelta(days=31), False)])
def test_a_link_opens_until_a_month_after_the_visit(later: timedelta, opens: bool) -> None:
    booking = make_request()
    now: datetime = booking.ends_at + later

    if opens:
        assert answers.booking_of(answers.token(booking), now=now) == booking
    else:
        with pytest.raises(Http404):
            answers.booking_of(answers.token(booking), now=now)
