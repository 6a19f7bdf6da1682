"""Where allauth asks us: what a sign-in leads to, how its secrets are kept, and who writes the mail."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from common import clock
from common.accounts import actions, browsers, sessions
from common.fields import cipher
from common.gate import ACCOUNT
from common.http import own_path, see_other
from common.limits import network_of
from common.models import User

SECOND_FACTOR_STAGE = "allauth.mfa.stages.AuthenticateStage"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth carries no types
    """Sign-in by our own pages; of allauth's steps on the way in, the second factor."""

    def get_login_stages(self) -> list[str]:
        return [SECOND_FACTOR_STAGE]

    def login(self, request: HttpRequest, user: User) -> None:
        super().login(request, user)
        sessions.begin(request, user)
        actions.note_sign_in(user, request=request, now=clock.now())

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **kwargs)
        browsers.remember(response, user.email)
        return response

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return landing(request.session)

    def is_safe_url(self, url: str) -> bool:
        return bool(own_path(url))

    def get_client_ip(self, request: HttpRequest) -> str:
        return network_of(request)

    def respond_user_inactive(self, request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
        return see_other("account_inactive")

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Our pages say in their own words what happened."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        raise LookupError(f"there is no mail of ours for {template_prefix}")

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Our actions owe this mail in the transaction of what it tells of; allauth would after it."""


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth carries no types
    """Secrets lie in the table under the keys of FIELD_KEYS."""

    def encrypt(self, text: str) -> str:
        return cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return cipher().decrypt(encrypted_text.encode()).decode()

    def get_totp_issuer(self) -> str:
        return str(settings.SITE_NAME)


def landing(session: SessionBase) -> str:
    """Where somebody goes who was not on the way anywhere."""
    notes = session.get(ACCOUNT, {})
    if notes.get("desk"):
        return reverse("desk:today")
    return reverse("admin:index") if notes.get("staff") else reverse("me:appointments")
