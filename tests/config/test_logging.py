"""Log lines: constant words and ids, and never what a person typed."""

import io
import json
import logging
import logging.config
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from config.logging import logging_config
from tests.factories import NOW, make_booking

CANARY = "Meera Iyer +919812300456"
Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines() -> Iterator[Lines]:
    """What our configuration writes, parsed."""
    written = io.StringIO()
    config = logging_config(level="INFO")
    for handler in config["handlers"].values():
        handler["stream"] = written
    logging.config.dictConfig(config)
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    logging.config.dictConfig(logging_config(level="INFO"))


def test_a_line_is_json_with_its_ids(lines: Lines) -> None:
    logging.getLogger("booking.actions").info("booking cancelled", extra={"booking": 7})

    (line,) = lines()
    assert (line["message"], line["booking"], line["level"], line["logger"]) == (
        "booking cancelled",
        7,
        "INFO",
        "booking.actions",
    )
    assert line["at"]


def test_a_newline_in_a_value_stays_one_line(lines: Lines) -> None:
    logging.getLogger("booking").info("odd", extra={"reason": "one\nlevel: FORGED"})

    assert len(lines()) == 1


def test_an_exception_is_named_and_placed_but_not_quoted(lines: Lines) -> None:
    def fails() -> None:
        raise LookupError(CANARY) from ValueError(CANARY)

    try:
        fails()
    except LookupError:
        logging.getLogger("payments").exception("event not processed", extra={"event": 7})

    (line,) = lines()
    assert "Meera" not in json.dumps(line)
    assert line["exc_info"].startswith("LookupError at ")
    assert " fails " in line["exc_info"]
    assert line["exc_info"].endswith("from ValueError")


@pytest.mark.django_db
def test_a_database_that_quotes_what_was_typed_is_not_quoted(lines: Lines) -> None:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT %s::int", [CANARY])
    except DatabaseError as error:
        quoted = str(error)
        logging.getLogger("booking").exception("not stored")

    assert CANARY in quoted
    (line,) = lines()
    assert line["exc_info"].startswith("DataError at ")
    assert "Meera" not in json.dumps(line)


@pytest.mark.parametrize(
    "name", ["django.request", "django.security.DisallowedHost", "celery.worker", "kombu", "urllib3", "razorpay"]
)
def test_libraries_lose_their_words(lines: Lines, name: str) -> None:
    logging.getLogger(name).error("Not Found: %s", f"/b/{CANARY}/", extra={"data": {"args": CANARY}})

    (line,) = lines()
    assert "Meera" not in json.dumps(line)
    assert (line["logger"], line["level"]) == (name, "ERROR")


@pytest.mark.django_db
def test_a_request_is_logged_by_its_routes_name_and_never_by_its_address(lines: Lines) -> None:
    booking = make_booking()
    client = Client(raise_request_exception=False)

    client.get(f"/b/{booking.public_id}/?email=meera@example.com", headers={"User-Agent": CANARY, "Referer": CANARY})
    client.get("/b/meera-iyer/")
    client.post("/api/v1/bookings", data=f'{{"name": "{CANARY}', content_type="application/json")
    client.get("/", headers={"Host": "meera.example"})

    text = json.dumps(lines())
    requests = [line for line in lines() if line["message"] == "request"]
    assert [(line["route"], line["status"]) for line in requests][:2] == [
        ("booking:detail", 200),
        ("booking:detail", 404),
    ]
    assert len(requests) == 4
    for secret in (booking.public_id, "Meera", "meera", "9812300456", NOW.isoformat()):
        assert secret not in text
