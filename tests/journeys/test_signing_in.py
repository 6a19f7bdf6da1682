"""Signing in by a code from the mailbox, with the keyboard alone, through every real part."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from common.models import User
from notifications.sandbox.models import Mail
from tests.browsing import opening
from tests.stack import Stack
from tests.waiting import eventually

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ADDRESS = "patient@example.org"
_MOST_STOPS = 15


def tab_to(page: Page, what: str) -> None:
    """Walk by the Tab key to a field (by its label), a link or a button (by its words)."""
    name = "document.activeElement.labels?.[0]?.textContent ?? document.activeElement.textContent"
    for _ in range(_MOST_STOPS):
        page.keyboard.press("Tab")
        if str(page.evaluate(name)).strip().startswith(what):
            return
    pytest.fail(f"the Tab key does not lead to {what}")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_patient_signs_in_by_keyboard_and_out_again(stack: Stack, browser: Browser, *, scripts: bool) -> None:
    url = stack.up(web=1, worker=1, beat=True, sandbox=True)
    with opening(browser, url) as open_page:
        page = open_page("/", scripts=scripts, reduced_motion="reduce")
        tab_to(page, "Sign in")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
        tab_to(page, "E-mail")
        page.keyboard.type(ADDRESS)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Enter your code")
        expect(page.get_by_text(ADDRESS)).to_be_visible()

        assert eventually(lambda: Mail.objects.filter(to=ADDRESS).exists(), seconds=30)
        code = re.findall(r"^\d{6}", Mail.objects.get().text, re.MULTILINE)[0]
        tab_to(page, "Code from the e-mail")
        assert page.evaluate("document.activeElement.autocomplete") == "one-time-code"
        page.keyboard.type(f"{code[:3]} {code[3:]}")
        page.keyboard.press("Enter")

        expect(page.get_by_role("heading", level=1)).to_have_text("My appointments")
        tab_to(page, "Account")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Your account")
        assert User.objects.get().email == ADDRESS
        tab_to(page, "Sign out")
        page.keyboard.press("Enter")
        expect(page.get_by_role("banner").get_by_role("link", name="Sign in")).to_be_visible()
