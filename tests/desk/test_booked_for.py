"""What the practice sees of a visit that somebody booked for somebody else."""

import pytest

from booking.lifecycle import Status
from tests.desk.people import make_working_desk, own_client
from tests.factories import make_booking, make_service
from tests.pages.reading import faults, read

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]


def test_the_desk_reads_who_comes_and_who_booked() -> None:
    desk = make_working_desk()
    whom = {"name": "Tara", "booked_by": "Meera Iyer", "relationship": "daughter"}
    who = {f"patient__{name}": value for name, value in whom.items()}
    booking = make_booking(service=make_service(desk), status=Status.CONFIRMED, **who)

    page = read(own_client(desk).get(f"/desk/bookings/{booking.reference}/"))

    assert faults(page) == []
    assert page.heading() == "Tara"
    assert "Tara, daughter of Meera Iyer" in page.text
    (slip,) = page.every("section", class_="slip")
    assert "daughter of Meera Iyer" in slip.text


def test_whoever_has_neither_phone_nor_mail_has_a_page_all_the_same() -> None:
    desk = make_working_desk()
    booking = make_booking(service=make_service(desk), status=Status.CONFIRMED, patient__phone="", patient__email="")

    answer = own_client(desk).get(f"/desk/bookings/{booking.reference}/")

    assert answer.status_code == 200
    assert not [link for link in read(answer).links() if link in {"tel:", "mailto:"}]
