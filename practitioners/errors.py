"""Why something about a page can't be."""

from collections.abc import Sequence


class PageRefused(Exception):
    """The reason why not; the sentence for the person is written where they read it."""


class AddressTaken(PageRefused):
    """Another page has that address."""


class AddressFixed(PageRefused):
    """The page was published, and its address may be known."""


class NotReady(PageRefused):
    """What is missing before the page can be published: steps of the checklist, or the practice's approval."""

    def __init__(self, missing: Sequence[str]) -> None:
        super().__init__(", ".join(missing))
        self.missing = missing


class InUse(PageRefused):
    """Services take place there."""


class TooManyServices(PageRefused):
    """As many services are on offer as may be."""


class TooManyPeople(PageRefused):
    """As many people work at this desk as may."""


class Overtaken(PageRefused):
    """What was to be changed has been changed by someone else meanwhile."""


class OwnDesk(PageRefused):
    """It is their own desk already."""
