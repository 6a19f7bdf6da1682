"""Which bookings have a receipt, for lists of them."""

from collections.abc import Iterable

from django import template

from booking.models import Booking
from payments.models import Receipt

register = template.Library()


@register.simple_tag
def with_receipt(bookings: Iterable[Booking]) -> set[int]:
    """The ids of those that have one: one query for a whole page."""
    ids = [booking.pk for booking in bookings]
    return set(Receipt.objects.filter(payment__booking__in=ids).values_list("payment__booking", flat=True))
