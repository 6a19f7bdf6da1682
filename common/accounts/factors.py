"""The second factor: a code from an app, or a recovery code. Each opens once, however often it is sent at once."""

import time

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.utils import decrypt
from django.db import transaction
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from common import clock, limits
from common.accounts import actions
from common.accounts.codes import FROM_NETWORK, digits_of
from common.limits import Limit
from common.models import User

GUESSES = Limit("second factor of an account", most=10, within=300)
PERIOD = 30
DRIFT = 1  # periods by which a phone's clock may be wrong, or its owner slow


def has_app(user: User) -> bool:
    return bool(Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists())


def opened_by(user: User, code: str, *, request: HttpRequest) -> Authenticator | None:
    """What a code opens for somebody, if anything. Raises TooMany."""
    counted = [limits.take(FROM_NETWORK, limits.network_of(request)), limits.take(GUESSES, str(user.pk))]
    found = _opened(user, digits_of(code))
    if found is None:
        actions.note_failure("second_factor", user, request=request, now=clock.now())
        return None
    for each in counted:
        limits.give_back(each)
    return found


@transaction.atomic
def _opened(user: User, code: str) -> Authenticator | None:
    for each in Authenticator.objects.select_for_update().filter(user=user).order_by("pk"):
        is_app = each.type == Authenticator.Type.TOTP
        if _uses_step(each, code) if is_app else each.wrap().validate_code(code):
            return each
    return None


def _uses_step(app: Authenticator, code: str) -> bool:
    """Whether the code is of a moment after the last one that opened. The row is locked."""
    step = step_of(decrypt(app.data["secret"]), code)
    if step is None or step <= app.data.get("last_step", 0):
        return False
    app.data["last_step"] = step
    app.save(update_fields=["data"])
    return True


def step_of(secret: str, code: str) -> int | None:
    """The moment whose code it is, in periods since 1970."""
    now, figures = int(time.time()) // PERIOD, digits_of(code)
    for step in range(now - DRIFT, now + DRIFT + 1):
        if constant_time_compare(totp.format_hotp_value(totp.hotp_value(secret, step)), figures):
            return step
    return None
