"""What people type, made fit to be stored and sent on."""

import unicodedata


def one_line(value: str) -> str:
    """A name on one line: blanks of every kind become single spaces. ValueError if control characters remain."""
    line = " ".join(value.split())
    if any(unicodedata.category(letter) in {"Cc", "Cs"} for letter in line):
        raise ValueError("not text")
    return line


_ACCENTS = 200  # the combining classes from here on sit above, below or through a letter
_APOSTROPHES = "'’‘ʼ`´"
_SPELT_OUT = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})


def folded(value: str) -> str:
    """What a hurried person types for it: no case, no accents, no apostrophes; other marks only part words.

    Vowel signs of Indian scripts are letters and stay.
    """
    spread = unicodedata.normalize("NFKD", value.casefold()).translate(_SPELT_OUT)
    return " ".join("".join(map(_bare, spread)).split())


def _bare(letter: str) -> str:
    if letter in _APOSTROPHES or unicodedata.combining(letter) >= _ACCENTS:
        return ""
    return letter if unicodedata.category(letter)[0] in "LMN" else " "
