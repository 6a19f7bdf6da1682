import re

from common import ids


def test_a_capability_holds_at_least_128_random_bits() -> None:
    assert len(ids.ALPHABET) ** ids.PUBLIC_ID_LENGTH >= 2**128
    assert len({ids.new_public_id() for _ in range(1000)}) == 1000


def test_names_have_the_shapes_that_others_rely_on() -> None:
    assert re.fullmatch(r"[0-9a-hjkmnp-tv-z]{26}", ids.new_public_id())
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}", ids.new_reference())
    assert re.fullmatch(r"pay_[0-9a-z]{26}", ids.new_payment_key())
