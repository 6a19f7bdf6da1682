"""Fills in the forms about working hours the way a browser without scripts does."""

from collections.abc import Iterable, Mapping

from django.test import Client

from tests.answers import Answer
from tests.factories import NINE_TO_FIVE
from tests.pages.reading import Element, Page, read

Hours = Iterable[tuple[object, object]]
Typed = Mapping[str, object]
WEEKDAYS: dict[int, Hours] = dict.fromkeys(range(5), NINE_TO_FIVE)


def week(days: Mapping[int, Hours]) -> dict[str, object]:
    """The fields of intervals, by day: 540 is nine o'clock."""
    typed: dict[str, object] = {}
    for day, hours in days.items():
        for number, (starts, ends) in enumerate(hours):
            typed |= {f"from-{day}-{number}": str(starts), f"to-{day}-{number}": str(ends)}
    return typed


def shown(answer: Answer) -> dict[str, list[str]]:
    """What a page's form would send as it stands, without a button."""
    found: dict[str, list[str]] = {}
    chosen = ""
    for each in _main(read(answer)):
        kind, name = each.attrs.get("type", "text"), each.attrs.get("name", "")
        if each.tag == "input" and name and (kind not in {"radio", "checkbox"} or "checked" in each.attrs):
            found.setdefault(name, []).append(each.attrs.get("value", ""))
        elif each.tag == "select":
            chosen = name
            found[chosen] = []
        elif each.tag == "option" and (not found[chosen] or "selected" in each.attrs):
            found[chosen] = [each.attrs["value"]]
    return {name: values for name, values in found.items() if name != "csrfmiddlewaretoken"}


def _main(page: Page) -> list[Element]:
    places = [place for place, each in enumerate(page.elements) if each.tag == "main"]
    return page.elements[places[0] :]


def hours_of(answer: Answer) -> dict[str, object]:
    return {name: values[0] for name, values in shown(answer).items() if name.startswith(("from-", "to-"))}


def press(client: Client, url: str, typed: Typed, do: str = "save") -> Answer:
    """Type into a page that was just opened, and press a button."""
    base = shown(client.get(url)).get("base", [""])
    return client.post(url, {"base": base, **typed, "do": do})


def again(client: Client, url: str, answer: Answer, typed: Typed, do: str = "save") -> Answer:
    """Press a button of the page that came back, with what it holds and what is typed over it."""
    return client.post(url, {**shown(answer), **typed, "do": do})


def questions(answer: Answer) -> list[str]:
    """The names of the decisions that a page asks for."""
    radios = read(answer).every("input", type="radio")
    return list(dict.fromkeys(each.attrs["name"] for each in radios))
