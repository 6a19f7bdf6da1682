"""What each mail about a booking says, in plain text and in HTML, and what none of them ever says."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from booking import actions as booking_actions
from booking import answers
from booking.actions import Way
from booking.lifecycle import Status
from booking.models import Booking, Patient
from common.audit import Actor
from notifications import actions
from notifications.models import TO_PRACTITIONER, Kind
from payments import actions as payment_actions
from payments.lifecycle import PaymentStatus
from payments.models import ProviderName
from practitioners.models import Location, Mode, PayWhen
from tests.factories import (
    NOW,
    TOMORROW_AT_TEN,
    captured,
    make_booking,
    make_payment,
    make_practitioner,
    make_service,
)
from tests.notifications.life import (
    HOUR,
    NEWS,
    Letter,
    accepted,
    asked_to_move,
    cancelled,
    confirmed,
    declined,
    firm,
    kinds_of,
    moved,
    requested,
    unanswered,
    with_new_link,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]
PATIENTS = sorted(set(NEWS) - TO_PRACTITIONER)
TEN, ELEVEN = "Tue 1 Dec 2026, 10:00 AM IST", "Tue 1 Dec 2026, 11:00 AM IST"
DAY = timedelta(days=1)


def link(name: str, *args: str) -> str:
    return f"http://testserver{reverse(name, args=args)}"


def own(name: str, booking: Booking) -> str:
    return link(name, booking.public_id)


# --- Every mail -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", NEWS)
def test_a_subject_is_one_line_with_date_and_time_and_nothing_of_health_or_money(kind: Kind) -> None:
    service = make_service(make_practitioner(credential="Psychologist"), name="Anxiety consultation")
    letter = Letter(NEWS[kind](service=service, note="panic attacks"), kind)

    assert "Tue 1 Dec 2026, 1" in letter.subject
    assert "IST" in letter.subject
    headers = str(letter.message.message()).partition("\n\n")[0]
    for said in (letter.subject, headers):
        assert not any(word in said for word in ("Anxiety", "panic", "Psycholog", "₹", "1,500", "Meera", "Asha"))
    assert not letter.mentions("panic", "Psycholog")
    assert letter.mentions("Anxiety") is (kind == Kind.REQUESTED_PRACTITIONER)


@pytest.mark.parametrize("kind", NEWS)
def test_both_readings_are_whole(kind: Kind) -> None:
    booking = NEWS[kind]()
    letter = Letter(booking, kind)

    assert letter.says("Tue 1 Dec 2026", ":00 AM – 1", "IST", "Video, 60 minutes", booking.reference, "₹1,500")
    links = re.findall(r"http://testserver\S+", letter.text)
    assert all(f'href="{each}"' in letter.html for each in links)
    assert set(links) == set(re.findall(r'href="(http://testserver[^"]+)"', letter.html))
    assert "\n\n\n" not in letter.text
    assert not re.search(r"[ \t]\n|None|\{|\}|[!]", letter.text)
    assert "<h1" in letter.html
    assert not any(word in letter.html for word in ("<img", "@import", "<script", "url(", "<link", "{%", "None"))


@pytest.mark.parametrize("kind", NEWS)
def test_what_people_typed_stays_text(kind: Kind) -> None:
    name, words = "O'Brien & <b>Co</b>", "Sorry & <i>thanks</i>"
    typed: dict[Kind, dict[str, Any]] = {
        Kind.DECLINED: {"reason": words},
        Kind.MOVE_ASKED: {"why": words},
        Kind.MOVED_PATIENT: {"reason": words, "by": Actor.FRONT_DESK},
        Kind.MOVED_PRACTITIONER: {"reason": words, "by": Actor.FRONT_DESK},
    }
    more = typed.get(kind, {})
    service = make_service(make_practitioner(name=name), name="<u>Talk</u>")
    letter = Letter(NEWS[kind](service=service, patient__name=name, patient__booked_by=f"A {name}", **more), kind)

    assert not any(tag in letter.html for tag in ("<b>", "<i>", "<u>"))
    assert not re.search(r"&(amp|lt|#x27|quot);", letter.text)
    assert f"Hello {name if kind in TO_PRACTITIONER else f'A {name}'}," in letter.text
    assert (words in letter.text) is bool(more)
    assert ("Sorry &amp; &lt;i&gt;thanks&lt;/i&gt;" in letter.html) is bool(more)


@pytest.mark.parametrize("kind", sorted(TO_PRACTITIONER))
def test_a_practitioner_reads_a_first_name_and_never_the_patients_own_link(kind: Kind) -> None:
    booking = NEWS[kind]()
    letter = Letter(booking, kind)

    assert booking.patient
    assert letter.says("Meera I.")
    assert not letter.mentions("Iyer", booking.public_id, booking.patient.email, booking.patient.phone)


@pytest.mark.parametrize("kind", PATIENTS)
def test_who_booked_for_somebody_else_is_written_to_and_reads_for_whom_it_is(kind: Kind) -> None:
    letter = Letter(NEWS[kind](patient__name="Aarav Iyer", patient__booked_by="Meera Iyer"), kind)

    assert letter.says("Hello Meera Iyer,")
    assert "For: Aarav Iyer" in letter.text
    assert "For Aarav Iyer" in letter.readings[1]


@pytest.mark.parametrize("kind", sorted(TO_PRACTITIONER))
def test_a_practitioner_reads_who_booked_for_somebody_else(kind: Kind) -> None:
    letter = Letter(NEWS[kind](patient__name="Aarav Iyer", patient__booked_by="Meera Joshi"), kind)

    assert letter.says("Aarav I.", "Meera J.")


@pytest.mark.parametrize("kind", PATIENTS)
def test_times_are_told_in_the_patients_zone(kind: Kind) -> None:
    letter = Letter(NEWS[kind](patient__zone="Europe/London"), kind)

    assert letter.mentions(":30 AM – ")
    assert "GMT" in letter.subject
    assert "IST" not in letter.text


@pytest.mark.parametrize("kind", NEWS)
def test_a_patient_without_a_phone_number_breaks_no_mail(kind: Kind) -> None:
    service = make_service(mode=Mode.PHONE)

    assert Letter(NEWS[kind](service=service, patient__phone=""), kind).says("Phone, 60 minutes")


# --- Requests ---------------------------------------------------------------------------------------------------------


def test_a_practitioner_reads_who_asks_for_what_and_answers_with_one_button() -> None:
    booking = requested()
    letter = Letter(booking, Kind.REQUESTED_PRACTITIONER)

    assert letter.subject == f"New request: {TEN}"
    until = "Please answer by Tue 1 Dec 2026, 5:30 AM IST."
    assert letter.says("Meera I. asks for this time.", until, "Consultation", "₹1,500", "to pay online once accepted")
    assert letter.says(link("booking:answer", answers.token(booking)))


def test_a_practitioner_reads_that_a_request_is_paid_at_the_visit_or_free() -> None:
    assert Letter(requested(pays_at_visit=True), Kind.REQUESTED_PRACTITIONER).says("to pay at the visit")
    free = Letter(requested(service=make_service(amount=0)), Kind.REQUESTED_PRACTITIONER)
    assert free.says("Free")
    assert not free.mentions("to pay")


@pytest.mark.parametrize(
    ("facts", "then"),
    [
        ({}, "you get a link to pay; you are booked once you have paid."),
        ({"pays_at_visit": True}, "If the request is accepted, you are booked."),
        ({"service__amount": 0}, "If the request is accepted, you are booked."),
    ],
)
def test_a_patient_reads_that_a_request_costs_nothing_yet_and_when_they_hear(facts: dict[str, Any], then: str) -> None:
    facts = {"service": make_service(amount=facts.pop("service__amount", 150_000))} | facts
    booking = requested(**facts)
    letter = Letter(booking, Kind.REQUESTED_PATIENT)

    assert letter.subject == f"Your request: {TEN}"
    assert "Your request is with Asha Rao" in letter.readings[1]
    assert letter.says("Nothing is charged. You will hear from us by Tue 1 Dec 2026, 5:30 AM IST.", then)
    assert letter.says(own("booking:detail", booking))


def test_who_was_accepted_is_led_to_the_pay_page_and_told_until_when() -> None:
    booking = accepted(patient__zone="Europe/London")
    letter = Letter(booking, Kind.PAYMENT_ASKED)

    deadline = "Mon 30 Nov 2026, 2:00 AM GMT"
    assert letter.subject == f"Accepted: Tue 1 Dec 2026, 4:30 AM GMT. Pay by {deadline}"
    assert letter.says("Asha Rao accepted your request.", f"once you have paid ₹1,500, by {deadline}")
    assert letter.says("If it is not paid by then, it opens for others and nothing is charged.")
    assert letter.says("Pay ₹1,500", own("payments:pay", booking), own("booking:detail", booking))


def test_who_booked_by_phone_is_led_to_the_pay_page() -> None:
    patient = Patient(name="Meera Iyer", email="meera@example.com", zone="Asia/Kolkata")
    booking = booking_actions.book_at_desk(
        make_service(), start=TOMORROW_AT_TEN, patient=patient, way=Way.LINK, by=Actor.FRONT_DESK, now=NOW
    )
    letter = Letter(booking, Kind.PAYMENT_ASKED)

    assert letter.subject == f"Pay by Mon 30 Nov 2026, 7:30 AM IST for your appointment {TEN}"
    assert letter.says("This time was booked for you.", own("payments:pay", booking))
    assert not letter.mentions("accepted")


@pytest.mark.parametrize(
    ("news", "kind", "words"),
    [(declined, Kind.DECLINED, "can’t see you at this time"), (unanswered, Kind.UNANSWERED_PATIENT, "did not answer")],
)
def test_who_was_not_taken_reads_that_nothing_was_charged_and_where_to_choose_again(
    news: Any, kind: Kind, words: str
) -> None:
    booking = news()
    letter = Letter(booking, kind)

    assert letter.says("We are sorry: Asha Rao", words, "Nothing was charged.")
    assert letter.says(link("booking:times", booking.practitioner.slug, booking.service.slug))


def test_a_decline_carries_the_reason_and_one_without_carries_none() -> None:
    assert Letter(declined(reason="I am away."), Kind.DECLINED).says("The practice writes:", "I am away.")
    assert not Letter(declined(reason=""), Kind.DECLINED).mentions("The practice writes:")


def test_where_nothing_is_offered_any_more_no_mail_says_choose_again() -> None:
    gone = make_service(make_practitioner(is_published=False))
    withdrawn = make_service(is_active=False)

    assert not Letter(declined(service=gone), Kind.DECLINED).mentions("Choose another time")
    assert Letter(declined(service=withdrawn), Kind.DECLINED).says(
        f"{link('booking:profile', withdrawn.practitioner.slug)}"
    )


def test_a_practitioner_reads_that_a_request_lapsed_and_who_was_told() -> None:
    letter = Letter(unanswered(), Kind.UNANSWERED_PRACTITIONER)

    assert letter.subject == f"A request lapsed unanswered: {TEN}"
    assert letter.says("nobody answered by Tue 1 Dec 2026, 5:30 AM IST", "We have told the patient.")
    silent = unanswered(patient__email="", service=make_service(make_practitioner()))
    assert not Letter(silent, Kind.UNANSWERED_PRACTITIONER).mentions("We have told the patient.")


# --- Booked -----------------------------------------------------------------------------------------------------------


def test_a_confirmation_says_what_is_paid_where_to_join_and_what_can_still_be_done() -> None:
    payment = make_payment(booking=make_booking())
    payment_actions.apply_payment(payment, captured(payment), by=Actor.PROVIDER, now=NOW)
    booking = payment.booking
    booking.practitioner.meeting_url = "https://rooms.example.org/asha"
    booking.practitioner.save()
    letter = Letter(booking, Kind.CONFIRMED_PATIENT)

    assert "Price: ₹1,500, paid" in letter.text
    assert "from 10 minutes before the appointment" in letter.readings[0]
    assert letter.says("You join on your booking’s page.", own("booking:detail", booking))
    assert letter.says(own("booking:cancel", booking), own("booking:reschedule", booking), "Receipt")
    assert letter.says(own("payments:receipt", booking))
    assert letter.says("You can cancel free until Mon 30 Nov 2026, 10:00 AM IST.")
    assert letter.says("You can move it to another time until Mon 30 Nov 2026, 10:00 AM IST.")
    assert not letter.mentions("rooms.example.org")


def test_who_pays_at_the_visit_reads_so_and_pays_nothing_for_cancelling() -> None:
    letter = Letter(confirmed(pays_at_visit=True, full_refund_until=2 * 24 * 60), Kind.CONFIRMED_PATIENT)

    assert "Price: ₹1,500, to pay at the visit" in letter.text
    assert "to pay at the visit" in letter.html
    assert letter.says("You can cancel free until Mon 30 Nov 2026, 10:00 AM IST.")
    assert not letter.mentions(", paid", "Receipt")


def test_what_the_desk_took_already_is_not_asked_for_again() -> None:
    booking = firm(pays_at_visit=True)
    make_payment(
        booking=booking,
        provider=ProviderName.VISIT,
        status=PaymentStatus.CAPTURED,
        captured_amount=50_000,
        reference="",
    )
    booking_actions.reschedule(booking, start=TOMORROW_AT_TEN + HOUR, by=Actor.STAFF, now=NOW)
    assert "Price: ₹1,500, ₹1,000 to pay at the visit" in Letter(booking, Kind.MOVED_PATIENT).text

    make_payment(
        booking=booking,
        provider=ProviderName.VISIT,
        status=PaymentStatus.CAPTURED,
        captured_amount=100_000,
        reference="",
        provider_payment_id="",
    )
    assert "Price: ₹1,500, paid" in Letter(booking, Kind.MOVED_PATIENT).text


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        (
            {"full_refund_until": 26 * 60, "late_refund": 50, "cancel_cutoff": 120},
            "You can cancel free until Mon 30 Nov 2026, 8:00 AM IST."
            " After that, until Tue 1 Dec 2026, 8:00 AM IST, 50 % of the price goes back.",
        ),
        (
            {"full_refund_until": 26 * 60, "late_refund": 0, "cancel_cutoff": 120},
            "You can cancel free until Mon 30 Nov 2026, 8:00 AM IST."
            " You can still cancel until Tue 1 Dec 2026, 8:00 AM IST, but nothing goes back then.",
        ),
        (
            {"full_refund_until": 48 * 60, "late_refund": 50, "cancel_cutoff": 120},
            "You can cancel until Tue 1 Dec 2026, 8:00 AM IST, and 50 % of the price goes back.",
        ),
        (
            {"full_refund_until": 48 * 60, "late_refund": 0, "cancel_cutoff": 120},
            "You can still cancel until Tue 1 Dec 2026, 8:00 AM IST, but nothing goes back then.",
        ),
    ],
)
def test_a_confirmation_tells_the_terms_it_was_made_under(terms: dict[str, Any], words: str) -> None:
    assert Letter(confirmed(**terms), Kind.CONFIRMED_PATIENT).says(words)


def test_what_can_be_done_no_longer_is_not_offered() -> None:
    booking = confirmed(cancel_cutoff=29 * 60)
    letter = Letter(booking, Kind.CONFIRMED_PATIENT)

    assert not letter.mentions("You can cancel", "You can move", own("booking:cancel", booking))
    often = confirmed(most_moves=0, service=make_service())
    assert not Letter(often, Kind.CONFIRMED_PATIENT).mentions("You can move", own("booking:reschedule", often))


def test_a_visit_in_person_or_by_phone_is_told_how_to_come() -> None:
    service = make_service(mode=Mode.IN_PERSON)
    place = Location.objects.create(practitioner=service.practitioner, name="Clinic", address="1 MG Road")
    assert Letter(confirmed(service=service, location=place), Kind.CONFIRMED_PATIENT).says("Clinic", "1 MG Road")
    by_phone = confirmed(service=make_service(mode=Mode.PHONE))
    assert Letter(by_phone, Kind.CONFIRMED_PATIENT).says("The practitioner calls you.")
    assert Letter(by_phone, Kind.CONFIRMED_PRACTITIONER).says("+91 98123 00456")


# --- Moved ------------------------------------------------------------------------------------------------------------


def test_who_moved_a_visit_reads_old_and_new() -> None:
    booking = firm()
    make_payment(booking=booking, status=PaymentStatus.CAPTURED)
    booking_actions.reschedule(booking, start=TOMORROW_AT_TEN + HOUR, by=Actor.PATIENT, now=NOW)
    letter = Letter(booking, Kind.MOVED_PATIENT)

    assert letter.subject == f"Moved to {ELEVEN}"
    assert letter.says("You moved your appointment to another time.", "It stays paid")
    assert f"Before: {TEN}\nNow: Tue 1 Dec 2026, 11:00 AM – 12:00 PM IST\n" in letter.text
    assert f"Before: <s>{TEN}</s>" in letter.readings[1]


def test_whose_visit_the_practice_moved_reads_its_words_and_the_practitioner_reads_them_too() -> None:
    booking = moved(by=Actor.FRONT_DESK, reason="The room is painted.")

    patient, practitioner = Letter(booking, Kind.MOVED_PATIENT), Letter(booking, Kind.MOVED_PRACTITIONER)
    assert patient.says("The practice moved your appointment with Asha Rao", "The practice writes:")
    assert patient.says("The room is painted.", own("booking:detail", booking))
    assert practitioner.says("The front desk moved this booking", "The old time is free again.", "The room is painted.")
    assert f"Before: {TEN}" in practitioner.text


def test_a_request_that_moved_still_waits_and_is_answered_by_a_new_link() -> None:
    booking = requested()
    old = answers.token(booking)
    booking = booking_actions.reschedule(booking, start=TOMORROW_AT_TEN + HOUR, by=Actor.PATIENT, now=NOW)

    patient, practitioner = Letter(booking, Kind.MOVED_PATIENT), Letter(booking, Kind.MOVED_PRACTITIONER)
    assert patient.says("You moved your request to another time. It still waits for an answer.")
    assert not patient.mentions("You can cancel", "appointment has moved")
    assert practitioner.says("The patient moved this request", link("booking:answer", answers.token(booking)))
    assert not practitioner.mentions(old)


def test_who_is_asked_for_another_time_reads_why_and_what_can_be_done() -> None:
    booking = firm()
    make_payment(booking=booking, status=PaymentStatus.CAPTURED)
    booking_actions.ask_to_move(booking, by=Actor.FRONT_DESK, why="The clinic is closed.", now=NOW)
    letter = Letter(booking, Kind.MOVE_ASKED)

    assert letter.subject == f"Please choose another time: {TEN}"
    assert letter.says("Asha Rao asks you to choose another time", "The clinic is closed.", "It stays paid.")
    assert letter.says(own("booking:reschedule", booking), f"You can choose until {TEN}.")
    assert letter.says("Or cancel it: everything you paid goes back.", own("booking:cancel", booking))
    unpaid = asked_to_move(service=make_service(), pays_at_visit=True)
    assert Letter(unpaid, Kind.MOVE_ASKED).says("Or cancel it, free of charge.")


def test_the_new_link_is_the_one_of_the_moment_it_is_sent() -> None:
    booking = firm()
    old = booking.public_id
    actions.owe([Kind.CONFIRMED_PATIENT], booking, now=NOW)
    booking = booking_actions.renew_link(booking, by=Actor.FRONT_DESK, now=NOW)

    letter = Letter(booking, Kind.LINK_RENEWED)
    assert letter.says(own("booking:detail", booking), "the links in earlier mails no longer work")
    assert not letter.mentions(old)
    assert not Letter(booking, Kind.CONFIRMED_PATIENT).mentions(old)


def test_no_row_keeps_the_link_of_a_booking() -> None:
    booking = with_new_link()

    assert kinds_of(booking) == {Kind.LINK_RENEWED}
    assert booking.public_id not in str(booking.notifications.values())


# --- Called off -------------------------------------------------------------------------------------------------------


def called_off(paid: int | None, *, by: Actor = Actor.PATIENT, now: datetime = NOW, **facts: Any) -> Letter:
    booking = firm(cancel_cutoff=0, full_refund_until=24 * 60, **facts)
    if paid is not None:
        make_payment(booking=booking, status=PaymentStatus.CAPTURED, captured_amount=paid)
    booking_actions.cancel(booking, by=by, reason="", now=now)
    return Letter(booking, Kind.CANCELLED_PATIENT)


def test_who_cancels_in_time_reads_that_all_goes_back() -> None:
    assert called_off(150_000).says("₹1,500, all that you paid, goes back the way you paid it")


def test_who_cancels_late_reads_what_is_kept_and_by_which_term() -> None:
    letter = called_off(150_000, now=NOW + 12 * HOUR, late_refund=40)

    assert letter.says("₹600 of the ₹1,500 you paid goes back", "₹900 is kept, by the terms of your booking")
    assert letter.says("the last moment to cancel and get everything back was Mon 30 Nov 2026, 10:00 AM IST.")


def test_who_gets_nothing_back_reads_why() -> None:
    letter = called_off(150_000, now=NOW + 12 * HOUR, late_refund=0)

    assert letter.says("The ₹1,500 you paid is kept, by the terms of your booking")
    assert not letter.mentions("goes back the way")


def test_what_the_practice_calls_off_is_refunded_in_full_however_late() -> None:
    letter = called_off(150_000, by=Actor.STAFF, now=NOW + 12 * HOUR, late_refund=0)

    assert letter.says("₹1,500, all that you paid, goes back", "can’t keep this appointment", "Choose another time")


def test_who_paid_twice_reads_of_the_payment_that_counts() -> None:
    booking = firm(cancel_cutoff=0)
    make_payment(booking=booking, status=PaymentStatus.CAPTURED)
    again = make_payment(booking=booking)
    payment_actions.apply_payment(again, captured(again), by=Actor.PROVIDER, now=NOW)
    booking_actions.cancel(booking, by=Actor.PATIENT, reason="", now=NOW)

    assert Letter(booking, Kind.CANCELLED_PATIENT).says("₹1,500, all that you paid, goes back")


def test_where_nothing_was_paid_nothing_goes_back() -> None:
    at_visit = called_off(None, pays_at_visit=True)
    assert at_visit.says("Nothing was charged: you would have paid at the visit.")
    assert called_off(None, service=make_service()).says("Nothing was charged.")
    free = called_off(None, service=make_service(amount=0))
    assert not free.mentions("charged", "goes back", "kept")


def test_a_payment_that_may_still_come_is_spoken_of() -> None:
    booking = accepted()
    make_payment(booking=booking)
    booking_actions.cancel(booking, by=Actor.PATIENT, reason="", now=NOW)

    words = "Nothing was charged. If a payment is still on its way, all of it goes back to you."
    assert Letter(booking, Kind.CANCELLED_PATIENT).says(words)


def test_a_request_is_withdrawn_not_cancelled() -> None:
    booking = booking_actions.cancel(requested(), by=Actor.PATIENT, reason="", now=NOW)

    assert Letter(booking, Kind.CANCELLED_PATIENT).says("You withdrew your request", "Nothing was charged.")
    assert Letter(booking, Kind.CANCELLED_PRACTITIONER).says("The patient withdrew this request.")


def test_the_reason_of_the_practice_for_its_own_history_is_in_no_mail() -> None:
    booking = booking_actions.cancel(firm(), by=Actor.STAFF, reason="Burst pipe", now=NOW)

    for kind in (Kind.CANCELLED_PATIENT, Kind.CANCELLED_PRACTITIONER):
        assert not Letter(booking, kind).mentions("Burst pipe")


def test_a_time_that_is_gone_is_not_shown_as_theirs() -> None:
    for kind, news in NEWS.items():
        booking = news(service=make_service())
        gone = booking.status in {Status.CANCELLED, Status.DECLINED, Status.EXPIRED}
        letter = Letter(booking, kind)
        assert ("When it would have been: " in letter.text) is gone
        assert ('<s class="gone"' in letter.html) is gone


def test_who_may_pay_either_way_and_chose_the_visit_pays_nothing_online() -> None:
    booking = make_booking(pay_when=PayWhen.EITHER)
    booking = booking_actions.settle(booking, now=NOW, at_visit=True)

    assert Letter(booking, Kind.CONFIRMED_PATIENT).says("to pay at the visit")
    assert Letter(booking, Kind.CONFIRMED_PRACTITIONER).says("to pay at the visit")
    assert not cancelled(service=make_service()).pays_at_visit
