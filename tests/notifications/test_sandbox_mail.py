"""Mail sent in practice mode is received over real SMTP and can be read; the clock can be moved."""

import importlib
import signal
import smtplib
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as real_settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.test import Client
from django.urls import Resolver404, URLResolver, resolve
from django.urls.resolvers import RegexPattern
from pytest_django import Settings

import config.urls
from common import clock
from notifications.sandbox.models import Mail
from notifications.sandbox.receiver import keep, receiver
from payments.sandbox import actions

JSON = {"Accept": "application/json"}
CALENDAR = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n"


@pytest.fixture
def practice(settings: Settings, tmp_path: Path) -> Settings:
    settings.PRACTICE_MODE = True
    settings.CLOCK_FILE = str(tmp_path / "clock")
    return settings


@pytest.fixture
def smtp_port(practice: Settings, transactional_db: None) -> Iterator[int]:
    port = free_port()
    running = receiver(port)
    running.start()
    yield port
    running.stop()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def send(port: int, **facts: Any) -> EmailMultiAlternatives:
    backend = get_connection("django.core.mail.backends.smtp.EmailBackend", host="127.0.0.1", port=port)
    sender = "Samay <no-reply@example.org>"
    message = EmailMultiAlternatives(**{"from_email": sender, "connection": backend, "subject": "", **facts})
    if facts.get("body"):
        message.attach_alternative("<p>Bis dann – ₹1,500</p>", "text/html")
        message.attach("invite.ics", CALENDAR, "text/calendar; method=REQUEST")
        message.attach("receipt.pdf", b"%PDF-\x00\xff", "application/pdf")
    assert message.send() == 1
    return message


def test_a_message_is_kept_whole(smtp_port: int, client: Client) -> None:
    send(smtp_port, subject="Fri 4 Dec, 2:00 PM – देवनागरी", body="See you – ₹1,500\n", to=["Meera <meera@example.org>"])

    [mail] = client.get("/sandbox/mail/", headers=JSON).json()

    assert mail["to"] == "meera@example.org"
    assert mail["subject"] == "Fri 4 Dec, 2:00 PM – देवनागरी"
    assert mail["text"].strip() == "See you – ₹1,500"
    assert mail["html"] == "<p>Bis dann – ₹1,500</p>"
    assert mail["message_id"].startswith("<")
    invite, receipt = mail["attachments"]
    assert (invite["name"], invite["type"]) == ("invite.ics", "text/calendar; method=REQUEST")
    assert invite["content"].splitlines() == CALENDAR.splitlines()
    assert (receipt["name"], receipt["type"], receipt["content"]) == ("receipt.pdf", "application/pdf", "JVBERi0A/w==")


def test_newest_mail_comes_first_and_repeats_keep_their_message_id(smtp_port: int, client: Client) -> None:
    for subject in ("first", "second", "second"):
        send(smtp_port, subject=subject, to=["meera@example.org"], headers={"Message-ID": f"<{subject}@samay>"})

    mail = client.get("/sandbox/mail/", headers=JSON).json()

    assert [one["message_id"] for one in mail] == ["<second@samay>", "<second@samay>", "<first@samay>"]


def test_many_senders_at_once_lose_nothing(smtp_port: int) -> None:
    senders = [
        threading.Thread(target=send, args=(smtp_port,), kwargs={"subject": str(n), "to": [f"p{n}@example.org"]})
        for n in range(20)
    ]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()

    assert sorted(Mail.objects.values_list("to", flat=True)) == sorted(f"p{n}@example.org" for n in range(20))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\r\n",
        b"Subject: =?utf-8?q?=00?=\r\n\r\na\x00b",
        b"Content-Type: text/plain; charset=klingon\r\n\r\n\xff\xfe",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: multipart/alternative\r\n\r\n",
        b"Content-Type: message/rfc822\r\n\r\nSubject: inside\r\n\r\nhello",
        b"Subject: \xff\xfe\r\n\r\n",
    ],
)
def test_a_strange_message_is_still_a_message(db: None, practice: Settings, content: bytes) -> None:
    assert keep(["meera@example.org"], content).to == "meera@example.org"


def test_the_sender_keeps_what_could_not_be_stored(smtp_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    message = EmailMessage()
    message["To"] = "meera@example.org"
    monkeypatch.setattr(Mail._meta, "db_table", "nowhere")

    with smtplib.SMTP("127.0.0.1", smtp_port) as smtp, pytest.raises(smtplib.SMTPDataError) as refused:
        smtp.send_message(message, from_addr="no-reply@example.org")

    assert refused.value.smtp_code == 451


# --- Pages ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def mail(db: None, practice: Settings) -> Mail:
    message = EmailMessage()
    message["Subject"] = "<b>Fri 4 Dec</b>"
    message["From"] = "no-reply@example.org"
    message.set_content("Manage: https://example.org/b/abc/ <script>alert(1)</script>")
    message.add_alternative("<p style='color:red'>Hello</p><script>alert(1)</script>", subtype="html")
    message.add_attachment(b"<script>alert(1)</script>", maintype="text", subtype="html", filename="trap.html")
    return keep(["meera@example.org"], message.as_bytes())


def test_the_mailbox_is_a_page_for_browsers(mail: Mail, client: Client) -> None:
    page = client.get("/sandbox/mail/", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})

    assert page["Content-Type"].startswith("text/html")
    assert "Accept" in page["Vary"]
    assert "&lt;b&gt;Fri 4 Dec&lt;/b&gt;" in page.content.decode()
    assert client.get("/sandbox/mail/")["Content-Type"].startswith("text/html")


def test_a_mail_runs_nothing_in_the_reader(mail: Mail, client: Client) -> None:
    page = client.get(f"/sandbox/mail/{mail.pk}/").content.decode()
    designed = client.get(f"/sandbox/mail/{mail.pk}/html/")
    attached = mail.attachments.get()
    download = client.get(f"/sandbox/mail/{mail.pk}/attachments/{attached.pk}/")

    assert "<script>alert" not in page
    assert 'href="https://example.org/b/abc/"' in page
    assert "<p style='color:red'>Hello</p>" in designed.content.decode()
    policy = designed["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "sandbox" in policy
    assert designed["X-Frame-Options"] == "SAMEORIGIN"
    assert download["Content-Disposition"] == 'attachment; filename="trap.html"'
    assert (download["Content-Type"], download["X-Content-Type-Options"]) == ("application/octet-stream", "nosniff")


def test_the_index_leads_everywhere(mail: Mail, client: Client) -> None:
    link = actions.create_link({"amount": 150000, "description": "Booking 7F3K-29QX"})

    page = client.get("/sandbox/").content.decode()

    assert f"/sandbox/razorpay/pay/{link.id}/" in page
    assert "₹1,500 · Booking 7F3K-29QX" in page
    assert f"/sandbox/mail/{mail.pk}/" in page


# --- The clock --------------------------------------------------------------------------------------------------------


def test_json_moves_the_clock(practice: Settings, client: Client) -> None:
    before = clock.now()

    answer = client.post("/sandbox/clock/", {"advance": 3600}, content_type="application/json")

    told = datetime.fromisoformat(answer.json()["now"])
    assert timedelta(seconds=3600) <= told - before < timedelta(seconds=3700)
    assert told.tzinfo is not None


@pytest.mark.parametrize(
    "body", ["{", "[]", "{}", '{"advance": -1}', '{"advance": "soon"}', '{"advance": NaN}', '{"advance": 1e12}']
)
def test_what_is_no_step_forward_moves_nothing(practice: Settings, client: Client, body: str) -> None:
    answer = client.post("/sandbox/clock/", body, content_type="application/json")

    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert clock.now() - clock.machine_now() < timedelta(seconds=1)


def test_without_a_file_the_clock_cannot_be_moved(practice: Settings, client: Client) -> None:
    practice.CLOCK_FILE = ""

    assert client.post("/sandbox/clock/", {"advance": 1}, content_type="application/json").status_code == 409
    assert client.post("/sandbox/clock/", {"advance": 1}).status_code == 303


@pytest.mark.parametrize(
    "content_type", ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x"]
)
def test_another_sites_page_cannot_move_the_clock(practice: Settings, content_type: str) -> None:
    stranger = Client(enforce_csrf_checks=True)

    answer = stranger.post("/sandbox/clock/", '{"advance": 60}', content_type=content_type)

    assert answer.status_code == 403
    assert clock.now() - clock.machine_now() < timedelta(seconds=1)


def test_the_form_on_the_index_moves_the_clock(db: None, practice: Settings) -> None:
    person = Client(enforce_csrf_checks=True)
    person.get("/sandbox/")
    token = person.cookies[real_settings.CSRF_COOKIE_NAME].value

    answer = person.post("/sandbox/clock/", {"advance": "600", "csrfmiddlewaretoken": token})

    assert (answer.status_code, answer["Location"]) == (303, "/sandbox/")
    assert clock.now() - clock.machine_now() > timedelta(seconds=599)


# --- The process ------------------------------------------------------------------------------------------------------


def test_without_practice_mode_there_is_no_sandbox(settings: Settings) -> None:
    paths = (
        "/sandbox/",
        "/sandbox/mail/",
        "/sandbox/clock/",
        "/sandbox/razorpay/v1/orders",
        "/sandbox/razorpay/faults/",
    )
    for path in paths:
        resolve(path)
    settings.PRACTICE_MODE = False
    try:
        importlib.reload(config.urls)
        without = URLResolver(RegexPattern(r"^/"), config.urls.urlpatterns)
        for path in paths:
            with pytest.raises(Resolver404):
                without.resolve(path)
    finally:
        settings.PRACTICE_MODE = True
        importlib.reload(config.urls)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_sandbox_runs_until_it_is_told_to_stop(number: signal.Signals) -> None:
    port, smtp_port = free_port(), free_port()
    command = [sys.executable, "manage.py", "sandbox", "--port", str(port), "--smtp-port", str(smtp_port)]
    running = subprocess.Popen(command, cwd=real_settings.BASE_DIR, stdout=subprocess.PIPE, text=True)
    try:
        assert running.stdout is not None
        assert f"http://127.0.0.1:{port}" in running.stdout.readline()
        with smtplib.SMTP("127.0.0.1", smtp_port) as smtp:
            assert smtp.noop()[0] == 250
        running.send_signal(number)
        began = time.monotonic()
        assert running.wait(timeout=15) == 0
        assert time.monotonic() - began < 8
    finally:
        running.kill()
        running.communicate()


def test_a_taken_port_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [sys.executable, "manage.py", "sandbox", "--port", port, "--smtp-port", str(free_port())]
        ended = subprocess.run(
            command, cwd=real_settings.BASE_DIR, capture_output=True, text=True, timeout=60, check=False
        )

    assert ended.returncode == 1
    assert "The sandbox can't listen" in ended.stderr
