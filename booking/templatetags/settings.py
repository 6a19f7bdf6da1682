"""What the pages of setting up and of settings say in their own words."""

from collections.abc import Iterator
from dataclasses import dataclass

from django import template
from django.template.context import Context
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from practitioners import checklist as steps
from practitioners import queries
from practitioners.checklist import Checklist, checklist
from practitioners.models import Practitioner

register = template.Library()

Words = str | Promise

# The name of a page is that of its address, at the desk unless it says where. The last are the practitioner's alone.
PAGES = (
    ("profile", _("Profile")),
    ("services", _("Services")),
    ("locations", _("Places")),
    ("policies", _("Policies")),
)
OWN_PAGES = (("desk_payments:tax", _("Receipts and tax")), ("access", _("Front desk")), ("publish", _("Publishing")))

_STEPS: dict[str, tuple[Words, Words, str]] = {
    steps.PROFILE: (_("Your profile"), _("Your profession, and a few words about you and your work."), "profile"),
    steps.SERVICE: (_("A service and its price"), _("What patients can book."), "services"),
    steps.HOURS: (_("Your weekly hours"), _("When patients can come."), "hours"),
    steps.PAYMENTS: (_("Payments"), _("How the money reaches the practice."), ""),
    steps.PREVIEW: (_("Preview as a patient"), _("See your page before anybody else does."), "preview"),
    steps.PUBLISH: (_("Publish and copy your link"), _("From then on patients can book you."), "publish"),
}


@dataclass(frozen=True, slots=True)
class Step:
    key: str
    name: Words
    hint: Words
    address: str
    is_done: bool
    is_next: bool


@register.inclusion_tag("desk/_settings_menu.html", takes_context=True)
def settings_menu(context: Context) -> dict[str, object]:
    """The pages of settings. A page says which it is: `page`."""
    desk, here = context["desk"], context.get("page", "")
    pages = [*PAGES, *(OWN_PAGES if desk.is_own else ())]
    return {"pages": [(word, address_of(name), name == here) for name, word in pages]}


@register.simple_tag
def setting_up(practitioner: Practitioner) -> Checklist:
    """How far a page has come: one query."""
    return checklist(queries.facts_of(practitioner))


@register.filter
def steps_of(found: Checklist) -> Iterator[Step]:
    """The steps in words."""
    for step in found.steps:
        name, hint, page = _STEPS[step.key]
        yield Step(step.key, name, hint, address_of(page) if page else "", step.is_done, step.key == found.next)


_MISSING: dict[str, Words] = {
    steps.SERVICE: _("There is no service that patients can book."),
    steps.HOURS: _("There are no hours in which patients can come."),
    steps.PAYMENTS: _("Payments are not set up, and your services cost something."),
    steps.APPROVAL: _("The practice has to approve your page first."),
}


@register.filter
def why_not(missing: str) -> Words:
    """What a page can't be published without, as a sentence."""
    return _MISSING[missing]


@register.filter
def where(missing: str) -> str:
    """The page where that can be mended; "" if there is none."""
    return address_of(_STEPS[missing][2]) if missing in _STEPS and _STEPS[missing][2] else ""


def address_of(page: str) -> str:
    try:
        return reverse(page if ":" in page else f"desk:{page}")
    except NoReverseMatch:
        return ""
