"""A link that opens a booking can't be guessed, and what opens nothing tells nothing: an absent booking, a misspelt
link, one that was replaced and, at the desk, somebody else's booking are one and the same."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from html import escape
from random import Random
from typing import Any
from urllib.parse import quote, unquote

import pytest
from django.db.models import Model
from django.http import Http404
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern
from pytest_django import Settings

from booking import actions, answers, queries
from booking.lifecycle import Status
from booking.models import Booking, SavedPerson
from common.audit import Actor
from common.ids import ALPHABET, new_public_id, new_reference
from common.models import User
from practitioners.models import DeskAccess, Location, TimeOff
from tests.desk.people import client_of, front_desk, make_working_desk, own_client
from tests.factories import NOW, TOMORROW_AT_TEN, make_booking, make_service
from tests.proofs import visitors
from tests.proofs.scale import FULL, many
from tests.stack import Stack

pytestmark = [pytest.mark.proof, pytest.mark.django_db(transaction=True)]
TRIES, BATCH = many(2_000, 1_000_000), 2_000
OPENED_ONE_BY_ONE = many(200, 20_000)
ANSWERS = many(1_000, 200_000)
OVER_HTTP = many(60, 600)
METHODS = ("GET", "POST", *(("HEAD", "PUT", "DELETE") if FULL else ()))
LETTERS = ALPHABET.lower()


@pytest.fixture(autouse=True)
def _uncounted(settings: Settings) -> None:
    """All of it comes from this machine."""
    settings.RATE_LIMITS = False


# --- Tampering --------------------------------------------------------------------------------------------------------


def another_letter(real: str, dice: Random) -> str:
    place = dice.randrange(len(real))
    return real[:place] + dice.choice(LETTERS.replace(real[place].lower(), "")) + real[place + 1 :]


def two_swapped(real: str, dice: Random) -> str:
    place = dice.randrange(len(real) - 1)
    return real[:place] + real[place + 1] + real[place] + real[place + 2 :]


def one_left_out(real: str, dice: Random) -> str:
    place = dice.randrange(len(real))
    return real[:place] + real[place + 1 :]


def one_too_many(real: str, dice: Random) -> str:
    place = dice.randrange(len(real) + 1)
    return real[:place] + dice.choice(LETTERS) + real[place:]


def in_capitals(real: str, _dice: Random) -> str:
    return real.upper() if real != real.upper() else real.lower()


def with_a_wildcard(real: str, dice: Random) -> str:
    place = dice.randrange(len(real))
    return real[:place] + dice.choice("%_*.?") + real[place + 1 :]


def as_it_is_misread(real: str, dice: Random) -> str:
    letter, alike = dice.choice([("0", "o"), ("1", "l"), ("v", "u"), ("8", "b"), ("5", "s"), ("2", "z")])
    return real.replace(letter, alike)


def with_space(real: str, dice: Random) -> str:
    return dice.choice([f" {real}", f"{real} ", f"{real}\n", f"{real}\t", f"{real}="])


def from_the_end(real: str, _dice: Random) -> str:
    return real[::-1]


def anything(_real: str, _dice: Random) -> str:
    return new_public_id()


WAYS: Sequence[Callable[[str, Random], str]] = (
    another_letter, two_swapped, one_left_out, one_too_many, in_capitals, with_a_wildcard, as_it_is_misread, with_space,
    from_the_end, anything,
)  # fmt: skip


def tampered(real: Sequence[str], dice: Random) -> Iterator[str]:
    """Without end: what somebody may make of links, or of parts of two of them."""
    known = set(real)
    while True:
        one, other = dice.choice(real), dice.choice(real)
        cut, way = dice.randrange(1, len(one)), dice.choice([None, *WAYS])
        made = way(one, dice) if way else one[:cut] + other[cut:]
        if made not in known:
            yield made


def some_bookings(count: int = 50) -> list[Booking]:
    service = visitors.always_open()
    starts = [TOMORROW_AT_TEN + timedelta(hours=hour) for hour in range(count)]
    facts: dict[str, Any] = {"status": Status.REQUESTED, "hold_expires_at": NOW + timedelta(days=1)}
    return [make_booking(service=service, start=start, **facts) for start in starts]


def stored(tokens: Sequence[str]) -> int:
    return Booking.objects.filter(public_id__in=tokens).count()


def stored_in_any_case(tokens: Sequence[str]) -> int:
    return Booking.objects.filter(public_id__iregex="^(" + "|".join(map(re.escape, tokens)) + ")$").count()


def hits(real: Sequence[str], count: int, look_up: Callable[[Sequence[str]], int]) -> int:
    made = tampered(real, Random(7))
    return sum(look_up([next(made) for _ in range(BATCH)]) for _ in range(count // BATCH))


def opens(look_up: Callable[[str], Booking], token: str) -> bool:
    try:
        look_up(token)
    except Http404:
        return False
    return True


def test_no_tampered_link_opens_a_booking() -> None:
    real = [booking.public_id for booking in some_bookings()]
    assert stored(real) == len(real)

    assert hits(real, TRIES, stored) == 0

    made = tampered(real, Random(8))
    assert not any(opens(queries.booking_by_link, next(made)) for _ in range(OPENED_ONE_BY_ONE))
    assert all(opens(queries.booking_by_link, token) for token in real)
    print(f"{TRIES} tampered links looked up, {OPENED_ONE_BY_ONE} of them opened one by one")  # noqa: T201


def test_no_tampered_answer_is_one() -> None:
    real = [answers.token(booking) for booking in some_bookings()]
    made = tampered(real, Random(9))

    def look_up(token: str) -> Booking:
        return answers.booking_of(token, now=NOW)

    assert not any(opens(look_up, next(made)) for _ in range(ANSWERS))
    assert all(opens(look_up, token) for token in real)


def test_control_a_look_up_that_minds_no_case_is_found_out() -> None:
    real = [booking.public_id for booking in some_bookings()]

    assert hits(real, BATCH, stored_in_any_case) > 0


def test_over_http_every_tampered_link_is_the_same_nothing(stack: Stack) -> None:
    bookings = some_bookings()
    url = stack.up(web=1, settings={"RATE_LIMITS": "off"})
    links = tampered([booking.public_id for booking in bookings], Random(10))
    answer_links = tampered([answers.token(booking) for booking in bookings], Random(11))

    seen = set()
    for number in range(OVER_HTTP):
        page, made = (("b", links), ("h", links), ("answer", answer_links))[number % 3]
        path = f"/{page}/{quote(next(made))}/"
        answer = visitors.send(url, "GET", path)
        seen.add((answer.status, plain(answer.body.decode(), path)))

    assert [status for status, _body in seen] == [404]


# --- What is not there ------------------------------------------------------------------------------------------------


def plain(text: str, path: str) -> str:
    """A text without what differs each time, and without the address that was asked for."""
    spoken = unquote(path)
    spellings = {path, spoken, quote(path, safe=""), quote(spoken), quote(path), escape(spoken), escape(path)}
    for spelling in sorted(spellings, key=len, reverse=True):
        text = text.replace(spelling, "(here)")
    for each_time in (r'nonce="[^"]*"', r'name="csrfmiddlewaretoken" value="[^"]*"', r'name="key" value="[^"]*"'):
        text = re.sub(each_time, "", text)
    return text


def routes(patterns: Sequence[URLPattern | URLResolver] | None = None, before: str = "") -> Iterator[str]:
    """Every address of the product, as its URLconf spells it; the admin and the sandbox have people of their own."""
    for each in get_resolver().url_patterns if patterns is None else patterns:
        if not isinstance(each.pattern, RoutePattern):
            continue
        route = before + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from routes(each.url_patterns, route)
        elif not route.startswith(("admin/", "sandbox/")):
            yield route


def named(route: str) -> list[str]:
    return re.findall(r"<(?:\w+:)?(\w+)>", route)


# What stands in addresses: what opens something for whoever knows it, what is somebody's, and what all may know.
LINKS, ANSWER, REFERENCE, NUMBERS = ("public_id", "id"), ("token",), ("reference",), ("pk", "number")
KNOWN_TO_ALL = {"practitioner", "service", "slug", "provider", "size", "text"}


def with_names(*names: str) -> list[str]:
    return sorted({route for route in routes() if set(names) & set(named(route)) and "size" not in named(route)})


def address(route: str, names: Sequence[str], value: str) -> str:
    """The route for a value; whatever else it names is the first of its kind."""
    filled = re.sub(rf"<(?:\w+:)?(?:{'|'.join(names)})>", lambda _found: quote(value, safe=""), route)
    return "/" + re.sub(r"<[^>]*>", "1", filled)


@dataclass(frozen=True)
class Told:
    status: int
    body: str
    headers: tuple[tuple[str, str], ...]


def told(answer: Any, path: str) -> Told:
    differ = {"X-Request-ID", "Content-Length", "Content-Security-Policy"}
    headers = tuple(sorted((name, plain(value, path)) for name, value in answer.items() if name not in differ))
    return Told(answer.status_code, plain(answer.content.decode(), path), headers)


def ask(client: Client, method: str, path: str) -> Told:
    if method == "POST" and path.startswith("/api/"):
        wish = {"start": (TOMORROW_AT_TEN + timedelta(hours=1)).isoformat()}
        return told(client.post(path, wish, content_type="application/json"), path)
    return told(client.generic(method, path), path)


def differences(client: Client, names: Sequence[str], absent: str, others: dict[str, str]) -> list[str]:
    """Where something else is told of another value than of one that was never there."""
    found = []
    for route in with_names(*names):
        for method in METHODS:
            nothing = ask(client, method, address(route, names, absent))
            for what, value in others.items():
                if ask(client, method, address(route, names, value)) != nothing:
                    found.append(f"{method} {route}: {what}")
    return found


def misspelt(real: str) -> dict[str, str]:
    few = {"a letter too few": real[:-1], "in capitals": real.upper(), "a line break": f"{real}\n"}
    return (
        few
        if not FULL
        else few
        | {
            "a letter too many": f"{real}a",
            "a single letter": "x",
            "very long": "a" * 3000,
            "from another alphabet": "é" * 26,
            "a wildcard": f"{real[:-1]}%",
            "a quotation mark": f"{real}'--",
        }
    )


def replaced() -> dict[str, str]:
    """Links that opened something once."""
    found = {}
    for status in (Status.CONFIRMED, Status.CANCELLED):
        booking = make_booking(status=status)
        found[f"the old link of a {status} one"] = booking.public_id
        actions.renew_link(booking, by=Actor.FRONT_DESK, now=NOW)
    return found


def test_of_every_part_of_every_address_it_is_known_whose_it_is() -> None:
    assert {name for route in routes() for name in named(route)} == KNOWN_TO_ALL.union(
        LINKS, ANSWER, REFERENCE, NUMBERS
    )


@pytest.mark.usefixtures("stopped_clock")
def test_links_that_open_nothing_are_alike_wherever_they_lead() -> None:
    booking = make_booking(status=Status.CONFIRMED)
    links = with_names(*LINKS)
    assert {"b/<str:public_id>/", "h/<str:public_id>/pay/", "api/v1/bookings/<id>/cancel"} <= set(links)

    closed = replaced() | misspelt(booking.public_id)
    assert differences(Client(), LINKS, new_public_id(), closed) == []
    print(f"{len(links)} addresses, {len(closed)} kinds of links that open nothing")  # noqa: T201


@pytest.mark.usefixtures("stopped_clock")
def test_answers_that_are_none_are_alike_before_and_after_the_visit_was_moved() -> None:
    asked = make_booking(status=Status.REQUESTED, hold_expires_at=NOW + timedelta(days=1))
    real = answers.token(asked)
    actions.reschedule(asked, start=TOMORROW_AT_TEN + timedelta(hours=3), by=Actor.PATIENT, now=NOW)
    closed = {"of the time before": real} | misspelt(answers.token(Booking.objects.get()))

    assert with_names(*ANSWER) == ["answer/<str:token>/"]
    assert differences(Client(), ANSWER, "1-0.nothing", closed) == []


@pytest.mark.usefixtures("stopped_clock")
@pytest.mark.parametrize(
    "who", ["the practitioner", "nobody", *(("the front desk", "somebody without a desk") if FULL else ())]
)
def test_somebody_elses_bookings_are_not_there_at_the_desk(who: str) -> None:
    mine = make_working_desk()
    theirs = [make_booking(status=status) for status in (Status.CONFIRMED, Status.REQUESTED, Status.COMPLETED)]
    make_service(mine)
    clients: dict[str, Callable[[], Client]] = {
        "the practitioner": lambda: own_client(mine),
        "the front desk": lambda: client_of(front_desk(mine)),
        "somebody without a desk": lambda: client_of(User.objects.create_user("zoe@example.org")),
        "nobody": Client,
    }
    client = clients[who]()

    found = {f"a {booking.status} one of another": booking.reference for booking in theirs[: many(2, 3)]}
    found |= {"no reference": "x", "very long": "0" * 3000}
    assert "desk/bookings/<str:reference>/" in with_names(*REFERENCE)
    assert differences(client, REFERENCE, new_reference(), found) == []


@pytest.mark.usefixtures("stopped_clock")
def test_what_somebody_else_has_set_up_is_not_there_for_anybody() -> None:
    """Services, places, times off, people who may come in, people who are booked for: all go by numbers."""
    mine, theirs = make_working_desk(), make_working_desk(email="other@example.org")
    clerk = front_desk(theirs)
    facts = {"first_day": TOMORROW_AT_TEN.date(), "last_day": TOMORROW_AT_TEN.date(), "starts": 0, "ends": 24 * 60}
    rows: list[Model] = [
        make_service(theirs),
        Location.objects.create(practitioner=theirs, name="The rooms", address="1 High Street"),
        TimeOff.objects.create(practitioner=theirs, **facts),
        DeskAccess.objects.get(user=clerk),
        SavedPerson.objects.create(user=clerk, name="Kabir Iyer", relationship="Child"),
    ]

    found = {f"somebody else's {row._meta.verbose_name}": str(row.pk) for row in rows}
    assert {"desk/services/<int:pk>/", "me/dependents/<int:pk>/"} <= set(with_names(*NUMBERS))
    assert differences(own_client(mine), NUMBERS, "987654", found) == []


@pytest.mark.usefixtures("stopped_clock")
def test_control_a_page_that_minds_no_case_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    booking, strict = make_booking(status=Status.CONFIRMED), queries.booking_by_link
    monkeypatch.setattr(queries, "booking_by_link", lambda link: strict(link.lower()))

    found = differences(Client(), LINKS, new_public_id(), {"in capitals": booking.public_id.upper()})

    assert "GET b/<str:public_id>/: in capitals" in found


@pytest.mark.usefixtures("stopped_clock")
def test_control_a_desk_that_shows_whatever_exists_is_found_out() -> None:
    asha = make_working_desk()
    own = make_booking(service=make_service(asha), status=Status.CONFIRMED)

    assert differences(own_client(asha), REFERENCE, new_reference(), {"my own": own.reference})
