"""A Chromium for the browser tests. `python -m tests.chromium` finds or installs one, or says how to get it.

$CHROMIUM names one; otherwise the usual names are looked for on the PATH.
"""

import os
import shutil
import subprocess
import sys

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_HOW = (
    "The browser tests need Chromium, and none was found. Install one (Debian, Ubuntu: apt-get install chromium; "
    "Fedora: dnf install chromium; macOS: brew install --cask chromium) or set CHROMIUM to a Chrome's path."
)


class NoChromium(Exception):
    """The text says how to get one."""


def find() -> str:
    """The path of an installed Chromium. Raises NoChromium."""
    named = os.environ.get("CHROMIUM")
    if named:
        path = shutil.which(named)
        if path is None:
            raise NoChromium(f"CHROMIUM={named} is not a program that can be started.")
        return path
    path = next(filter(None, map(shutil.which, _NAMES)), None)
    if path is None:
        raise NoChromium(_HOW)
    return path


def ensure() -> str:
    """As `find`, but as root on Debian and its kin the package is installed if need be."""
    try:
        return find()
    except NoChromium:
        if os.environ.get("CHROMIUM") or os.geteuid() != 0 or not shutil.which("apt-get"):
            raise
    _say("Installing Chromium for the browser tests …")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update", "--quiet"], ["install", "--yes", "--no-install-recommends", "--quiet", "chromium"]):
        done = subprocess.run(["apt-get", *words], env=environment, capture_output=True, text=True, check=False)  # noqa: S607
        if done.returncode:
            raise NoChromium(f"{_HOW}\napt-get {words[0]} failed: {done.stderr.strip()[-500:]}")
    return find()


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    try:
        ensure()
    except NoChromium as error:
        _say(str(error))
        sys.exit(1)
