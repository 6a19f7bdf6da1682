"""What no page and no verb shows alone: the ways out of the last page, how long things wait, when times are free."""

from datetime import datetime, timedelta

import pytest
from django.core.cache import caches
from django.http import Http404

from booking import actions, queries
from booking.actions import Way
from booking.errors import HoldLapsed, WrongState
from booking.lifecycle import Status
from booking.models import Booking, Move
from common.audit import Actor
from common.models import AuditEntry
from practitioners.models import PayWhen, Service
from tests.factories import NOW, TOMORROW_AT_TEN, PatientFactory, make_booking, make_practitioner, make_service

pytestmark = pytest.mark.django_db
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
LAPSED = NOW + 10 * MINUTE
ONLINE, AT_VISIT, EITHER = PayWhen.ONLINE, PayWhen.AT_VISIT, PayWhen.EITHER


def hold_of(amount: int, *, asks: bool = False, pays: PayWhen = ONLINE) -> Booking:
    return make_booking(service=make_service(amount=amount), needs_approval=asks, pay_when=pays)


# --- The ways out of the last page ------------------------------------------------------------------------------------

# amount, whether the practitioner is asked first, when it is paid, what the patient chose → what becomes of it
LAST_PAGE = [
    (0, False, ONLINE, False, Status.CONFIRMED, False),
    (0, False, AT_VISIT, False, Status.CONFIRMED, False),
    (0, False, EITHER, False, Status.CONFIRMED, False),
    (0, False, EITHER, True, Status.CONFIRMED, False),  # nothing is paid at the visit either
    (0, True, ONLINE, False, Status.REQUESTED, False),
    (0, True, AT_VISIT, False, Status.REQUESTED, False),
    (0, True, EITHER, True, Status.REQUESTED, False),
    (500, False, ONLINE, False, None, False),
    (500, False, ONLINE, True, None, False),  # the practice does not allow it
    (500, False, AT_VISIT, False, Status.CONFIRMED, True),
    (500, False, AT_VISIT, True, Status.CONFIRMED, True),
    (500, False, EITHER, False, None, False),
    (500, False, EITHER, True, Status.CONFIRMED, True),
    (500, True, ONLINE, False, Status.REQUESTED, False),
    (500, True, ONLINE, True, Status.REQUESTED, False),
    (500, True, AT_VISIT, False, Status.REQUESTED, True),
    (500, True, EITHER, False, Status.REQUESTED, False),
    (500, True, EITHER, True, Status.REQUESTED, True),
]


@pytest.mark.parametrize(("amount", "asks", "pays", "at_visit", "becomes", "pays_at_visit"), LAST_PAGE)
def test_what_was_agreed_decides_how_the_last_page_ends(
    amount: int, *, asks: bool, pays: PayWhen, at_visit: bool, becomes: Status | None, pays_at_visit: bool
) -> None:
    booking = hold_of(amount, asks=asks, pays=pays)

    if becomes is None:
        with pytest.raises(WrongState):
            actions.settle(booking, now=NOW, at_visit=at_visit)
    else:
        actions.settle(booking, now=NOW, at_visit=at_visit)

    booking.refresh_from_db()
    assert (booking.status, booking.pays_at_visit) == (becomes or Status.PENDING_PAYMENT, pays_at_visit)
    assert [move.after for move in booking.moves.all()] == ([becomes] if becomes else [])


def test_whoever_chose_to_pay_at_the_visit_may_choose_anew() -> None:
    booking = hold_of(500, asks=True, pays=EITHER)
    Booking.objects.update(pays_at_visit=True)

    assert not actions.settle(booking, now=NOW, at_visit=False).pays_at_visit


@pytest.mark.parametrize("pays", [AT_VISIT, EITHER])
def test_whom_the_practice_sends_a_link_to_pay_can_not_pay_at_the_visit_instead(pays: PayWhen) -> None:
    booking = actions.book_at_desk(
        make_service(pay_when=pays),
        start=TOMORROW_AT_TEN,
        patient=PatientFactory.build(),
        way=Way.LINK,
        by=Actor.FRONT_DESK,
        now=NOW,
    )

    with pytest.raises(WrongState):
        actions.settle(booking, now=NOW, at_visit=True)

    booking.refresh_from_db()
    assert (booking.status, booking.pays_at_visit) == (Status.PENDING_PAYMENT, False)


@pytest.mark.parametrize("asks", [True, False])
def test_the_last_page_of_a_lapsed_hold_or_of_nobody_ends_nowhere(*, asks: bool) -> None:
    lapsed, nobodys = hold_of(0, asks=asks), make_booking(patient=None, service=make_service(amount=0))

    with pytest.raises(HoldLapsed):
        actions.settle(lapsed, now=LAPSED)
    with pytest.raises(WrongState):
        actions.settle(nobodys, now=NOW)
    assert not Move.objects.exists()


def test_the_second_press_of_the_last_button_changes_nothing() -> None:
    booking = hold_of(0, asks=True)
    actions.settle(booking, now=NOW)

    with pytest.raises(WrongState):
        actions.settle(booking, now=NOW + MINUTE)

    booking.refresh_from_db()
    assert booking.status == Status.REQUESTED
    assert booking.hold_expires_at == NOW + DAY
    assert booking.moves.count() == 1


# --- How long a hold can be kept --------------------------------------------------------------------------------------


def test_a_hold_of_ones_own_can_be_kept_for_half_an_hour() -> None:
    booking = make_booking()
    assert booking.hold_limit == NOW + 30 * MINUTE

    for minute in range(10, 40, 2):
        booking.refresh_from_db()
        if booking.is_held(NOW + minute * MINUTE - MINUTE):
            actions.extend_hold(booking, now=NOW + minute * MINUTE - MINUTE)

    booking.refresh_from_db()
    assert booking.hold_expires_at == NOW + 30 * MINUTE


def test_a_link_to_pay_is_good_until_its_own_deadline_however_long_ago_the_hold_began() -> None:
    asked = hold_of(500, asks=True)
    actions.settle(asked, now=NOW)
    accepted = actions.accept(asked, by=Actor.PRACTITIONER, now=NOW + 60 * MINUTE)
    assert accepted.hold_limit == accepted.pay_by == NOW + 180 * MINUTE

    pressed = actions.keep_while_paying(accepted, now=NOW + 179 * MINUTE)

    assert pressed.hold_expires_at == NOW + 195 * MINUTE
    again = actions.keep_while_paying(accepted, now=NOW + 190 * MINUTE)
    assert again.hold_expires_at == NOW + 195 * MINUTE


def test_more_time_for_a_link_to_pay_ends_with_its_deadline() -> None:
    until = NOW + 60 * MINUTE
    booking = make_booking(pay_by=until, hold_expires_at=until)

    assert actions.extend_hold(booking, now=NOW + 59 * MINUTE).hold_expires_at == until


# --- When a requested time is free again ------------------------------------------------------------------------------


def is_free(service: Service, now: datetime) -> bool:
    """As the next visitor is shown it, and asked for it."""
    offer = Service.objects.select_related("practitioner").get(pk=service.pk)
    slots = queries.slots_of_day(offer, TOMORROW_AT_TEN.date(), zone="Asia/Kolkata", now=now)
    shown = any(slot.start == TOMORROW_AT_TEN and slot.state == "available" for slot in slots)
    assert shown == (TOMORROW_AT_TEN in queries.next_open(offer, now=now, limit=60))
    return shown


@pytest.mark.django_db(transaction=True)
def test_a_request_takes_its_time_until_its_deadline_though_nobody_answers_and_nobody_sweeps() -> None:
    caches["slots"].clear()
    service = make_service(make_practitioner(notice=0), needs_approval=True)
    assert is_free(service, NOW)
    make_booking(service=service, status=Status.REQUESTED, hold_expires_at=NOW + 60 * MINUTE)

    assert [is_free(service, NOW + minute * MINUTE) for minute in (0, 59, 60, 61, 59)] == [
        False,
        False,
        True,
        True,
        False,
    ]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("answer", ["accepted", "declined", "withdrawn", "moved"])
def test_an_answer_is_seen_by_the_next_visitor(answer: str) -> None:
    caches["slots"].clear()
    service = make_service(make_practitioner(notice=0, pay_within=120))
    asked = make_booking(
        service=service, status=Status.REQUESTED, needs_approval=True, hold_expires_at=NOW + 60 * MINUTE
    )
    assert not is_free(service, NOW)

    if answer == "accepted":
        actions.accept(asked, by=Actor.PRACTITIONER, now=NOW)
    elif answer == "declined":
        actions.decline(asked, by=Actor.PRACTITIONER, reason="away", now=NOW)
    elif answer == "withdrawn":
        actions.cancel(asked, by=Actor.PATIENT, reason="", now=NOW)
    else:
        actions.reschedule(asked, start=TOMORROW_AT_TEN + 180 * MINUTE, by=Actor.PATIENT, now=NOW)

    assert is_free(service, NOW) == (answer != "accepted")
    if answer == "accepted":  # from now on the deadline of the link to pay counts
        assert [is_free(service, NOW + minute * MINUTE) for minute in (60, 119, 120)] == [False, False, True]


# --- Another link -----------------------------------------------------------------------------------------------------


def test_a_new_link_opens_the_booking_and_the_old_one_nothing() -> None:
    booking = make_booking(status=Status.CONFIRMED)
    old = booking.public_id

    renewed = actions.renew_link(booking, by=Actor.FRONT_DESK, now=NOW)

    assert queries.booking_by_link(renewed.public_id) == booking
    with pytest.raises(Http404):
        queries.booking_by_link(old)
    assert (len(renewed.public_id), renewed.reference) == (26, booking.reference)


def test_a_new_link_is_written_down_without_either_link() -> None:
    booking = make_booking(status=Status.CONFIRMED)
    old = booking.public_id

    renewed = actions.renew_link(booking, by=Actor.FRONT_DESK, now=NOW)

    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor, entry.subject_id) == ("booking.link_renewed", "front_desk", booking.pk)
    assert old not in str(vars(entry))
    assert renewed.public_id not in str(vars(entry))
    assert not booking.moves.exists()
