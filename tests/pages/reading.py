"""Reads a page as its parts: words, headings, links, forms, ids."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Protocol

from django.conf import settings

_VOID = {"br", "circle", "hr", "img", "input", "link", "meta", "path", "rect"}
_UNSEEN = {"style", "script", "title", "head"}


class Answer(Protocol):
    @property
    def content(self) -> bytes: ...


@dataclass
class Element:
    tag: str
    attrs: dict[str, str]
    text: str = ""


@dataclass
class Page:
    """`elements` in document order; `problems` are faults of the markup."""

    elements: list[Element] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    text: str = ""
    title: str = ""

    def every(self, tag: str, **attrs: str) -> list[Element]:
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attrs.items()}
        return [e for e in self.elements if e.tag == tag and wanted.items() <= e.attrs.items()]

    def heading(self) -> str:
        (found,) = self.every("h1")
        return found.text

    def hidden(self, name: str) -> str:
        """The value of the first hidden field of a name."""
        return self.every("input", name=name)[0].attrs["value"]

    def links(self) -> list[str]:
        return [e.attrs["href"] for e in self.every("a")]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page()
        self.open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _value in attrs]
        if len(names) != len(set(names)):
            self.page.problems.append(f"<{tag}> says an attribute twice: {names}")
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.page.elements.append(element)
        if tag not in _VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1].tag != tag:
            self.page.problems.append(f"</{tag}> closes {self.open[-1].tag if self.open else 'nothing'}")
            return
        closed = self.open.pop()
        closed.text = _tidy(closed.text)

    def handle_data(self, data: str) -> None:
        if any(element.tag == "title" for element in self.open):
            self.page.title += data
        if any(element.tag in _UNSEEN for element in self.open):
            return
        for element in self.open:
            element.text += data
        self.page.text += data


def _tidy(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def read(response: Answer) -> Page:
    reader = _Reader()
    reader.feed(response.content.decode())
    page = reader.page
    page.problems += [f"<{element.tag}> stays open" for element in reader.open]
    page.text, page.title = _tidy(page.text), _tidy(page.title)
    return page


def faults(page: Page) -> list[str]:
    """What is wrong with a page whatever it is about."""
    found = [*page.problems, *_names(page), *_leaks(page), *_unlabelled(page)]
    if len(page.every("h1")) != 1:
        found.append(f"{len(page.every('h1'))} h1")
    if not page.every("main") or not page.every("html")[0].attrs.get("lang"):
        found.append("no main or no lang")
    forms, tokens = len(page.every("form", method="post")), len(page.every("input", name="csrfmiddlewaretoken"))
    if forms != tokens:
        found.append(f"{forms} forms that post, {tokens} tokens")
    return found


def _names(page: Page) -> Iterator[str]:
    ids = [e.attrs["id"] for e in page.elements if "id" in e.attrs]
    yield from (f"id {each} stands twice" for each in sorted({each for each in ids if ids.count(each) > 1}))
    for element in page.elements:
        for name in ("aria-labelledby", "aria-describedby", "for"):
            wanted = element.attrs.get(name, "").split()
            yield from (f"{name}={each} names nothing" for each in wanted if each not in ids)


def _leaks(page: Page) -> Iterator[str]:
    """Inline behaviour and style, which the policy forbids, and addresses of others."""
    for element in page.elements:
        yield from (f"<{element.tag} {name}>" for name in element.attrs if name.startswith("on") or name == "style")
        leads = element.attrs.get("href", "") + element.attrs.get("src", "")
        asked_for = element.tag == "a" and element.attrs.get("rel") == "noopener noreferrer"  # a map, on a press
        if "//" in leads.removeprefix(settings.SITE_URL) and not asked_for:
            yield f"{element.tag} leads elsewhere: {element.attrs}"


def _unlabelled(page: Page) -> Iterator[str]:
    labelled = {e.attrs.get("for") for e in page.every("label")}
    for element in page.elements:
        is_field = element.tag in {"input", "select", "textarea"} and element.attrs.get("type") != "hidden"
        if is_field and element.attrs.get("id") not in labelled:
            yield f"nothing labels {element.attrs}"
