"""What a page says, its picture and its address."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import MinLengthValidator, RegexValidator
from django.utils.translation import gettext_lazy as _

from common.forms import AddressField
from practitioners import photos
from practitioners.forms.fields import LineField, ListField, TextField
from practitioners.models import Practitioner
from practitioners.models.rules import web_address
from practitioners.slugs import RESERVED

FIELDS = ("name", "credential", "bio", "languages", "needs", "email", "meeting_url")


class ProfileForm(forms.Form):
    """`slug` can be chosen until the page is published for the first time."""

    name = LineField(
        label=_("Name"),
        max_length=120,
        widget=forms.TextInput({"autocomplete": "name", "autocapitalize": "words"}),
        error_messages={"required": _("Enter your name.")},
    )
    credential = LineField(
        label=_("Profession or credential"),
        max_length=120,
        help_text=_("Such as Clinical Psychologist."),
        error_messages={"required": _("Enter your profession.")},
    )
    bio = TextField(
        label=_("About you and your work"),
        max_length=4000,
        required=False,
        help_text=_(
            "What you help with and how you work. An empty line begins a paragraph, “- ” at the start of a line "
            "a list; *stars* stress a word, and addresses that begin with https:// become links."
        ),
        widget=forms.Textarea({"rows": 9}),
    )
    languages = ListField(
        label=_("Languages"),
        most=12,
        longest=40,
        required=False,
        help_text=_("With commas between them: English, Hindi."),
    )
    needs = ListField(
        label=_("What you help with"),
        most=12,
        longest=60,
        required=False,
        help_text=_("A few words each, as patients search for them: Back pain, Sleep."),
    )
    email = AddressField(
        label=_("E-mail for notices"), help_text=_("News of bookings goes there. Patients don’t see it.")
    )
    meeting_url = forms.CharField(
        label=_("Your own video room"),
        max_length=300,
        required=False,
        help_text=_(
            "Its address, beginning with https://. All your video visits take place there, so choose one in which "
            "patients wait until you let them in. Left empty, every visit gets a room of its own."
        ),
        widget=forms.TextInput({"inputmode": "url", "autocapitalize": "off", "spellcheck": "false"}),
        validators=[web_address],
    )
    slug = forms.CharField(
        label=_("Address of your page"),
        max_length=64,
        help_text=_("At least 3 small letters, digits and hyphens. It stays as it is once your page is published."),
        widget=forms.TextInput({"autocapitalize": "off", "spellcheck": "false"}),
        validators=[
            MinLengthValidator(3, _("Use at least 3 letters or digits.")),
            RegexValidator(
                r"^[a-z0-9]+(?:-[a-z0-9]+)*\Z", _("Use small letters, digits and single hyphens between them.")
            ),
        ],
        error_messages={"required": _("Enter an address for your page.")},
    )

    def __init__(self, *args: Any, practitioner: Practitioner, **kwargs: Any) -> None:
        self.practitioner = practitioner
        names = [name for name in self.base_fields if name in FIELDS or not practitioner.has_fixed_address]
        initial = {name: getattr(practitioner, name) for name in names}
        super().__init__(*args, **{"initial": initial, **kwargs})
        if practitioner.has_fixed_address:
            del self.fields["slug"]

    def clean_slug(self) -> str:
        slug: str = self.cleaned_data["slug"]
        others = Practitioner.objects.exclude(pk=self.practitioner.pk)
        if slug in RESERVED:
            raise forms.ValidationError(_("The site needs that address for itself. Choose another one."))
        if others.filter(slug=slug).exists():
            raise forms.ValidationError(_("That address is taken. Choose another one."))
        return slug


_WHY = {
    photos.Why.TOO_HEAVY: _("The file is larger than 2 MB. Choose a smaller one."),
    photos.Why.TOO_LARGE: _("The picture has more than 16 million pixels. Make it smaller first."),
    photos.Why.TOO_SMALL: _("The picture is too small. It needs at least 160 pixels each way."),
    photos.Why.NOT_A_PICTURE: _("This is no picture we can read. Choose a JPEG, PNG or WebP file."),
}


class PhotoForm(forms.Form):
    """A picture, drawn anew: what the form gives is a `photos.Portrait`."""

    photo = forms.FileField(
        label=_("Photo"),
        help_text=_("JPEG, PNG or WebP, at most 2 MB. We keep a square of it, and nothing that is hidden in the file."),
        widget=forms.FileInput({"accept": "image/jpeg,image/png,image/webp"}),
        error_messages={
            "required": _("Choose a picture first."),
            "empty": _WHY[photos.Why.NOT_A_PICTURE],
            "missing": _("Choose a picture first."),
            "invalid": _("Choose a picture first."),
        },
    )

    def clean_photo(self) -> photos.Portrait:
        file: UploadedFile[bytes] = self.cleaned_data["photo"]
        if (file.size or 0) > photos.MOST_BYTES:
            raise forms.ValidationError(_WHY[photos.Why.TOO_HEAVY])
        try:
            return photos.draw(file.read())
        except photos.NotAPhoto as refusal:
            raise forms.ValidationError(_WHY[refusal.why]) from None
