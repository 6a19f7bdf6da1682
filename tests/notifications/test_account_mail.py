"""Mail about accounts: for an address, first in the queue, and gone from the table once sent or of no use."""

import smtplib
from datetime import datetime, timedelta

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.db import IntegrityError, connection, transaction

from booking.lifecycle import Status
from common import clock
from notifications import account_mail, actions
from notifications.channels import email
from notifications.models import Kind, Notification
from tests.factories import NOW, make_booking

pytestmark = pytest.mark.django_db
SOON = timedelta(minutes=10)
ADDRESS, CODE = "meera@example.org", "246813"


def owe(*, void_at: datetime | None = None) -> None:
    account_mail.owe_code(CODE, to=ADDRESS, now=NOW, void_at=void_at or clock.machine_now() + SOON)


def test_a_code_goes_to_its_address_and_leaves_the_table() -> None:
    owe()

    actions.deliver(now=NOW)

    (message,) = mail.outbox
    assert isinstance(message, EmailMultiAlternatives)
    assert message.to == [ADDRESS]
    assert CODE in str(message.body)
    assert CODE in str(message.alternatives[0][0])
    assert CODE not in message.subject
    row = Notification.objects.get()
    assert (row.letter, row.booking, row.done_at) == (None, None, NOW)


def test_whoever_reads_the_table_sees_neither_code_nor_address() -> None:
    owe()

    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM notifications_notification")
        kept = " ".join(str(bytes(each) if isinstance(each, memoryview) else each) for each in cursor.fetchone())

    assert CODE not in kept
    assert ADDRESS not in kept


def test_a_code_that_opens_nothing_any_more_is_not_sent() -> None:
    owe(void_at=clock.machine_now() - timedelta(seconds=1))

    actions.deliver(now=NOW)

    row = Notification.objects.get()
    assert mail.outbox == []
    assert (row.letter, row.last_error, row.done_at) == (None, actions.OVERTAKEN, NOW)


def test_a_code_overtakes_everything_that_waits() -> None:
    actions.owe([Kind.CONFIRMED_PATIENT], make_booking(status=Status.CONFIRMED), now=NOW - SOON)
    owe()

    actions.deliver(now=NOW)

    assert mail.outbox[0].to == [ADDRESS]
    assert len(mail.outbox) == 2


def test_a_mail_server_that_is_away_leaves_the_letter_for_the_next_try(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> str:
        raise smtplib.SMTPServerDisconnected(ADDRESS)

    owe()
    with monkeypatch.context() as away:
        away.setattr(email, "send", refuse)
        actions.deliver(now=NOW)

    assert Notification.objects.get().letter
    actions.deliver(now=NOW + timedelta(hours=1))
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("what", sorted(account_mail.NEWS))
def test_every_change_has_a_sentence(what: str) -> None:
    account_mail.owe_news(what, to=ADDRESS, now=NOW)

    actions.deliver(now=NOW)

    first = str(mail.outbox[0].body).strip().split("\n")[0]
    assert "account" in first
    assert "/account/" in str(mail.outbox[0].body)


def test_a_change_without_a_sentence_is_a_mistake_in_the_program() -> None:
    with pytest.raises(LookupError):
        account_mail.owe_news("something", to=ADDRESS, now=NOW)


@pytest.mark.parametrize("wrong", [{"kind": Kind.CONFIRMED_PATIENT}, {"done_at": NOW}])
def test_the_database_keeps_letters_apart(wrong: dict[str, object]) -> None:
    owe()

    with pytest.raises(IntegrityError), transaction.atomic():
        Notification.objects.update(**wrong)


def test_the_report_tells_of_them_without_their_words() -> None:
    owe()
    actions.deliver(now=NOW)

    with connection.cursor() as cursor:
        cursor.execute("SELECT kind, booking_id, sent FROM report_notifications")
        assert cursor.fetchall() == [("account_code", None, True)]
