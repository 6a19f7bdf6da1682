"""The stylesheet travels inside the page: one answer carries everything a first paint needs."""

import re
from functools import cache
from pathlib import Path
from typing import Any

from django import template
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.base import Parser, Token
from django.template.context import Context
from django.utils.html import escape

register = template.Library()

SHEETS = ("css/tokens.css", "css/base.css", "css/components.css", "css/pages.css")

_STRING_OR_SPARE = re.compile(r"""("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|/\*.*?\*/|\s*([{};,])\s*|\s+""", re.DOTALL)


def minify(css: str) -> str:
    """Drop comments and the white space that never means anything. Strings stay as they are."""
    squeezed = _STRING_OR_SPARE.sub(lambda found: found[1] or found[2] or " ", css)
    return re.sub(r"(?<=[\w-]): ", ":", squeezed).replace(";}", "}").strip()


def _sheet(name: str) -> str:
    path = finders.find(name)
    if not isinstance(path, str):
        raise FileNotFoundError(f"static file {name} is missing")
    return minify(Path(path).read_text(encoding="utf-8"))


def _all_sheets() -> str:
    return "".join(_sheet(name) for name in SHEETS)


_kept = cache(_all_sheets)


class _CriticalCss(template.Node):
    """Writes text that never came from a person, so nothing needs to be marked as safe."""

    def render(self, context: Context) -> str:
        nonce: Any = context.get("CSP_NONCE", "")
        css = _all_sheets() if settings.DEBUG else _kept()
        return f'<style nonce="{escape(nonce)}">{css}</style>'


@register.tag
def critical_css(_parser: Parser, _token: Token) -> _CriticalCss:
    """{% critical_css %} is the whole stylesheet in one element that carries the page's CSP nonce."""
    return _CriticalCss()
