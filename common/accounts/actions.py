"""What signing in and changing one's account writes: the account itself, and the trail of it."""

import logging
from dataclasses import replace
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.flows import generate_recovery_codes
from allauth.mfa.totp.internal import flows as totp_flows
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.http import HttpRequest

from common import gate
from common.accounts.signals import account_changed
from common.audit import Actor, masked, record
from common.models import User

logger = logging.getLogger(__name__)


class AddressTaken(Exception):
    """Somebody else signs in with that address."""


@transaction.atomic
def arrive(email: str, *, name: str = "") -> User:
    """The account of somebody who has just shown that an address is theirs; made, if there is none."""
    user = User.objects.filter(email=email).first() or _make(email)
    if name and not user.name:
        user.name = name
        user.save(update_fields=["name"])
    _verified(user, email)
    return user


def _make(email: str) -> User:
    try:
        with transaction.atomic():
            return User.objects.create_user(email)
    except IntegrityError:  # the same person in another window was a moment quicker
        return User.objects.get(email=email)


@transaction.atomic
def change_address(user: User, email: str, *, by: Actor, now: datetime) -> None:
    """Sign in with another address from now on; the one before is told. Ends every session. Raises AddressTaken."""
    before = user.email
    user.email = email
    try:
        with transaction.atomic():
            user.save(update_fields=["email"])
    except IntegrityError:
        user.email = before
        raise AddressTaken from None
    _verified(user, email)
    record("account.address_changed", user, by=by, now=now)
    account_changed.send(sender=User, what="address_changed", to=before, now=now)


def _verified(user: User, email: str) -> None:
    """An address is one account's, and an account has one, whatever was noted before."""
    EmailAddress.objects.filter(Q(user=user) | Q(email=email)).exclude(user=user, email=email).delete()
    facts = {"verified": True, "primary": True}
    EmailAddress.objects.update_or_create(user=user, email=email, defaults=facts)


@transaction.atomic
def set_password(user: User, password: str, *, request: HttpRequest, now: datetime) -> None:
    what = "password_changed" if user.has_usable_password() else "password_set"
    user.set_password(password)
    user.save(update_fields=["password"])
    _tell(what, user, request=request, now=now)


@transaction.atomic
def add_app(user: User, form: Any, *, request: HttpRequest, now: datetime) -> None:
    """Keep the app that has shown its first code, and make recovery codes for the day it is lost."""
    app, _codes = totp_flows.activate_totp(request, form)
    app.data["last_step"] = form.step  # the code that set it up opens nothing any more
    app.save(update_fields=["data"])
    _tell("totp_activated", user, request=request, now=now)


@transaction.atomic
def remove_app(user: User, app: Authenticator, *, request: HttpRequest, now: datetime) -> None:
    totp_flows.deactivate_totp(request, app)
    _tell("totp_deactivated", user, request=request, now=now)


@transaction.atomic
def renew_recovery_codes(user: User, *, request: HttpRequest, now: datetime) -> None:
    generate_recovery_codes(request)
    _tell("recovery_codes_generated", user, request=request, now=now)


def _tell(what: str, user: User, *, request: HttpRequest, now: datetime) -> None:
    note(f"account.{what}", user, request=request, now=now)
    account_changed.send(sender=User, what=what, to=user.email, now=now)


@transaction.atomic
def tell_of_password(user: User, *, by: Actor, now: datetime) -> None:
    """The back office has set a password for somebody, or taken it away."""
    record("account.password_changed", user, by=by, now=now)
    account_changed.send(sender=User, what="password_changed", to=user.email, now=now)


@transaction.atomic
def take_second_factor_away(user: User, *, by: Actor, now: datetime) -> None:
    """What the back office does for somebody whose phone is lost: the app and the recovery codes go."""
    Authenticator.objects.filter(user=user).delete()
    record("account.second_factor_taken_away", user, by=by, now=now)
    account_changed.send(sender=User, what="totp_deactivated", to=user.email, now=now)


def note_sign_in(user: User, *, request: HttpRequest, now: datetime) -> None:
    note("account.signed_in", user, request=request, now=now)
    logger.info("signed in", extra={"user": user.pk})


def note_sign_out(request: HttpRequest, *, now: datetime) -> None:
    if isinstance(request.user, User):
        note("account.signed_out", request.user, request=request, now=now)


def note_failure(action: str, user: User | None, *, request: HttpRequest, now: datetime) -> None:
    """A try that failed: in the trail, if it was at somebody's account."""
    logger.info("sign-in failed", extra={"user": user.pk if user else None, "step": action})
    if user:
        record(f"account.{action}_failed", user, by=replace(VISITOR, origin=_origin(request)), now=now)


def note(action: str, user: User, *, request: HttpRequest, now: datetime) -> None:
    record(action, user, by=as_themself(user, request), now=now)


def as_themself(user: User, request: HttpRequest) -> Actor:
    """Whoever looks after their own account."""
    return replace(_kind_of(user, request), user_id=user.pk, origin=_origin(request))


def as_staff(request: HttpRequest) -> Actor:
    """Whoever looks after somebody's account from the back office."""
    return replace(Actor.STAFF, user_id=request.user.pk, origin=_origin(request))


def _origin(request: HttpRequest) -> str:
    return masked(request.META.get("REMOTE_ADDR", ""))


VISITOR = Actor("visitor")


def _kind_of(user: User, request: HttpRequest) -> Actor:
    return Actor.STAFF if user.is_staff else gate.desk_role(request) or Actor.PATIENT
