"""Showing once more who one is: by the app, by the password, or by a code for whoever has neither."""

from typing import cast

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from common import clock
from common.accounts import codes, factors, sessions
from common.accounts.codes import Purpose, Verdict
from common.accounts.forms import CodeForm, OldPasswordForm, SecondFactorForm
from common.accounts.views.parts import arrived, on, page, wish
from common.accounts.views.signin import password_opens, sentence_for
from common.gate import SECOND_FACTOR, signed_in
from common.http import personal
from common.models import User

APP, PASSWORD, CODE = "app", "password", "code"


@personal
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def confirm(request: HttpRequest) -> HttpResponse:
    user = cast("User", request.user)
    way = _way_of(user)
    form = _form(request, user, way)
    if request.method == "POST" and form.is_valid() and _is_them(request, user, way, form):
        if way == APP:
            request.session[SECOND_FACTOR] = user.pk
        sessions.freshen(request)
        return arrived(request, wish(request))
    is_mailed = codes.asked(request.session, Purpose.CONFIRM) is not None
    return page(request, "confirm", form=form, way=way, is_mailed=is_mailed)


@personal
@require_POST
@signed_in
def mail(request: HttpRequest) -> HttpResponse:
    """Mail a code to the address of whoever is signed in."""
    user = cast("User", request.user)
    if _way_of(user) == CODE:
        codes.send(request, Purpose.CONFIRM, user.email, now=clock.now())
    return on("account_confirm", wish(request))


def _way_of(user: User) -> str:
    if factors.has_app(user):
        return APP
    return PASSWORD if user.has_usable_password() else CODE


def _form(request: HttpRequest, user: User, way: str) -> Form:
    data = request.POST if request.method == "POST" else None
    if way == APP:
        return cast("Form", SecondFactorForm(data, user=user))
    return OldPasswordForm(data) if way == PASSWORD else CodeForm(data)


def _is_them(request: HttpRequest, user: User, way: str, form: Form) -> bool:
    if way == APP:
        return True  # the form has tried the code
    if way == PASSWORD:
        if password_opens(request, user.email, form.cleaned_data["password"]) == user:
            return True
        form.add_error("password", _("This is not your password."))
        return False
    verdict = codes.try_code(request, Purpose.CONFIRM, form.cleaned_data["code"])
    if verdict is Verdict.RIGHT:
        codes.forget(request.session, Purpose.CONFIRM)
        return True
    form.add_error("code", sentence_for(verdict))
    return False
