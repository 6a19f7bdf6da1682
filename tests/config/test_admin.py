"""The back office shows everything and changes nothing that has actions of its own."""

import pytest
from django.contrib import admin
from django.db import models
from django.test import Client
from django.urls import reverse

from booking.models import Booking, Move, Patient, Review, SavedPerson
from common.audit import Actor, record
from common.models import AuditEntry, User
from notifications import actions as notification_actions
from notifications.models import Kind, Notification
from payments import receipts
from payments.models import Event, Payment, Receipt, Refund, RefundReason, TaxDetails
from practitioners.models import Practitioner
from tests.factories import NOW, make_booking, make_event, make_payment, make_practitioner

pytestmark = pytest.mark.django_db
READ_ONLY = [
    AuditEntry,
    Booking,
    Event,
    Notification,
    Patient,
    Payment,
    Receipt,
    Refund,
    Review,
    SavedPerson,
    TaxDetails,
]
EDITABLE = [Practitioner, User]


@pytest.fixture
def office(client: Client) -> Client:
    """Someone who may do everything."""
    client.force_login(User.objects.create_superuser("admin@example.org"))
    return client


@pytest.fixture
def rows(db: None) -> None:
    """At least one row of everything."""
    booking = make_booking(status="confirmed")
    payment = make_payment(booking=booking, status="captured")
    refund = {"status": "owed", "amount": 1, "currency": "INR", "owed_at": NOW}
    Refund.objects.create(payment=payment, reason=RefundReason.CANCELLED, **refund)
    Move.objects.create(booking=booking, at=NOW, actor="system", after="confirmed")
    receipts.issue(payment, booking.practitioner, now=NOW)
    TaxDetails.objects.create(practitioner=booking.practitioner, tax_rate=1800)
    make_event(payment=payment)
    Review.objects.create(booking=booking, practitioner=booking.practitioner, stars=5, state="shown", written_at=NOW)
    SavedPerson.objects.create(user=User.objects.create_user("meera@example.org"), name="Tara", relationship="daughter")
    notification_actions.owe([Kind.CONFIRMED_PATIENT], booking, now=NOW)
    record("booking.looked_at", booking, by=Actor.STAFF, now=NOW)


def address(model: type[models.Model], page: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def test_every_model_in_the_back_office_is_on_one_of_the_two_lists() -> None:
    names = {"common", "practitioners", "booking", "payments", "notifications"}
    ours = {model for model in admin.site._registry if model._meta.app_label in names}

    assert ours == {*READ_ONLY, *EDITABLE}


@pytest.mark.usefixtures("rows", "money_adrift")
@pytest.mark.parametrize("model", READ_ONLY)
def test_what_has_actions_of_its_own_is_shown_and_not_changed(office: Client, model: type[models.Model]) -> None:
    row = model._default_manager.values().get()
    pk = row["id"]
    status = {"status": "confirmed", "action": "delete_selected", "_selected_action": pk, "post": "yes"}

    assert office.get(address(model, "changelist")).status_code == 200
    assert office.get(address(model, "change", pk)).status_code == 200
    refused = [
        office.post(address(model, page, *args), status)
        for page, args in (("add", ()), ("change", (pk,)), ("delete", (pk,)))
    ]
    office.post(address(model, "changelist"), status)

    assert [answer.status_code for answer in refused] == [403, 403, 403]
    assert model._default_manager.values().get() == row


@pytest.mark.usefixtures("rows", "money_adrift")
@pytest.mark.parametrize("model", [*READ_ONLY, *EDITABLE])
def test_lists_can_be_searched_and_sorted_by_every_column(office: Client, model: type[models.Model]) -> None:
    columns = len(admin.site._registry[model].list_display) + 1

    for query in ("q=meera", "q='%22", *(f"o={number}" for number in range(1, columns))):
        assert office.get(f"{address(model, 'changelist')}?{query}", follow=True).status_code == 200


def test_a_practitioner_can_be_edited_and_never_removed(office: Client) -> None:
    practitioner = make_practitioner()
    page = address(Practitioner, "change", practitioner.pk)
    form = office.get(page).context["adminform"].form
    sent = {name: form[name].value() for name in form.fields} | {
        "name": "Asha Rao-Iyer",
        "user": "",
        "languages": "English",
    }
    for prefix in ("services", "weekly_hours", "overrides", "time_off"):
        sent |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}

    saved = office.post(page, {name: value for name, value in sent.items() if value is not None and value is not False})

    assert saved.status_code == 302, saved.context["errors"]
    practitioner.refresh_from_db()
    assert practitioner.name == "Asha Rao-Iyer"
    assert office.post(address(Practitioner, "delete", practitioner.pk), {"post": "yes"}).status_code == 403


@pytest.mark.usefixtures("rows", "money_adrift")
def test_what_names_people_in_a_webhook_and_what_patients_noted_is_not_shown(office: Client) -> None:
    Event.objects.update(body="canary of a webhook")
    Booking.objects.update(note="canary of a note")

    for model in (Event, Booking):
        page = office.get(address(model, "change", model._default_manager.get().pk))
        assert b"canary" not in page.content


def test_nobody_gets_in_without_being_staff(client: Client) -> None:
    client.force_login(User.objects.create_user("patient@example.com", "practice makes perfect"))

    assert client.get("/admin/").status_code == 302
    assert client.get(address(Booking, "changelist")).status_code == 302
