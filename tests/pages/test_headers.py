"""What every answer carries, and what no page contains."""

import gzip
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings
from django.http import HttpRequest
from django.test import Client

from booking.lifecycle import Status
from common import views
from payments.lifecycle import PaymentStatus
from payments.models import RefundReason
from practitioners.models import Service
from tests.factories import NOW, make_booking, make_payment, make_practitioner, make_service
from tests.pages.reading import faults, read
from tests.pages.test_booking_page import LAPSED, owe

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
PUBLIC = [
    "/",
    "/p/?q=sleep",
    "/p/?q=nobody",
    "/p/asha-rao/",
    "/p/asha-rao/60-min/",
    "/p/asha-rao/60-min/?month=2027-01",
    "/p/asha-rao/60-min/?date=2026-12-01&tz=America/New_York",
    "/zone/",
    "/zone/?q=qqq",
    "/help/",
    "/privacy/",
    "/accessibility/",
]


def every_page_of_a_person() -> dict[str, str]:
    """Addresses of personal pages, one booking for each state of things."""

    def booking(**fields: object) -> str:
        return make_booking(service=make_service(make_practitioner()), **fields).public_id

    def paid(payment: PaymentStatus, reason: RefundReason | None = None, **fields: object) -> str:
        made = make_booking(service=make_service(make_practitioner()), **fields)
        row = make_payment(booking=made, status=payment)
        if reason:
            owe(row, reason)
        return made.public_id

    others = {str(status): booking(status=status) for status in Status if status != Status.PENDING_PAYMENT}
    states: dict[str, str] = {
        "held": booking(patient=None),
        "unpaid": booking(),
        "waiting": paid(PaymentStatus.CREATED),
        "failed": paid(PaymentStatus.FAILED),
        "lapsed": booking(hold_expires_at=LAPSED),
        "lapsed and waiting": paid(PaymentStatus.CREATED, hold_expires_at=LAPSED),
        "time gone": paid(PaymentStatus.CAPTURED, RefundReason.TIME_GONE, status=Status.EXPIRED),
        "cancelled": paid(PaymentStatus.CAPTURED, RefundReason.CANCELLED, status=Status.CANCELLED),
        "accepted": booking(needs_approval=True, pay_by=NOW + DAY, hold_expires_at=NOW + DAY),
        "lapsed unpaid": booking(pay_by=LAPSED, hold_expires_at=LAPSED),
        "unanswered": booking(status=Status.REQUESTED, hold_expires_at=LAPSED),
        "asked to move": booking(status=Status.CONFIRMED, move_asked_at=NOW, move_asked_why="I am in court."),
        "at the visit": booking(status=Status.CONFIRMED, pays_at_visit=True),
        "paid": paid(PaymentStatus.CAPTURED, status=Status.CONFIRMED),
        **others,
    }
    pages: dict[str, str] = {f"booking {name}": f"/b/{public_id}/" for name, public_id in states.items()}
    return pages | {
        "details": f"/h/{states['held']}/",
        "review": f"/h/{states['unpaid']}/review/",
        "pay": f"/h/{states['unpaid']}/pay/",
        "give up": f"/b/{states['unpaid']}/cancel/",
        "cancel": f"/b/{states['paid']}/cancel/",
        "move": f"/b/{states['asked to move']}/reschedule/",
        "move refused": f"/b/{booking(status=Status.CONFIRMED, most_moves=0)}/reschedule/",
        "join": f"/b/{states['paid']}/join/",
        "renew": f"/b/{states['paid']}/renew/",
        "renewed": "/b/renewed/",
        "fragment": f"/b/{states['waiting']}/status/",
    }


def test_every_page_is_sound_and_loads_nothing_from_elsewhere(client: Client, service: Service) -> None:
    found = {}
    for path in [*PUBLIC, "/nowhere/", *every_page_of_a_person().values()]:
        response = client.get(path)
        page = read(response)
        if page.every("html") and (wrong := faults(page)):
            found[path] = wrong
        assert not page.problems, path

    assert found == {}


def test_titles_differ_and_end_with_the_name_of_the_house(client: Client, service: Service) -> None:
    titles = [read(client.get(path)).title for path in PUBLIC if "?" not in path]

    assert len(set(titles)) == len(titles)
    assert all(title.endswith("– Samay") for title in titles)


def test_pages_of_a_person_are_kept_by_nobody_and_told_to_nobody(client: Client, service: Service) -> None:
    for name, path in every_page_of_a_person().items():
        answer = client.get(path)
        assert answer.status_code == 200, name
        assert answer["Cache-Control"] == "no-store", name
        assert answer["Referrer-Policy"] == "no-referrer", name
        assert "noindex" in answer["X-Robots-Tag"], name


def test_a_form_on_a_page_of_a_person_still_tells_its_origin(client: Client, service: Service) -> None:
    # Under no-referrer browsers send `Origin: null` with forms, which the CSRF check refuses.
    page = read(client.get(every_page_of_a_person()["review"]))

    assert page.every("meta", name="referrer", content="same-origin")


def test_only_what_carries_the_nonce_may_run(client: Client, service: Service) -> None:
    answer = client.get("/p/asha-rao/60-min/")

    policy = answer["Content-Security-Policy"]
    nonce = re.findall(r"'nonce-([^']+)'", policy)[0]
    page = read(answer)
    assert "unsafe" not in policy
    assert [e.attrs["nonce"] for e in page.every("style") + page.every("script")] == [nonce, nonce]


def test_pages_with_a_pay_button_may_lead_to_the_provider_and_no_others(client: Client, service: Service) -> None:
    pages = every_page_of_a_person()
    for name in ("review", "pay", "booking waiting", "booking failed", "booking accepted"):
        assert "razorpay" in client.get(pages[name])["Content-Security-Policy"], name
    for path in ("/", "/p/asha-rao/60-min/", pages["details"]):
        assert "razorpay" not in client.get(path)["Content-Security-Policy"], path


def test_the_whole_booking_page_fits_into_the_first_packets(client: Client, service: Service) -> None:
    page = client.get("/p/asha-rao/60-min/", {"date": "2026-12-01"}, headers={"Accept-Encoding": "gzip"})
    script = (settings.BASE_DIR / "static/js/samay.js").read_bytes()

    assert page["Content-Encoding"] == "gzip"
    assert len(page.content) + len(gzip.compress(script)) < 14 * 1024
    assert len(gzip.compress(script)) < 6 * 1024


def test_a_chosen_theme_is_kept_and_any_other_word_forgets_it(client: Client, service: Service) -> None:
    answer = client.post("/theme/", {"theme": "dark", "next": "/help/"})
    assert (answer.status_code, answer["Location"]) == (303, "/help/")
    assert read(client.get("/help/")).every("html", data_theme="dark")

    client.post("/theme/", {"theme": "system", "next": "https://evil.example/"})
    assert read(client.get("/help/")).every("html")[0].attrs == {"lang": "en"}


@pytest.mark.parametrize(("handler", "status"), [("bad_request", 400), ("forbidden", 403), ("not_found", 404)])
def test_error_pages_say_what_happened_and_offer_a_next_step(
    handler: str, status: int, rf_get: Callable[[], HttpRequest]
) -> None:
    answer = getattr(views, handler)(rf_get())

    page = read(answer)
    assert answer.status_code == status
    assert page.heading()
    assert "/" in page.links()


def test_a_broken_page_is_answered_with_one_that_needs_nothing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("booking.views.site.render", broken)
    client.raise_request_exception = False

    page = read(client.get("/help/"))

    assert page.heading() == "Something broke on our side"
    assert "do not pay again" in page.text
