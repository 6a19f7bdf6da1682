"""What is offered and where."""

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from practitioners.forms.fields import UNITS, LengthField, LineField, SentencesField
from practitioners.forms.money import amount_in, as_typed, currency_choices
from practitioners.models import Location, Mode, PayWhen, Practitioner, Service
from practitioners.models.offers import LEAST_DURATION
from practitioners.models.people import MOST_BUFFER, MOST_NOTICE
from practitioners.models.rules import DAY, web_address

USUAL = (30, 60, 90, 120)
OTHER = "other"
_SHORT_UNITS = UNITS[:2]


class ServiceForm(forms.Form):
    """A service as someone would tell of it. `values()` is what is stored."""

    name = LineField(
        label=_("Name"),
        max_length=80,
        help_text=_("What patients choose: Consultation, First visit."),
        error_messages={"required": _("Enter a name.")},
    )
    description = SentencesField(
        label=_("Description"),
        max_length=300,
        required=False,
        help_text=_("One or two sentences: what happens, who it is for."),
        widget=forms.Textarea({"rows": 3}),
    )
    length = forms.ChoiceField(
        label=_("How long it takes"),
        widget=forms.RadioSelect({"class": "radios"}),
        error_messages={"required": _("Choose how long it takes.")},
    )
    minutes = forms.IntegerField(
        label=_("Minutes"),
        required=False,
        help_text=_("If it is another length."),
        widget=forms.NumberInput({"inputmode": "numeric", "min": LEAST_DURATION, "max": DAY, "class": "short"}),
        validators=[
            MinValueValidator(LEAST_DURATION, _("A visit takes at least 5 minutes.")),
            MaxValueValidator(DAY, _("A visit takes at most a day, 1440 minutes.")),
        ],
        error_messages={"invalid": _("Enter the minutes as a whole number.")},
    )
    price = forms.CharField(
        label=_("Price"),
        max_length=24,
        help_text=_("All included, such as 1,500. Enter 0 if it is free."),
        widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off", "class": "short"}),
        error_messages={"required": _("Enter a price, or 0 if it is free.")},
    )
    currency = forms.ChoiceField(
        label=_("Currency"), error_messages={"invalid_choice": _("Choose a currency of the list.")}
    )
    mode = forms.ChoiceField(
        label=_("How you meet"),
        choices=Mode,
        widget=forms.RadioSelect({"class": "radios"}),
        error_messages={"required": _("Choose how you meet.")},
    )
    location = forms.ModelChoiceField(
        label=_("Place"),
        queryset=Location.objects.none(),
        required=False,
        empty_label=_("No place"),
        help_text=_("Where patients come to, if you meet in person."),
        error_messages={"invalid_choice": _("Choose one of your places.")},
    )
    buffer_before = LengthField(label=_("Kept free before"), most=MOST_BUFFER, units=_SHORT_UNITS, required=False)
    buffer_after = LengthField(label=_("Kept free after"), most=MOST_BUFFER, units=_SHORT_UNITS, required=False)
    notice = LengthField(label=_("Shortest notice"), most=MOST_NOTICE, required=False)
    pay_when = forms.ChoiceField(
        label=_("How it is paid"),
        choices=PayWhen,
        required=False,
        help_text=_("If it costs something."),
        widget=forms.RadioSelect({"class": "radios"}),
        error_messages={"invalid_choice": _("Choose how it is paid.")},
    )
    needs_approval = forms.BooleanField(
        label=_("Patients ask first"),
        required=False,
        help_text=_(
            "You accept or decline each visit. The time is kept until you answer, and nothing is paid online before."
        ),
    )
    is_active = forms.BooleanField(
        label=_("Patients can book it"),
        required=False,
        help_text=_("Without the tick nobody sees it. Visits that are booked already stay."),
    )

    OWN = ("buffer_before", "buffer_after", "notice")
    TERMS = ("pay_when", "needs_approval")

    def __init__(self, *args: Any, practitioner: Practitioner, service: Service | None = None, **kwargs: Any) -> None:
        self.practitioner = practitioner
        self._pay_when = service.pay_when if service else PayWhen.ONLINE.value
        super().__init__(*args, **{"initial": _initial(practitioner, service), **kwargs})
        lengths = [*((str(minutes), _("%d minutes") % minutes) for minutes in USUAL), (OTHER, _("Another length"))]
        self.fields["length"].choices = lengths  # type: ignore[attr-defined]  # it is a ChoiceField
        self.fields["currency"].choices = currency_choices()  # type: ignore[attr-defined]  # so is this
        places = practitioner.locations.filter(is_active=True)
        if service is not None and service.location_id:
            places = places | practitioner.locations.filter(pk=service.location_id)
        self.fields["location"].queryset = places  # type: ignore[attr-defined]  # its choices are rows
        self.has_places = bool(places)

    def clean_pay_when(self) -> str:
        """What nobody has chosen stays as it is."""
        return self.cleaned_data["pay_when"] or self._pay_when

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if "price" in data and "currency" in data:
            try:
                data["amount"] = amount_in(data["price"], data["currency"])
            except forms.ValidationError as refusal:
                self.add_error("price", refusal)
        if data.get("length") == OTHER and self._is_blank("minutes"):
            self.add_error("minutes", _("Enter how many minutes it takes."))
        if data.get("mode") == Mode.IN_PERSON and self.has_places and self._is_blank("location"):
            self.add_error("location", _("Choose where patients come to."))
        if data.get("mode") == Mode.IN_PERSON and not self.has_places and data.get("is_active"):
            self.add_error(
                "mode",
                _(
                    "Patients could not find you: there is no place yet. Take the tick from “Patients can book it” and "
                    "save, add the place, and switch it on then."
                ),
            )
        return data

    def _is_blank(self, name: str) -> bool:
        return name not in self.errors and self.cleaned_data.get(name) is None

    def values(self) -> dict[str, Any]:
        data = self.cleaned_data
        kept = ("name", "description", "amount", "currency", "mode", *self.OWN, *self.TERMS, "is_active")
        return {
            **{name: data[name] for name in kept},
            "duration": data["minutes"] if data["length"] == OTHER else int(data["length"]),
            "location": data["location"] if data["mode"] == Mode.IN_PERSON else None,
        }

    @property
    def has_own_rules(self) -> bool:
        """Whether the part with the service's own rules has something to show."""
        return any(name in self.errors or _says_something(self[name].value()) for name in self.OWN)


def _says_something(length: Any) -> bool:
    """Whether a length is given: minutes as stored, or a number and its unit as typed."""
    number = length[0] if isinstance(length, list) else length
    return number not in {None, ""}


def _initial(practitioner: Practitioner, service: Service | None) -> dict[str, Any]:
    if service is None:
        other = practitioner.services.filter(is_active=True).last() or practitioner.services.last()
        return {
            "currency": other.currency if other else practitioner.currency,
            "mode": other.mode if other else None,
            "location": other.location_id if other else None,
            "pay_when": other.pay_when if other else PayWhen.ONLINE.value,
            "is_active": True,
        }
    usual = service.duration in USUAL
    return {
        "name": service.name,
        "description": service.description,
        "length": str(service.duration) if usual else OTHER,
        "minutes": None if usual else service.duration,
        "price": as_typed(service.amount, service.currency),
        "currency": service.currency,
        "mode": service.mode,
        "location": service.location_id,
        "is_active": service.is_active,
        **{name: getattr(service, name) for name in (*ServiceForm.OWN, *ServiceForm.TERMS)},
    }


class LocationForm(forms.Form):
    name = LineField(
        label=_("Name"),
        max_length=80,
        help_text=_("What you call it: Clinic in Bandra."),
        error_messages={"required": _("Enter a name.")},
    )
    address = SentencesField(
        label=_("Address"),
        max_length=300,
        help_text=_("As a patient needs it to find the door, with floor and landmark."),
        widget=forms.Textarea({"rows": 3, "autocomplete": "street-address"}),
        error_messages={"required": _("Enter the address.")},
    )
    map_url = forms.CharField(
        label=_("Link to a map"),
        max_length=500,
        required=False,
        help_text=_("Begins with https://. Without one, patients get a search for the address on an open map."),
        widget=forms.TextInput({"inputmode": "url", "autocapitalize": "off", "spellcheck": "false"}),
        validators=[web_address],
    )
