"""Whose desk a person works at, and the door to every page of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from operator import attrgetter
from typing import Any

from django.contrib import messages
from django.db.models import Min, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from common.audit import Actor
from common.gate import desk_role, forget_desk, note_desk, trusted
from common.http import personal, see_other
from common.models import User
from practitioners.models import Practitioner

CHOSEN = "desk"  # the session's key, and the name of the field that every form of the desk carries


@dataclass(frozen=True, slots=True)
class Desk:
    """A practitioner, and the person who works at the desk: the practitioner themself, or someone of the front desk."""

    practitioner: Practitioner
    user: User
    others: Sequence[Practitioner]

    @property
    def is_own(self) -> bool:
        return self.practitioner.user_id == self.user.pk

    def actor(self, request: HttpRequest) -> Actor:
        """Who to name in the history of what is done here."""
        return (Actor.PRACTITIONER if self.is_own else Actor.FRONT_DESK).seen_in(request)


DeskView = Callable[..., HttpResponse]


def at_desk(view: DeskView) -> DeskView:
    """A page of the desk: the view gets the desk after the request. One query, after the session's own two.

    A form acts on the desk it was shown for, whichever desk another tab has turned to meanwhile. Someone without a
    desk is led to where one is set up.
    """

    @personal
    @trusted
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        desk = desk_of(request)
        if desk is None:
            if desk_role(request) == Actor.FRONT_DESK:
                messages.warning(
                    request, _("You can no longer work at that desk. Ask its practitioner if that is a mistake.")
                )
                forget_desk(request)
                return see_other("account")
            return see_other("desk:setup")
        if desk_role(request) is None:  # they got it since they signed in
            note_desk(request, role=Actor.PRACTITIONER if desk.is_own else Actor.FRONT_DESK)
        request.desk = desk  # type: ignore[attr-defined]  # for the frame of the page
        return view(request, desk, *args, **kwargs)

    return wrapped


def own_desk(view: DeskView) -> DeskView:
    """What the practitioner alone decides: who else may work here, and where the money goes."""

    @at_desk
    @wraps(view)
    def wrapped(request: HttpRequest, desk: Desk, *args: Any, **kwargs: Any) -> HttpResponse:
        if not desk.is_own:
            raise Http404
        return view(request, desk, *args, **kwargs)

    return wrapped


def desk_of(request: HttpRequest) -> Desk | None:
    """The desk that a form names, else the one chosen last, else one's own, else the one that was opened first.

    Raises Http404 for a stranger's.
    """
    user = request.user
    if not isinstance(user, User):
        return None
    since = Min("desk_access__granted_at", filter=Q(desk_access__user=user))
    mine = list(
        Practitioner.objects.at_whose_desk(user).select_related("user").annotate(since=since).order_by("since", "pk")
    )
    named = request.POST.get(CHOSEN, "")
    if named and all(each.slug != named for each in mine):
        raise Http404
    wish = named or request.session.get(CHOSEN, "")
    # A desk that is opened later doesn't take the place of the one that somebody is used to.
    first = sorted(mine, key=lambda each: (each.slug != wish, each.user_id != user.pk))
    if not first:
        return None
    return Desk(first[0], user, sorted((each for each in mine if each != first[0]), key=attrgetter("name")))
