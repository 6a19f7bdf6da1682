"""How the desk's pages hold together on a phone, with words that are longer than it is wide."""

import pytest

from booking.lifecycle import Status
from practitioners.models import Location, Practitioner, TimeOff
from tests.browsing import Open
from tests.desk.people import front_desk, make_working_desk, own_client
from tests.factories import make_booking, make_service

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
    booking = make_booking(service=service, status=Status.CONFIRMED, patient__name=LONG)
    page = open_page("/desk/", client=own_client(asha), width=width)
    wider = {}
    for path in (
        "/desk/",
        "/desk/calendar/?view=day&date=2026-12-01",
        "/desk/calendar/?view=week&date=2026-12-01",
        "/desk/bookings/",
        f"/desk/bookings/{booking.reference}/",
        f"/desk/bookings/{booking.reference}/cancel/",
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
        "/desk/settings/access/",
        "/desk/settings/publish/",
    ):
        page.goto(path)
        page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
        if (by := page.evaluate(WIDER)) > 0:
            wider[path] = by

    assert wider == {}
