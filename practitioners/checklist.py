"""The way from an empty desk to a page that patients can book: a pure function of what there is."""

from collections.abc import Sequence
from dataclasses import dataclass

PROFILE, SERVICE, HOURS, PAYMENTS, PREVIEW, PUBLISH = "profile", "service", "hours", "payments", "preview", "publish"
APPROVAL = "approval"  # no step of theirs
ESSENTIAL = (SERVICE, HOURS, PAYMENTS)


@dataclass(frozen=True, slots=True)
class Facts:
    says_who: bool  # what they are and do stands on the page
    offers: bool  # some service can be booked
    works: bool  # some hours, any week or any date
    can_be_paid: bool
    was_previewed: bool
    is_published: bool
    is_approved: bool


@dataclass(frozen=True, slots=True)
class Step:
    key: str
    is_done: bool


@dataclass(frozen=True, slots=True)
class Checklist:
    steps: Sequence[Step]
    is_approved: bool

    @property
    def done(self) -> int:
        return sum(step.is_done for step in self.steps)

    @property
    def is_complete(self) -> bool:
        return self.done == len(self.steps)

    @property
    def next(self) -> str:
        """The key of the first step that is left; "" if none is."""
        return next((step.key for step in self.steps if not step.is_done), "")

    @property
    def missing(self) -> list[str]:
        """What the page can't be published without."""
        left = [step.key for step in self.steps if not step.is_done and step.key in ESSENTIAL]
        return left if self.is_approved else [*left, APPROVAL]


def checklist(facts: Facts) -> Checklist:
    done = {
        PROFILE: facts.says_who,
        SERVICE: facts.offers,
        HOURS: facts.works,
        PAYMENTS: facts.can_be_paid,
        PREVIEW: facts.was_previewed,
        PUBLISH: facts.is_published,
    }
    return Checklist([Step(key, is_done) for key, is_done in done.items()], facts.is_approved)
