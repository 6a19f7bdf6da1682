"""Builders of rows for tests: what a test doesn't say is ordinary.

Rows are written directly, past the actions, so that a test can begin in any state. Times are counted from `NOW`, a
Monday morning: half past five in India, midnight in Greenwich.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from factory.declarations import LazyAttribute, SelfAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory

from booking.lifecycle import Status
from booking.models import Booking, Patient, Source
from booking.spans import occupied_by, span_of
from payments.lifecycle import RECEIVED, PaymentStatus
from payments.models import Event, Payment, ProviderName
from payments.providers.base import Snapshot, State
from practitioners.models import Mode, Practitioner, Service, WeeklyHours

NOW = datetime(2026, 11, 30, tzinfo=UTC)
TOMORROW_AT_TEN = datetime(2026, 12, 1, 4, 30, tzinfo=UTC)  # in India

Hours = tuple[tuple[int, int], ...]
NINE_TO_FIVE: Hours = ((9 * 60, 12 * 60), (13 * 60, 17 * 60))


class PractitionerFactory(DjangoModelFactory[Practitioner]):
    class Meta:
        model = Practitioner

    slug = Sequence(lambda n: f"practitioner-{n}")
    name = "Asha Rao"
    credential = "Clinical Psychologist"
    email = LazyAttribute(lambda row: f"{row.slug}@example.org")
    zone = "Asia/Kolkata"
    is_published = True


class ServiceFactory(DjangoModelFactory[Service]):
    class Meta:
        model = Service

    practitioner = SubFactory(PractitionerFactory)
    slug = Sequence(lambda n: f"service-{n}")
    name = "Consultation"
    duration = 60
    amount = 150_000
    currency = "INR"
    mode = Mode.VIDEO


class PatientFactory(DjangoModelFactory[Patient]):
    class Meta:
        model = Patient

    name = "Meera Iyer"
    email = Sequence(lambda n: f"patient-{n}@example.com")
    phone = "+919812300456"
    zone = "Asia/Kolkata"


class BookingFactory(DjangoModelFactory[Booking]):
    class Meta:
        model = Booking
        exclude = ("start",)

    start = TOMORROW_AT_TEN
    service = SubFactory(ServiceFactory)
    practitioner = SelfAttribute("service.practitioner")
    patient = SubFactory(PatientFactory)
    status = Status.PENDING_PAYMENT
    span = LazyAttribute(lambda row: span_of(row.service, row.start))
    occupied = LazyAttribute(lambda row: occupied_by(row.service, row.start))
    held_at = NOW
    hold_expires_at = NOW + timedelta(minutes=10)
    service_name = SelfAttribute("service.name")
    amount = SelfAttribute("service.amount")
    currency = SelfAttribute("service.currency")
    mode = SelfAttribute("service.mode")
    cancel_cutoff = SelfAttribute("practitioner.cancel_cutoff")
    full_refund_until = SelfAttribute("practitioner.full_refund_until")
    late_refund = SelfAttribute("practitioner.late_refund")
    move_cutoff = SelfAttribute("practitioner.move_cutoff")
    most_moves = SelfAttribute("practitioner.most_moves")
    source = Source.WEB


class PaymentFactory(DjangoModelFactory[Payment]):
    class Meta:
        model = Payment

    booking = SubFactory(BookingFactory)
    provider = ProviderName.RAZORPAY
    status = PaymentStatus.CREATED
    amount = SelfAttribute("booking.amount")
    currency = SelfAttribute("booking.currency")
    reference = Sequence(lambda n: f"plink_{n:014}")
    created_at = NOW
    expires_at = NOW + timedelta(minutes=16)
    due_at = NOW + timedelta(seconds=20)


class EventFactory(DjangoModelFactory[Event]):
    class Meta:
        model = Event

    provider = ProviderName.RAZORPAY
    event_id = Sequence(lambda n: f"event-{n}")
    kind = "payment_link.paid"
    body = "{}"
    received_at = NOW
    due_at = NOW


def make_practitioner(
    *, hours: Hours = NINE_TO_FIVE, days: tuple[int, ...] = (0, 1, 2, 3, 4), **fields: Any
) -> Practitioner:
    """Someone who works on `days` (0 is Monday) during `hours` (minutes after midnight)."""
    practitioner = PractitionerFactory.create(**fields)
    WeeklyHours.objects.bulk_create(
        WeeklyHours(practitioner=practitioner, weekday=day, starts=starts, ends=ends)
        for day in days
        for starts, ends in hours
    )
    return practitioner


def make_service(practitioner: Practitioner | None = None, **fields: Any) -> Service:
    return ServiceFactory.create(practitioner=practitioner or make_practitioner(), **fields)


def make_patient(**fields: Any) -> Patient:
    return PatientFactory.create(**fields)


def make_booking(**fields: Any) -> Booking:
    """A hold of tomorrow at ten, unless told otherwise; `start` moves it."""
    if "service" not in fields:
        fields["service"] = make_service(fields.pop("practitioner", None))
    return BookingFactory.create(**fields)


def make_payment(**fields: Any) -> Payment:
    """An open payment; one whose money has arrived is captured in full."""
    if "booking" not in fields:
        fields["booking"] = make_booking()
    if fields.get("status") in RECEIVED:
        booking: Booking = fields["booking"]
        arrived = {
            "captured_at": NOW,
            "done_at": NOW,
            "captured_amount": booking.amount,
            "captured_currency": booking.currency,
            "provider_payment_id": f"pay_{booking.pk:014}",
        }
        fields = arrived | fields
    return PaymentFactory.create(**fields)


def make_event(**fields: Any) -> Event:
    return EventFactory.create(**fields)


def captured(payment: Payment, **facts: Any) -> Snapshot:
    """What the provider says of a payment whose money arrived in full."""
    return told(payment, State.CAPTURED, **facts)


def told(payment: Payment, state: State, **facts: Any) -> Snapshot:
    """What the provider says of a payment."""
    arrived = state in {State.CAPTURED, State.AUTHORISED}
    said: dict[str, Any] = {
        "reference": payment.reference,
        "state": state,
        "amount": payment.amount if arrived else 0,
        "currency": payment.currency,
        "payment_id": f"pay_of_{payment.pk}" if arrived else "",
        "order_id": f"order_of_{payment.pk}",
        "method": "upi" if arrived else "",
        "failure": "payment_cancelled" if state == State.FAILED else "",
    }
    return Snapshot(**{**said, **facts})
