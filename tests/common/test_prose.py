"""The few marks in what people write about themselves: they never become markup of their own."""

from html.parser import HTMLParser

import pytest
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from common.prose import Block, Piece, blocks

OURS = {"p", "br", "ul", "li", "em", "a"}


class Seen(HTMLParser):
    """What a browser makes of it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError("a comment")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError("a declaration")

    def handle_pi(self, data: str) -> None:
        raise AssertionError("an instruction")


def written(text: str) -> Seen:
    return Seen(render_to_string("components/prose.html", {"text": text}))


MARKS = ["*", "- ", "• ", "* ", "\n", "\n\n", "https://a.example/", "https://", "<b>", "</p>", "<!--", "&lt;", '"', "'"]
MARKUP = st.lists(st.sampled_from([*MARKS, "javascript:", "data:", "{{", "{%", "@", "x", " "]) | st.text(max_size=8))


@given(MARKUP.map("".join))
def test_no_tag_of_theirs_survives_and_no_word_is_lost(text: str) -> None:
    seen = written(text)

    for tag, attrs in seen.tags:
        assert tag in OURS
        assert set(attrs) <= ({"href", "rel"} if tag == "a" else set())
        if tag == "a":
            assert (attrs["href"] or "").startswith("https://")
            assert attrs["rel"] == "nofollow ugc noopener"
    spoken = "".join(text.split()).replace("*", "").replace("-", "").replace("•", "")
    assert "".join(seen.words.split()).replace("*", "").replace("-", "").replace("•", "") == spoken


def test_paragraphs_lines_and_lists() -> None:
    assert blocks("One\ntwo\n\nThree\n- a\n• b\nFour") == [
        Block(((Piece("One"),), (Piece("two"),))),
        Block(((Piece("Three"),),)),
        Block(((Piece("a"),), (Piece("b"),)), is_list=True),
        Block(((Piece("Four"),),)),
    ]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("a *b c* d", [Piece("a "), Piece("b c", "emphasis"), Piece(" d")]),
        ("2*3*4 and a * b", [Piece("2*3*4 and a * b")]),
        ("See https://example.org/a_b?c=d.", [Piece("See "), Piece("https://example.org/a_b?c=d", "link"), Piece(".")]),
        ("http://example.org", [Piece("http://example.org")]),
        ("(https://example.org)", [Piece("("), Piece("https://example.org", "link"), Piece(")")]),
        ("https://bank.example@evil.example", [Piece("https://bank.example@evil.example")]),
        ("https://localhost", [Piece("https://localhost")]),
        ("https://[x", [Piece("https://[x")]),
    ],
)
def test_marks_within_a_line(text: str, pieces: list[Piece]) -> None:
    (block,) = blocks(text)

    assert list(block.lines[0]) == pieces
