"""The way to a published page: what is done, what is left, and what it can't be published without."""

from dataclasses import fields, replace
from itertools import product

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries, Settings

from common.models import AuditEntry
from practitioners import queries
from practitioners.checklist import APPROVAL, ESSENTIAL, PUBLISH, Facts, checklist
from practitioners.models import DateOverride, OverrideHours, Practitioner, Service, WeeklyHours
from tests.desk.people import make_desk, own_client
from tests.factories import make_booking, make_service
from tests.pages.reading import faults, read

NOTHING = Facts(**dict.fromkeys((field.name for field in fields(Facts)), False))
EVERYTHING = Facts(**dict.fromkeys((field.name for field in fields(Facts)), True))


def test_nothing_is_none_of_six_and_everything_is_all() -> None:
    assert (checklist(NOTHING).done, len(checklist(NOTHING).steps)) == (0, 6)
    assert checklist(EVERYTHING).is_complete
    assert checklist(EVERYTHING).next == ""
    assert checklist(EVERYTHING).missing == []


@given(st.sampled_from(list(product([False, True], repeat=len(fields(Facts))))))
def test_every_fact_counts_once_and_only_what_is_essential_is_missing(truth: tuple[bool, ...]) -> None:
    facts = Facts(*truth)
    found = checklist(facts)

    assert found.done == sum(truth) - facts.is_approved
    assert found.is_complete == (found.next == "")
    left = {step.key for step in found.steps if not step.is_done}
    assert set(found.missing) == (left & set(ESSENTIAL)) | (set() if facts.is_approved else {APPROVAL})
    assert found.next == "" or found.next in left


def test_approval_is_no_step_but_keeps_a_page_from_being_published() -> None:
    found = checklist(replace(EVERYTHING, is_approved=False, is_published=False))

    assert (found.done, found.next, found.missing) == (5, PUBLISH, [APPROVAL])


def done(practitioner: Practitioner) -> list[str]:
    return [step.key for step in checklist(queries.facts_of(practitioner)).steps if step.is_done]


def work(practitioner: Practitioner) -> None:
    WeeklyHours.objects.create(practitioner=practitioner, weekday=0, starts=540, ends=1020)


@pytest.mark.django_db
def test_the_steps_follow_from_what_there_is(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    practitioner = make_desk()
    assert done(practitioner) == ["payments"]

    Practitioner.objects.update(credential="Dietitian")
    assert done(practitioner) == ["payments"]
    Practitioner.objects.update(bio="I help people eat.")
    assert done(practitioner) == ["profile", "payments"]

    service = make_service(practitioner, is_active=False)
    assert "service" not in done(practitioner)
    Service.objects.filter(pk=service.pk).update(is_active=True)
    assert "service" in done(practitioner)

    override = DateOverride.objects.create(practitioner=practitioner, day="2026-12-04")
    assert "hours" not in done(practitioner)
    OverrideHours.objects.create(override=override, starts=540, ends=600)
    assert "hours" in done(practitioner)
    override.delete()
    work(practitioner)
    with django_assert_num_queries(1):
        assert done(practitioner) == ["profile", "service", "hours", "payments"]


@pytest.mark.django_db
def test_outside_practice_mode_payments_need_keys_unless_everything_is_free(settings: Settings) -> None:
    settings.PRACTICE_MODE, settings.RAZORPAY_KEY_ID, settings.RAZORPAY_KEY_SECRET = False, "", ""
    practitioner = make_desk()
    assert "payments" not in done(practitioner)

    make_service(practitioner, amount=0)
    assert "payments" in done(practitioner)
    make_service(practitioner)
    assert "payments" not in done(practitioner)

    settings.RAZORPAY_KEY_ID = settings.RAZORPAY_KEY_SECRET = "given"
    assert "payments" in done(practitioner)


@pytest.mark.django_db
def test_the_list_stands_on_the_first_page_until_the_page_is_published() -> None:
    practitioner = make_desk()
    client = own_client(practitioner)
    page = read(client.get("/desk/"))
    assert "1 of 6" in page.text
    assert {"/desk/settings/profile/", "/desk/services/", "/desk/preview/", "/desk/settings/publish/"} <= set(
        page.links()
    )

    Practitioner.objects.update(is_published=True)

    assert "of 6" not in read(client.get("/desk/")).text


@pytest.mark.django_db
def test_a_page_is_published_when_nothing_essential_is_missing(client: Client) -> None:
    practitioner = make_desk()
    mine = own_client(practitioner)

    page = read(mine.post("/desk/settings/publish/", {"desk": practitioner.slug}))
    assert "There is no service that patients can book." in page.text
    assert "There are no hours in which patients can come." in page.text
    assert page.title.startswith("Error:")
    assert faults(page) == []
    make_service(practitioner)
    work(practitioner)
    response = mine.post("/desk/settings/publish/", {"desk": practitioner.slug})

    assert response.status_code == 303
    assert client.get(f"/p/{practitioner.slug}/").status_code == 200
    practitioner.refresh_from_db()
    assert practitioner.first_published_at is not None
    assert f"http://testserver/p/{practitioner.slug}/" in read(mine.get("/desk/settings/publish/")).text
    assert [entry.action for entry in AuditEntry.objects.all()] == ["practitioner.published"]


@pytest.mark.django_db
def test_no_page_is_published_before_the_practice_approves_it() -> None:
    practitioner = make_desk(is_approved=False)
    make_service(practitioner)
    work(practitioner)
    mine = own_client(practitioner)

    assert "The practice has to approve your page first." in read(mine.post("/desk/settings/publish/")).text
    Practitioner.objects.update(is_approved=True)

    assert mine.post("/desk/settings/publish/").status_code == 303


@pytest.mark.django_db
def test_services_that_cost_something_are_not_published_where_nobody_can_pay(settings: Settings) -> None:
    settings.PRACTICE_MODE, settings.RAZORPAY_KEY_ID = False, ""
    practitioner = make_desk()
    make_service(practitioner)
    work(practitioner)

    page = read(own_client(practitioner).post("/desk/settings/publish/"))

    assert "Payments are not set up, and your services cost something." in page.text
    assert not Practitioner.objects.get().is_published


@pytest.mark.django_db
def test_a_hidden_page_keeps_its_bookings_and_its_address(client: Client) -> None:
    practitioner = make_desk(is_published=True)
    booking = make_booking(service=make_service(practitioner))

    assert own_client(practitioner).post("/desk/settings/publish/", {"hide": "yes"}).status_code == 303

    assert client.get(f"/p/{practitioner.slug}/").status_code == 404
    assert client.get(f"/b/{booking.public_id}/").status_code in {200, 303}
    assert Practitioner.objects.get().has_fixed_address
    booking.refresh_from_db()
    assert booking.status == "pending_payment"


@pytest.mark.django_db
def test_publishing_twice_leaves_one_trace() -> None:
    practitioner = make_desk()
    make_service(practitioner)
    work(practitioner)
    mine = own_client(practitioner)

    for _ in range(2):
        mine.post("/desk/settings/publish/")
    for _ in range(2):
        mine.post("/desk/settings/publish/", {"hide": "yes"})

    assert AuditEntry.objects.count() == 2


@pytest.mark.django_db
def test_the_preview_shows_what_patients_will_see_and_a_press_says_it_is_right(client: Client) -> None:
    practitioner = make_desk(bio="I help *people* eat.")
    service = make_service(practitioner, name="First visit", slug="first-visit-60-min")
    work(practitioner)
    mine = own_client(practitioner)

    page = read(mine.get("/desk/preview/"))
    times = read(mine.get("/desk/preview/first-visit-60-min/"))

    assert page.heading() == "Asha Rao"
    assert "First visit" in page.text
    assert "/desk/preview/first-visit-60-min/" in page.links()
    assert f"/p/{practitioner.slug}/first-visit-60-min/" not in page.links()
    assert times.every("fieldset", class_="preview")[0].attrs["disabled"] == ""
    assert times.every("button", name="slot")
    assert "/desk/preview/" in times.links()
    for address in ("", "first-visit-60-min/"):
        assert client.get(f"/p/{practitioner.slug}/{address}").status_code == 404
    assert "preview" not in done(practitioner)

    assert mine.post("/desk/preview-is-right/").status_code == 303

    assert "preview" in done(practitioner)
    Service.objects.filter(pk=service.pk).update(is_active=False)
    assert mine.get("/desk/preview/first-visit-60-min/").status_code == 404


@pytest.mark.django_db
def test_the_preview_of_a_strangers_service_is_not_found() -> None:
    make_service(make_desk("stranger@example.org"), slug="theirs")

    assert own_client(make_desk()).get("/desk/preview/theirs/").status_code == 404
