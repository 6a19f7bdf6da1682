"""Writing what people typed about themselves. The template is components/prose.html."""

from django import template

from common import prose as marks

register = template.Library()


@register.filter
def prose(text: str) -> list[marks.Block]:
    """The paragraphs and lists of a text."""
    return marks.blocks(text)
