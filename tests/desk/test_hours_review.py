"""Changing hours over bookings: what is shown first, what is decided, and what happens to whom."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.core import mail
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from booking import actions as booking_actions
from booking import queries
from booking.errors import SlotTaken, Undecided
from booking.hours import queries as hours_queries
from booking.hours.actions import Choice, change_hours
from booking.hours.changes import NewTimeOff, NewWeek
from booking.lifecycle import Status
from booking.models import Booking, Source
from booking.views.desk import review
from booking.wallclock import day_number
from common.audit import Actor
from common.models import AuditEntry
from notifications import actions as mail_actions
from payments.lifecycle import PaymentStatus
from payments.models import Refund
from practitioners.errors import Overtaken
from practitioners.models import Practitioner, Service, TimeOff
from tests.desk.filling import WEEKDAYS, again, press, questions, shown, week
from tests.desk.people import client_of, front_desk, stored_week
from tests.factories import NOW, TOMORROW_AT_TEN, make_booking, make_payment, make_service
from tests.pages.reading import faults, read
from tests.proofs.scale import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]
URL = "/desk/hours/"
HOUR = timedelta(hours=1)
AFTERNOONS = {day: [(780, 1020)] for day in range(5)}


def starts_on_offer(service: Service) -> set[datetime]:
    """Asked afresh, of the rows as they are."""
    service = Service.objects.select_related("practitioner").get(pk=service.pk)
    return set(queries.next_open(service, now=NOW, limit=10**6))


# --- The preview ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        AFTERNOONS,
        {**WEEKDAYS, 5: [(600, 780)]},
        {day: [(570, 750), (800, 1100)] for day in range(6)},
        {6: [(1320, 1560)]},
        {},
    ],
)
def test_the_preview_counts_what_saving_then_changes(
    desk: Client, asha: Practitioner, service: Service, typed: dict[int, list[tuple[int, int]]]
) -> None:
    make_booking(service=service, start=TOMORROW_AT_TEN, status=Status.CONFIRMED)
    before = starts_on_offer(service)
    found = hours_queries.preview(asha, NewWeek(typed), now=NOW)
    (effect,) = found.effects

    decisions = dict.fromkeys((each.mark for each in found.stranded), Choice.KEEP)
    change_hours(asha, change=NewWeek(typed), decisions=decisions, by=Actor.PRACTITIONER, now=NOW)

    after = starts_on_offer(service)
    assert (effect.difference.fewer, effect.difference.more) == (len(before - after), len(after - before))
    by_day: dict[int, int] = {}
    for start in after:
        day = day_number(start.astimezone(asha.tzinfo).date())
        by_day[day] = by_day.get(day, 0) + 1
    assert effect.difference.open == by_day


def test_the_preview_says_it_in_sentences_and_stores_nothing(
    desk: Client, asha: Practitioner, service: Service
) -> None:
    make_service(asha, duration=30, name="Follow-up")

    answer = press(desk, URL, week({**AFTERNOONS, 5: [(600, 720)]}), do="preview")

    page = read(answer)
    assert page.heading() == "Check the change"
    assert "Every booking to come still fits." in page.text
    # 45 days from Monday to Friday lose nine hour-long morning starts each; eight Saturdays gain five.
    assert "Consultation, 60 minutes Mon 30 Nov – Fri 29 Jan: 405 fewer times, 40 more" in page.text
    assert "Follow-up, 30 minutes" in page.text
    assert len(stored_week(asha)) == 10
    assert faults(page) == []


def test_the_preview_leads_back_to_what_was_typed_and_on_to_saving_it(
    desk: Client, asha: Practitioner, service: Service
) -> None:
    typed = week({5: [(600, 720)]})
    preview = press(desk, URL, typed, do="preview")

    back = again(desk, URL, preview, {}, do="edit")
    assert {name: values[0] for name, values in shown(back).items()}.items() >= typed.items()
    done = again(desk, URL, preview, {})

    assert done.status_code == 303
    assert stored_week(asha) == [(5, 600, 720)]


def test_a_day_by_day_table_is_kept_short_and_has_totals(desk: Client, asha: Practitioner, service: Service) -> None:
    page = read(press(desk, URL, week({}), do="preview"))

    assert len(page.every("tr")) == 1 + 14 + 2
    assert "and 31 more days" in page.text


def test_a_practitioner_without_services_previews_bookings_all_the_same(desk: Client, asha: Practitioner) -> None:
    page = read(press(desk, URL, week({}), do="preview"))

    assert "You have no service on offer yet" in page.text


# --- Who would be stranded --------------------------------------------------------------------------------------------


def test_whoever_no_longer_fits_is_asked_about_and_nobody_else(desk: Client, service: Service) -> None:
    kinds = {
        "confirmed": make_booking(service=service, status=Status.CONFIRMED),
        "a hold": make_booking(service=service, start=TOMORROW_AT_TEN + HOUR, patient=None),
        "a request": make_booking(service=service, start=TOMORROW_AT_TEN + 24 * HOUR, status=Status.REQUESTED),
    }
    make_booking(service=service, start=TOMORROW_AT_TEN + 4 * HOUR, status=Status.CONFIRMED)  # still fits
    make_booking(service=service, start=TOMORROW_AT_TEN + 48 * HOUR, status=Status.CANCELLED)
    make_booking(service=service, start=TOMORROW_AT_TEN + 48 * HOUR, hold_expires_at=NOW - HOUR)  # lapsed
    make_booking(service=service, start=TOMORROW_AT_TEN - 7 * 24 * HOUR, status=Status.CONFIRMED)  # was last week
    make_booking(service=service, start=TOMORROW_AT_TEN + 9 * HOUR, status=Status.CONFIRMED)  # outside before, too
    make_booking(status=Status.CONFIRMED)  # somebody else's

    answer = press(desk, URL, week(AFTERNOONS))

    page = read(answer)
    asked = [name.removeprefix("decide-").split(".")[0] for name in questions(answer)]
    assert asked == [booking.reference for booking in kinds.values()]
    assert "3 bookings no longer fit" in page.text
    assert "Somebody is booking" in page.text
    assert faults(page) == []
    radios = [each.attrs["value"] for each in page.every("input", type="radio")]
    assert radios == ["keep", "ask", "cancel", "keep", "cancel", "keep", "cancel"]  # only a firm visit can be moved
    assert not [each for each in page.every("input", type="radio") if "checked" in each.attrs]


def test_one_under_way_counts_and_one_that_is_over_does_not(desk: Client, service: Service) -> None:
    make_booking(service=service, start=NOW - HOUR / 2, status=Status.CONFIRMED)
    make_booking(service=service, start=NOW - 3 * HOUR / 2, status=Status.CONFIRMED)
    off = NewTimeOff((day_number(NOW.date()), 0), (day_number(NOW.date()), 1440))

    found = hours_queries.preview(service.practitioner, off, now=NOW)

    assert [each.booking.starts_at for each in found.stranded] == [NOW - HOUR / 2]


def test_nothing_is_saved_until_something_is_chosen_for_each(
    desk: Client, asha: Practitioner, service: Service
) -> None:
    make_booking(service=service, status=Status.CONFIRMED)
    make_booking(service=service, start=TOMORROW_AT_TEN + HOUR, status=Status.CONFIRMED)
    asked = press(desk, URL, week(AFTERNOONS))
    first, second = questions(asked)

    answer = again(desk, URL, asked, {first: "keep", second: "perhaps"})

    page = read(answer)
    assert answer.status_code == 200
    assert "Nothing is saved yet" in page.every("div", role="alert")[0].text
    assert f"#{second}" in page.links()
    assert f"#{first}" not in page.links()
    assert [each.attrs["name"] for each in page.every("input", type="radio") if "checked" in each.attrs] == [first]
    assert len(stored_week(asha)) == 10


def test_all_can_be_decided_with_one_press(desk: Client, asha: Practitioner, service: Service) -> None:
    for number in range(3):
        make_booking(service=service, start=TOMORROW_AT_TEN + 24 * number * HOUR, status=Status.CONFIRMED)
    asked = press(desk, URL, week(AFTERNOONS))

    for do in ("keep", "ask", "cancel"):
        answer = again(desk, URL, asked, {"reason": "A course"}, do=do)
        values = {name: shown(answer)[name] for name in questions(answer)}
        assert list(values.values()) == [[do]] * 3
        assert shown(answer)["reason"] == ["A course"]
    assert len(stored_week(asha)) == 10


def test_very_many_are_decided_about_by_name_first_and_then_together(
    desk: Client, asha: Practitioner, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(review, "MOST_ASKED", 2)
    for number in (0, 1, 2, 3):
        make_booking(service=service, start=TOMORROW_AT_TEN + 24 * number * HOUR, status=Status.CONFIRMED)
    asked = press(desk, URL, week(AFTERNOONS))
    first, second, others = questions(asked)
    assert "2 later bookings, from Thu 3 Dec 2026 to Fri 4 Dec 2026" in read(asked).text
    assert "4 bookings no longer fit" in read(asked).text
    assert faults(read(asked)) == []

    unsaid = again(desk, URL, asked, {first: "keep", others: "cancel"})
    assert f"#{second}" in read(unsaid).links()
    unsaid = again(desk, URL, asked, {first: "keep", second: "keep"})
    assert f"#{others}" in read(unsaid).links()
    assert len(stored_week(asha)) == 10

    again(desk, URL, asked, {first: "keep", second: "cancel", others: "cancel"})
    assert list(Booking.objects.order_by("span").values_list("status", flat=True)) == [
        Status.CONFIRMED,
        Status.CANCELLED,
        Status.CANCELLED,
        Status.CANCELLED,
    ]


def test_keeping_and_cancelling_with_a_full_refund_and_a_message(
    desk: Client, asha: Practitioner, service: Service, settings: object
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"  # type: ignore[attr-defined]
    kept = make_booking(service=service, status=Status.CONFIRMED)
    paid = make_booking(service=service, start=TOMORROW_AT_TEN + HOUR, status=Status.CONFIRMED)
    payment = make_payment(booking=paid, status=PaymentStatus.CAPTURED)
    held = make_booking(service=service, start=TOMORROW_AT_TEN + 24 * HOUR, patient=None)
    asked = press(desk, URL, week(AFTERNOONS))
    first, second, third = questions(asked)

    answer = again(desk, URL, asked, {first: "keep", second: "cancel", third: "cancel", "reason": "A course"})

    assert answer.status_code == 303
    assert stored_week(asha) == [(day, 780, 1020) for day in range(5)]
    assert [Booking.objects.get(pk=each.pk).status for each in (kept, paid, held)] == [
        Status.CONFIRMED,
        Status.CANCELLED,
        Status.CANCELLED,
    ]
    refund = Refund.objects.get(payment=payment)
    assert (refund.amount, refund.currency) == (service.amount, service.currency)
    move = paid.moves.get(after=Status.CANCELLED)
    assert (move.actor, move.reason, move.user_id) == ("practitioner", "A course", asha.user_id)
    mail_actions.deliver(now=NOW)
    assert paid.patient
    assert [message.to for message in mail.outbox] == [[paid.patient.email]]
    assert "2 bookings are cancelled; what was paid goes back in full." in read(desk.get(URL)).text
    audited = AuditEntry.objects.filter(action__in=["practitioner.hours_changed", "booking.cancelled", "refund.owed"])
    assert audited.count() == 4


# --- Asking for another time ------------------------------------------------------------------------------------------


def test_asking_for_another_time_saves_writes_to_them_and_keeps_the_visit_until_they_choose(
    desk: Client, asha: Practitioner, service: Service, settings: Settings
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    asked_for = make_booking(service=service, status=Status.CONFIRMED)
    cancelled = make_booking(service=service, start=TOMORROW_AT_TEN + HOUR, status=Status.CONFIRMED)
    asked = press(desk, URL, week(AFTERNOONS))
    first, second = questions(asked)

    answer = again(desk, URL, asked, {first: "ask", second: "cancel", "words": "I teach in the morning now."})

    assert answer.status_code == 303
    assert stored_week(asha) == [(day, 780, 1020) for day in range(5)]
    asked_for.refresh_from_db()
    assert (asked_for.status, asked_for.move_asked_at) == (Status.CONFIRMED, NOW)
    assert asked_for.move_asked_why == "I teach in the morning now."
    assert Booking.objects.get(pk=cancelled.pk).status == Status.CANCELLED
    page = read(desk.get(URL))
    assert "1 patient is asked for another time. 1 booking is cancelled" in page.text
    mail_actions.deliver(now=NOW)
    told = {message.to[0]: str(message.body) for message in mail.outbox}
    assert asked_for.patient
    assert cancelled.patient
    assert "I teach in the morning now." in told[asked_for.patient.email]
    assert "I teach" not in told[cancelled.patient.email]


@pytest.mark.parametrize("words", ["", "   ", "bell\x07"])
def test_nobody_is_asked_without_a_word(desk: Client, asha: Practitioner, service: Service, words: str) -> None:
    make_booking(service=service, status=Status.CONFIRMED)
    asked = press(desk, URL, week(AFTERNOONS))

    answer = again(desk, URL, asked, {questions(asked)[0]: "ask", "words": words})

    page = read(answer)
    assert answer.status_code == 200
    assert "Write a few words for those you ask." in page.every("div", role="alert")[0].text
    assert "#words" in page.links()
    assert page.title.startswith("Error:")
    assert faults(page) == []
    assert [each.attrs["value"] for each in page.every("input", type="radio") if "checked" in each.attrs] == ["ask"]
    assert len(stored_week(asha)) == 10
    assert Booking.objects.get().move_asked_at is None


def test_asking_all_cancels_those_that_are_not_firm_and_shows_so_first(
    desk: Client, asha: Practitioner, service: Service
) -> None:
    make_booking(service=service, status=Status.CONFIRMED)
    request = make_booking(service=service, start=TOMORROW_AT_TEN + HOUR, status=Status.REQUESTED)
    asked = press(desk, URL, week(AFTERNOONS))

    shown_first = again(desk, URL, asked, {}, do="ask")
    assert [shown(shown_first)[name] for name in questions(shown_first)] == [["ask"], ["cancel"]]
    assert again(desk, URL, shown_first, {"words": "A course"}).status_code == 303

    request.refresh_from_db()
    assert (request.status, request.move_asked_at) == (Status.CANCELLED, None)


def test_whoever_is_asked_together_with_many_is_asked(
    desk: Client, asha: Practitioner, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(review, "MOST_ASKED", 1)
    for number in range(3):
        make_booking(service=service, start=TOMORROW_AT_TEN + 24 * number * HOUR, status=Status.CONFIRMED)
    asked = press(desk, URL, week(AFTERNOONS))
    first, others = questions(asked)

    assert again(desk, URL, asked, {first: "keep", others: "ask"}).status_code == 200
    assert again(desk, URL, asked, {first: "keep", others: "ask", "words": "A course"}).status_code == 303

    assert Booking.objects.filter(move_asked_at=NOW, status=Status.CONFIRMED).count() == 2


def test_a_sick_day_can_ask_too_but_not_about_a_visit_that_has_begun(desk: Client, service: Service) -> None:
    begun = make_booking(service=service, start=NOW - HOUR / 2, status=Status.CONFIRMED)
    ahead = make_booking(service=service, start=NOW + 4 * HOUR, status=Status.CONFIRMED)
    asked = desk.get("/desk/close/?date=2026-11-30")
    radios = [each.attrs["value"] for each in read(asked).every("input", type="radio")]
    assert radios == ["keep", "cancel", "keep", "ask", "cancel"]
    first, second = questions(asked)

    done = again(desk, "/desk/close/", asked, {first: "keep", second: "ask", "words": "I am ill today."})

    assert done.status_code == 303
    ahead.refresh_from_db()
    begun.refresh_from_db()
    assert (ahead.move_asked_why, begun.move_asked_at) == ("I am ill today.", None)


def test_one_that_was_kept_once_is_not_asked_about_again(desk: Client, service: Service) -> None:
    make_booking(service=service, status=Status.CONFIRMED)
    asked = press(desk, URL, week(AFTERNOONS))
    again(desk, URL, asked, {questions(asked)[0]: "keep"})

    assert press(desk, URL, week({0: [(780, 1020)]})).status_code == 303


def test_another_practitioners_bookings_can_not_be_decided_about(desk: Client, service: Service) -> None:
    theirs = make_booking(status=Status.CONFIRMED)
    mark = hours_queries.Stranded(theirs).mark
    make_booking(service=service, status=Status.CONFIRMED)
    asked = press(desk, URL, week(AFTERNOONS))

    answer = again(desk, URL, asked, {questions(asked)[0]: "cancel", f"decide-{mark}": "cancel", "later": mark})

    assert answer.status_code == 303
    assert Booking.objects.get(pk=theirs.pk).status == Status.CONFIRMED


def test_the_front_desk_decides_and_the_practitioner_hears_of_it(asha: Practitioner, service: Service) -> None:
    booking = make_booking(service=service, status=Status.CONFIRMED)
    helper = client_of(front_desk(asha))
    asked = press(helper, URL, week(AFTERNOONS))

    again(helper, URL, asked, {questions(asked)[0]: "cancel"})

    assert booking.moves.get(after=Status.CANCELLED).actor == "front_desk"
    kinds = set(booking.notifications.values_list("kind", flat=True))
    assert kinds == {"booking_cancelled_patient", "booking_cancelled_practitioner"}


# --- What happens between the look and the press ----------------------------------------------------------------------


def between_look_and_press(desk: Client, service: Service, happens: Callable[[Booking], object]) -> tuple[int, str]:
    booking = make_booking(service=service, status=Status.CONFIRMED)
    asked = press(desk, URL, week(AFTERNOONS))
    happens(booking)
    answer = again(desk, URL, asked, {questions(asked)[0]: "cancel"})
    return answer.status_code, answer.content.decode()


def test_a_booking_made_meanwhile_comes_back_marked_and_nothing_is_saved(
    desk: Client, asha: Practitioner, service: Service
) -> None:
    status, page = between_look_and_press(
        desk,
        service,
        lambda _: make_booking(service=service, start=TOMORROW_AT_TEN + HOUR, status=Status.CONFIRMED),
    )

    assert status == 200
    assert page.count("New since you looked") == 1
    assert "A booking was made or changed since you looked." in page
    assert page.count(" checked") == 1  # what was decided about the first one
    assert len(stored_week(asha)) == 10
    assert not Booking.objects.filter(status=Status.CANCELLED).exists()


def test_a_booking_made_after_an_empty_preview_is_asked_about(
    desk: Client, asha: Practitioner, service: Service
) -> None:
    preview = press(desk, URL, week(AFTERNOONS), do="preview")
    make_booking(service=service, status=Status.CONFIRMED)

    answer = again(desk, URL, preview, {})

    assert answer.status_code == 200
    assert "New since you looked" in read(answer).text
    assert len(stored_week(asha)) == 10


def test_a_hold_that_was_paid_meanwhile_is_asked_about_again(
    desk: Client, asha: Practitioner, service: Service
) -> None:
    held = make_booking(service=service)
    asked = press(desk, URL, week(AFTERNOONS))
    booking_actions.confirm(held, by=Actor.PROVIDER, now=NOW)

    answer = again(desk, URL, asked, {questions(asked)[0]: "cancel"})

    assert answer.status_code == 200
    assert Booking.objects.get().status == Status.CONFIRMED
    assert len(stored_week(asha)) == 10


def test_a_booking_that_the_patient_has_cancelled_meanwhile_is_in_nobodys_way(
    desk: Client, asha: Practitioner, service: Service
) -> None:
    def cancel(booking: Booking) -> None:
        booking_actions.cancel(booking, by=Actor.PATIENT, reason="", now=NOW - 24 * HOUR)

    status, _page = between_look_and_press(desk, service, cancel)

    assert status == 303
    assert Booking.objects.get().moves.filter(after=Status.CANCELLED).count() == 1


def test_if_a_cancellation_fails_nothing_is_saved(
    asha: Practitioner, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_booking(service=service, status=Status.CONFIRMED)
    make_booking(service=service, start=TOMORROW_AT_TEN + HOUR, status=Status.CONFIRMED)
    change = NewWeek(AFTERNOONS)
    marks = [each.mark for each in hours_queries.stranded_by(asha, change, now=NOW)]
    true_cancel = booking_actions.cancel

    def fail_at_the_second(booking: Booking, **how: object) -> Booking:
        if booking.starts_at > TOMORROW_AT_TEN:
            raise RuntimeError("the power fails")
        return true_cancel(booking, **how)  # type: ignore[arg-type]  # as they came

    monkeypatch.setattr(booking_actions, "cancel", fail_at_the_second)
    with pytest.raises(RuntimeError):
        change_hours(asha, change=change, decisions=dict.fromkeys(marks, Choice.CANCEL), by=Actor.STAFF, now=NOW)

    assert len(stored_week(asha)) == 10
    assert Booking.objects.filter(status=Status.CONFIRMED).count() == 2
    assert not AuditEntry.objects.filter(action__startswith="practitioner.").exists()


@pytest.mark.django_db(transaction=True)
def test_bookings_and_a_change_at_the_same_moment_leave_nobody_stranded_unasked(
    asha: Practitioner, service: Service
) -> None:
    """A visitor's booking is either refused or asked about, whoever is first at the practitioner's door."""
    change = NewWeek(AFTERNOONS)

    def act(number: int) -> str:
        try:
            if number:
                start = TOMORROW_AT_TEN + timedelta(days=number % 3, minutes=15 * (number // 3))
                booking_actions.hold(service, start=start, by=Actor.PATIENT, source=Source.WEB, now=NOW)
                return "held"
            change_hours(asha, change=change, decisions={}, by=Actor.PRACTITIONER, now=NOW)
        except SlotTaken:
            return "refused"
        except Undecided:
            return "undecided"
        else:
            return "changed"
        finally:
            connections.close_all()

    outcomes = at_once(8, act)

    changed, held = outcomes[0] == "changed", outcomes.count("held")
    assert outcomes[0] == ("undecided" if held else "changed")
    assert len(stored_week(asha)) == (5 if changed else 10)
    assert Booking.objects.count() == held


@pytest.mark.django_db(transaction=True)
def test_of_two_tabs_that_save_at_the_same_moment_one_is_told(asha: Practitioner) -> None:
    weeks = [NewWeek({0: [(600, 660)]}), NewWeek({1: [(600, 660)]})]
    base = hours_queries.base_of(asha, weeks[0])

    def save(number: int) -> str:
        try:
            change_hours(asha, change=weeks[number], decisions={}, base=base, by=Actor.PRACTITIONER, now=NOW)
        except Overtaken:
            return "overtaken"
        finally:
            connections.close_all()
        return "saved"

    outcomes = at_once(2, save)

    assert sorted(outcomes) == ["overtaken", "saved"]
    assert stored_week(asha) == [(outcomes.index("saved"), 600, 660)]


# --- What it costs ----------------------------------------------------------------------------------------------------


def statements(act: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as context:
        act()
    return len(context)


def test_each_cancellation_costs_the_same_however_many_there_are(asha: Practitioner, service: Service) -> None:
    def cancel_all(count: int, day: date) -> int:
        for number in range(count):
            make_booking(
                service=service,
                start=datetime.combine(day, datetime.min.time(), tzinfo=NOW.tzinfo) + timedelta(hours=4 + 1.5 * number),
                status=Status.CONFIRMED,
            )
        off = NewTimeOff((day_number(day), 0), (day_number(day) + 2, 1440), sweeping=True)
        marks = [each.mark for each in hours_queries.stranded_by(asha, off, now=NOW)]
        assert len(marks) == count
        decisions = dict.fromkeys(marks, Choice.CANCEL)
        return statements(lambda: change_hours(asha, change=off, decisions=decisions, by=Actor.STAFF, now=NOW))

    one = cancel_all(1, date(2026, 12, 7))
    two = cancel_all(2, date(2026, 12, 14))
    twenty = cancel_all(20, date(2026, 12, 21))

    each = two - one
    print(f"{one} statements for one cancellation, {each} for each more")  # noqa: T201 - the figures are for reading
    assert twenty == one + 19 * each
    assert TimeOff.objects.count() == 3
