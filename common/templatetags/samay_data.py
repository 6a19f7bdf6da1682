"""Facts for machines inside a page."""

import json
from typing import Any

from django import template

register = template.Library()

_AS_JSON = str.maketrans({"<": "\\u003C", ">": "\\u003E", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})


class _LinkedData(template.Node):
    """Nothing of what is written can end the element or begin another: JSON spells those letters out."""

    def __init__(self, facts: template.base.FilterExpression) -> None:
        self.facts = facts

    def render(self, context: template.Context) -> str:
        facts: Any = self.facts.resolve(context)
        text = json.dumps(facts, ensure_ascii=False).translate(_AS_JSON)
        return f'<script type="application/ld+json">{text}</script>'


@register.tag
def linked_data(parser: template.base.Parser, token: template.base.Token) -> _LinkedData:
    """{% linked_data facts %} writes a dictionary as JSON-LD. Browsers don't run it, so it needs no nonce."""
    _tag, facts = token.split_contents()
    return _LinkedData(parser.compile_filter(facts))
