"""The whole way of the news, printed and pinned: which signal reaches whom. docs/architecture.md shows the same."""

import re
from importlib import import_module
from pathlib import Path

from django.apps import apps
from django.dispatch import Signal
from django.utils.module_loading import module_has_submodule

OURS = ("common", "practitioners", "booking", "payments", "notifications")
EXPECTED = {
    "common.accounts.signals.account_changed": ["notifications.receivers.tell_the_owner"],
    "common.accounts.signals.arrived": [
        "booking.receivers.give_them_what_they_booked",
        "practitioners.receivers.note_their_desk",
    ],
    "common.accounts.signals.code_wanted": ["notifications.receivers.mail_the_code"],
    "booking.signals.booking_cancelled": [
        "notifications.receivers.tell_both_sides_it_is_off",
        "payments.receivers.ask_at_once",
        "payments.receivers.owe_what_was_paid",
    ],
    "booking.signals.booking_confirmed": [
        "notifications.receivers.tell_both_sides",
        "payments.receivers.close_what_is_not_needed",
    ],
    "booking.signals.booking_declined": ["notifications.receivers.tell_that_it_was_declined"],
    "booking.signals.booking_expired": [
        "notifications.receivers.tell_that_nobody_answered",
        "payments.receivers.ask_at_once",
    ],
    "booking.signals.booking_moved": ["notifications.receivers.tell_both_sides_when_it_is_now"],
    "booking.signals.booking_requested": ["notifications.receivers.tell_that_a_visit_is_asked_for"],
    "booking.signals.link_renewed": ["notifications.receivers.send_the_new_link"],
    "booking.signals.move_asked": ["notifications.receivers.ask_for_another_time"],
    "booking.signals.payment_asked": ["notifications.receivers.send_the_link_to_pay"],
    "payments.signals.payment_captured": [],
    "payments.signals.refund_owed": ["notifications.receivers.tell_whose_time_went"],
    "practitioners.signals.desk_opened": ["notifications.receivers.tell_who_may_come_in"],
    "practitioners.signals.practitioner_invited": ["notifications.receivers.invite_to_their_page"],
}


def _signals() -> dict[str, Signal]:
    found: dict[str, Signal] = {}
    for app in apps.get_app_configs():
        if app.name.partition(".")[0] in OURS and app.module and module_has_submodule(app.module, "signals"):
            signals = import_module(f"{app.name}.signals")
            ours = {name: one for name, one in vars(signals).items() if isinstance(one, Signal)}
            found |= {f"{app.name}.signals.{name}": one for name, one in ours.items()}
    return found


def _receivers(signal: Signal) -> list[str]:
    receivers, _asynchronous = signal._live_receivers(sender=None)
    return sorted(f"{receiver.__module__}.{receiver.__qualname__}" for receiver in receivers)


def test_every_signal_reaches_whom_it_should_and_nobody_else() -> None:
    found = {name: _receivers(signal) for name, signal in sorted(_signals().items())}
    for name, receivers in found.items():
        print(f"{name} → {', '.join(receivers) or 'nobody'}")  # noqa: T201 - the map is for reading

    assert found == EXPECTED


def test_news_travels_upwards_only() -> None:
    for name, receivers in EXPECTED.items():
        sender = OURS.index(name.partition(".")[0])
        assert all(OURS.index(receiver.partition(".")[0]) > sender for receiver in receivers)


def test_the_page_on_architecture_shows_the_same_map() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs/architecture.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \| `([\w/]+)/signals\.py` \| (.+) \|$", page, re.MULTILINE)

    shown = {
        f"{app.replace('/', '.')}.signals.{name}": set(re.findall(r"\b(\w+):", listeners))
        for name, app, listeners in rows
    }

    listening = {name: {one.partition(".")[0] for one in receivers} for name, receivers in EXPECTED.items()}
    assert shown == listening
