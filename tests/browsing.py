"""Pages opened in a real Chromium, as a patient or signed in."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from django.test import Client
from playwright.sync_api import Browser, Page

Open = Callable[..., Page]


@contextmanager
def opening(browser: Browser, url: str, *, expected: Sequence[str] = ()) -> Iterator[Open]:
    """What opens a page, each as if on a device of its own: a phone, unless `wishes` or `width` say otherwise.

    `client` lends its cookies. Whatever a browser complains about fails the test, but for `expected` words.
    """
    complaints: list[str] = []

    with ExitStack() as contexts:

        def opened(
            path: str, *, client: Client | None = None, scripts: bool = True, width: int = 390, **wishes: Any
        ) -> Page:
            usual = {
                "java_script_enabled": scripts,
                "viewport": {"width": width, "height": 844},
                "timezone_id": "Asia/Kolkata",
            }
            context = contexts.enter_context(browser.new_context(base_url=url, **{**usual, **wishes}))
            for name, cookie in client.cookies.items() if client else ():
                context.add_cookies([{"name": name, "value": cookie.value, "url": url}])
            page = context.new_page()
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
            page.goto(path)
            return page

        yield opened
    assert [each for each in complaints if not any(word in each for word in expected)] == []
