"""What people type, made fit to be stored and sent on."""

import unicodedata


def one_line(value: str) -> str:
    """A name on one line: blanks of every kind become single spaces. ValueError if control characters remain."""
    line = " ".join(value.split())
    if any(unicodedata.category(letter) in {"Cc", "Cs"} for letter in line):
        raise ValueError("not text")
    return line
