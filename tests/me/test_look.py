"""How one's own pages hold together in a real browser: narrow, wide, with long names and letters twice as large."""

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from booking.lifecycle import Status
from common.models import User
from practitioners.models import Service
from tests.browsing import Open
from tests.factories import NOW, TOMORROW_AT_TEN, make_booking
from tests.me.people import booked_by, pages_of, saved

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LONG = "Venkatanarasimharajuvaripeta"
WIDER = "document.documentElement.scrollWidth - innerWidth"
LARGER = "document.documentElement.style.fontSize = '200%'"


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_is_wider_than_the_screen(meera: User, service: Service, open_page: Open, width: int) -> None:
    whom = {"name": f"{LONG} Iyer", "booked_by": f"Meera {LONG}", "relationship": LONG}
    booked_by(meera, service=service, patient=whom)
    until = NOW + timedelta(hours=2)
    waits: dict[str, Any] = {"status": Status.PENDING_PAYMENT, "hold_expires_at": until, "pay_by": until}
    booked_by(meera, service=service, start=TOMORROW_AT_TEN + timedelta(days=1), **waits)
    held = make_booking(service=service, patient=None, start=TOMORROW_AT_TEN + timedelta(days=2))
    person = saved(meera, f"{LONG} {LONG}", LONG)
    own = ["/me/", "/me/past/", "/me/dependents/", f"/me/dependents/{person.pk}/", "/me/profile/", "/account/"]

    page = open_page("/help/", client=pages_of(meera), width=width)
    wider = {}
    for path in [*own, f"/h/{held.public_id}/"]:
        page.goto(path)
        for letters in ("usual", "larger"):
            if letters == "larger":
                page.evaluate(LARGER)
            if (by := page.evaluate(WIDER)) > 0:
                wider[path, letters] = by

    assert wider == {}


def test_words_of_ones_own_are_asked_for_where_the_list_has_none(meera: User, open_page: Open) -> None:
    page = open_page("/me/dependents/add/", client=pages_of(meera), scripts=False)
    words = page.get_by_label("Who, in your words")
    expect(words).to_be_hidden()

    page.get_by_label("Who they are to you").select_option("Other")
    words.fill("niece")
    page.get_by_label("Their name").fill("Tara")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_role("link", name="Tara")).to_be_visible()
    expect(page.get_by_text("niece")).to_be_visible()
