"""Tax within a price, and the numbers of tax offices."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.tax import is_gstin, taken_apart


@given(amount=st.integers(0, 10**9), rate=st.integers(0, 10_000))
def test_the_parts_add_up_and_the_tax_is_right_to_half_a_unit(amount: int, rate: int) -> None:
    parts = taken_apart(amount, rate)

    assert parts.net + parts.tax == amount
    assert abs(parts.tax - Fraction(amount * rate, 10_000 + rate)) <= Fraction(1, 2)
    assert sum(parts.halves) == parts.tax
    assert parts.halves[1] - parts.halves[0] in {0, 1}


def test_eighteen_per_cent_of_gst_are_within_the_price() -> None:
    assert (taken_apart(118_000, 1800).net, taken_apart(118_000, 1800).tax) == (100_000, 18_000)


@pytest.mark.parametrize("number", ["27AAPFU0939F1ZV", "29AAGCB7383J1Z4"])
def test_a_gstin_is_known_by_its_check_character(number: str) -> None:
    assert is_gstin(number)
    for wrong in (number[:-1] + "A", "2" + number[2] + number[1:-1], number.lower(), number[:-1], f"{number}1"):
        assert not is_gstin(wrong)
