"""The one page of a booking: what it says in every state, and what can be done there."""

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from booking import actions
from booking.lifecycle import Status
from booking.models import Booking, Source
from common.audit import Actor
from common.models import User
from payments.lifecycle import PaymentStatus, RefundStatus
from payments.models import Attention, Payment, Refund, RefundReason
from practitioners.models import Service
from tests.factories import NOW, TOMORROW_AT_TEN, make_booking, make_payment
from tests.pages.reading import Page, read

pytestmark = pytest.mark.django_db
LAPSED = NOW - timedelta(minutes=1)


def shown(client: Client, booking: Booking) -> Page:
    response = client.get(f"/b/{booking.public_id}/")
    assert response.status_code == 200
    return read(response)


def owe(payment: Payment, reason: RefundReason, status: RefundStatus = RefundStatus.OWED) -> None:
    Refund.objects.create(
        payment=payment, reason=reason, status=status, amount=payment.amount, currency=payment.currency, owed_at=NOW
    )


def badges(page: Page) -> list[str]:
    return [e.text for e in page.every("span") if e.attrs.get("class") == "badge"]


def test_a_hold_without_details_asks_for_them(client: Client, service: Service) -> None:
    page = shown(client, make_booking(service=service, patient=None))

    assert (badges(page), page.heading()) == (["Held"], "Your time is kept")
    assert "Add your details" in page.text


def test_a_hold_with_details_leads_to_paying(client: Client, service: Service) -> None:
    booking = make_booking(service=service)
    page = shown(client, booking)

    assert (badges(page), page.heading()) == (["Awaiting payment"], "Your time is kept")
    assert f"/h/{booking.public_id}/review/" in page.links()


@pytest.mark.parametrize(("currency", "said"), [("INR", "UPI, cards and netbanking"), ("GBP", "By card, on the")])
def test_only_rupees_are_said_to_be_paid_by_upi(client: Client, service: Service, currency: str, said: str) -> None:
    booking = make_booking(service=service, currency=currency)
    page = read(client.get(f"/h/{booking.public_id}/review/"))

    assert said in page.text
    assert ("UPI" in page.text) is (currency == "INR")


def test_a_payment_under_way_is_waited_for_without_haste(client: Client, service: Service) -> None:
    booking = make_booking(service=service)
    make_payment(booking=booking)

    page = shown(client, booking)

    assert (badges(page), page.heading()) == (["Confirming payment"], "Confirming your payment")
    assert "We are waiting for your bank. You can close this page; we will e-mail you." in page.text
    assert page.every("p", data_poll=f"/b/{booking.public_id}/status/")
    assert not page.every("meta", http_equiv="refresh")
    assert page.every("form", action=f"/b/{booking.public_id}/pay/")


def test_a_failed_payment_keeps_the_time_and_says_nothing_was_charged(client: Client, service: Service) -> None:
    booking = make_booking(service=service)
    make_payment(booking=booking, status=PaymentStatus.FAILED)

    page = shown(client, booking)

    assert page.heading() == "The payment did not go through"
    assert "You have not been charged, and your time is still kept." in page.text
    assert page.every("form", action=f"/b/{booking.public_id}/pay/")[0].text.startswith("Try again")


def test_money_that_does_not_match_is_never_called_confirmed(client: Client, service: Service) -> None:
    booking = make_booking(service=service)
    make_payment(
        booking=booking, status=PaymentStatus.CAPTURED, captured_amount=100, attention=Attention.AMOUNT_DIFFERS
    )

    page = shown(client, booking)

    assert page.heading() == "We are checking your payment"
    assert "₹1 arrived, but it does not match this booking." in page.text


@pytest.mark.parametrize("status", [Status.PENDING_PAYMENT, Status.EXPIRED])
def test_a_lapsed_hold_offers_to_keep_the_time_again(client: Client, service: Service, status: Status) -> None:
    booking = make_booking(service=service, status=status, hold_expires_at=LAPSED)

    page = shown(client, booking)

    assert (badges(page), page.heading()) == (["Expired"], "Your time is no longer kept")
    assert page.every("form", action=f"/h/{booking.public_id}/again/")
    assert "charged" not in page.text


def test_a_lapsed_hold_with_an_open_payment_promises_the_time_or_the_money(client: Client, service: Service) -> None:
    booking = make_booking(service=service, hold_expires_at=LAPSED)
    make_payment(booking=booking)

    page = shown(client, booking)

    assert "you get the time if it is free, or all of it back" in page.text
    assert "have not been charged" not in page.text


def test_a_payment_for_a_time_that_went_is_on_its_way_back(client: Client, service: Service) -> None:
    booking = make_booking(service=service, status=Status.EXPIRED)
    owe(make_payment(booking=booking, status=PaymentStatus.CAPTURED), RefundReason.TIME_GONE)

    page = shown(client, booking)

    assert (badges(page), page.heading()) == (["Refund pending"], "Your payment arrived, but the time went")
    assert "₹1,500 goes back to you" in page.text
    assert "/p/asha-rao/60-min/" in page.links()


def test_a_confirmed_booking_shows_the_slip_the_money_and_what_happens_next(client: Client, service: Service) -> None:
    booking = make_booking(service=service, status=Status.CONFIRMED)
    make_payment(booking=booking, status=PaymentStatus.CAPTURED, method="upi")

    page = shown(client, booking)

    assert (badges(page), page.heading()) == (["Confirmed"], "You’re booked")
    for fact in (
        "Paid ₹1,500 · UPI",
        "Tue 1 Dec 2026 10:00 AM – 11:00 AM IST",
        f"Reference {booking.reference}",
        "on their way to p•••@example.com",
        "Cancel free until Mon 30 Nov 2026, 10:00 AM.",
        "Move it to another time until Mon 30 Nov 2026, 10:00 AM, up to 3 times.",
    ):
        assert fact in page.text
    assert "patient-" not in page.text
    for action in ("cancel", "reschedule", "renew", "join"):
        assert f"/b/{booking.public_id}/{action}/" in page.links()
    assert f"/b/{booking.public_id}/calendar.ics" in page.links()


def test_after_the_cut_off_the_reason_stands_where_the_action_was(client: Client, service: Service) -> None:
    service.practitioner.cancel_cutoff = 3 * 24 * 60
    service.practitioner.save()
    booking = make_booking(service=service, status=Status.CONFIRMED)

    page = shown(client, booking)

    assert "It is too late to cancel online." in page.text
    assert f"/b/{booking.public_id}/cancel/" not in page.links()


def test_a_cancelled_booking_says_where_the_money_is(client: Client, service: Service) -> None:
    booking = make_booking(service=service, status=Status.CANCELLED)
    assert "Nothing was charged." in shown(client, booking).text

    make_payment(booking=booking)
    page = shown(client, booking)
    assert "Nothing was charged." not in page.text
    assert "If a payment is still on its way, all of it goes back to you." in page.text

    owe(make_payment(booking=booking, status=PaymentStatus.CAPTURED), RefundReason.CANCELLED)
    page = shown(client, booking)
    assert (badges(page), page.heading()) == (["Cancelled", "Refund pending"], "Your booking is cancelled")

    Refund.objects.update(status=RefundStatus.PROCESSED)
    page = shown(client, booking)
    assert badges(page) == ["Cancelled", "Refunded"]
    assert "₹1,500 refunded" in page.text


@pytest.mark.parametrize(
    ("status", "badge"),
    [
        (Status.REQUESTED, "Requested"),
        (Status.DECLINED, "Declined"),
        (Status.COMPLETED, "Completed"),
        (Status.NO_SHOW, "No-show"),
    ],
)
def test_every_other_state_has_its_badge(client: Client, service: Service, status: Status, badge: str) -> None:
    assert badges(shown(client, make_booking(service=service, status=status))) == [badge]


def test_a_second_payment_is_shown_on_its_way_back(client: Client, service: Service) -> None:
    booking = make_booking(service=service, status=Status.CONFIRMED)
    make_payment(booking=booking, status=PaymentStatus.CAPTURED)
    second = make_payment(booking=booking, status=PaymentStatus.CAPTURED, provider_payment_id="pay_second")
    owe(second, RefundReason.PAID_TWICE)

    page = shown(client, booking)

    assert page.heading() == "You’re booked"
    assert "₹1,500 goes back to you" in page.text


def test_the_fragment_says_what_the_page_says(client: Client, service: Service) -> None:
    booking = make_booking(service=service, status=Status.CONFIRMED)

    fragment = read(client.get(f"/b/{booking.public_id}/status/"))

    assert fragment.heading() == shown(client, booking).heading()
    assert not fragment.every("html")


def test_another_zone_of_the_patient_shows_both_clocks(client: Client, service: Service) -> None:
    booking = make_booking(service=service, status=Status.CONFIRMED, patient__zone="America/New_York")

    page = shown(client, booking)

    assert "Mon 30 Nov 2026 11:30 PM – 12:30 AM EST" in page.text
    assert "For Asha Rao: Tue 1 Dec 2026, 10:00 AM IST" in page.text


def test_cancelling_asks_first_and_then_gives_the_time_back(client: Client, service: Service) -> None:
    booking = make_booking(service=service, status=Status.CONFIRMED)
    make_payment(booking=booking, status=PaymentStatus.CAPTURED)
    url = f"/b/{booking.public_id}/cancel/"

    page = read(client.get(url))
    assert page.heading() == "Cancel this booking?"
    assert "₹1,500 goes back the way you paid it" in page.text
    booking.refresh_from_db()
    assert booking.status == Status.CONFIRMED

    answer = client.post(url, {"reason": "A better day came up"})

    assert (answer.status_code, answer["Location"]) == (303, f"/b/{booking.public_id}/")
    booking.refresh_from_db()
    assert booking.status == Status.CANCELLED
    assert client.get(url)["Location"] == f"/b/{booking.public_id}/"


def test_cancelling_too_late_is_refused_with_a_way_to_help(client: Client, service: Service) -> None:
    service.practitioner.cancel_cutoff = 3 * 24 * 60
    service.practitioner.save()
    booking = make_booking(service=service, status=Status.CONFIRMED)

    answers = [client.get(f"/b/{booking.public_id}/cancel/"), client.post(f"/b/{booking.public_id}/cancel/", {})]

    assert [answer["Location"] for answer in answers] == [f"/b/{booking.public_id}/"] * 2
    page = read(client.get(answers[0]["Location"]))
    assert "It is too late to cancel online. That could be done until Sat 28 Nov 2026, 10:00 AM." in page.text
    assert "If you can’t come, please tell the practice: help@example.org." in page.text
    booking.refresh_from_db()
    assert booking.status == Status.CONFIRMED


@pytest.mark.parametrize(
    ("status", "payment", "reason"),
    [
        (Status.PENDING_PAYMENT, PaymentStatus.CREATED, None),
        (Status.CONFIRMED, PaymentStatus.CAPTURED, None),
        (Status.EXPIRED, PaymentStatus.CAPTURED, RefundReason.TIME_GONE),
        (Status.CANCELLED, PaymentStatus.CAPTURED, RefundReason.CANCELLED),
    ],
)
def test_the_page_costs_few_queries_in_every_state(
    *,
    client: Client,
    service: Service,
    status: Status,
    payment: PaymentStatus,
    reason: RefundReason | None,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    booking = make_booking(service=service, status=status)
    row = make_payment(booking=booking, status=payment)
    if reason:
        owe(row, reason)

    count = 4 if status == Status.CANCELLED else 3  # then who cancelled it is asked, too
    with django_assert_num_queries(count):
        client.get(f"/b/{booking.public_id}/")
    with django_assert_num_queries(count):
        client.get(f"/b/{booking.public_id}/status/")


def test_a_wrong_link_and_no_link_look_alike(client: Client, service: Service) -> None:
    booking = make_booking(service=service)

    for path in ("/b/{}/", "/b/{}/status/", "/b/{}/cancel/", "/h/{}/", "/h/{}/review/"):
        wrong = client.get(path.format(booking.public_id[:-1] + "0"))
        assert wrong.status_code == 404
        assert wrong.content.split(b"</style>")[1:] != []


def test_a_time_given_up_for_another_is_not_called_a_cancelled_booking(client: Client, service: Service) -> None:
    start = "2026-12-01T04:30Z"
    first = client.post("/p/asha-rao/60-min/hold/", {"slot": start, "key": "a"})["Location"]
    client.post("/p/asha-rao/60-min/hold/", {"slot": "2026-12-01T05:30Z", "key": "b"})

    page = read(client.get(first.replace("/h/", "/b/")))

    assert page.heading() == "This time is no longer kept for you"
    assert "You gave it up, or chose another time." in page.text
    assert "Your details" not in page.text


def test_a_hold_that_the_practice_gave_up_is_called_cancelled(client: Client, service: Service) -> None:
    booking = make_booking(service=service)
    actions.cancel(booking, by=Actor.PRACTITIONER, reason="ill", now=NOW)

    assert read(client.get(f"/b/{booking.public_id}/")).heading() == "Your booking is cancelled"


# --- Asked for, accepted, declined, unanswered ------------------------------------------------------------------------


def test_a_request_says_until_when_it_is_answered_and_that_nothing_was_charged(
    client: Client, service: Service
) -> None:
    until = NOW + timedelta(hours=5)
    booking = make_booking(service=service, status=Status.REQUESTED, needs_approval=True, hold_expires_at=until)

    page = shown(client, booking)

    assert (badges(page), page.heading()) == (["Requested"], "Your request is with the practitioner")
    assert "Asha Rao answers by Mon 30 Nov 2026, 10:30 AM IST." in page.text
    assert "Nothing was charged." in page.text
    assert "If it is a yes, you get a link to pay ₹1,500." in page.text
    assert f"/b/{booking.public_id}/cancel/" in page.links()


def test_a_request_is_taken_back(client: Client, service: Service) -> None:
    until = NOW + timedelta(hours=5)
    booking = make_booking(service=service, status=Status.REQUESTED, needs_approval=True, hold_expires_at=until)
    url = f"/b/{booking.public_id}/cancel/"

    page = read(client.get(url))
    assert page.heading() == "Take your request back?"
    assert "Nothing was charged, so nothing goes back." in page.text

    client.post(url, {"percent": page.hidden("percent")})

    booking.refresh_from_db()
    assert booking.status == Status.CANCELLED
    assert "You cancelled it on Mon 30 Nov 2026, 5:30 AM." in shown(client, booking).text


@pytest.mark.parametrize(
    ("source", "heading"), [(Source.WEB, "Your request was accepted"), (Source.DESK, "Your time is kept")]
)
def test_what_the_practice_asks_to_be_paid_says_by_when(
    client: Client, service: Service, source: Source, heading: str
) -> None:
    until = NOW + timedelta(hours=2)
    booking = make_booking(service=service, needs_approval=True, source=source, pay_by=until, hold_expires_at=until)

    page = shown(client, booking)

    assert (badges(page), page.heading()) == (["Awaiting payment"], heading)
    assert "Pay ₹1,500 by Mon 30 Nov 2026, 7:30 AM IST, and you are booked." in page.text
    assert page.every("form", action=f"/b/{booking.public_id}/pay/")[0].text.startswith("Pay ₹1,500")
    assert not page.every("div", class_="kept no-print")


def test_a_link_to_pay_that_lapsed_says_so(client: Client, service: Service) -> None:
    booking = make_booking(service=service, status=Status.EXPIRED, pay_by=LAPSED, hold_expires_at=LAPSED)

    assert "It was not paid by Mon 30 Nov 2026, 5:29 AM. Nothing was charged." in shown(client, booking).text


def test_a_declined_request_shows_the_reason_and_the_way_to_other_times(client: Client, service: Service) -> None:
    until = NOW + timedelta(hours=5)
    booking = make_booking(service=service, status=Status.REQUESTED, needs_approval=True, hold_expires_at=until)
    actions.decline(booking, by=Actor.PRACTITIONER, reason="I am <b>away</b> that week.", now=NOW)

    page = shown(client, booking)

    assert (badges(page), page.heading()) == (["Declined"], "Your request was declined")
    assert "Asha Rao writes I am <b>away</b> that week." in page.text
    assert "Nothing was charged." in page.text
    assert "/p/asha-rao/60-min/" in page.links()


@pytest.mark.parametrize("is_swept", [False, True])
def test_a_request_that_nobody_answered_is_open_to_everyone_again(
    *, client: Client, service: Service, is_swept: bool
) -> None:
    booking = make_booking(
        service=service, status=Status.REQUESTED, needs_approval=True, hold_expires_at=NOW - timedelta(minutes=1)
    )
    if is_swept:
        actions.expire_lapsed(now=NOW)

    page = shown(client, booking)

    assert (badges(page), page.heading()) == (["Expired"], "Your request was not answered in time")
    assert "Nothing was charged." in page.text
    assert "/p/asha-rao/60-min/" in page.links()
    assert f"/b/{booking.public_id}/cancel/" not in page.links()


# --- Paid at the visit, moved, asked to move, past --------------------------------------------------------------------


def test_what_is_paid_at_the_visit_is_marked_so_everywhere(client: Client, service: Service) -> None:
    booking = make_booking(service=service, status=Status.CONFIRMED, pays_at_visit=True)

    page = shown(client, booking)

    assert page.text.count("to pay at the visit") == 2
    assert "₹1,500 at the visit Reference" in page.text
    assert "Bring ₹1,500, to pay at the visit." in page.text
    cancel = read(client.get(f"/b/{booking.public_id}/cancel/"))
    assert "Nothing was charged, so nothing goes back." in cancel.text


def test_a_visit_that_was_moved_says_from_where_and_by_whom(client: Client, service: Service) -> None:
    booking = make_booking(service=service, status=Status.CONFIRMED)
    actions.reschedule(booking, start=TOMORROW_AT_TEN + timedelta(hours=1), by=Actor.PATIENT, now=NOW)
    actions.reschedule(booking, start=TOMORROW_AT_TEN + timedelta(hours=4), by=Actor.FRONT_DESK, now=NOW)

    page = shown(client, booking)

    assert "Moved by the practice from Tue 1 Dec 2026, 11:00 AM Moved from Tue 1 Dec 2026, 10:00 AM" in page.text


def test_who_is_asked_for_another_time_chooses_one_or_gets_everything_back(client: Client, service: Service) -> None:
    service.practitioner.cancel_cutoff = 3 * 24 * 60
    service.practitioner.save()
    booking = make_booking(service=service, status=Status.CONFIRMED)
    make_payment(booking=booking, status=PaymentStatus.CAPTURED)
    actions.ask_to_move(booking, by=Actor.PRACTITIONER, why="I am in court that morning.", now=NOW)

    page = shown(client, booking)

    assert (badges(page), page.heading()) == (["Confirmed"], "Please choose another time")
    assert "Asha Rao writes I am in court that morning." in page.text
    (primary,) = page.every("a", data_tone="primary")
    assert (primary.text, primary.attrs["href"]) == ("Choose another time", f"/b/{booking.public_id}/reschedule/")
    assert "Cancel, and get everything back" in page.text

    cancel = read(client.get(f"/b/{booking.public_id}/cancel/"))
    assert cancel.hidden("percent") == "100"
    client.post(f"/b/{booking.public_id}/cancel/", {"percent": "100"})
    assert Refund.objects.get().amount == 150_000


@pytest.mark.parametrize(
    ("status", "heading"),
    [(Status.COMPLETED, "Thank you for your visit"), (Status.NO_SHOW, "Your appointment")],
)
def test_after_the_visit_the_next_one_is_a_tap_away(
    client: Client, service: Service, status: Status, heading: str
) -> None:
    booking = make_booking(service=service, status=status, start=NOW - timedelta(days=1))

    page = shown(client, booking)

    assert page.heading() == heading
    assert "/p/asha-rao/60-min/" in page.links()
    assert (f"/b/{booking.public_id}/review/" in page.links()) is (status == Status.COMPLETED)
    assert f"/b/{booking.public_id}/reschedule/" not in page.links()
    assert f"/b/{booking.public_id}/cancel/" not in page.links()


# --- What goes back ---------------------------------------------------------------------------------------------------


def paid(service: Service, **terms: int) -> Booking:
    booking = make_booking(service=service, status=Status.CONFIRMED, **terms)
    make_payment(booking=booking, status=PaymentStatus.CAPTURED)
    return booking


HALF = {"full_refund_until": 48 * 60, "cancel_cutoff": 60, "late_refund": 50}  # now, the first is over


def test_the_terms_are_told_as_dates(client: Client, service: Service) -> None:
    booking = paid(service, full_refund_until=26 * 60, cancel_cutoff=60, late_refund=50, move_cutoff=120, most_moves=1)

    page = shown(client, booking)

    for sentence in (
        "Cancel free until Mon 30 Nov 2026, 8:00 AM.",
        "Cancel until Tue 1 Dec 2026, 9:00 AM, and 50 % of the price goes back.",
        "After that, ask the practice.",
        "Move it to another time until Tue 1 Dec 2026, 8:00 AM, once.",
    ):
        assert sentence in page.text


def test_before_the_button_stands_what_goes_back_and_what_stays(client: Client, service: Service) -> None:
    booking = paid(service, **HALF)
    url = f"/b/{booking.public_id}/cancel/"

    page = read(client.get(url))

    assert "You paid ₹1,500 Goes back to you, 50 % ₹750 Stays with the practice ₹750" in page.text
    answer = client.post(url, {"percent": page.hidden("percent"), "reason": ""})
    assert answer.status_code == 303
    assert Refund.objects.get().amount == 75_000
    after = shown(client, booking)
    assert "₹750 goes back to you" in after.text
    assert "₹750 stays with the practice" in after.text


def test_where_nothing_goes_back_it_is_said(client: Client, service: Service) -> None:
    booking = paid(service, **{**HALF, "late_refund": 0})
    url = f"/b/{booking.public_id}/cancel/"

    page = read(client.get(url))

    assert "Goes back to you ₹0 Stays with the practice ₹1,500" in page.text
    assert "nothing goes back so close to the visit" in page.text
    client.post(url, {"percent": "0"})
    assert not Refund.objects.exists()
    assert "₹1,500 stays with the practice" in shown(client, booking).text


@pytest.mark.parametrize("told", ["100", "", "x", "٥٠", "5000"])
def test_a_figure_that_changed_is_shown_before_anything_happens(client: Client, service: Service, told: str) -> None:
    booking = paid(service, **HALF)
    url = f"/b/{booking.public_id}/cancel/"

    answer = client.post(url, {"percent": told, "reason": "A better day came up"})

    page = read(answer)
    assert answer.status_code == 409
    assert "What goes back has changed since you opened this page." in page.text
    assert page.hidden("percent") == "50"
    assert page.hidden("reason") == "A better day came up"
    booking.refresh_from_db()
    assert booking.status == Status.CONFIRMED


def test_who_cancelled_is_said(client: Client, service: Service) -> None:
    booking = paid(service)
    actions.cancel(booking, by=Actor.PRACTITIONER, reason="ill", now=NOW)

    page = shown(client, booking)

    assert "The practice cancelled it on Mon 30 Nov 2026, 5:30 AM." in page.text
    assert "ill" not in page.text.split()


# --- The link ---------------------------------------------------------------------------------------------------------


def test_a_new_link_goes_to_the_patient_and_to_nobody_else(client: Client, service: Service) -> None:
    booking = make_booking(service=service, status=Status.CONFIRMED, patient__email="meera@example.com")
    old = f"/b/{booking.public_id}/"

    page = read(client.get(f"{old}renew/"))
    assert "We send a new link to m•••@example.com." in page.text
    answer = client.post(f"{old}renew/", follow=True)

    booking.refresh_from_db()
    told = read(answer)
    assert answer.redirect_chain == [("/b/renewed/", 303)]
    assert "A new link is on its way to m•••@example.com; this one opens nothing any more." in told.text
    assert booking.public_id.encode() not in answer.content
    assert (client.get(old).status_code, client.get(f"/b/{booking.public_id}/").status_code) == (404, 200)


def test_reading_about_a_new_link_makes_none(client: Client, service: Service) -> None:
    booking = make_booking(service=service, status=Status.CONFIRMED)

    client.get(f"/b/{booking.public_id}/renew/")

    assert client.get(f"/b/{booking.public_id}/").status_code == 200


@pytest.mark.parametrize("is_owner", [False, True])
def test_only_the_login_that_a_booking_belongs_to_is_shown_its_new_link(
    *, client: Client, service: Service, is_owner: bool
) -> None:
    owner, other = (User.objects.create(email=f"{name}@example.com") for name in ("owner", "other"))
    booking = make_booking(service=service, status=Status.CONFIRMED, patient__user=owner)
    client.force_login(owner if is_owner else other)

    answer = client.post(f"/b/{booking.public_id}/renew/")

    booking.refresh_from_db()
    assert (answer["Location"] == f"/b/{booking.public_id}/") is is_owner
    assert (answer["Location"] == "/b/renewed/") is not is_owner


def test_nobody_renews_a_link_that_could_be_sent_to_nobody(client: Client, service: Service) -> None:
    booking = make_booking(service=service, status=Status.CONFIRMED, patient__email="")
    url = f"/b/{booking.public_id}/renew/"

    assert url not in shown(client, booking).links()
    assert [client.get(url)["Location"], client.post(url)["Location"]] == [f"/b/{booking.public_id}/"] * 2
    assert client.get(f"/b/{booking.public_id}/").status_code == 200


def test_a_link_is_renewed_three_times_an_hour_at_most(client: Client, service: Service) -> None:
    booking = make_booking(service=service, status=Status.CONFIRMED)

    codes = []
    for _ in range(4):
        booking.refresh_from_db()
        codes.append(client.post(f"/b/{booking.public_id}/renew/").status_code)

    assert codes == [303, 303, 303, 429]
    assert client.get(f"/b/{booking.public_id}/").status_code == 200
