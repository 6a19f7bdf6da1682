"""What patients say of visits that took place: who may, what becomes of it, and what everybody reads."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from booking import actions, reviews
from booking.errors import NoReason, TooLate, WrongState
from booking.lifecycle import Status
from booking.models import Booking, Review, ReviewState
from common.audit import Actor
from common.models import AuditEntry, User
from practitioners.models import Practitioner
from tests.factories import NOW, make_booking, make_practitioner, make_service
from tests.pages.reading import Page, faults, read

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]
DAY = timedelta(days=1)
LAST_WEEK = NOW - 7 * DAY
STAFF = Actor.STAFF


@pytest.fixture
def seen() -> Booking:
    """A visit that took place last week."""
    return make_booking(status=Status.COMPLETED, start=LAST_WEEK)


def visits(practitioner: Practitioner, stars: list[int], *, words: str = "", state: str = "shown") -> list[Review]:
    service = make_service(practitioner, duration=30)
    made = []
    for number, each in enumerate(stars):
        start = LAST_WEEK - practitioner.reviews.count() * DAY - number * timedelta(hours=1)
        booking = make_booking(service=service, status=Status.COMPLETED, start=start)
        facts = {"booking": booking, "practitioner": practitioner, "written_at": start, "state": state}
        made.append(Review.objects.create(stars=each, words=words, **facts))
    return made


def say(booking: Booking, stars: int = 4, words: str = "", now: datetime = NOW) -> Review:
    return actions.review(booking, stars=stars, words=words, by=Actor.PATIENT, now=now)


def shown(client: Client, practitioner: Practitioner) -> Page:
    page = read(client.get(f"/p/{practitioner.slug}/"))
    assert faults(page) == []
    return page


# --- Saying something -------------------------------------------------------------------------------------------------


def test_whoever_came_says_how_it_was(client: Client, seen: Booking) -> None:
    path = f"/b/{seen.public_id}/review/"
    page = read(client.get(path))
    assert faults(page) == []

    response = client.post(path, {"stars": "4", "words": "Listened well."})

    assert (response.status_code, response["Location"]) == (303, f"/b/{seen.public_id}/")
    review = Review.objects.get()
    assert (review.stars, review.words, review.state) == (4, "Listened well.", ReviewState.WAITING)
    assert review.practitioner == seen.practitioner
    assert AuditEntry.objects.get(action="review.written").after == {
        "stars": 4
    }  # the words are nobody's business there


def test_stars_without_words_need_nobodys_leave(seen: Booking) -> None:
    assert say(seen).state == ReviewState.SHOWN


@pytest.mark.parametrize("stars", ["", "0", "6", "many"])
def test_bad_stars_are_asked_for_again_and_the_words_stay(client: Client, seen: Booking, stars: str) -> None:
    response = client.post(f"/b/{seen.public_id}/review/", {"stars": stars, "words": "Listened well."})

    page = read(response)
    assert response.status_code == 200
    assert faults(page) == []
    assert "Listened well." in page.text
    assert not Review.objects.exists()


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.COMPLETED}))
def test_a_visit_that_did_not_take_place_is_not_reviewed(client: Client, status: Status) -> None:
    booking = make_booking(status=status, start=LAST_WEEK)

    response = client.post(f"/b/{booking.public_id}/review/", {"stars": "5"})

    assert (response.status_code, response["Location"]) == (303, f"/b/{booking.public_id}/")
    assert not Review.objects.exists()
    with pytest.raises(WrongState):
        say(booking)


def test_it_can_be_changed_until_the_practice_has_read_it(client: Client, seen: Booking) -> None:
    review = say(seen, words="Good.")
    say(seen, stars=2, words="Not so good.")
    assert (Review.objects.get().stars, Review.objects.get().words) == (2, "Not so good.")
    assert read(client.get(f"/b/{seen.public_id}/review/")).text.count("Not so good.") == 1

    actions.judge(review, ReviewState.SHOWN, by=STAFF, reason="", now=NOW)

    with pytest.raises(WrongState):
        say(seen, stars=5)
    assert client.get(f"/b/{seen.public_id}/review/").status_code == 303
    assert Review.objects.get().stars == 2


def test_after_three_months_it_is_too_late(seen: Booking) -> None:
    last = seen.ends_at + 90 * DAY
    say(seen, now=last)

    with pytest.raises(TooLate):
        say(seen, now=last + timedelta(seconds=1))


def test_absent_bookings_have_no_review(client: Client) -> None:
    assert client.get("/b/0000000000000000000000000a/review/").status_code == 404


# --- What everybody reads ---------------------------------------------------------------------------------------------


def test_there_is_an_average_from_three_visits_on(client: Client) -> None:
    person = make_practitioner()
    visits(person, [5, 4], words="Kind.")
    page = shown(client, person)
    assert "There is an average once 1 more visit has been rated." in page.text
    assert "Kind." not in page.text

    visits(person, [4])

    page = shown(client, person)
    assert "4.3 of 5 from 3 visits" in page.text
    assert page.text.count("Kind.") == 2
    assert "visit in November 2026" in page.text


def test_bad_stars_count_whatever_becomes_of_the_words(client: Client) -> None:
    person = make_practitioner()
    visits(person, [5, 5, 5])
    (bad,) = visits(person, [1], words="I was not pleased at all.", state="waiting")
    assert reviews.rating_of(person).average == 4.0
    assert "not pleased" not in shown(client, person).text

    actions.judge(bad, ReviewState.STARS_ONLY, by=STAFF, reason="names another patient", now=NOW)
    assert reviews.rating_of(person).average == 4.0
    assert "not pleased" not in shown(client, person).text

    actions.judge(bad, ReviewState.SHOWN, by=STAFF, reason="", now=NOW)
    assert "not pleased" in shown(client, person).text

    actions.judge(bad, ReviewState.REFUSED, by=STAFF, reason="it turned out to be a mistake", now=NOW)
    assert reviews.rating_of(person).average == 5.0


def test_a_visit_that_turns_out_to_have_been_missed_counts_no_more() -> None:
    person = make_practitioner()
    made = visits(person, [5, 5, 5, 1])

    actions.miss(made[-1].booking, by=Actor.PRACTITIONER, now=NOW, reason="mixed up")

    assert reviews.rating_of(person).count == 3


def test_nobody_speaks_for_somebody_else() -> None:
    visits(make_practitioner(), [5, 5, 5])

    assert reviews.rating_of(make_practitioner()).count == 0


def test_words_are_text(client: Client) -> None:
    person = make_practitioner()
    visits(person, [5, 5, 5], words="<script>alert(1)</script><b>Bold</b>")

    page = shown(client, person)

    assert "<script>alert(1)</script><b>Bold</b>" in page.text


def test_nothing_tells_whose_words_they_are(client: Client) -> None:
    person = make_practitioner()
    (review, *_) = visits(person, [5, 5, 5], words="Kind.")
    assert review.booking.patient

    page = shown(client, person)

    for secret in (review.booking.patient.name, review.booking.reference, review.booking.public_id):
        assert secret not in page.text


def test_many_reviews_take_as_many_queries_as_few(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    person = make_practitioner()
    visits(person, [5, 4, 3], words="Kind.")
    with django_assert_num_queries(2):
        reviews.rating_of(person)
    visits(person, [5, 4, 3, 5, 4, 3, 2], words="Kind.")

    with django_assert_num_queries(2):
        rating = reviews.rating_of(person)
        assert len([review.booking.starts_at for review in rating.words]) == 5


# --- Reading them before others do ------------------------------------------------------------------------------------


@pytest.fixture
def office(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("admin@example.org"))
    return client


def test_the_back_office_decides_with_a_reason(office: Client, seen: Booking) -> None:
    review = say(seen, stars=1, words="Meera Iyer was there too.")
    path = f"/admin/booking/review/{review.pk}/judge/"
    assert "1 star for Asha Rao" in office.get(path).content.decode()

    refused = office.post(path, {"state": "stars_only", "reason": "too short"})
    assert "at least 15 characters" in refused.content.decode()
    assert "too short" in refused.content.decode()
    response = office.post(path, {"state": "stars_only", "reason": "names another patient"})

    assert response.status_code == 303
    review.refresh_from_db()
    assert (review.state, review.judged_at) == (ReviewState.STARS_ONLY, NOW)
    entry = AuditEntry.objects.get(action="review.judged")
    assert (entry.before, entry.after) == ({"state": "waiting"}, {"state": "stars_only"})
    assert (entry.reason, entry.user) == ("names another patient", review.judged_by)


def test_what_is_kept_from_others_takes_a_reason(seen: Booking) -> None:
    review = say(seen, words="Kind.")

    for state in (ReviewState.STARS_ONLY, ReviewState.REFUSED):
        with pytest.raises(NoReason):
            actions.judge(review, state, by=STAFF, reason="", now=NOW)


def test_only_staff_who_may_decide_it(client: Client, seen: Booking) -> None:
    review = say(seen, words="Kind.")
    path = f"/admin/booking/review/{review.pk}/judge/"
    assert client.get(path).status_code == 302  # to the door
    client.force_login(User.objects.create_user("looker@example.org", is_staff=True))

    assert client.post(path, {"state": "shown"}).status_code == 403
    review.refresh_from_db()
    assert review.state == ReviewState.WAITING


def test_an_absent_review_is_not_there(office: Client) -> None:
    assert office.get("/admin/booking/review/99/judge/").status_code == 404
