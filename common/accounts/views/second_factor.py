"""The second factor: asked for on the way in, set up, renewed and removed."""

import base64
from typing import Any, cast

from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.utils import decrypt, encrypt
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common import clock
from common.accounts import actions, factors, sessions
from common.accounts.forms import AppCodeForm
from common.accounts.gates import fresh
from common.accounts.views.parts import on, page, wish
from common.gate import SECOND_FACTOR, signed_in
from common.http import SeeOther, personal, see_other
from common.models import User

_NEW_SECRET = "new_app"  # noqa: S105 - the session's key, not a secret
_SHOWN = "recovery_codes_shown"
_PAGE = ["GET", "HEAD", "POST"]


class _AtSignIn(AuthenticateView):  # type: ignore[misc]  # allauth carries no types
    template_name = "accounts/second_factor_at_sign_in.html"

    def form_valid(self, form: Any) -> HttpResponse:
        self.request.session[SECOND_FACTOR] = self.stage.login.user.pk
        response: HttpResponse = super().form_valid(form)
        response.status_code = SeeOther.status_code
        return response


at_sign_in = personal(require_http_methods(_PAGE)(_AtSignIn.as_view()))


@personal
@require_safe
@signed_in
def overview(request: HttpRequest) -> HttpResponse:
    """What there is. Whoever was led here on the way to the desk is told what is missing."""
    user = cast("User", request.user)
    has_app = factors.has_app(user)
    if has_app and not is_shown_factor(request):
        return on("account_confirm", wish(request))
    left = len(_recovery_codes(user))
    is_needed = settings.SECOND_FACTOR == "required"
    return page(request, "second_factor", has_app=has_app, left=left, is_needed=is_needed)


@personal
@require_http_methods(_PAGE)
@fresh
def add_app(request: HttpRequest) -> HttpResponse:
    """Show an app the secret, and take its first code."""
    user = cast("User", request.user)
    if factors.has_app(user):
        return on("account_second_factor", wish(request))
    secret = _new_secret(request)
    form = AppCodeForm(request.POST if request.method == "POST" else None, secret=secret)
    if request.method == "POST" and form.is_valid():
        actions.add_app(user, form, request=request, now=clock.now())
        del request.session[_NEW_SECRET]
        request.session[SECOND_FACTOR] = user.pk
        return _show_codes(request)
    picture = get_adapter().build_totp_svg(get_adapter().build_totp_url(user, secret))
    data = base64.b64encode(picture.encode()).decode()
    groups = [secret[at : at + 4] for at in range(0, len(secret), 4)]
    return page(request, "add_app", form=form, picture=f"data:image/svg+xml;base64,{data}", groups=groups)


def _new_secret(request: HttpRequest) -> str:
    """The secret that waits for its first code; in the session, too, it is encrypted."""
    if _NEW_SECRET not in request.session:
        request.session[_NEW_SECRET] = encrypt(totp.generate_totp_secret())
    return str(decrypt(request.session[_NEW_SECRET]))


def _show_codes(request: HttpRequest) -> HttpResponse:
    request.session[_SHOWN] = int(clock.machine_now().timestamp())
    return on("account_recovery", wish(request))


@personal
@require_http_methods(_PAGE)
@fresh
def recovery(request: HttpRequest) -> HttpResponse:
    """The recovery codes, shown for a few minutes after they were made. POST makes new ones."""
    user = cast("User", request.user)
    if not factors.has_app(user) or not is_shown_factor(request):
        return on("account_second_factor", wish(request))
    if request.method == "POST":
        actions.renew_recovery_codes(user, request=request, now=clock.now())
        return _show_codes(request)
    age = int(clock.machine_now().timestamp()) - request.session.get(_SHOWN, 0)
    codes = _recovery_codes(user)
    shown = codes if age < sessions.FRESH_FOR.total_seconds() else []
    return page(request, "recovery", codes=shown, left=len(codes))


def is_shown_factor(request: HttpRequest) -> bool:
    """Whether this session has shown the second factor that its person has."""
    return bool(request.session.get(SECOND_FACTOR) == request.user.pk)


def _recovery_codes(user: User) -> list[str]:
    found = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    return list(found.wrap().get_unused_codes()) if found else []


@personal
@require_POST
@fresh
def remove(request: HttpRequest) -> HttpResponse:
    """Take the app away, with the recovery codes; by whoever has just shown it."""
    user = cast("User", request.user)
    app = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    if app is None or not is_shown_factor(request):
        return see_other("account_second_factor")
    actions.remove_app(user, app, request=request, now=clock.now())
    del request.session[SECOND_FACTOR]
    messages.success(request, _("Signing in asks for a code from an app no more."))
    return see_other("account_second_factor")
