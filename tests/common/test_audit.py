"""Who is written down: a kind of person, a login, and no more of an address than tells a country."""

import pytest
from django.test import RequestFactory

from common.audit import Actor, masked
from common.models import User


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("203.0.113.77", "203.0.113.0"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::"),
        ("2400::1234", "2400::"),
        ("::ffff:203.0.113.77", "203.0.113.0"),
        ("::1", "::"),
        ("", ""),
        ("unknown", ""),
    ],
)
def test_an_address_loses_the_part_that_points_at_a_home(address: str, kept: str) -> None:
    assert masked(address) == kept


@pytest.mark.django_db
def test_an_actor_is_seen_with_login_and_masked_address() -> None:
    request = RequestFactory().post("/", REMOTE_ADDR="203.0.113.77")
    request.user = User.objects.create_user("staff@example.org")

    seen = Actor.STAFF.seen_in(request)

    assert (seen.kind, seen.user_id, seen.origin) == ("staff", request.user.pk, "203.0.113.0")
    assert Actor.STAFF.user_id is None
