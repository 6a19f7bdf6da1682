"""How every form is written: label above, hint below it, error above the input, a summary of errors first."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.forms.renderers import TemplatesSetting
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _


class Renderer(TemplatesSetting):
    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"


def options(choices: Iterable[tuple[Any, Any]], chosen: str) -> str:
    """The inside of a select, written at once: Django renders a template for each of its options."""
    rows = ((value, flatatt({"selected": str(value) == chosen}), words) for value, words in choices)
    return format_html_join("", '<option value="{}"{}>{}</option>', rows)


class LongSelect(forms.Select):
    """A select with hundreds of options, none of them in a group."""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> Any:
        attributes = flatatt({**self.build_attrs(self.attrs, attrs), "name": name})
        inside = options(self.choices, "" if value is None else str(value))
        return format_html("<select{}>{}</select>", attributes, inside)


class AddressField(forms.EmailField):
    """An e-mail address, asked for in one way everywhere. `attrs` add to those of its input."""

    def __init__(self, **kwargs: Any) -> None:
        attributes = {"autocomplete": "email", "autocapitalize": "off", "spellcheck": "false"}
        usual = {
            "label": _("E-mail"),
            "widget": forms.EmailInput({**attributes, **kwargs.pop("attrs", {})}),
            "error_messages": {
                "required": _("Enter your e-mail address."),
                "invalid": _("Enter an e-mail address like name@example.com."),
                **kwargs.pop("error_messages", {}),
            },
        }
        super().__init__(max_length=254, **{**usual, **kwargs})
