"""From signing up to the first patient's hold, on a phone: every step of the checklist through its own page.

Set SHOTS to a folder to keep a picture of every step."""

import io
import os
import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from booking.models import Booking
from practitioners.models import Practitioner
from tests.accounts.conftest import newest_code
from tests.browsing import Open

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ADDRESS = "asha@example.org"


def picture(page: Page, name: str) -> None:
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=str(Path(folder) / f"setup-{name}.png"), full_page=True)


def portrait() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((300, 400), 60).convert("RGB").save(out, "JPEG")
    return out.getvalue()


@pytest.mark.parametrize("scripts", [True, False])
def test_from_signing_up_to_a_page_that_patients_book(open_page: Open, scripts: bool) -> None:
    page = open_page("/join/", scripts=scripts, reduced_motion="reduce")
    _sign_up(page)
    _is_at(page, 1)
    page.get_by_role("link", name="Your profile").click()
    _profile(page)
    _is_at(page, 2)
    page.get_by_role("link", name="A service and its price").click()
    _service(page)
    _is_at(page, 3)
    page.get_by_role("link", name="Your weekly hours").click()
    _hours(page)
    _is_at(page, 4)
    page.get_by_role("link", name="Preview as a patient").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Asha Rao")
    expect(page.locator("button[name=slot]").first).to_be_disabled()
    picture(page, "6-preview")
    page.get_by_role("button", name="It looks right").click()
    _is_at(page, 5)
    page.get_by_role("link", name="Publish and copy your link").click()
    page.get_by_role("button", name="Publish my page").click()
    picture(page, "7-published")
    link = page.locator("#own-address").inner_text()
    assert link.endswith("/p/asha-rao/")
    page.goto("/desk/")
    expect(page.get_by_text("of 6")).to_have_count(0)
    page.goto("/desk/setup/")
    expect(page.get_by_text("Everything is done.")).to_be_visible()

    _a_patient_books(open_page, scripts)


def _is_at(page: Page, done: int) -> None:
    page.goto("/desk/setup/")
    expect(page.get_by_text(f"{done} of 6 steps are done.")).to_be_visible()
    picture(page, f"at-{done}")


def _sign_up(page: Page) -> None:
    page.get_by_label("Full name").fill("Asha Rao")
    page.get_by_label("E-mail").fill(ADDRESS)
    page.locator("main form button[type=submit]").first.click()
    page.get_by_label("Code").fill(newest_code(ADDRESS))
    page.locator("main form button[type=submit]").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Make your page")
    expect(page.get_by_label("Your name")).to_have_value("Asha Rao")
    page.get_by_label("Profession or credential").fill("Dietitian")
    picture(page, "1-begin")
    page.get_by_role("button", name="Make my page").click()


def _profile(page: Page) -> None:
    page.get_by_label("About you and your work").fill("I help people eat.\n\n- Slowly\n- With *joy*")
    page.get_by_label("Languages").fill("English, Hindi")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Your profile is saved.")).to_be_visible()
    page.get_by_role("link", name="Add a photo").click()
    page.get_by_label("Photo").set_input_files({"name": "me.jpg", "mimeType": "image/jpeg", "buffer": portrait()})
    page.get_by_role("button", name="Save the photo").click()
    expect(page.get_by_text("Your photo is saved.")).to_be_visible()
    picture(page, "2-profile")


def _service(page: Page) -> None:
    page.get_by_role("link", name="Add a service").click()
    page.get_by_label("Name").fill("First visit")
    page.get_by_label("60 minutes").check()
    page.get_by_label("Price").fill("1,5oo")
    page.get_by_label("Video").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Enter a price such as 1,500")
    expect(page.get_by_label("Price")).to_have_value("1,5oo")
    picture(page, "3-error")
    page.get_by_label("Price").fill("1,500")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("₹1,500")).to_be_visible()
    picture(page, "4-services")


def _hours(page: Page) -> None:
    for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday"):
        page.get_by_role("group", name=day).get_by_role("button", name=re.compile("Add|Open")).click()
        expect(page.get_by_role("group", name=day).locator("select").first).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Your week is saved.")).to_be_visible()
    picture(page, "5-hours")
    assert Practitioner.objects.get().weekly_hours.count() == 5


def _a_patient_books(open_page: Open, scripts: bool) -> None:
    page = open_page("/p/asha-rao/", scripts=scripts)
    expect(page.locator("img.portrait")).to_be_visible()
    assert page.locator("img.portrait").evaluate("image => image.naturalWidth") == 480 or not scripts
    page.locator("button[name=slot]").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your details")
    assert Booking.objects.get().amount == 150_000
