"""The people somebody books for."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from booking import relations
from booking.mine import actions, queries
from booking.mine.actions import MOST_PEOPLE, TooManyPeople
from booking.mine.forms import PersonForm
from booking.models import SavedPerson
from booking.views.me.parts import actor_of, person_of
from common import clock
from common.gate import signed_in
from common.http import personal, see_other

_PAGE = ["GET", "HEAD", "POST"]


@personal
@require_safe
@signed_in
def people(request: HttpRequest) -> HttpResponse:
    return render(request, "me/people.html", {"people": queries.others_of(person_of(request))})


@personal
@require_http_methods(_PAGE)
@signed_in
def add(request: HttpRequest) -> HttpResponse:
    return _form(request, None)


@personal
@require_http_methods(_PAGE)
@signed_in
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    return _form(request, queries.one_of_theirs(person_of(request), pk))


def _form(request: HttpRequest, person: SavedPerson | None) -> HttpResponse:
    form = PersonForm(request.POST if request.method == "POST" else None, initial=_initial(person))
    if request.method == "POST" and form.is_valid():
        name, by = form.cleaned_data["name"], actor_of(request)
        facts = {"name": name, "relationship": form.relationship}
        try:
            actions.keep_person(person_of(request), person, **facts, by=by, now=clock.now())
        except TooManyPeople:
            form.add_error(None, _most())
        else:
            messages.success(request, _("You can now choose %(name)s when you book.") % {"name": name})
            return see_other("me:people")
    return render(request, "me/person.html", {"form": form, "person": person})


def _initial(person: SavedPerson | None) -> dict[str, str]:
    if person is None:
        return {}
    relation, words = relations.as_typed(person.relationship)
    return {"name": person.name, "relation": relation, "relation_words": words}


def _most() -> str:
    words = ngettext(
        "At most %(count)d person can be saved. Remove one first.",
        "At most %(count)d people can be saved. Remove somebody first.",
        MOST_PEOPLE,
    )
    return words % {"count": MOST_PEOPLE}


@personal
@require_POST
@signed_in
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """What was booked for them stays booked."""
    person = queries.one_of_theirs(person_of(request), pk)
    actions.forget_person(person, by=actor_of(request), now=clock.now())
    messages.success(request, _("%(name)s is removed. Appointments stay as they are.") % {"name": person.name})
    return see_other("me:people")
