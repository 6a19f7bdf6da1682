"""What people type, made fit to be stored and sent on."""

import unicodedata

# Marks that turn the order of what follows them: what is read is then not what is stored.
_TURNING = {chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}


def is_plain(text: str) -> bool:
    """Whether it is made of letters, signs and blanks alone: nothing that controls how they are shown."""
    return not any(unicodedata.category(letter) in {"Cc", "Cs"} or letter in _TURNING for letter in text)


def one_line(value: str) -> str:
    """A name on one line: blanks of every kind become single spaces. ValueError if control characters remain."""
    line = " ".join(value.split())
    if not is_plain(line):
        raise ValueError("not text")
    return line


def masked_email(address: str) -> str:
    """An address told to whoever may not know it: a•••@example.com"""
    name, _at, host = address.partition("@")
    return f"{name[:1]}•••@{host}" if address else ""


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
