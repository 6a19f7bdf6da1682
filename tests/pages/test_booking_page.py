"""The one page of a booking: what it says in every state, and what can be done there."""

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from booking import actions
from booking.lifecycle import Status
from booking.models import Booking
from common.audit import Actor
from payments.lifecycle import PaymentStatus, RefundStatus
from payments.models import Attention, Payment, Refund, RefundReason
from practitioners.models import Service
from tests.factories import NOW, make_booking, make_payment
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
        "cancel free until Mon 30 Nov 2026, 10:00 AM",
    ):
        assert fact in page.text
    assert "patient-" not in page.text
    assert f"/b/{booking.public_id}/cancel/" in page.links()


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
    assert "It is too late to cancel online. Ask us for help." in read(client.get(answers[0]["Location"])).text
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

    with django_assert_num_queries(3):
        client.get(f"/b/{booking.public_id}/")
    with django_assert_num_queries(3):
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

    page = read(client.get(first, follow=True))

    assert page.heading() == "This time is no longer kept for you"
    assert "You gave it up, or chose another time." in page.text
    assert "Your details" not in page.text


def test_a_hold_that_the_practice_gave_up_is_called_cancelled(client: Client, service: Service) -> None:
    booking = make_booking(service=service)
    actions.cancel(booking, by=Actor.PRACTITIONER, reason="ill", now=NOW)

    assert read(client.get(f"/b/{booking.public_id}/")).heading() == "Your booking is cancelled"
