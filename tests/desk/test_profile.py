"""What a page says: kept as it was typed, refused at the field, written with no markup but ours."""

from typing import Any

import pytest
from django.test import Client

from common.audit import Actor
from common.models import AuditEntry
from practitioners.actions import profile as actions
from practitioners.errors import AddressFixed
from practitioners.models import Practitioner
from tests.desk.people import make_desk
from tests.factories import NOW, make_practitioner
from tests.pages.reading import Page, faults, read

pytestmark = pytest.mark.django_db

FORM = {
    "name": "Dr Asha Rao",
    "credential": "Dietitian",
    "bio": "I help people eat.\r\n\r\n- Slowly\r\n- With *joy*",
    "languages": "English, hindi ,English,  हिन्दी",
    "needs": "Nutrition; Diabetes",
    "email": "asha@example.org",
    "slug": "dr-asha-rao",
}


def refused(mine: Client, **change: Any) -> Page:
    response = mine.post("/desk/settings/profile/", {**FORM, **change})
    assert response.status_code == 200, "it was taken"
    page = read(response)
    assert page.title.startswith("Error:")
    assert faults(page) == []
    return page


def test_a_profile_is_stored_as_it_was_typed(mine: Client, practitioner: Practitioner) -> None:
    response = mine.post("/desk/settings/profile/", FORM)

    assert (response.status_code, response["Location"]) == (303, "/desk/settings/profile/")
    practitioner.refresh_from_db()
    assert (practitioner.name, practitioner.credential, practitioner.slug) == (
        "Dr Asha Rao",
        "Dietitian",
        "dr-asha-rao",
    )
    assert practitioner.bio == "I help people eat.\n\n- Slowly\n- With *joy*"
    assert practitioner.languages == ["English", "hindi", "हिन्दी"]
    assert practitioner.needs == ["Nutrition", "Diabetes"]
    entry = AuditEntry.objects.get()
    assert entry.after["changed"] == ["bio", "credential", "email", "languages", "name", "needs", "slug"]
    assert "asha@example.org" not in str(entry.after)
    page = read(mine.get("/desk/settings/profile/"))
    assert page.every("input", name="languages")[0].attrs["value"] == "English, hindi, हिन्दी"


def test_saving_without_a_change_writes_nothing(mine: Client) -> None:
    for _ in range(2):
        mine.post("/desk/settings/profile/", FORM)

    assert AuditEntry.objects.count() == 1


def test_an_own_video_room_is_stored_and_named_nowhere(mine: Client, practitioner: Practitioner) -> None:
    mine.post("/desk/settings/profile/", {**FORM, "meeting_url": "https://meet.example.org/asha"})

    practitioner.refresh_from_db()
    assert practitioner.meeting_url == "https://meet.example.org/asha"
    entry = AuditEntry.objects.get()
    assert "meeting_url" in entry.after["changed"]
    assert "meet.example.org" not in str(entry.after)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"meeting_url": "http://meet.example.org/asha"}, "Enter an address that begins with https://"),
        ({"meeting_url": "javascript:alert(1)"}, "Enter an address that begins with https://"),
        ({"meeting_url": "https://meet.example.org/a b"}, "Enter an address that begins with https://"),
        ({"meeting_url": "https://meet.example.org/" + "x" * 300}, "at most 300 characters"),
        ({"name": ""}, "Enter your name."),
        ({"name": "x" * 121}, "at most 120 characters"),
        ({"name": "No\x1bne"}, "Leave out the control characters."),
        ({"credential": "x" * 121}, "at most 120 characters"),
        ({"bio": "x" * 4001}, "at most 4000 characters"),
        ({"bio": "Hello\x00"}, "Leave out the control characters."),
        ({"languages": ", ".join(f"Language {n}" for n in range(13))}, "Name at most 12."),
        ({"languages": "x" * 41}, "Use at most 40 letters for each"),
        ({"needs": "x" * 61}, "Use at most 60 letters for each"),
        ({"needs": "x," * 900}, "at most 744 characters"),
        ({"email": ""}, "Enter your e-mail address."),
        ({"email": "asha"}, "Enter an e-mail address like name@example.com."),
        ({"slug": ""}, "Enter an address for your page."),
        ({"slug": "ab"}, "Use at least 3 letters or digits."),
        ({"slug": "x" * 65}, "at most 64 characters"),
        ({"slug": "Asha"}, "Use small letters, digits and single hyphens"),
        ({"slug": "asha_rao"}, "Use small letters, digits and single hyphens"),
        ({"slug": "asha--rao"}, "Use small letters, digits and single hyphens"),
        ({"slug": "-asha"}, "Use small letters, digits and single hyphens"),
        ({"slug": "आशा"}, "Use small letters, digits and single hyphens"),
        ({"slug": "asha/rao"}, "Use small letters, digits and single hyphens"),
        ({"slug": "admin"}, "The site needs that address for itself."),
        ({"credential": ""}, "Enter your profession."),
        ({"bio": "abc\u202etxt.exe"}, "Leave out the control characters."),
        ({"slug": "taken"}, "That address is taken."),
    ],
)
def test_what_makes_no_sense_is_told_at_its_field_and_kept(mine: Client, change: dict[str, str], said: str) -> None:
    make_practitioner(slug="taken")

    page = refused(mine, **change)

    assert said in page.text
    typed = {**FORM, **change}
    for name in ("name", "languages", "slug"):
        assert page.every("input", name=name)[0].attrs.get("value", "") == typed[name]
    assert not AuditEntry.objects.exists()


def test_the_address_stays_once_the_page_was_published(mine: Client, practitioner: Practitioner) -> None:
    slug = practitioner.slug
    Practitioner.objects.update(is_published=False, first_published_at=NOW)

    page = read(mine.get("/desk/settings/profile/"))
    assert page.every("input", name="slug") == []
    assert f"/p/{slug}/" in page.text
    assert mine.post("/desk/settings/profile/", FORM).status_code == 303

    practitioner.refresh_from_db()
    assert (practitioner.slug, practitioner.name) == (slug, "Dr Asha Rao")


def test_an_address_that_was_fixed_a_moment_ago_is_not_changed(practitioner: Practitioner) -> None:
    Practitioner.objects.update(first_published_at=NOW)

    with pytest.raises(AddressFixed):
        actions.change_profile(practitioner, values={"slug": "another"}, by=Actor.PRACTITIONER, now=NOW)

    assert Practitioner.objects.get().slug == practitioner.slug


def test_an_address_that_was_taken_a_moment_ago_is_told_at_its_field(
    mine: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_practitioner(slug="taken")
    monkeypatch.setattr("practitioners.forms.profile.ProfileForm.clean_slug", lambda form: form.cleaned_data["slug"])

    assert "That address is taken. Choose another one." in refused(mine, slug="taken").text


def test_what_was_typed_is_written_with_our_marks_alone(client: Client) -> None:
    practitioner = make_desk(is_published=True, bio="<script>alert(1)</script> *well*\n\n- see https://example.org/x.")

    page = read(client.get(f"/p/{practitioner.slug}/"))

    assert "<script>alert(1)</script> well" in page.text
    assert [element.text for element in page.every("em")] == ["well"]
    (link,) = page.every("a", href="https://example.org/x")
    assert link.attrs["rel"] == "nofollow ugc noopener"
    assert not any("alert" in element.text for element in page.every("script"))
