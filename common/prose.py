"""A few marks in plain text: paragraphs, lines, lists ("- "), *emphasis*, and addresses that begin with https://.

What comes out are parts for a template to write, never markup.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import urlsplit

_MARK = re.compile(r"(?P<link>https://[^\s<>\"'*]+)|(?<![\w*])\*(?=\S)(?P<emphasis>[^*]+)(?<=\S)\*(?![\w*])")
_BULLETS = ("- ", "• ", "* ")
_ENDS_A_SENTENCE = ".,;:!?)]}…"


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words of a line; `kind` is text, emphasis or link."""

    text: str
    kind: str = "text"


Line = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph and its lines, or a list and its items."""

    lines: tuple[Line, ...]
    is_list: bool = False


def blocks(text: str) -> list[Block]:
    found = []
    for kind, lines in groupby(text.splitlines(), key=_kind):
        if kind:
            items = [line.strip().removeprefix("-").removeprefix("•").removeprefix("* ").strip() for line in lines]
            found.append(Block(tuple(tuple(_pieces(item)) for item in items), is_list=kind == "list"))
    return found


def _kind(line: str) -> str:
    """What a line belongs to; "" stands between two blocks."""
    if not line.strip():
        return ""
    return "list" if line.lstrip().startswith(_BULLETS) else "paragraph"


def _pieces(line: str) -> Iterator[Piece]:
    at = 0
    for match in _MARK.finditer(line):
        piece = _piece(match)
        if match.start() > at:
            yield Piece(line[at : match.start()])
        yield piece
        at = match.end() if piece.kind == "emphasis" else match.start() + len(piece.text)
    if at < len(line):
        yield Piece(line[at:])


def _piece(match: re.Match[str]) -> Piece:
    if match["emphasis"]:
        return Piece(match["emphasis"], "emphasis")
    address = match["link"].rstrip(_ENDS_A_SENTENCE)
    return Piece(address, "link" if _leads_somewhere(address) else "text")


def _leads_somewhere(address: str) -> bool:
    """A host with a dot and nobody's name before it: https://bank.example@other.example is not what it seems."""
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        return False
    return "." in host.strip(".") and "@" not in address
