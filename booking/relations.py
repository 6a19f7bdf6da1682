"""Who somebody is to whoever books for them: a word of a short list, or a few words of one's own."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

OTHER = "other"
# Each with its name in a list, and with whoever it is told of. In the database they stand as their keys.
_KNOWN = {
    "daughter": (gettext_lazy("Daughter"), gettext_lazy("daughter of %(name)s")),
    "son": (gettext_lazy("Son"), gettext_lazy("son of %(name)s")),
    "wife": (gettext_lazy("Wife"), gettext_lazy("wife of %(name)s")),
    "husband": (gettext_lazy("Husband"), gettext_lazy("husband of %(name)s")),
    "partner": (gettext_lazy("Partner"), gettext_lazy("partner of %(name)s")),
    "mother": (gettext_lazy("Mother"), gettext_lazy("mother of %(name)s")),
    "father": (gettext_lazy("Father"), gettext_lazy("father of %(name)s")),
}
CHOICES = [
    ("", gettext_lazy("Please choose")),
    *((key, name) for key, (name, _told) in _KNOWN.items()),
    (OTHER, gettext_lazy("Other")),
]
MOST_LETTERS = 40


def as_stored(choice: str, words: str) -> str:
    """What becomes of a choice and the words beside it: a key, words of one's own, or that nothing was said."""
    return (words or OTHER) if choice == OTHER else choice


def as_typed(stored: str) -> tuple[str, str]:
    """The choice and the words that lead to what is stored."""
    if stored in _KNOWN or not stored:
        return stored, ""
    return OTHER, "" if stored == OTHER else stored


def name_of(stored: str) -> str:
    """Daughter; neighbour; nothing where nothing was said."""
    if stored in _KNOWN:
        return str(_KNOWN[stored][0])
    return "" if stored == OTHER else stored


def told_of(stored: str, name: str) -> str:
    """daughter of Meera Iyer; neighbour of Meera Iyer; booked by Meera Iyer"""
    if stored in _KNOWN:
        return _KNOWN[stored][1] % {"name": name}
    if stored in {"", OTHER}:
        return _("booked by %(name)s") % {"name": name}
    return _("%(relation)s of %(name)s") % {"relation": stored, "name": name}
