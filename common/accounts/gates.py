"""For what an open screen must not decide: the person shows once more who they are."""

from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse

from common.accounts import sessions
from common.gate import ask, signed_in
from common.http import View


def fresh(view: View) -> View:
    """A page of somebody who signed in, or confirmed it, within the last quarter of an hour."""

    @signed_in
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not sessions.is_fresh(request):
            return ask(request, "account_confirm")
        return view(request, *args, **kwargs)

    return wrapped
