"""Fields that several pages of the desk share: lists in one line, lengths of time, plain text."""

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from common.templatetags.samay import length
from common.text import is_plain, one_line

UNITS = ((1, _("minutes")), (60, _("hours")), (24 * 60, _("days")))


class LineField(forms.CharField):
    """Words on one line."""

    def to_python(self, value: Any) -> str:
        try:
            return one_line(super().to_python(value) or "")
        except ValueError:
            raise forms.ValidationError(_("Leave out the control characters.")) from None


class SentencesField(LineField):
    """Words on one line that is too long for a single row on the screen."""

    widget = forms.Textarea

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.template_name = "forms/open.html"


class TextField(forms.CharField):
    """Several lines of plain text."""

    widget = forms.Textarea

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.template_name = "forms/open.html"

    def to_python(self, value: Any) -> str:
        text = "\n".join((super().to_python(value) or "").splitlines())
        if not is_plain(text.replace("\n", "").replace("\t", "")):
            raise forms.ValidationError(_("Leave out the control characters."))
        return text


class ListField(forms.CharField):
    """A few words each, with commas between: English, Hindi. Nothing is said twice."""

    def __init__(self, *, most: int, longest: int, **kwargs: Any) -> None:
        self.most, self.longest = most, longest
        super().__init__(**{"max_length": most * (longest + 2), **kwargs})

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        text = super().clean(value).replace("\n", ",").replace(";", ",")
        try:
            words = [one_line(each) for each in text.split(",") if each.strip()]
        except ValueError:
            raise forms.ValidationError(_("Leave out the control characters.")) from None
        first: dict[str, str] = {}
        for word in words:
            first.setdefault(word.casefold(), word)
        found = list(first.values())
        if len(found) > self.most:
            raise forms.ValidationError(_("Name at most %(most)d."), params={"most": self.most})
        if any(len(word) > self.longest for word in found):
            raise forms.ValidationError(
                _("Use at most %(longest)d letters for each, and commas between them."),
                params={"longest": self.longest},
            )
        return found


class LengthWidget(forms.MultiWidget):
    """A number and its unit."""

    template_name = "forms/length.html"
    use_fieldset = True

    def __init__(self, units: tuple[tuple[int, Any], ...]) -> None:
        self.units = units
        number = forms.NumberInput({"min": 0, "inputmode": "numeric"})
        super().__init__([number, forms.Select(choices=units)])

    def decompress(self, value: int | None) -> list[int | None]:
        """In the largest unit that makes a whole number."""
        if value is None:
            return [None, self.units[0][0]]
        unit = next((size for size, _name in reversed(self.units) if value and value % size == 0), self.units[0][0])
        return [value // unit, unit]

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_0" if id_ else id_


class LengthField(forms.MultiValueField):
    """Minutes, typed in the unit that suits: 90 minutes, 24 hours, 2 days. None if nothing was typed."""

    def __init__(self, *, most: int, least: int = 0, units: tuple[tuple[int, Any], ...] = UNITS, **kwargs: Any) -> None:
        self.least, self.most = least, most
        number = forms.IntegerField(
            required=False,
            error_messages={"invalid": _("Enter a whole number.")},
            validators=[
                MinValueValidator(0, _("Enter a number that is not negative.")),
                MaxValueValidator(10**6, _("That number is too large.")),
            ],
        )
        unit = forms.TypedChoiceField(choices=units, coerce=int)
        super().__init__(fields=(number, unit), widget=LengthWidget(units), require_all_fields=False, **kwargs)

    def compress(self, data_list: list[int | None]) -> int | None:
        number, unit = data_list or [None, None]
        if number is None or unit is None:
            if self.required:
                raise forms.ValidationError(self.error_messages["required"])
            return None
        minutes = number * unit
        if minutes > self.most:
            raise forms.ValidationError(_("That is longer than %(most)s."), params={"most": length(self.most)})
        if minutes < self.least:
            raise forms.ValidationError(_("That is shorter than %(least)s."), params={"least": length(self.least)})
        return minutes
