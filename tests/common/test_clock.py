"""Practice time moves forward, for every process that shares the file."""

from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from common import clock

SECOND = timedelta(seconds=1)


def close(one: timedelta, other: timedelta) -> bool:
    return abs(one - other) < SECOND


@pytest.fixture
def clock_file(settings: Settings, tmp_path: Path) -> Path:
    settings.PRACTICE_MODE = True
    settings.CLOCK_FILE = str(tmp_path / "clock")
    return tmp_path / "clock"


def test_an_advance_adds_up_and_moves_only_the_products_time(clock_file: Path) -> None:
    clock.advance(3600)
    told = clock.advance(60)

    assert close(told - clock.machine_now(), timedelta(seconds=3660))
    assert close(clock.now() - clock.machine_now(), timedelta(seconds=3660))


def test_an_advance_in_another_process_is_seen(clock_file: Path) -> None:
    clock_file.write_text("86400")

    assert close(clock.now() - clock.machine_now(), timedelta(days=1))


def test_time_does_not_go_backwards(clock_file: Path) -> None:
    with pytest.raises(ValueError, match="forward"):
        clock.advance(-1)


@pytest.mark.parametrize(("practice", "file"), [(False, "clock"), (True, "")])
def test_only_practice_mode_moves_the_clock(settings: Settings, tmp_path: Path, *, practice: bool, file: str) -> None:
    settings.PRACTICE_MODE = practice
    settings.CLOCK_FILE = file and str(tmp_path / file)

    with pytest.raises(RuntimeError):
        clock.advance(60)
    assert close(clock.now() - clock.machine_now(), timedelta())
