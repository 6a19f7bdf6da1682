"""Money that came after the time had gone: the patient hears that it goes back, and the practitioner hears nothing."""

from datetime import timedelta

import pytest
from django.core import mail

from booking import actions as booking_actions
from booking.lifecycle import Status
from common.audit import Actor
from notifications import actions
from payments import actions as payment_actions
from tests.factories import NOW, captured, make_booking, make_payment

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


def test_whose_time_went_is_told_once_that_the_money_goes_back() -> None:
    payment = make_payment()
    booking_actions.expire_lapsed(now=LATER)
    make_booking(service=payment.booking.service, status=Status.CONFIRMED)

    for _ in range(3):
        payment_actions.apply_payment(payment, captured(payment), by=Actor.PROVIDER, now=LATER)
        actions.deliver(now=LATER)

    (message,) = mail.outbox
    assert payment.booking.patient is not None
    assert message.to == [payment.booking.patient.email]
    assert "You are not booked" in str(message.body)
    assert payment.booking.reference in str(message.body)
    assert "₹" not in message.subject
