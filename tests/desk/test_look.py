"""How the desk's pages hold together on a phone, with words that are longer than it is wide."""

from datetime import timedelta

import pytest
from django.urls import reverse

from booking import answers
from booking.lifecycle import Status
from practitioners.models import Location, Practitioner, TimeOff
from tests.booking.test_answering import make_request
from tests.browsing import Open
from tests.desk.people import front_desk, make_working_desk, own_client
from tests.factories import NOW, TOMORROW_AT_TEN, make_booking, make_service

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("stopped_clock"),
]
LONG = "Venkatanarasimharajuvaripetasubramaniam"
WIDER = "document.documentElement.scrollWidth - innerWidth"


@pytest.fixture
def asha(transactional_db: None) -> Practitioner:
    person = make_working_desk(slug="asha-rao", name=f"Dr {LONG}")
    Location.objects.create(practitioner=person, name=f"{LONG} clinic", address=f"12 {LONG} Road")
    TimeOff.objects.create(practitioner=person, first_day="2026-12-02", last_day="2026-12-03", note=LONG)
    front_desk(person, f"{LONG}@example.org")
    return person


@pytest.mark.parametrize("width", [320, 390])
def test_nothing_is_wider_than_a_phone(asha: Practitioner, open_page: Open, width: int) -> None:
    service = make_service(asha, name=f"{LONG} talk", amount=12_345_650)
    booking = make_booking(
        service=service,
        status=Status.CONFIRMED,
        patient__name=LONG,
        move_asked_at=NOW,
        move_asked_why=LONG,
        pays_at_visit=True,
    )
    later = TOMORROW_AT_TEN + timedelta(hours=30)
    make_booking(service=service, status=Status.REQUESTED, start=later, hold_expires_at=later, patient__name=LONG)
    asked = make_request(service=service, start=TOMORROW_AT_TEN + timedelta(hours=3), patient__name=LONG, note="Knee")
    page = open_page("/desk/", client=own_client(asha), width=width)
    wider = {}
    for path in (
        "/desk/",
        "/desk/calendar/?view=day&date=2026-12-01",
        "/desk/calendar/?view=week&date=2026-12-01",
        "/desk/bookings/",
        f"/desk/bookings/{booking.reference}/",
        f"/desk/bookings/{booking.reference}/cancel/",
        f"/desk/bookings/{booking.reference}/ask/",
        f"/desk/bookings/{booking.reference}/move/",
        f"/desk/bookings/{booking.reference}/move/?slot=2026-12-01T16:30Z",
        f"/desk/bookings/{booking.reference}/join/",
        "/desk/requests/",
        f"/desk/requests/{asked.reference}/decline/",
        reverse("booking:answer", args=[answers.token(asked)]),
        "/desk/book/?date=2026-12-01",
        f"/desk/book/visitor/?service={service.pk}&slot=2026-12-01T04:30Z&again={booking.reference}",
        "/desk/hours/",
        "/desk/hours/rules/",
        "/desk/overrides/2026-12-01/",
        "/desk/time-off/",
        "/desk/close/?date=2026-12-01",
        "/desk/why/?date=2026-12-01",
        "/desk/services/",
        f"/desk/services/{service.pk}/",
        "/desk/settings/locations/",
        "/desk/settings/profile/",
        "/desk/settings/policies/",
        "/desk/settings/access/",
        "/desk/settings/publish/",
    ):
        page.goto(path)
        page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
        if (by := page.evaluate(WIDER)) > 0:
            wider[path] = by

    assert wider == {}
