"""What patients said of a practitioner, as everybody may read it: of visits that took place, with all the stars."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet

from booking import deadlines
from booking.lifecycle import Status
from booking.models import COUNTED, Booking, Review, ReviewState
from booking.models.reviews import LEAST_STARS, MOST_STARS
from practitioners.models import Practitioner

FEWEST = 3  # stars from fewer people make no average, and might tell whose they are
WORDS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Rating:
    """All stars of somebody, and the latest words."""

    by_stars: Mapping[int, int]
    words: Sequence[Review]

    @property
    def count(self) -> int:
        return sum(self.by_stars.values())

    @property
    def average(self) -> float | None:
        """To one decimal place; None as long as there are too few."""
        if self.count < FEWEST:
            return None
        return round(sum(stars * count for stars, count in self.by_stars.items()) / self.count, 1)

    @property
    def missing(self) -> int:
        """How many more it takes until there is an average."""
        return max(0, FEWEST - self.count)

    @property
    def bars(self) -> list[tuple[int, int]]:
        """(stars, how many), the most stars first."""
        return [(stars, self.by_stars.get(stars, 0)) for stars in range(MOST_STARS, LEAST_STARS - 1, -1)]


def rating_of(practitioner: Practitioner) -> Rating:
    """One query, or two if anybody said anything."""
    theirs = _counted(practitioner)
    by_stars = Counter(dict(theirs.order_by().values_list("stars").annotate(count=Count("pk"))))
    words = theirs.filter(state=ReviewState.SHOWN).exclude(words="").select_related("booking")
    shown = words.order_by("-written_at", "-pk")[:WORDS_SHOWN] if by_stars.total() >= FEWEST else []
    return Rating(by_stars, list(shown))


def _counted(practitioner: Practitioner) -> QuerySet[Review]:
    """What was said of a visit that turned out not to have taken place is no review."""
    return Review.objects.filter(practitioner=practitioner, state__in=COUNTED, booking__status=Status.COMPLETED)


def review_of(booking: Booking) -> Review | None:
    return Review.objects.filter(booking=booking).first()


def may_review(booking: Booking, review: Review | None, now: datetime) -> bool:
    """Whether its patient may still say something, or say something else."""
    is_open = booking.status == Status.COMPLETED and now <= booking.ends_at + deadlines.REVIEW_WITHIN
    return is_open and (review is None or review.judged_at is None)
