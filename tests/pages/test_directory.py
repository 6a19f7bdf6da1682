"""Finding someone: who is listed, what a search and its filters find, in what order, and what it costs."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from booking.lifecycle import Status
from booking.views import directory
from practitioners.models import Location, Mode, Photo, Practitioner, Service
from tests.factories import NOW, TOMORROW_AT_TEN, make_booking, make_practitioner, make_service
from tests.pages.reading import Element, Page, faults, read

pytestmark = pytest.mark.django_db


def found(client: Client, **wishes: str) -> list[str]:
    """The names on the page, in their order."""
    return [heading.text for heading in listing(client, **wishes).every("h3")]


def listing(client: Client, **wishes: str) -> Page:
    response = client.get("/p/", wishes)
    assert response.status_code == 200
    return read(response)


def notices(page: Page) -> list[str]:
    return [element.text for element in page.every("div", data_tone="info")]


def wished(link: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(link).query)


def chips(page: Page) -> dict[str, dict[str, list[str]]]:
    """Each chosen filter and what the list is without it."""
    links = [link for link in page.every("a") if link.attrs.get("class") == "chip"]
    return {link.text.removeprefix("Remove "): wished(link.attrs["href"]) for link in links}


@pytest.fixture
def practice(db: None) -> None:
    """Four people who differ in everything that can be asked for. It is Monday, half past five in India."""
    asha = make_practitioner(
        name="Dr Asha Rao", slug="asha", languages=["English", "Hindi"], needs=["Sleep", "Back pain"]
    )
    make_service(asha, slug="60-min", mode=Mode.VIDEO, amount=150_000)
    make_service(
        asha, slug="visit", duration=90, mode=Mode.IN_PERSON, amount=250_000, location=place(asha, "Jayanagar")
    )
    jose = make_practitioner(
        name="José Nuñez", slug="jose", credential="Physiotherapist", languages=["Español", "English"], days=(1,)
    )
    make_service(jose, slug="visit", mode=Mode.IN_PERSON, amount=90_000)
    place(jose, "Indiranagar")
    mary = make_practitioner(name="Mary O’Brien", slug="mary", languages=["English"], needs=["Couples"], days=(4,))
    make_service(mary, slug="call", mode=Mode.PHONE, amount=0)
    make_service(mary, slug="hour", duration=90, mode=Mode.VIDEO, amount=7_000, currency="GBP")
    zoe = make_practitioner(name="Zoë Łukasz", slug="zoe", credential="", hours=())
    make_service(zoe, slug="hour", mode=Mode.VIDEO, amount=120_000)


def place(practitioner: Practitioner, name: str, **fields: object) -> Location:
    return Location.objects.create(
        practitioner=practitioner, name=f"{name} clinic", address=f"1 Example Road, {name}, Bengaluru", **fields
    )


ASHA, JOSE, MARY, ZOE = "Dr Asha Rao", "José Nuñez", "Mary O’Brien", "Zoë Łukasz"
EVERYONE = [ASHA, JOSE, MARY, ZOE]


def test_everyone_published_is_listed_with_price_and_next_time(client: Client, service: Service) -> None:
    make_practitioner(name="Nobody Yet", is_published=False)

    page = read(client.get("/"))

    assert page.heading() == "Find a practitioner"
    assert "Asha Rao" in page.text
    assert "from ₹1,500" in page.text
    assert "Next open with Asha Rao Today, 9:00 AM IST" in page.text
    assert "/p/asha-rao/60-min/?date=2026-11-30" in page.links()
    assert "Nobody Yet" not in page.text


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("asha", [ASHA]),
        ("RAO asha", [ASHA]),
        ("dr rao", [ASHA]),
        ("Dr. Asha", [ASHA]),
        ("dr", [ASHA]),
        ("dr nunez", [JOSE]),
        ("psychologist", [ASHA, MARY]),
        ("back", [ASHA]),
        ("sleep psych", [ASHA]),
        ("jose", [JOSE]),
        ("JOSÉ NUÑEZ", [JOSE]),
        ("Jose\u0301", [JOSE]),
        ("therapist", [JOSE]),
        ("obrien", [MARY]),
        ("o'brien", [MARY]),
        ("lukasz zoe", [ZOE]),
        ("hindi", [ASHA]),
        ("  asha   rao ", [ASHA]),
        ("asha zoe", [ASHA, ZOE]),
        ("zzz with zoe", [ZOE]),
        ("sleeping", [ASHA]),
        ("%", EVERYONE),
        ("asha%rao", [ASHA]),
        ("a_s", EVERYONE),
        ("' OR 1=1 --", []),
        ("dr" * 40, []),
    ],
)
def test_a_search_forgives_case_accents_order_and_titles(
    client: Client, practice: None, words: str, names: list[str]
) -> None:
    assert found(client, q=words) == names


def test_indian_letters_are_more_than_their_consonants(client: Client, practice: None) -> None:
    make_practitioner(name="मीरा", slug="mira")

    assert found(client, q="मीरा") == ["मीरा"]
    assert found(client, q="मर") == []


@pytest.mark.parametrize(
    ("wishes", "names"),
    [
        ({"language": "Hindi"}, [ASHA]),
        ({"language": "espanol"}, [JOSE]),
        ({"mode": "video"}, [ASHA, MARY, ZOE]),
        ({"mode": "online"}, [ASHA, MARY, ZOE]),
        ({"mode": "in_person"}, [ASHA, JOSE]),
        ({"mode": "phone"}, [MARY]),
        ({"max_price": "1000", "currency": "INR"}, [JOSE, MARY]),
        ({"max_price": "1000"}, [JOSE, MARY]),  # most prices are in rupees
        ({"max_price": "₹1,500"}, [ASHA, JOSE, MARY, ZOE]),
        ({"max_price": "INR 1200.00"}, [JOSE, MARY, ZOE]),
        ({"max_price": "70", "currency": "GBP"}, [MARY]),
        ({"max_price": "0"}, [MARY]),  # what is free is free in every currency
        ({"mode": "in_person", "max_price": "2000"}, [JOSE]),  # one service has to be both
        ({"place": "jayanagar"}, [ASHA]),
        ({"place": "INDIRANAGAR bengaluru"}, [JOSE]),
        ({"place": "Bengaluru"}, [ASHA, JOSE]),
        ({"place": "Bengaluru", "mode": "video"}, []),
        ({"open": "today"}, [ASHA]),
        ({"open": "tomorrow"}, [ASHA, JOSE]),
        ({"open": "week"}, [ASHA, JOSE, MARY]),
        ({"open": "today", "language": "Español"}, []),
        ({"q": "dr", "mode": "video", "open": "week", "max_price": "1500"}, [ASHA]),
        ({"sort": "soonest"}, [ASHA, JOSE, MARY, ZOE]),
    ],
)
def test_a_filter_leaves_those_it_is_true_of(
    client: Client, practice: None, wishes: dict[str, str], names: list[str]
) -> None:
    assert found(client, **wishes) == names


def test_the_service_that_was_wished_for_gives_the_price_and_the_next_time(client: Client, practice: None) -> None:
    make_booking(  # the whole of this morning and tomorrow's, as far as ninety minutes go
        service=Service.objects.get(slug="60-min"), start=NOW.replace(hour=3, minute=30), status=Status.CONFIRMED
    )

    page = listing(client, mode="in_person", q="asha")

    assert "from ₹2,500" in page.text
    assert "Jayanagar clinic" in page.text
    assert "Next open with Dr Asha Rao Today, 10:00 AM IST" in page.text
    assert "/p/asha/visit/?date=2026-11-30" in page.links()


def test_the_soonest_of_the_services_counts_whatever_its_length(client: Client, service: Service) -> None:
    service.notice = 3 * 24 * 60
    service.save()
    make_service(service.practitioner, slug="long", duration=120)

    assert "/p/asha-rao/long/?date=2026-11-30" in listing(client).links()


def test_tomorrow_is_shown_to_whoever_asks_for_tomorrow(client: Client, practice: None) -> None:
    page = listing(client, open="tomorrow", q="asha")

    assert "Open with Dr Asha Rao Tomorrow, 9:00 AM IST" in page.text
    assert "/p/asha/60-min/?date=2026-12-01" in page.links()


def test_today_ends_where_the_times_are_shown(client: Client, practice: None) -> None:
    """In New York it is still Sunday evening; Monday's morning in India is late on Sunday there."""
    client.cookies["zone"] = "America/New_York"

    page = listing(client, open="today")

    assert "Open with Dr Asha Rao Today, 10:30 PM EST" in page.text


def test_the_next_open_come_first_if_it_is_wished_and_whoever_has_no_time_last(client: Client, practice: None) -> None:
    Practitioner.objects.filter(slug="asha").update(name="Zz Last By Name", notice=48 * 60)

    assert found(client, sort="soonest") == [JOSE, "Zz Last By Name", MARY, ZOE]


def test_a_crowd_is_ordered_as_a_few_are(client: Client, practice: None) -> None:
    for number in range(40):
        make_service(make_practitioner(name=f"Person {number:02}", days=(2,)))

    assert found(client, sort="soonest")[:3] == [ASHA, JOSE, "Person 00"]
    assert found(client, sort="soonest", page="2")[-2:] == [MARY, ZOE]


# --- The address ------------------------------------------------------------------------------------------------------


def test_each_chosen_filter_has_a_link_that_removes_it_alone(client: Client, practice: None) -> None:
    page = listing(client, q="sleep", mode="video", max_price="1500", currency="INR", open="week", sort="soonest")

    removed = chips(page)
    assert list(removed) == ["“sleep”", "Online (video)", "Up to ₹1,500", "Open within 7 days"]
    assert removed["Up to ₹1,500"] == {"q": ["sleep"], "mode": ["video"], "open": ["week"], "sort": ["soonest"]}
    assert "q" not in removed["“sleep”"]


def test_nobody_found_offers_one_link_for_each_filter(client: Client, practice: None) -> None:
    page = listing(client, q="<b>xyz", language="Hindi")

    assert "0 practitioners for “<b>xyz”" in page.text
    assert "No one matches." in page.text
    links = {link.text: wished(link.attrs["href"]) for link in page.every("a") if link.text.startswith("Without")}
    assert links == {"Without “<b>xyz”": {"language": ["Hindi"]}, "Without Hindi": {"q": ["<b>xyz"]}}
    assert faults(page) == []


def test_the_form_remembers_what_was_asked(client: Client, practice: None) -> None:
    page = listing(client, q="a", language="hindi", mode="online", max_price="70.50", currency="GBP", place="x")

    chosen = [option.attrs["value"] for option in page.every("option") if "selected" in option.attrs]
    assert chosen == ["video", "Hindi", "GBP"]
    assert {page.hidden(name) for name in ("q", "max_price", "place")} == {"a", "70.50", "x"}


def test_a_form_that_is_sent_leads_to_an_address_without_what_does_not_matter(client: Client, practice: None) -> None:
    sent = {
        "q": " sleep ",
        "language": "",
        "mode": "online",
        "max_price": "",
        "currency": "INR",
        "open": "",
        "sort": "",
    }

    answer = client.get("/p/", sent)

    assert (answer.status_code, answer.headers["Location"]) == (302, "/p/?q=sleep&mode=video")


def test_one_wish_has_one_address_whatever_else_a_link_carries(client: Client, practice: None) -> None:
    pages = [
        client.get("/p/", {"open": "week", "q": "sleep", "fbclid": "x", "utm_source": "y"}),
        client.get("/p/", {"q": "sleep", "open": "WEEK", "page": "1"}),
    ]

    for page in map(read, pages):
        assert page.every("link", rel="canonical")[0].attrs["href"] == "http://testserver/p/?q=sleep&open=week"
        assert notices(page) == []
    for path in ("/", "/p/", "/p/?utm_source=y"):
        assert read(client.get(path)).every("link", rel="canonical")[0].attrs["href"] == "http://testserver/"


@pytest.mark.parametrize(
    ("wishes", "named"),
    [
        ({"mode": "telepathy"}, "how you meet"),
        ({"language": "Klingon"}, "language"),
        ({"max_price": "cheap"}, "price"),
        ({"max_price": "-5"}, "price"),
        ({"max_price": "1e5"}, "price"),
        ({"max_price": "9" * 30}, "price"),
        ({"max_price": "100", "currency": "ZZZ"}, "price, currency"),
        ({"open": "someday"}, "when"),
        ({"sort": "random()"}, "order"),
        ({"page": "0"}, "page"),
        ({"page": "-1"}, "page"),
        ({"page": "2.5"}, "page"),
        ({"page": "٣"}, "page"),
        ({"page": "9" * 400}, "page"),
        ({"q": "!!!"}, "name or need"),
        ({"place": "…"}, "place"),
        ({"mode": "x", "open": "y"}, "how you meet, when"),
    ],
)
def test_what_can_not_be_understood_is_left_out_and_said(
    client: Client, practice: None, wishes: dict[str, str], named: str
) -> None:
    page = listing(client, **wishes)

    assert [heading.text for heading in page.every("h3")] == EVERYONE
    assert notices(page) == [f"This part of the search was not understood and is left out: {named}."]
    assert faults(page) == []


def test_a_price_that_was_not_understood_stays_in_its_field(client: Client, practice: None) -> None:
    answer = client.get("/p/", {"q": "", "max_price": 'about "100"', "currency": "INR"})

    assert answer.status_code == 200
    assert read(answer).hidden("max_price") == 'about "100"'


@pytest.mark.parametrize("name", ["q", "language", "mode", "place", "max_price", "currency", "open", "sort", "page"])
@pytest.mark.parametrize("odd", ["a" * 5000, "0001-01-01", "{{7*7}}", "<script>", "\ud83d", "%FF", "１２", "١٢"])
def test_no_odd_word_breaks_the_list(client: Client, practice: None, name: str, odd: str) -> None:
    response = client.get("/p/?" + name + "=" + odd.encode("utf-8", "replace").decode())

    assert response.status_code == 200
    assert "<script>" not in response.content.decode()


def test_only_what_there_is_can_be_chosen(client: Client, service: Service) -> None:
    page = listing(client)
    assert {field.attrs["name"] for field in fields(page)} == {"q", "open", "language", "max_price", "sort"}
    assert "Price, at most (INR ₹)" in page.text

    place(service.practitioner, "Indiranagar")
    make_service(service.practitioner, mode=Mode.PHONE, currency="GBP")
    names = {field.attrs["name"] for field in fields(listing(client))}
    assert {"mode", "currency", "place"} <= names


def fields(page: Page) -> list[Element]:
    return [e for e in page.elements if e.tag in {"input", "select"} and e.attrs.get("type") != "hidden"]


# --- Pages ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def crowd(db: None) -> None:
    for number in range(directory.A_PAGE * 2 + 1):
        make_service(make_practitioner(name=f"Person {number:02}", needs=["Sleep"]))


def test_the_pages_hold_everyone_once_and_know_their_neighbours(client: Client, crowd: None) -> None:
    pages = [listing(client, q="sleep", **({"page": str(number)} if number > 1 else {})) for number in (1, 2, 3)]

    names = [heading.text for page in pages for heading in page.every("h3")]
    assert names == [f"Person {number:02}" for number in range(49)]
    assert [len(page.every("h3")) for page in pages] == [24, 24, 1]
    assert [[link.attrs["href"] for link in page.every("a", rel="next")] for page in pages] == [
        ["/p/?q=sleep&page=2"],
        ["/p/?q=sleep&page=3"],
        [],
    ]
    assert [[link.attrs["href"] for link in page.every("link", rel="prev")] for page in pages] == [
        [],
        ["/p/?q=sleep"],
        ["/p/?q=sleep&page=2"],
    ]
    assert "Page 2 of 3" in pages[1].text
    assert len({page.title for page in pages}) == 3


def test_a_page_beyond_the_last_is_the_last(client: Client, crowd: None) -> None:
    page = listing(client, page="99")

    assert notices(page) == ["There is no page 99. This is the last one."]
    assert len(page.every("h3")) == 1
    assert page.every("link", rel="canonical")[0].attrs["href"] == "http://testserver/p/?page=3"


def test_an_empty_practice_says_so(client: Client, db: None) -> None:
    page = listing(client)

    assert "Nobody can be booked here yet." in page.text
    assert faults(page) == []


def test_lists_that_were_searched_for_are_for_no_search_engine(client: Client, practice: None) -> None:
    assert listing(client, q="sleep").every("meta", name="robots")
    assert not listing(client).every("meta", name="robots")


# --- What it costs ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wishes", "most"),
    [
        ({}, 5),
        ({"q": "asha", "language": "English", "mode": "video", "max_price": "5000", "place": ""}, 5),
        ({"open": "today"}, 5),
        ({"open": "week", "sort": "soonest"}, 5),
        ({"sort": "soonest"}, 5),
    ],
)
def test_the_list_costs_the_same_queries_for_one_and_for_many(
    client: Client,
    service: Service,
    django_assert_num_queries: DjangoAssertNumQueries,
    wishes: dict[str, str],
    most: int,
) -> None:
    asked = {name: value for name, value in wishes.items() if value}
    with django_assert_num_queries(most):
        client.get("/p/", asked)
    for number in range(directory.A_PAGE - 1):
        person = make_practitioner(languages=["English"])
        place(person, "Indiranagar")
        make_booking(service=make_service(person), start=TOMORROW_AT_TEN, status=Status.CONFIRMED)
        if number % 4 == 0:
            Photo.objects.create(practitioner=person, large=b"x", small=b"x")
            person.weekly_hours.all().delete()
    with django_assert_num_queries(most):
        client.get("/p/", asked)


def test_pictures_have_a_size_and_those_below_wait(client: Client, service: Service) -> None:
    photo = Photo.objects.create(practitioner=service.practitioner, large=b"x", small=b"x")

    (picture,) = listing(client).every("img")

    assert picture.attrs["src"] == f"/photos/{photo.token}-small.webp"
    assert (picture.attrs["width"], picture.attrs["height"], picture.attrs["alt"]) == ("160", "160", "")
    assert picture.attrs["loading"] == "lazy"


def test_names_are_written_as_they_are(client: Client, service: Service) -> None:
    Practitioner.objects.update(name='</script><img src=x onerror="alert(1)">', needs=["<i>", '"'], languages=["'><b>"])
    place(service.practitioner, "<u>")

    page = listing(client, q="img")

    assert page.problems == []
    assert page.every("img") == []
    assert "onerror" in page.every("h3")[0].text


def test_where_nobody_has_all_the_words_whoever_has_some_comes_close(client: Client, practice: None) -> None:
    page = listing(client, q="trouble sleeping")

    assert "Nobody for all of “trouble sleeping”. These come close:" in page.text
    assert [each.text for each in page.every("h3")] == [ASHA]


def test_where_nobody_comes_close_stands_what_people_here_help_with(client: Client, practice: None) -> None:
    page = listing(client, q="insomnia")

    assert {"q": ["Sleep"]} in [wished(link.attrs["href"]) for link in page.every("a") if link.text == "Sleep"]


def test_a_city_finds_who_works_there(client: Client, practice: None) -> None:
    person = Practitioner.objects.get(slug="zoe")
    person.locations.create(name="Rooms", address="4 Sample Street, Mumbai")

    assert found(client, q="mumbai") == [ZOE]


def test_another_zone_than_the_practices_is_suggested_here_too(client: Client, practice: None) -> None:
    (form,) = listing(client).every("form", action="/zone/")

    assert form.attrs["data-offset"] == "330"
