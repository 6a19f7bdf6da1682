"""What the desks hear of. Receivers only write rows; a session is one."""

from typing import Any

from django.dispatch import receiver
from django.http import HttpRequest

from common.accounts.signals import arrived
from common.audit import Actor
from common.gate import note_desk
from common.models import User
from practitioners.models import Practitioner


@receiver(arrived)
def note_their_desk(*, request: HttpRequest, user: User, **_: Any) -> None:
    desks = list(Practitioner.objects.at_whose_desk(user).values_list("user", flat=True))
    if desks:
        note_desk(request, role=Actor.PRACTITIONER if user.pk in desks else Actor.FRONT_DESK)
