"""What patients say of a visit, and what the practice lets others read of it."""

from datetime import datetime

from django.db import transaction

from booking import deadlines
from booking.actions import rows
from booking.errors import NoReason, TooLate, WrongState
from booking.lifecycle import Status
from booking.models import Booking, Review, ReviewState
from common import audit
from common.audit import Actor


@transaction.atomic
def review(booking: Booking, *, stars: int, words: str, by: Actor, now: datetime) -> Review:
    """Rate a visit that took place. It can be changed until the practice has read it. Raises WrongState, TooLate."""
    booking = rows.locked(booking)
    known = Review.objects.select_for_update(no_key=True).filter(booking=booking).first()
    if booking.status != Status.COMPLETED or (known and known.judged_at):
        raise WrongState
    if now > booking.ends_at + deadlines.REVIEW_WITHIN:
        raise TooLate
    row = known or Review(booking=booking, practitioner_id=booking.practitioner_id)
    row.stars, row.words, row.written_at = stars, words, now
    row.state = ReviewState.WAITING if words else ReviewState.SHOWN
    row.save()
    audit.record("review.written", row, by=by, now=now, after={"stars": stars})
    return row


@transaction.atomic
def judge(review: Review, state: ReviewState, *, by: Actor, reason: str, now: datetime) -> Review:
    """Show the words, or do not, or take a review for none. What is kept from others takes a reason. Raises NoReason.

    A bad review is a review: the reason stands in the audit trail, where its practitioner has no say.
    """
    row = Review.objects.select_for_update(no_key=True).get(pk=review.pk)
    if state != ReviewState.SHOWN and not reason:
        raise NoReason
    before = row.state
    row.state, row.judged_at, row.judged_by_id = state, now, by.user_id
    row.save(update_fields=["state", "judged_at", "judged_by"])
    facts = [{"state": before}, {"state": str(state)}]
    audit.record("review.judged", row, by=by, now=now, before=facts[0], after=facts[1], reason=reason)
    return row
