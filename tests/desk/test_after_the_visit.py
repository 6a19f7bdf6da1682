"""After it began: it took place, nobody came, and mending what was said; and the room of a visit by video."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from booking import actions
from booking.lifecycle import Status
from booking.models import Booking
from common.audit import Actor
from common.models import AuditEntry
from practitioners.models import Practitioner, Service
from tests.answers import Answer
from tests.desk.people import client_of, front_desk
from tests.factories import NOW, TOMORROW_AT_TEN, make_booking, make_service
from tests.pages.reading import faults, read

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]
HOUR = timedelta(hours=1)
WAYS = ("took-place/", "nobody-came/")


@pytest.fixture
def booking(service: Service) -> Booking:
    """A visit that began half an hour ago."""
    return make_booking(service=service, start=NOW - HOUR / 2, status=Status.CONFIRMED)


def url(booking: Booking, rest: str = "") -> str:
    return f"/desk/bookings/{booking.reference}/{rest}"


def status_of(booking: Booking) -> str:
    return Booking.objects.values_list("status", flat=True).get(pk=booking.pk)


def stop_clock(monkeypatch: pytest.MonkeyPatch, at: datetime) -> None:
    monkeypatch.setattr("common.clock.now", lambda: at)


# --- How it was -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("way", "after", "told"),
    [
        ("took-place/", Status.COMPLETED, ("Noted: the visit took place.", "Completed by you")),
        ("nobody-came/", Status.NO_SHOW, ("Noted: nobody came.", "Marked as no-show by you")),
    ],
)
def test_how_a_visit_was_is_said_by_one_press(
    desk: Client, booking: Booking, way: str, after: Status, told: tuple[str, str]
) -> None:
    page = read(desk.get(url(booking)))
    assert "The visit has begun. Say how it was, now or later" in page.text
    assert {each.text for each in page.every("button")} >= {"It took place", "Nobody came"}
    assert faults(page) == []

    answer = desk.post(url(booking, way))

    assert (answer.status_code, answer["Location"]) == (303, url(booking))
    assert status_of(booking) == after
    page = read(desk.get(url(booking)))
    assert all(words in page.text for words in told)
    assert "It took place" not in {each.text for each in page.every("button")}


def test_whoever_looks_back_is_named(asha: Practitioner, booking: Booking) -> None:
    helper = front_desk(asha)

    client_of(helper).post(url(booking, "took-place/"), {"desk": asha.slug})

    move = booking.moves.get()
    assert (move.actor, move.user, move.reason) == ("front_desk", helper, "")
    assert AuditEntry.objects.get(action="booking.completed").user == helper


@pytest.mark.parametrize("way", WAYS)
def test_nothing_is_said_of_a_visit_before_it_begins(desk: Client, service: Service, way: str) -> None:
    ahead = make_booking(service=service, start=NOW + timedelta(minutes=1), status=Status.CONFIRMED)
    assert "Nobody came" not in read(desk.get(url(ahead))).text

    desk.post(url(ahead, way))

    assert status_of(ahead) == Status.CONFIRMED
    assert "Nothing was done: the visit has not begun yet." in read(desk.get(url(ahead))).text


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("status", [Status.CANCELLED, Status.DECLINED, Status.EXPIRED, Status.PENDING_PAYMENT])
def test_nothing_is_said_of_what_never_was_a_visit(desk: Client, service: Service, way: str, status: Status) -> None:
    never = make_booking(service=service, start=NOW - HOUR, status=status)

    desk.post(url(never, way))

    assert status_of(never) == status
    assert "nothing was done" in read(desk.get(url(never))).text


@pytest.mark.parametrize("way", WAYS)
def test_looking_never_says_anything(desk: Client, booking: Booking, way: str) -> None:
    assert desk.get(url(booking, way)).status_code == 405
    assert status_of(booking) == Status.CONFIRMED


def test_a_double_press_says_it_once(desk: Client, booking: Booking) -> None:
    for _ in range(2):
        assert desk.post(url(booking, "took-place/"))["Location"] == url(booking)

    assert booking.moves.count() == 1
    assert "That was noted already." in read(desk.get(url(booking))).text


# --- Mending it -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "other_way", "told"),
    [
        (Status.COMPLETED, "nobody-came/", "Corrected: nobody came by you"),
        (Status.NO_SHOW, "took-place/", "Corrected: it took place by you"),
    ],
)
def test_what_was_said_changes_with_a_reason_only(
    desk: Client, service: Service, status: Status, other_way: str, told: str
) -> None:
    to = "no_show" if status == Status.COMPLETED else "completed"
    booking = make_booking(service=service, start=NOW - HOUR, status=status)

    answer = desk.post(url(booking, other_way))
    assert answer["Location"] == url(booking, "correct/")
    page = read(desk.get(url(booking, "correct/")))
    assert "Say why it changes." in page.text
    assert faults(page) == []
    for reason in ("", "  ", "x" * 301):
        refused = read(desk.post(url(booking, "correct/"), {"to": to, "reason": reason}))
        assert "There is a problem" in refused.text
        assert status_of(booking) == status

    done = desk.post(url(booking, "correct/"), {"to": to, "reason": "Mixed up with the next one"})

    assert (done.status_code, done["Location"], status_of(booking)) == (303, url(booking), to)
    assert f"{told} Mon 30 Nov 2026, 5:30 AM Mixed up with the next one" in read(desk.get(url(booking))).text


def test_a_correction_from_a_stale_page_turns_nothing_round(desk: Client, service: Service) -> None:
    booking = make_booking(service=service, start=NOW - HOUR, status=Status.COMPLETED)
    actions.miss(booking, by=Actor.FRONT_DESK, now=NOW, reason="Nobody was here")

    answer = desk.post(url(booking, "correct/"), {"to": "no_show", "reason": "Nobody was here"})

    assert answer["Location"] == url(booking)
    assert status_of(booking) == Status.NO_SHOW
    assert booking.moves.count() == 1


@pytest.mark.parametrize("send", ["get", "post"])
def test_there_is_nothing_to_mend_before_anything_was_said(desk: Client, booking: Booking, send: str) -> None:
    answer: Answer = getattr(desk, send)(url(booking, "correct/"))

    assert (answer.status_code, answer["Location"]) == (303, url(booking))
    assert status_of(booking) == Status.CONFIRMED


def test_a_visit_that_nobody_spoke_of_reads_so(desk: Client, service: Service) -> None:
    booking = make_booking(service=service, start=NOW - 14 * HOUR, status=Status.CONFIRMED)

    assert actions.complete_past(now=NOW) == 1

    page = read(desk.get(url(booking)))
    assert "Taken as completed by itself" in page.text
    assert "Nobody came after all" in page.text


# --- The room ---------------------------------------------------------------------------------------------------------


def test_the_room_of_a_video_visit_opens_ten_minutes_before(
    desk: Client, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking = make_booking(service=service, status=Status.CONFIRMED)
    stop_clock(monkeypatch, TOMORROW_AT_TEN - timedelta(minutes=11))
    early = read(desk.get(url(booking, "join/")))
    assert early.heading() == "The video call opens at 9:50 AM"
    assert "from Tue 1 Dec, 9:50 AM" in read(desk.get(url(booking))).text
    assert faults(early) == []

    stop_clock(monkeypatch, TOMORROW_AT_TEN - timedelta(minutes=10))
    answer = desk.get(url(booking, "join/"))
    assert answer.status_code == 303
    assert answer["Location"].startswith("https://")
    assert answer["Referrer-Policy"] == "no-referrer"
    assert url(booking, "join/") in read(desk.get("/desk/")).links()

    stop_clock(monkeypatch, booking.ends_at + timedelta(minutes=30))
    assert read(desk.get(url(booking, "join/"))).heading() == "This video call is over"
    assert url(booking, "join/") not in read(desk.get(url(booking))).links()


def test_the_practitioner_goes_into_their_own_room(desk: Client, asha: Practitioner, booking: Booking) -> None:
    Practitioner.objects.filter(pk=asha.pk).update(meeting_url="https://meet.example.org/asha")

    assert desk.get(url(booking, "join/"))["Location"] == "https://meet.example.org/asha"


def test_a_visit_without_a_room_has_no_way_into_one(desk: Client, asha: Practitioner, service: Service) -> None:
    by_phone = make_booking(service=make_service(asha, mode="phone"), start=NOW + 2 * HOUR, status=Status.CONFIRMED)
    off = make_booking(service=service, start=NOW, status=Status.CANCELLED)

    assert desk.get(url(by_phone, "join/")).status_code == 404
    assert desk.get(url(off, "join/"))["Location"] == url(off)
    assert "Join the video call" not in read(desk.get(url(by_phone))).text


# --- The link ---------------------------------------------------------------------------------------------------------


def test_a_link_in_the_wrong_hands_is_renewed(desk: Client, client: Client, booking: Booking) -> None:
    assert "the old one opens nothing from then on" in read(desk.get(url(booking))).text

    answer = desk.post(url(booking, "new-link/"))

    assert (answer.status_code, answer["Location"]) == (303, url(booking))
    assert client.get(f"/b/{booking.public_id}/").status_code == 404
    booking.refresh_from_db()
    assert client.get(f"/b/{booking.public_id}/").status_code == 200
    assert AuditEntry.objects.get(action="booking.link_renewed").actor == "practitioner"
    assert "gets a new link by e-mail" in read(desk.get(url(booking))).text


def test_nobody_without_an_address_gets_a_new_link(desk: Client, service: Service) -> None:
    booking = make_booking(service=service, status=Status.CONFIRMED, patient__email="")
    assert "Send a new link" not in read(desk.get(url(booking))).text

    desk.post(url(booking, "new-link/"))

    assert Booking.objects.get().public_id == booking.public_id
    assert "there is no e-mail address" in read(desk.get(url(booking))).text
    assert desk.get(url(booking, "new-link/")).status_code == 405


# --- Whose ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rest", [*WAYS, "correct/", "join/", "new-link/", "move/", "ask/"])
def test_another_desks_booking_is_no_booking(desk: Client, service: Service, rest: str) -> None:
    theirs = make_booking(start=NOW - HOUR / 2, status=Status.CONFIRMED)
    sent = {"to": "no_show", "reason": "Mine", "words": "Mine", "slot": "2026-12-02T04:30Z", "sequence": "0"}

    answers = [desk.post(path, sent) for path in (url(theirs, rest), f"/desk/bookings/0000-0000/{rest}")]

    expected = 405 if rest == "join/" else 404
    assert [answer.status_code for answer in answers] == [expected, expected]
    assert status_of(theirs) == Status.CONFIRMED
    assert desk.get(url(theirs, "join/")).status_code == 404
