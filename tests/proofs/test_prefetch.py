"""A scanner that opens every link of every mail, and whatever those pages lead to, changes nothing: looking is not
doing, however often it is done and whatever the booking has come to meanwhile."""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from email.message import Message
from html import unescape
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from django.conf import settings
from django.core import mail
from django.db import connection
from django.test import Client
from psycopg import sql

from booking import actions as booking_actions
from booking import answers, queries
from booking.actions import Way
from booking.errors import BookingRefused
from booking.models import Booking
from common import clock
from common.audit import Actor
from notifications import actions as notifications
from notifications.models import ABOUT_ACCOUNT, Kind, Notification
from payments import actions as payments
from payments.models import Payment
from practitioners.models import PayWhen, Service
from tests.factories import NOW, PatientFactory, captured, make_booking, make_practitioner, make_service
from tests.proofs.scale import FULL, many

pytestmark = [pytest.mark.proof, pytest.mark.django_db(transaction=True)]
LIVES = many(1, 100)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
TEN = NOW + 10 * DAY + 10 * HOUR
# What any visit writes: who is signed in, and that a process lives.
SITE = settings.SITE_URL
ALL_ROWS = "SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {} t"
KEEPS_ITSELF = ("django_session", "common_heartbeat")


# --- The scanner ------------------------------------------------------------------------------------------------------


def parts(letter: Message) -> Iterator[tuple[str, str]]:
    """(kind, words) of every part of a mail that can hold a link, attachments included."""
    for part in letter.walk():
        payload = part.get_payload(decode=True)
        if isinstance(payload, bytes):
            with suppress(UnicodeDecodeError):
                yield part.get_content_type(), payload.decode()


def links_in(words: str, kind: str, here: str) -> set[str]:
    """Addresses of our own site, as paths: attributes of HTML that lead somewhere, and addresses anywhere in a text."""
    written = re.findall(r"https?://[^\s<>\"')]+", words.replace("\r\n ", ""))
    if kind == "text/html":
        written += re.findall(r'(?:href|src|action)="([^"]*)"', words)
        written += re.findall(r'data-[a-z-]+="(/[^"]*)"', words)
    ours = (urlsplit(urldefrag(urljoin(here, unescape(each).rstrip(".,"))).url) for each in written)
    return {each._replace(scheme="", netloc="").geturl() for each in ours if f"{each.scheme}://{each.netloc}" == SITE}


def is_capability(path: str) -> bool:
    return re.match(r"/(b|h|answer)/[^/]+/", path) is not None


def alike(path: str) -> str:
    """One name for addresses that differ by the day or the time they ask for."""
    return re.sub(r"=[^&]*", "=", path)


class Scanner:
    """Opens links in a browser of its own, by GET and by HEAD, and goes on from page to page.

    Of addresses that are alike it opens one, unless it is to open `every` one.
    """

    def __init__(self, *, every: bool) -> None:
        self._every = every
        self._client = Client()
        self.opened: set[str] = set()
        self.answered: set[int] = set()

    def scan(self, letters: list[Message]) -> None:
        self.opened = set()
        waiting = [link for letter in letters for kind, words in parts(letter) for link in links_in(words, kind, SITE)]
        while waiting:
            path = waiting.pop()
            if (kind := path if self._every else alike(path)) not in self.opened:
                self.opened.add(kind)
                waiting += self._open(path)

    def _open(self, path: str) -> list[str]:
        self._client.head(path)
        answer = self._client.get(path)
        self.answered.add(answer.status_code)
        assert answer.status_code < 500, f"{path} failed"
        found = links_in(_words(answer), answer.headers.get("Content-Type", "").partition(";")[0], urljoin(SITE, path))
        found |= links_in(urljoin(SITE, answer.headers.get("Location", "")), "", SITE)
        return [link for link in found if is_capability(link)]


def _words(answer: Any) -> str:
    return "" if answer.streaming else str(answer.content.decode(errors="replace"))


def digest() -> dict[str, str]:
    """All rows of all tables, but those that keep themselves."""
    tables = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
    with connection.cursor() as cursor:
        cursor.execute(tables)
        names = sorted(name for (name,) in cursor.fetchall() if name not in KEEPS_ITSELF)
        found = {}
        for name in names:
            cursor.execute(sql.SQL(ALL_ROWS).format(sql.Identifier(name)))
            found[name] = cursor.fetchone()[0]
    return found


def check_that_scanning_changes_nothing(scanner: Scanner, letters: list[Message]) -> None:
    before = digest()
    scanner.scan(letters)
    after = digest()
    assert [name for name, rows in before.items() if after[name] != rows] == []


# --- Whole lives ------------------------------------------------------------------------------------------------------


class Story:
    """One step after another, each at its own moment; mails leave after each."""

    def __init__(self, moment: Callable[[datetime], None]) -> None:
        self._set_clock = moment
        self.now = NOW
        self.letters: list[Message] = []

    def at(self, now: datetime) -> None:
        self.now = max(now, self.now)
        self._set_clock(self.now)

    def deliver(self) -> list[Message]:
        """What is new in the mail."""
        mail.outbox.clear()
        while notifications.deliver(now=self.now):
            pass
        fresh: list[Message] = [letter.message() for letter in mail.outbox]
        self.letters += fresh
        return fresh

    def pay(self, booking: Booking) -> None:
        payment = payments.begin(booking, now=self.now)
        Payment.objects.filter(pk=payment.pk).update(reference=f"plink_{payment.pk}")
        payment.refresh_from_db()
        payments.apply_payment(payment, captured(payment), by=Actor.PROVIDER, now=self.now)


def of(booking: Booking) -> Booking:
    return Booking.objects.select_related("service__practitioner", "practitioner", "patient").get(pk=booking.pk)


def live(story: Story, service: Service, asked: Service) -> Iterator[None]:
    """Everything of which a mail tells. After each yield the mails of a step are there to be read."""
    patient, desk = Actor.PATIENT, Actor.FRONT_DESK
    kept: dict[str, Any] = {"held_at": story.now, "hold_expires_at": story.now + 10 * MINUTE}

    visit = make_booking(service=asked, start=TEN, needs_approval=True, **kept)
    booking_actions.settle(of(visit), now=story.now)
    yield
    booking_actions.reschedule(of(visit), start=TEN + 2 * HOUR, by=patient, now=story.now)
    yield
    booking_actions.accept(of(visit), by=Actor.PRACTITIONER, now=story.now)
    yield
    story.pay(of(visit))
    yield
    booking_actions.ask_to_move(of(visit), by=Actor.PRACTITIONER, why="a training day", now=story.now)
    yield
    booking_actions.reschedule(of(visit), start=TEN + DAY, by=patient, now=story.now)
    yield
    booking_actions.renew_link(of(visit), by=desk, now=story.now)
    yield
    booking_actions.reschedule(of(visit), start=TEN + 2 * DAY, by=desk, reason="the room", now=story.now)
    yield
    booking_actions.cancel(of(visit), by=patient, reason="unwell", now=story.now)
    yield

    declined = make_booking(service=asked, start=TEN, needs_approval=True, **kept)
    booking_actions.settle(of(declined), now=story.now)
    booking_actions.decline(of(declined), by=desk, reason="away", now=story.now)
    yield
    facts: dict[str, Any] = {"patient": PatientFactory.build(), "way": Way.LINK, "by": desk}
    sent = booking_actions.book_at_desk(service, start=TEN + HOUR, now=story.now, **facts)
    yield
    booking_actions.cancel(of(sent), by=desk, reason="a mistake", now=story.now)
    yield

    seen = make_booking(service=service, start=TEN + 3 * HOUR, pay_when=PayWhen.EITHER, **kept)
    booking_actions.settle(of(seen), at_visit=True, now=story.now)
    unanswered = make_booking(service=asked, start=TEN + 5 * HOUR, needs_approval=True, **kept)
    booking_actions.settle(of(unanswered), now=story.now)
    late = make_booking(service=service, start=TEN + 7 * HOUR, **kept)
    payment = payments.begin(of(late), now=story.now)
    yield

    story.at(story.now + 2 * DAY)
    booking_actions.expire_lapsed(now=story.now)
    yield
    make_booking(service=service, start=TEN + 7 * HOUR, hold_expires_at=story.now + 10 * MINUTE)
    payments.apply_payment(payment, captured(payment), by=Actor.PROVIDER, now=story.now)
    yield
    story.at(TEN + 3 * HOUR - 5 * MINUTE)  # the room of a video visit is open
    yield
    story.at(TEN + 4 * HOUR)
    booking_actions.complete(of(seen), by=desk, now=story.now)
    yield


@pytest.fixture
def story(monkeypatch: pytest.MonkeyPatch) -> Story:
    return Story(lambda now: monkeypatch.setattr(clock, "now", lambda: now))


def services() -> tuple[Service, Service]:
    practitioner = make_practitioner(
        hours=((0, 24 * 60),), days=tuple(range(7)), zone="UTC", notice=0, meeting_url="https://meet.example.com/asha"
    )
    asked = make_service(practitioner, needs_approval=True)
    return make_service(practitioner, pay_when=PayWhen.EITHER), asked


def read_everything(story: Story, *, every: bool = False) -> Scanner:
    """A scanner reads each mail when it comes, and all mails again when all is over."""
    scanner = Scanner(every=every)
    story.at(story.now)
    for _ in live(story, *services()):
        check_that_scanning_changes_nothing(scanner, story.deliver())
    check_that_scanning_changes_nothing(scanner, story.letters)
    return scanner


def test_who_opens_every_link_of_every_mail_changes_nothing(story: Story) -> None:
    for number in range(LIVES):
        story.letters.clear()
        story.now = NOW
        scanner = read_everything(story, every=FULL and number == LIVES - 1)

    told = set(Notification.objects.filter(done_at__isnull=False, gave_up_at=None).values_list("kind", flat=True))
    print(f"{LIVES} lives, {len(story.letters)} mails and {len(scanner.opened)} addresses in the last")  # noqa: T201
    assert told >= set(Kind) - ABOUT_ACCOUNT
    assert {"b", "answer"} <= {path.split("/")[1] for path in scanner.opened}
    assert {200, 303} <= scanner.answered


# --- Controls ---------------------------------------------------------------------------------------------------------


def test_control_a_page_that_cancels_when_it_is_opened_is_found(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    look_up = queries.booking_by_link

    def look_up_and_cancel(public_id: str) -> Booking:
        with suppress(BookingRefused):
            booking_actions.cancel(look_up(public_id), by=Actor.PATIENT, reason="", now=story.now)
        return look_up(public_id)

    monkeypatch.setattr(queries, "booking_by_link", look_up_and_cancel)

    with pytest.raises(AssertionError, match="booking_booking"):
        read_everything(story)


def test_control_a_link_that_accepts_when_it_is_opened_is_found(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a button in a mail would that needs no page."""
    look_up = answers.booking_of

    def look_up_and_accept(token: str, *, now: datetime) -> Booking:
        with suppress(BookingRefused):
            booking_actions.accept(look_up(token, now=now), by=Actor.PRACTITIONER, now=now)
        return look_up(token, now=now)

    monkeypatch.setattr(answers, "booking_of", look_up_and_accept)

    with pytest.raises(AssertionError, match="booking_booking"):
        read_everything(story)
