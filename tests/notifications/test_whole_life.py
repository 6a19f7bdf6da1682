"""Who is told what in the life of a booking, and what is told no more once it is not true."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.core import mail
from django.db.models import Max

from booking import actions as booking_actions
from booking.actions import Way
from booking.lifecycle import Status
from booking.models import Booking, Patient
from common.audit import Actor
from notifications import actions
from notifications.models import ABOUT_ACCOUNT, TO_PRACTITIONER, Kind, Notification
from payments.lifecycle import PaymentStatus
from tests.factories import NOW, TOMORROW_AT_TEN, make_booking, make_payment, make_service
from tests.notifications.life import (
    AT_ELEVEN,
    HOUR,
    NEWS,
    accepted,
    asked_to_move,
    cancelled,
    confirmed,
    firm,
    kinds_of,
    moved,
    requested,
    unanswered,
    with_new_link,
)

pytestmark = pytest.mark.django_db
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
OTHERS = (Actor.PATIENT, Actor.FRONT_DESK, Actor.STAFF, Actor.PROVIDER, Actor.SYSTEM)


def told(now: datetime | None = None) -> set[str]:
    """What has left of everything that is owed, once its turn has come."""
    due = Notification.objects.aggregate(latest=Max("due_at"))["latest"]
    actions.deliver(now=now or due or NOW)
    return set(Notification.objects.exclude(message_id="").values_list("kind", flat=True))


def overtaken() -> set[str]:
    return set(Notification.objects.filter(last_error=actions.OVERTAKEN).values_list("kind", flat=True))


# --- Who is told ------------------------------------------------------------------------------------------------------


def test_every_kind_of_news_about_a_booking_comes_to_be_in_these_tests() -> None:
    assert set(NEWS) == set(Kind) - ABOUT_ACCOUNT


@pytest.mark.parametrize("kind", NEWS)
def test_each_news_leaves_once_for_whom_it_is(kind: Kind) -> None:
    booking = NEWS[kind]()
    assert kind in told()
    actions.deliver(now=NOW + 3 * DAY)

    row = Notification.objects.get(booking=booking, kind=kind)
    assert (row.last_error, row.sequence) == ("", booking.sequence)
    sent = [one for one in mail.outbox if one.extra_headers["Message-ID"] == row.message_id]
    assert booking.patient
    reader = booking.practitioner.email if kind in TO_PRACTITIONER else booking.patient.email
    assert [one.to for one in sent] == [[reader]]


@pytest.mark.parametrize("kind", NEWS)
def test_a_patient_without_an_address_is_owed_nothing_and_the_practitioner_still_hears(kind: Kind) -> None:
    booking = NEWS[kind](patient__email="")

    assert kinds_of(booking) <= TO_PRACTITIONER
    assert (kind in kinds_of(booking)) is (kind in TO_PRACTITIONER)
    told()
    assert all(one.to == [booking.practitioner.email] for one in mail.outbox)
    assert not Notification.objects.filter(done_at=None).exists()


@pytest.mark.parametrize("happens", [confirmed, moved, cancelled])
@pytest.mark.parametrize("by", OTHERS)
def test_what_others_do_is_told_to_both_sides(happens: Callable[..., Booking], by: Actor) -> None:
    kinds = {str(kind) for kind, how in NEWS.items() if how is happens}

    assert len(kinds) == 2
    assert kinds_of(happens(by=by)) == kinds


@pytest.mark.parametrize("happens", [confirmed, moved, cancelled])
def test_a_practitioner_is_not_told_what_they_did_themself(happens: Callable[..., Booking]) -> None:
    kinds = {kind for kind, how in NEWS.items() if how is happens}

    assert kinds_of(happens(by=Actor.PRACTITIONER)) == {str(kind) for kind in kinds - TO_PRACTITIONER}


def test_accepting_what_is_paid_at_the_visit_books_it_and_tells_the_patient_alone() -> None:
    booking = requested(pays_at_visit=True)
    booking_actions.accept(booking, by=Actor.PRACTITIONER, now=NOW)

    assert told() == {Kind.CONFIRMED_PATIENT}


@pytest.mark.parametrize(("by", "hears"), [(Actor.PRACTITIONER, False), (Actor.FRONT_DESK, True)])
def test_of_a_visit_booked_at_the_desk_the_practitioner_hears_from_the_front_desk(by: Actor, hears: bool) -> None:
    patient = Patient(name="Meera Iyer", email="meera@example.com", zone="Asia/Kolkata")
    booking = booking_actions.book_at_desk(
        make_service(), start=TOMORROW_AT_TEN, patient=patient, way=Way.AT_VISIT, by=by, now=NOW
    )

    assert (Kind.CONFIRMED_PRACTITIONER in kinds_of(booking)) is hears


def test_a_hold_that_lapses_or_is_given_up_is_nobodys_news() -> None:
    make_booking()
    booking_actions.expire_lapsed(now=NOW + HOUR)
    booking_actions.cancel(make_booking(), by=Actor.PATIENT, reason="", now=NOW)

    assert not Notification.objects.exists()


def test_calling_off_a_visit_whose_link_to_pay_was_sent_is_told_to_its_patient() -> None:
    booking = accepted()
    told()
    booking_actions.cancel(booking, by=Actor.PRACTITIONER, reason="", now=NOW)

    assert Kind.CANCELLED_PATIENT in told()
    assert Kind.CANCELLED_PRACTITIONER not in kinds_of(booking)


# --- What is no longer said -------------------------------------------------------------------------------------------


def accept(booking: Booking) -> None:
    booking_actions.accept(booking, by=Actor.PRACTITIONER, now=NOW)


def decline(booking: Booking) -> None:
    booking_actions.decline(booking, by=Actor.PRACTITIONER, reason="away", now=NOW)


def call_off(booking: Booking) -> None:
    booking_actions.cancel(booking, by=Actor.PATIENT, reason="", now=NOW)


def lapse(booking: Booking) -> None:
    assert booking.hold_expires_at
    booking_actions.expire_lapsed(now=booking.hold_expires_at)


def confirm(booking: Booking) -> None:
    booking_actions.confirm(booking, by=Actor.PROVIDER, now=NOW)


def attend(booking: Booking) -> None:
    booking_actions.complete(booking, by=Actor.STAFF, now=booking.starts_at)


def move_again(booking: Booking) -> None:
    booking_actions.reschedule(booking, start=AT_ELEVEN + 2 * HOUR, by=Actor.STAFF, now=NOW + MINUTE)


def ask_again(booking: Booking) -> None:
    booking_actions.ask_to_move(booking, by=Actor.STAFF, why="It is a holiday.", now=NOW + MINUTE)


def renew_again(booking: Booking) -> None:
    booking_actions.renew_link(booking, by=Actor.STAFF, now=NOW + MINUTE)


@pytest.mark.parametrize(
    ("before", "after", "silent"),
    [
        (requested, accept, {Kind.REQUESTED_PATIENT, Kind.REQUESTED_PRACTITIONER}),
        (requested, decline, {Kind.REQUESTED_PATIENT, Kind.REQUESTED_PRACTITIONER}),
        (requested, call_off, {Kind.REQUESTED_PATIENT, Kind.REQUESTED_PRACTITIONER}),
        (requested, lapse, {Kind.REQUESTED_PATIENT, Kind.REQUESTED_PRACTITIONER}),
        (accepted, confirm, {Kind.REQUESTED_PATIENT, Kind.REQUESTED_PRACTITIONER, Kind.PAYMENT_ASKED}),
        (accepted, call_off, {Kind.REQUESTED_PATIENT, Kind.REQUESTED_PRACTITIONER, Kind.PAYMENT_ASKED}),
        (accepted, lapse, {Kind.REQUESTED_PATIENT, Kind.REQUESTED_PRACTITIONER, Kind.PAYMENT_ASKED}),
        (unanswered, confirm, {Kind.UNANSWERED_PATIENT, Kind.UNANSWERED_PRACTITIONER}),
        (confirmed, call_off, {Kind.CONFIRMED_PATIENT, Kind.CONFIRMED_PRACTITIONER}),
        (confirmed, attend, set()),
        (moved, call_off, {Kind.MOVED_PATIENT, Kind.MOVED_PRACTITIONER}),
        (moved, attend, {Kind.MOVED_PATIENT, Kind.MOVED_PRACTITIONER}),
        (asked_to_move, call_off, {Kind.MOVE_ASKED}),
        (asked_to_move, move_again, {Kind.MOVE_ASKED}),
        (with_new_link, call_off, set()),
    ],
)
def test_what_was_overtaken_before_it_left_is_not_sent(
    before: Callable[[], Booking], after: Callable[[Booking], None], silent: set[str]
) -> None:
    booking = before()
    after(booking)

    sent = told()

    assert silent <= overtaken()
    assert not silent & sent
    assert not Notification.objects.filter(done_at=None).exists()


@pytest.mark.parametrize("before", [requested, accepted])
def test_a_deadline_that_passed_is_told_to_nobody_though_nothing_has_written_it_down(
    before: Callable[[], Booking],
) -> None:
    booking = before()
    assert booking.hold_expires_at

    assert told(booking.hold_expires_at) == set()


def test_who_has_paid_meanwhile_is_not_asked_to_pay() -> None:
    """Even where the money has not made the booking firm: it differs, and a person looks at it."""
    booking = accepted()
    make_payment(booking=booking, status=PaymentStatus.CAPTURED, captured_amount=1, attention="amount_differs")

    assert Kind.PAYMENT_ASKED not in told()


@pytest.mark.parametrize(
    ("before", "after", "kinds"),
    [
        (moved, move_again, {Kind.MOVED_PATIENT, Kind.MOVED_PRACTITIONER}),
        (asked_to_move, ask_again, {Kind.MOVE_ASKED}),
        (with_new_link, renew_again, {Kind.LINK_RENEWED}),
    ],
)
def test_of_the_same_news_only_the_newest_is_told(
    before: Callable[[], Booking], after: Callable[[Booking], None], kinds: set[str]
) -> None:
    booking = before()
    after(booking)

    assert told() >= kinds

    rows = Notification.objects.filter(booking=booking, kind__in=kinds).order_by("pk")
    assert len(rows) == 2 * len(kinds)
    for kind in kinds:
        assert [row.last_error for row in rows if row.kind == kind] == [actions.OVERTAKEN, ""]


@pytest.mark.parametrize(("before", "after"), [(moved, move_again), (asked_to_move, ask_again)])
def test_news_that_comes_again_after_it_was_told_is_told_again(
    before: Callable[[], Booking], after: Callable[[Booking], None]
) -> None:
    booking = before()
    first = told()
    after(booking)
    told(NOW + 2 * MINUTE)

    assert [row.last_error for row in Notification.objects.filter(kind__in=first)] == [""] * len(first) * 2


def test_nobody_is_asked_for_another_time_once_the_visit_begins() -> None:
    booking = asked_to_move()

    assert told(booking.starts_at) == set()


def test_a_row_of_before_versions_were_kept_is_still_sent() -> None:
    booking = firm()
    actions.owe([Kind.CONFIRMED_PATIENT], booking, now=NOW)
    Notification.objects.update(sequence=None)

    assert told() == {Kind.CONFIRMED_PATIENT}
    assert booking.status == Status.CONFIRMED
