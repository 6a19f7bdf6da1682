"""The table of moves, walked pair by pair, and nobody who goes around it."""

import ast
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from booking.actions import rows
from booking.errors import WrongState
from booking.lifecycle import ACTIVE, MOVES, Status
from booking.models import Move
from common.audit import Actor
from common.models import AuditEntry
from tests.factories import NOW, make_booking

# As the design draws them.
ARROWS = {
    ("pending_payment", "confirmed"),
    ("pending_payment", "requested"),
    ("pending_payment", "expired"),
    ("pending_payment", "cancelled"),
    ("requested", "pending_payment"),
    ("requested", "confirmed"),
    ("requested", "declined"),
    ("requested", "expired"),
    ("requested", "cancelled"),
    ("expired", "confirmed"),
    ("confirmed", "completed"),
    ("confirmed", "no_show"),
    ("confirmed", "cancelled"),
    ("completed", "no_show"),
    ("no_show", "completed"),
}
ROOT = Path(__file__).resolve().parents[2]


def test_the_table_holds_the_drawn_arrows_and_no_others() -> None:
    assert {(before.value, after.value) for before, following in MOVES.items() for after in following} == ARROWS
    assert set(MOVES) == set(Status)


def test_a_time_is_occupied_until_it_is_given_back() -> None:
    assert set(Status) - set(ACTIVE) == {Status.EXPIRED, Status.CANCELLED, Status.DECLINED}


@pytest.mark.django_db
@pytest.mark.parametrize(("before", "after"), list(product(Status, Status)))
def test_only_a_drawn_arrow_changes_anything(before: Status, after: Status) -> None:
    booking = make_booking(status=before)

    try:
        rows.move(booking, after, by=Actor.STAFF, now=NOW, reason="walked")
    except WrongState:
        moved = False
    else:
        moved = True

    booking.refresh_from_db()
    assert moved is ((before, after) in ARROWS)
    assert booking.status == (after if moved else before)
    history = [(move.before, move.after, move.actor, move.reason) for move in Move.objects.all()]
    assert history == ([(before, after, "staff", "walked")] if moved else [])
    assert AuditEntry.objects.filter(action=f"booking.{after}").count() == len(history)


# --- Nobody goes around it --------------------------------------------------------------------------------------------

# Who may write a status, and why it is no hole.
WRITERS = {
    "booking/actions/rows.py",
    "payments/actions.py",
    "payments/visit_payments.py",
    "booking/samples.py",  # practice mode's invented bookings begin firm
    "booking/sample_past.py",
}
_WRITING_CALLS = {"update", "create", "get_or_create", "update_or_create", "bulk_update", "setattr"}
_WITH_STATUS = {"Booking", "Payment", "Refund"}


def _writes_of_a_status(tree: ast.AST) -> Iterator[int]:
    """Lines that assign `.status`, or name it in a call that writes or builds a row."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == "status" and isinstance(node.ctx, ast.Store | ast.Del):
            yield node.lineno
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            named = any(keyword.arg == "status" for keyword in node.keywords)
            quoted = any(isinstance(part, ast.Constant) and part.value == "status" for part in ast.walk(node))
            if (name in _WRITING_CALLS and (named or quoted)) or (name in _WITH_STATUS and named):
                yield node.lineno


def _product_files() -> Iterator[Path]:
    for app in ("common", "practitioners", "booking", "payments", "notifications", "config"):
        for path in (ROOT / app).rglob("*.py"):
            if not {"migrations", "sandbox"} & set(path.parts):
                yield path


def test_nothing_but_the_actions_writes_a_status() -> None:
    writers = {
        str(path.relative_to(ROOT)): lines
        for path in _product_files()
        if (lines := sorted(set(_writes_of_a_status(ast.parse(path.read_text())))))
    }

    assert writers.keys() <= WRITERS, writers
    assert {"booking/actions/rows.py", "payments/actions.py"} <= writers.keys()


def test_within_the_actions_only_the_beginning_and_the_move_write_a_bookings_status() -> None:
    tree = ast.parse((ROOT / "booking/actions/rows.py").read_text())
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]

    assert {function.name for function in functions if list(_writes_of_a_status(function))} == {"begin", "move"}


@pytest.mark.parametrize(
    "line",
    [
        "booking.status = 'confirmed'",
        "booking.status: str = 'confirmed'",
        "Booking.objects.filter(pk=1).update(status='confirmed')",
        "Booking.objects.bulk_update(rows, ['status'])",
        "Booking(status='confirmed').save()",
        "setattr(booking, 'status', 'confirmed')",
    ],
)
def test_the_search_for_writers_finds_one(line: str) -> None:
    assert list(_writes_of_a_status(ast.parse(line)))


def test_the_search_for_writers_lets_readers_be() -> None:
    assert not list(_writes_of_a_status(ast.parse("Booking.objects.filter(status='confirmed').exists()")))
