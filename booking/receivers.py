"""What bookings hear of. Receivers only write rows."""

from typing import Any

from django.dispatch import receiver

from booking.mine.queries import unclaimed
from common.accounts.signals import arrived
from common.models import User


@receiver(arrived)
def give_them_what_they_booked(*, user: User, **_: Any) -> None:
    """What was booked as a guest becomes theirs whose address it is: they have just signed in with it."""
    unclaimed(user).update(user=user)
