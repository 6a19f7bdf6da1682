"""The stylesheet that travels inside the page."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.template import Context, Template

from common.templatetags.samay_assets import SHEETS, minify


def test_minifying_drops_comments_and_spare_space_and_nothing_else() -> None:
    css = """
    /* a comment: { not a rule } */
    .a > .b :is(h1, p) { margin: 0 calc(1rem + 2px); content: " /* kept */ {x} "; }
    @media (min-width: 30rem) { a:hover::after { color: red; } }
    """

    assert minify(css) == (
        '.a > .b :is(h1,p){margin:0 calc(1rem + 2px);content:" /* kept */ {x} "}'
        "@media (min-width:30rem){a:hover::after{color:red}}"
    )


@pytest.mark.parametrize("name", SHEETS)
def test_minified_sheets_keep_every_rule_and_word(name: str) -> None:
    path = finders.find(name)
    assert isinstance(path, str)
    css = Path(path).read_text(encoding="utf-8")
    bare = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)

    small = minify(css)

    assert small.count("{") == bare.count("{")
    assert re.findall(r"[\w-]+", small) == re.findall(r"[\w-]+", bare)
    assert "gradient" not in small


def test_the_sheet_carries_the_nonce_and_nothing_that_could_end_it() -> None:
    html = Template("{% load samay_assets %}{% critical_css %}").render(Context({"CSP_NONCE": 'a"b'}))

    assert html.startswith('<style nonce="a&quot;b">@layer tokens,base,components,pages;')
    assert html.count("</") == 1


def test_night_looks_the_same_whoever_asked_for_it() -> None:
    path = finders.find("css/tokens.css")
    assert isinstance(path, str)
    css = Path(path).read_text(encoding="utf-8")
    _day, by_system, by_choice = re.split(r':root:not\(\[data-theme="light"\]\) \{|:root\[data-theme="dark"\] \{', css)

    def tokens(block: str) -> list[str]:
        return re.findall(r"--[\w-]+: [^;]+", block.split("}", maxsplit=1)[0])

    assert tokens(by_system) == tokens(by_choice)
    assert len(tokens(by_choice)) > 20
