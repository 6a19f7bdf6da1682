"""A practitioner's week in the back office."""

import html
import re
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from common.models import User
from practitioners.models import DateOverride, OverrideHours, Practitioner, TimeOff, WeeklyHours
from tests.factories import make_practitioner

pytestmark = pytest.mark.django_db
TAG = re.compile(r"<(?:input|textarea) [^>]*>(?:([^<]*)</textarea>)?")
NAME, VALUE = re.compile(r' name="([^"]*)"'), re.compile(r' value="([^"]*)"')
CHOICE = re.compile(r'<select [^>]*name="([^"]+)".*?</select>', re.DOTALL)
CHOSEN = re.compile(r'<option value="([^"]*)" selected')


def as_it_stands(page: str) -> dict[str, str]:
    """What the page's form would send."""
    typed = {
        name[1]: (VALUE.search(m[0]) or ["", m[1] or ""])[1] for m in TAG.finditer(page) if (name := NAME.search(m[0]))
    }
    typed |= {m[1]: (CHOSEN.search(m[0]) or ["", ""])[1] for m in CHOICE.finditer(page)}
    return {name: html.unescape(value).strip() for name, value in typed.items() if "DELETE" not in name}


@pytest.fixture
def office(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("admin@example.org"))
    return client


def save(office: Client, practitioner: Practitioner, **changes: str) -> tuple[int, str]:
    """Press Save on the practitioner's page as it stands, with changes."""
    url = reverse("admin:practitioners_practitioner_change", args=[practitioner.pk])
    page = office.get(url).content.decode()
    typed = as_it_stands(page)
    typed |= {"is_published": "on", "is_approved": "on"}
    answer = office.post(url, typed | changes)
    return answer.status_code, answer.content.decode()


def test_two_practitioners_may_work_at_the_same_hours(office: Client) -> None:
    make_practitioner()
    other = make_practitioner()

    status, page = save(office, other, name="New Name")

    assert status == 302, re.findall(r"errorlist[^>]*>.*?</ul>", page, re.DOTALL)
    other.refresh_from_db()
    assert other.name == "New Name"


@pytest.mark.parametrize(
    ("starts", "ends", "said"),
    [("600", "500", "later than the start"), ("600", "600", "later than the start"), ("540", "600", "overlap")],
)
def test_hours_that_make_no_sense_are_refused_on_the_page(office: Client, starts: str, ends: str, said: str) -> None:
    practitioner = make_practitioner()
    day = practitioner.weekly_hours.first()
    assert day is not None
    before = WeeklyHours.objects.count()
    row = {"weekday": str(day.weekday), "starts": starts, "ends": ends, "practitioner": str(practitioner.pk), "id": ""}
    more = {f"weekly_hours-{before}-{name}": value for name, value in row.items()}

    status, page = save(office, practitioner, **more, **{"weekly_hours-TOTAL_FORMS": str(before + 1)})

    assert status == 200
    assert said in page
    assert WeeklyHours.objects.count() == before


def test_sunday_night_must_not_run_into_monday_morning(office: Client) -> None:
    practitioner = make_practitioner(hours=((0, 60),), days=(0,))
    row = {"weekday": "6", "starts": "1320", "ends": "1470", "practitioner": str(practitioner.pk), "id": ""}
    more = {f"weekly_hours-1-{name}": value for name, value in row.items()}

    status, page = save(office, practitioner, **more, **{"weekly_hours-TOTAL_FORMS": "2"})

    assert status == 200
    assert "Two intervals overlap: Sunday 10:00 PM – 12:30 AM next day and Monday 12:00 AM – 1:00 AM." in page
    assert WeeklyHours.objects.count() == 1


def test_dates_that_differ_and_time_off_are_seen_and_not_changed(office: Client) -> None:
    practitioner = make_practitioner()
    day = date(2026, 12, 24)
    override = DateOverride.objects.create(practitioner=practitioner, day=day)
    OverrideHours.objects.create(override=override, starts=540, ends=1560)
    TimeOff.objects.create(practitioner=practitioner, first_day=day, starts=840, last_day=day)

    status, _page = save(office, practitioner, **{"overrides-0-note": "typed", "time_off-0-note": "typed"})

    page = office.get(reverse("admin:practitioners_practitioner_change", args=[practitioner.pk])).content.decode()
    assert status == 302
    assert "9:00 AM – 2:00 AM next day" in page
    assert "2:00 PM" in page
    assert "typed" not in page
    assert DateOverride.objects.get().note == TimeOff.objects.get().note == ""
