"""Many people's next open times: what is kept is what would be worked out anew, and only what matters is asked."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import product

import pytest
from django.core.cache import caches
from pytest_django import DjangoAssertNumQueries

from booking import queries
from booking.finding import directory, next_times
from booking.lifecycle import Status
from practitioners.models import Service
from tests.factories import NOW, make_booking, make_practitioner, make_service

pytestmark = pytest.mark.django_db(transaction=True)
NINE = datetime.fromisoformat("2026-11-30T09:00+05:30")


@pytest.fixture(autouse=True)
def _nothing_is_known() -> None:
    caches["slots"].clear()


@pytest.fixture
def service() -> Service:
    return make_service(make_practitioner(slug="asha-rao", notice=60))


def asked(now: datetime = NOW) -> Mapping[int, datetime]:
    """As a list of people asks: services come fresh from the database."""
    return next_times.next_open_of_each(Service.objects.select_related("practitioner"), now=now)


def test_what_is_known_is_not_asked_again_until_it_may_have_changed(
    service: Service, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(3):
        assert asked() == {service.pk: NINE}
    with django_assert_num_queries(1):
        assert asked() == {service.pk: NINE}

    make_booking(service=service, start=NINE, status=Status.CONFIRMED)
    with django_assert_num_queries(3):
        assert asked() == {service.pk: NINE + timedelta(hours=1)}


def test_a_hold_frees_its_time_when_it_lapses_though_nobody_writes_it(service: Service) -> None:
    make_booking(service=service, start=NINE, hold_expires_at=NOW + timedelta(minutes=10))

    assert asked() == {service.pk: NINE + timedelta(hours=1)}
    assert asked(NOW + timedelta(minutes=11)) == {service.pk: NINE}


def test_a_time_that_is_too_soon_by_now_is_not_the_next_any_more(service: Service) -> None:
    assert asked() == {service.pk: NINE}
    assert asked(NINE - timedelta(minutes=60)) == {service.pk: NINE}
    assert asked(NINE - timedelta(minutes=59)) == {service.pk: NINE + timedelta(minutes=15)}
    assert asked(NINE - timedelta(minutes=61)) == {service.pk: NINE}  # a clock that was put back


def test_someone_without_a_time_is_asked_again_on_the_next_day(service: Service) -> None:
    service.practitioner.weekly_hours.exclude(weekday=0).delete()
    service.practitioner.time_off.create(first_day="2026-11-30", last_day="2027-01-31")

    assert asked() == {}
    assert asked(NOW + timedelta(days=3)) == {service.pk: datetime.fromisoformat("2027-02-01T09:00+05:30")}


def test_a_crowd_and_a_few_are_told_the_same(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    rare = make_service(make_practitioner(days=(), horizon=60))
    later = make_service(make_practitioner(days=(2,), zone="America/New_York"))
    later.practitioner.time_off.create(first_day="2026-11-30", last_day="2026-12-20")
    services = [rare, later, *(make_service(make_practitioner(days=(number % 7,))) for number in range(38))]
    few = {pk: start for each in services for pk, start in next_times.next_open_of_each([each], now=NOW).items()}
    caches["slots"].clear()

    with django_assert_num_queries(5):
        assert asked() == few
    assert {each.pk for each in services} - {*few} == {rare.pk}
    assert all(few[each.pk] == queries.next_open(each, now=NOW, limit=1)[0] for each in services if each != rare)


def test_a_window_of_ones_own_is_all_that_is_looked_at(service: Service) -> None:
    def between(low: datetime, high: datetime) -> Mapping[int, datetime]:
        window = (int(low.timestamp()), int(high.timestamp()))
        return next_times.first_open_between({service: window}, now=NOW)

    tomorrow = NINE + timedelta(days=1)
    assert between(tomorrow - timedelta(hours=9), tomorrow + timedelta(hours=9)) == {service.pk: tomorrow}
    assert between(tomorrow + timedelta(hours=9), tomorrow + timedelta(hours=12)) == {}
    assert between(NOW, NOW) == {}
    assert next_times.first_open_between({}, now=NOW) == {}


def test_services_that_open_no_sooner_than_others_need_not_be_asked(service: Service) -> None:
    """Of every mixture of lengths, room and notice, the few that are asked have the soonest of all."""
    practitioner = service.practitioner
    make_booking(service=service, start=NINE + timedelta(minutes=45), status=Status.CONFIRMED)
    for duration, before, notice in product((15, 45, 90), (None, 0, 30), (None, 0, 600)):
        make_service(practitioner, duration=duration, buffer_before=before, notice=notice)

    (entry,) = directory.index().answering(directory.Wish())
    starts = asked()

    chosen = [offer.pk for offer in entry.first_to_open]
    assert len(chosen) < len(entry.offers)
    assert min(starts[pk] for pk in chosen) == min(starts.values())
    rest = [offer for offer in entry.offers if offer.pk not in chosen]
    for offer in rest:
        assert any(offer.opens_no_sooner_than(other) and starts[other.pk] <= starts[offer.pk] for other in entry.offers)
