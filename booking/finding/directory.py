"""Who of the practice answers a wish: words, language, mode, place, price.

One installation is one practice: hundreds of people at most. The few columns that are searched are read in two queries
and compared here, where letters can be folded (jose finds José) without an extension of the database.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple, TypedDict
from zlib import crc32

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from common.money import Money
from common.text import folded
from practitioners.models import Location, Mode, Practitioner, Service

_SAYS_SOMETHING = 3  # letters
_WHOLE_WORD = 4  # letters; shorter ones begin too many others
_TITLES = {"dr", "doctor", "prof", "professor", "mr", "mrs", "ms"}


@dataclass(frozen=True, slots=True)
class Wish:
    """What someone looks for; what is empty doesn't matter to them."""

    words: str = ""
    language: str = ""
    mode: str = ""
    place: str = ""
    most: Money | None = None
    opening: str = ""  # today, tomorrow, week
    soonest_first: bool = False


class Place(TypedDict):
    id: int
    name: str
    address: str


class Person(NamedTuple):
    """What a list shows of a practitioner."""

    pk: int
    slug: str
    name: str
    credential: str
    needs: list[str]
    languages: list[str]
    zone: str
    horizon: int
    photo: str | None  # its token
    places: list[Place]


class Offer(NamedTuple):
    """What a list shows of a service."""

    pk: int
    owner: int
    slug: str
    mode: str
    amount: int
    currency: str
    location: int | None
    duration: int
    before: int | None
    after: int | None
    notice: int | None

    @property
    def price(self) -> Money:
        return Money(self.amount, self.currency)

    def opens_no_sooner_than(self, other: "Offer") -> bool:
        """Whether its starts are starts of a shorter one, too, that asks for as much notice and room."""
        same = (self.before, self.after, self.notice) == (other.before, other.after, other.notice)
        return same and (self.duration, self.pk) > (other.duration, other.pk)


@dataclass(frozen=True, slots=True)
class Entry:
    """A person with those of their services that answer the wish, the shortest first."""

    person: Person
    offers: Sequence[Offer]

    @property
    def price(self) -> Money | None:
        """The lowest, in the currency of the shortest service."""
        prices = [offer.price for offer in self.offers if offer.currency == self.offers[0].currency]
        return min(prices, key=lambda price: price.amount, default=None)

    @property
    def modes(self) -> list[tuple[str, str]]:
        return list(dict.fromkeys((offer.mode, str(Mode(offer.mode).label)) for offer in self.offers))

    @property
    def places(self) -> list[str]:
        """Where the services take place that are not at a distance."""
        wanted = {offer.location for offer in self.offers if offer.mode == Mode.IN_PERSON}
        known = self.person.places if None in wanted else [each for each in self.person.places if each["id"] in wanted]
        return [place["name"] for place in known]

    @property
    def first_to_open(self) -> list[Offer]:
        """The services one of which has the next open time: the others open no sooner."""
        return [offer for offer in self.offers if not any(offer.opens_no_sooner_than(other) for other in self.offers)]


@dataclass(frozen=True, slots=True)
class Index:
    """Everyone published, by name, and what they offer."""

    people: Sequence[Person]
    offers: Mapping[int, Sequence[Offer]]

    @property
    def languages(self) -> list[str]:
        return sorted({language for person in self.people for language in person.languages})

    @property
    def modes(self) -> list[str]:
        used = {offer.mode for offer in self._all_offers()}
        return [mode for mode in Mode.values if mode in used]

    @property
    def currencies(self) -> list[str]:
        """The most used first."""
        used = Counter(offer.currency for offer in self._all_offers() if offer.amount)
        return sorted(used, key=lambda currency: (-used[currency], currency))

    def _all_offers(self) -> Iterable[Offer]:
        return (offer for offers in self.offers.values() for offer in offers)

    def answering(self, wish: Wish) -> list[Entry]:
        """Whoever answers a wish, by name; what concerns a service is asked of one and the same service."""
        asks_for_a_service = bool(wish.mode or wish.place or wish.most)
        found = []
        for person in self.people:
            if _has_words(person, wish.words) and _speaks(person, wish.language):
                near = _near(person, wish.place)
                offers = [offer for offer in self.offers.get(person.pk, ()) if _answers(offer, wish, near)]
                if offers or not asks_for_a_service:
                    found.append(Entry(person, offers))
        return found

    def close_to(self, wish: Wish) -> list[Entry]:
        """Where nobody has all the words: who answers the rest of the wish and has some of them, the most first."""
        words = [word for word in _wanted(wish.words) if len(word) >= _SAYS_SOMETHING]
        counted = [
            (sum(_has_words(entry.person, word) for word in words), entry)
            for entry in self.answering(replace(wish, words=""))
        ]
        return [entry for count, entry in sorted(counted, key=lambda pair: -pair[0]) if count]

    @property
    def needs(self) -> list[str]:
        """What people here help with."""
        return sorted({need for person in self.people for need in person.needs})

    def similar(self, slug: str, *, limit: int = 3) -> list[Person]:
        """People with the calling or the needs of someone whose page was shown once.

        For any other address somebody stands in: nothing tells whether a page is being made there.
        """
        if not self.people:
            return []
        hidden = (
            Practitioner.objects.filter(slug=slug).exclude(first_published_at=None).values_list("credential", "needs")
        ).first()
        stand_in = self.people[crc32(slug.encode()) % len(self.people)]
        credential, needs = hidden or (stand_in.credential, stand_in.needs)

        def likeness(person: Person) -> tuple[int, str]:
            shared = len({*needs} & {*person.needs}) + (folded(person.credential) == folded(credential))
            return -shared, person.name

        return sorted((person for person in self.people if person.slug != slug), key=likeness)[:limit]


def index() -> Index:
    """Two queries."""
    places = Location.objects.filter(practitioner=OuterRef("pk"), is_active=True)
    columns = ("pk", "slug", "name", "credential", "needs", "languages", "zone", "horizon", "photo__token")
    people = (
        Practitioner.objects.published()
        .order_by("name", "pk")
        .values_list(*columns, ArraySubquery(places.values(facts=JSONObject(id="pk", name="name", address="address"))))
    )
    services = (
        Service.objects.filter(is_active=True, practitioner__is_published=True)
        .order_by("duration", "pk")
        .values_list(
            "pk",
            "practitioner_id",
            "slug",
            "mode",
            "amount",
            "currency",
            "location_id",
            "duration",
            "buffer_before",
            "buffer_after",
            "notice",
        )
    )
    offers: dict[int, list[Offer]] = {}
    for row in services:
        offer = Offer(*row)
        offers.setdefault(offer.owner, []).append(offer)
    return Index([Person(*row) for row in people], offers)


def _has_words(person: Person, words: str) -> bool:
    """Whether each word stands in what a person is called, does, helps with, speaks, or where they work.

    Titles are courtesy.
    """
    wanted = _wanted(words)
    if words and not wanted:
        return bool({*folded(words).split()} & {*_text(person.name).split()})
    places = [part for place in person.places for part in (place["name"], place["address"])]
    text = _text(person.name, person.credential, *person.needs, *person.languages, *places)
    return all(word in text or _is_form_of(word, text) for word in wanted)


def _wanted(words: str) -> list[str]:
    return [word for word in folded(words).split() if word not in _TITLES]


def _is_form_of(word: str, text: str) -> bool:
    """Sleeping, where somebody helps with sleep."""
    return any(len(known) >= _WHOLE_WORD and word.startswith(known) for known in text.split())


def _speaks(person: Person, language: str) -> bool:
    return not language or folded(language) in {_text(each) for each in person.languages}


@lru_cache(maxsize=4096)
def _text(*parts: str) -> str:
    return folded(" ".join(parts))


def _near(person: Person, words: str) -> set[int | None]:
    """The places whose name or address has all the words; with them, what takes place nowhere in particular."""
    wanted = folded(words).split()
    near: set[int | None] = {
        place["id"] for place in person.places if all(word in _text(place["name"], place["address"]) for word in wanted)
    }
    return near | {None} if near else near


def _answers(offer: Offer, wish: Wish, near: set[int | None]) -> bool:
    if wish.mode and offer.mode != wish.mode:
        return False
    if wish.place and not (offer.mode == Mode.IN_PERSON and offer.location in near):
        return False
    if wish.most is None or not offer.amount:
        return True
    return offer.currency == wish.most.currency and offer.amount <= wish.most.amount
