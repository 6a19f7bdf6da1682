#!/usr/bin/env python
"""Django's commands, and `demo`, which works before there are any settings to read."""

import os
import shlex
import sys
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line


def main(arguments: list[str]) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if arguments[1:2] == ["demo"]:
        return _demo(arguments[2:])
    _borrow_settings()
    try:
        execute_from_command_line(arguments)
    except ImproperlyConfigured as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _demo(arguments: list[str]) -> int:
    try:
        from config.embedded.demo import main as demo  # noqa: PLC0415 - production does not have it
    except ModuleNotFoundError as error:
        sys.stderr.write(f"The demo needs {error.name}: pip install -r requirements/demo.txt, or `make demo`.\n")
        return 1
    return demo(arguments)


def _borrow_settings() -> None:
    """Without settings of its own, a command works on the demo of this folder (or of $DATA)."""
    kept = Path(os.environ.get("DATA") or ".demo") / "env"
    if os.environ.get("DATABASE_URL") or not kept.is_file():
        return
    sys.stderr.write(f"With the settings of {kept}.\n")
    for word in shlex.split(kept.read_text()):
        name, _, value = word.partition("=")
        os.environ.setdefault(name, value)


if __name__ == "__main__":
    sys.exit(main(sys.argv))
