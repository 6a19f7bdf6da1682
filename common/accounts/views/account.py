"""Looking after one's account: the address, the password."""

from typing import cast

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from common import clock
from common.accounts import actions, codes, factors
from common.accounts.codes import Purpose, Verdict
from common.accounts.forms import AddressForm, CodeForm, NewPasswordForm
from common.accounts.gates import fresh
from common.accounts.views.parts import page
from common.accounts.views.signin import sentence_for
from common.gate import signed_in
from common.http import personal, see_other
from common.models import User

_PAGE = ["GET", "HEAD", "POST"]


@personal
@require_safe
@signed_in
def overview(request: HttpRequest) -> HttpResponse:
    user = cast("User", request.user)
    return page(request, "account", has_app=factors.has_app(user), has_password=user.has_usable_password())


@personal
@sensitive_post_parameters("password")
@require_http_methods(_PAGE)
@fresh
def password(request: HttpRequest) -> HttpResponse:
    """Set or change the password. Whoever forgot it signs in by code and comes here."""
    user = cast("User", request.user)
    form = NewPasswordForm(request.POST if request.method == "POST" else None, user=user)
    if request.method == "POST" and form.is_valid():
        actions.set_password(user, form.cleaned_data["password"], request=request, now=clock.now())
        update_session_auth_hash(request, user)  # this browser stays; every other is signed out
        messages.success(request, _("Your password is set. Everywhere else you are signed out."))
        return see_other("account")
    return page(request, "new_password", form=form, has_password=user.has_usable_password())


@personal
@require_http_methods(_PAGE)
@fresh
def email(request: HttpRequest) -> HttpResponse:
    """Ask for another address to sign in with. It is tried first."""
    form = AddressForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and form.cleaned_data["email"] == cast("User", request.user).email:
        form.add_error("email", _("This is the address you sign in with already."))
    if request.method == "POST" and form.is_valid():
        codes.send(request, Purpose.ADDRESS, form.cleaned_data["email"], now=clock.now())
        return see_other("account_email_code")
    return page(request, "email", form=form)


@personal
@require_http_methods(_PAGE)
@fresh
def email_code(request: HttpRequest) -> HttpResponse:
    """Take the code that went to the new address."""
    asked = codes.asked(request.session, Purpose.ADDRESS)
    if asked is None:
        return see_other("account_email")
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        verdict = codes.try_code(request, Purpose.ADDRESS, form.cleaned_data["code"])
        if verdict is Verdict.RIGHT:
            return _change_address(request, asked.email)
        form.add_error("code", sentence_for(verdict))
    return page(request, "email_code", form=form, asked=asked)


def _change_address(request: HttpRequest, email: str) -> HttpResponse:
    user = cast("User", request.user)
    codes.forget(request.session, Purpose.ADDRESS)
    try:
        actions.change_address(user, email, by=actions.as_themself(user, request), now=clock.now())
    except actions.AddressTaken:
        messages.error(request, _("That address has an account of its own. Sign out, and sign in with it."))
        return see_other("account_email")
    update_session_auth_hash(request, user)  # this browser stays; every other is signed out
    messages.success(request, _("From now on you sign in with the new address. Everywhere else you are signed out."))
    return see_other("account")
