"""Settings in a real browser: what scripts add, and that everything fits on a small phone."""

import io

import pytest
from django.conf import settings
from django.urls import reverse
from PIL import Image
from playwright.sync_api import expect

from common.models import User
from practitioners.models import Location, Photo
from tests.browsing import Open
from tests.desk.people import client_of, front_desk, make_desk, own_client
from tests.desk.test_settings_pages import EVERY
from tests.factories import make_service

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_devices_zone_is_suggested_and_taken_only_by_a_press(open_page: Open) -> None:
    new = client_of(User.objects.create_user("new@example.org"))

    page = open_page("/desk/setup/", client=new, timezone_id="Europe/London")
    expect(page.get_by_label("Time zone")).to_have_value("Asia/Kolkata")
    page.get_by_role("button", name="Use United Kingdom").click()

    expect(page.get_by_label("Time zone")).to_have_value("Europe/London")
    expect(page.get_by_text("Your device is in another time zone.")).to_be_hidden()


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "Asia/Calcutta"])
def test_a_device_in_the_practices_zone_is_told_nothing_by_whatever_name(open_page: Open, zone: str) -> None:
    page = open_page("/desk/setup/", client=client_of(User.objects.create_user("new@example.org")), timezone_id=zone)

    expect(page.get_by_text("Your device is in another time zone.")).to_be_hidden()


def test_a_picture_that_is_too_large_is_made_smaller_before_it_is_sent(open_page: Open) -> None:
    out = io.BytesIO()
    Image.effect_noise((2400, 3200), 90).convert("RGB").save(out, "JPEG", quality=95)
    assert len(out.getvalue()) > 2 << 20
    page = open_page("/desk/settings/photo/", client=own_client(make_desk()))

    page.get_by_label("Photo").set_input_files({"name": "me.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()})
    expect(page.get_by_text("The picture was too large and is sent smaller.")).to_be_visible()
    page.get_by_role("button", name="Save the photo").click()

    expect(page.get_by_text("Your photo is saved.")).to_be_visible()
    assert Photo.objects.exists()


def test_without_scripts_a_picture_that_is_too_large_is_refused_in_words(open_page: Open) -> None:
    page = open_page("/desk/settings/photo/", client=own_client(make_desk()), scripts=False)

    page.get_by_label("Photo").set_input_files(
        {"name": "me.jpg", "mimeType": "image/jpeg", "buffer": b"\0" * (5 << 20)}
    )
    page.get_by_role("button", name="Save the photo").click()

    expect(page.get_by_role("alert")).to_contain_text("The file is larger than 2 MB.")


def test_the_link_is_copied_by_a_press(open_page: Open) -> None:
    practitioner = make_desk(is_published=True)
    page = open_page(
        "/desk/settings/publish/", client=own_client(practitioner), permissions=["clipboard-read", "clipboard-write"]
    )

    page.get_by_role("button", name="Copy the link").click()

    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == f"{settings.SITE_URL}/p/{practitioner.slug}/"


def test_what_only_some_choices_need_is_shown_with_them(open_page: Open) -> None:
    practitioner = make_desk()
    Location.objects.create(practitioner=practitioner, name="Clinic", address="1 Example Street")
    page = open_page("/desk/services/add/", client=own_client(practitioner))

    for choice, needed in (("Another length", "Minutes"), ("In person", "Place")):
        expect(page.get_by_label(needed, exact=True)).to_be_hidden()
        page.get_by_label(choice).check()
        expect(page.get_by_label(needed, exact=True)).to_be_visible()


@pytest.mark.parametrize("width", [320, 1280])
def test_every_page_fits_its_screen(open_page: Open, width: int) -> None:
    practitioner = make_desk(name="Dr Wolfeschlegelsteinhausenbergerdorff", bio="x" * 300)
    long = "Unaussprechlichkeitsbescheinigung" * 2
    place = Location.objects.create(practitioner=practitioner, name=long, address=long * 3)
    make_service(practitioner, name=long, mode="in_person", location=place, amount=10**9, currency="KWD")
    front_desk(practitioner, "a.very.long.address.of.somebody@reception.of.a.practice.example.org")
    client = own_client(practitioner)
    page = open_page("/desk/", client=client, width=width)

    for name in EVERY:
        page.goto(reverse(f"desk:{name}"))
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, name


def test_a_service_is_added_by_keyboard_alone(open_page: Open) -> None:
    practitioner = make_desk()
    page = open_page("/desk/services/add/", client=own_client(practitioner))

    page.get_by_label("Name").focus()
    for keys in (
        "First visit",
        "Tab",
        "Tab",
        "Space",
        "ArrowRight",
        "Tab",
        "1,500",
        "Tab",
        "Tab",
        "ArrowRight",
        "Tab",
        "Space",
        "ArrowRight",
    ):
        (page.keyboard.press if keys in {"Tab", "Space", "ArrowRight"} else page.keyboard.type)(keys)
    page.keyboard.press("Enter")

    expect(page.get_by_role("link", name="First visit")).to_be_visible()
    service = practitioner.services.get()
    assert (service.duration, service.amount, service.mode) == (60, 150_000, "video")
    assert service.pay_when == "at_visit"
