"""A session that is over belongs to nobody any more."""

from collections.abc import Callable
from typing import cast

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from common.accounts import sessions
from common.models import User


class SessionAge:
    """Asked only when a page asks who is there: a visitor without a session costs nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        signed_in = request.user
        request.user = cast("User", SimpleLazyObject(lambda: _person(request, signed_in)))
        response = self.get_response(request)
        if request.session.accessed:
            sessions.touch(request)
        return response


def _person(request: HttpRequest, signed_in: User | AnonymousUser) -> User | AnonymousUser:
    if sessions.has_ended(request):
        request.session.flush()
        return AnonymousUser()
    return signed_in
