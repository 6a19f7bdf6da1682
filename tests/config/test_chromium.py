"""The browser tests are never skipped for want of a browser: the run says how to get one."""

from pathlib import Path

import pytest

from tests import chromium


def test_the_named_chromium_is_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    named = tmp_path / "my-chrome"
    named.touch(mode=0o755)
    monkeypatch.setenv("CHROMIUM", str(named))

    assert chromium.find() == str(named)


def test_a_named_chromium_that_is_not_there_is_an_error_with_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMIUM", "/nowhere/chrome")

    with pytest.raises(chromium.NoChromium, match="/nowhere/chrome"):
        chromium.ensure()


def test_without_any_the_error_says_how_to_get_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(chromium.NoChromium, match="apt-get install chromium"):
        chromium.ensure()
