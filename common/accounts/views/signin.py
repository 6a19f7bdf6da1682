"""The way in: an address and a code, or an address and a password; and the way out."""

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from django.contrib import messages
from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common import clock, limits
from common.accounts import actions, codes
from common.accounts.browsers import counted_as
from common.accounts.codes import FROM_NETWORK, Purpose, Verdict
from common.accounts.forms import AddressForm, CodeForm, JoinForm, PasswordForm
from common.accounts.views.parts import arrived, page, wish, with_wish
from common.http import SeeOther, own_path, personal, see_other
from common.limits import Limit, TooMany
from common.models import User
from common.views import too_many

PASSWORDS = Limit("password of an account", most=10, within=300)
_PAGE = ["GET", "HEAD", "POST"]


@personal
@require_http_methods(_PAGE)
def start(request: HttpRequest) -> HttpResponse:
    """Ask for an address. What happens next is the same whether or not it has an account."""
    if request.user.is_authenticated:
        return arrived(request, wish(request))
    form = AddressForm(request.POST if request.method == "POST" else None, initial=_address_so_far(request))
    if request.method == "POST" and form.is_valid():
        return _mail(request, form.cleaned_data["email"], to=wish(request))
    return page(request, "signin", form=form, password_url=with_wish("account_password_login", wish(request)))


@personal
@require_http_methods(_PAGE)
def join(request: HttpRequest) -> HttpResponse:
    """A practitioner who is new here. An address that has an account signs in to it."""
    if request.user.is_authenticated:
        return see_other("/desk/setup/")
    form = JoinForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return _mail(request, form.cleaned_data["email"], to="/desk/setup/", name=form.cleaned_data["name"])
    return page(request, "join", form=form, signin_url=with_wish("account_login", "/desk/setup/"))


def _address_so_far(request: HttpRequest) -> dict[str, str]:
    asked = codes.asked(request.session, Purpose.SIGN_IN)
    return {"email": asked.email} if asked else {}


def _mail(request: HttpRequest, email: str, *, to: str, name: str = "") -> HttpResponse:
    try:
        codes.send(request, Purpose.SIGN_IN, email, now=clock.now(), next=to, name=name)
    except TooMany as refusal:
        instead = with_wish("account_password_login", to)
        return too_many(request, refusal, instead=instead, label=_("Use a password instead"))
    return see_other("account_code")


@personal
@require_http_methods(_PAGE)
def code(request: HttpRequest) -> HttpResponse:
    """Take the code of the newest mail."""
    asked = codes.asked(request.session, Purpose.SIGN_IN)
    if request.user.is_authenticated or asked is None:
        return arrived(request) if request.user.is_authenticated else see_other("account_login")
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            verdict = codes.try_code(request, Purpose.SIGN_IN, form.cleaned_data["code"])
        except TooMany as refusal:
            instead = with_wish("account_password_login", asked.facts["next"])
            return too_many(request, refusal, instead=instead, label=_("Use a password instead"))
        if verdict is Verdict.RIGHT:
            return _let_in(request, asked)
        form.add_error("code", sentence_for(verdict))
        actions.note_failure("code", _account_of(asked.email), request=request, now=clock.now())
    return page(request, "code", form=form, asked=asked, elsewhere=with_wish("account_login", asked.facts["next"]))


def sentence_for(verdict: Verdict) -> str:
    if verdict is Verdict.OVER:
        return _("This code is too old, or was tried too often. Ask for a new one below.")
    return _("This is not the code of the newest e-mail. Check it and try again.")


def _account_of(email: str) -> User | None:
    return User.objects.filter(email=email).first()


def _let_in(request: HttpRequest, asked: codes.Asked) -> HttpResponse:
    codes.forget(request.session, Purpose.SIGN_IN)
    user = actions.arrive(asked.email, name=asked.facts["name"])
    record_authentication(request, user, method="code")
    return _finish(request, user, asked.facts["next"])


@personal
@require_POST
def again(request: HttpRequest) -> HttpResponse:
    """Another mail, to the same address, a moment after the last one."""
    asked = codes.asked(request.session, Purpose.SIGN_IN)
    if asked is None:
        return see_other("account_login")
    if clock.machine_now() < asked.again_at:
        messages.info(request, _("Your code is on its way. If it does not come within half a minute, ask again."))
        return see_other("account_code")
    response = _mail(request, asked.email, to=asked.facts["next"], name=asked.facts["name"])
    if response.status_code == SeeOther.status_code:
        messages.success(request, _("A new code is on its way. Only the newest one works."))
    return response


@personal
@sensitive_post_parameters("password")
@require_http_methods(_PAGE)
def password(request: HttpRequest) -> HttpResponse:
    """An address and its password. A wrong pair says no more than that it is wrong."""
    to = wish(request)
    if request.user.is_authenticated:
        return arrived(request, to)
    form = PasswordForm(request.POST if request.method == "POST" else None)
    code_url = with_wish("account_login", to)
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        try:
            user = password_opens(request, email, form.cleaned_data["password"])
        except TooMany as refusal:
            return too_many(request, refusal, instead=code_url, label=_("Get a code by e-mail"))
        if user:
            record_authentication(request, user, method="password")
            return _finish(request, user, to)
        form.add_error(None, _("The e-mail address and the password do not belong together."))
    return page(request, "password", form=form, code_url=code_url)


def password_opens(request: HttpRequest, email: str, typed: str) -> User | None:
    """Whose account a password opens. Every look at it takes as long as any other. Raises TooMany."""
    counted = [
        limits.take(FROM_NETWORK, limits.network_of(request)),
        limits.take(PASSWORDS, counted_as(request, email)),
    ]
    user = authenticate(request, email=email, password=typed)
    if not isinstance(user, User):
        actions.note_failure("password", _account_of(email), request=request, now=clock.now())
        return None
    for each in counted:
        limits.give_back(each)
    return user


def _finish(request: HttpRequest, user: User, to: str) -> HttpResponse:
    """Sign in, by way of the second factor if there is one."""
    response: HttpResponse = perform_login(request, user, redirect_url=own_path(to) or None)
    response.status_code = 303
    return response


@personal
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        actions.note_sign_out(request, now=clock.now())
        get_adapter(request).logout(request)
    return see_other(own_path(request.POST.get("next", "")) or reverse("booking:home"))


@personal
@require_safe
def closed(request: HttpRequest) -> HttpResponse:
    """Whoever has shown that a closed account is theirs is told so."""
    return page(request, "closed")
