import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.money import Money, NotAnAmount, TooFine, amount_to_edit, currencies, format_money, read_amount


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        (150_000, "INR", "₹1,500"),
        (150_050, "INR", "₹1,500.50"),
        (15_000_000, "INR", "₹1,50,000"),
        (0, "INR", "₹0"),
        (1, "INR", "₹0.01"),
        (12_000, "USD", "$120"),
        (123_456_789, "USD", "$1,234,567.89"),
        (7_000, "GBP", "£70"),
        (9_950, "EUR", "€99.50"),
        (5_000, "JPY", "¥5,000"),
        (4_000, "AUD", "A$40"),
        (12_345, "KWD", "KWD 12.345"),
        (12_000, "KWD", "KWD 12"),
    ],
)
def test_an_amount_is_written_as_its_country_writes_it(amount: int, currency: str, shown: str) -> None:
    assert format_money(Money(amount, currency)).replace("\xa0", " ") == shown


def test_amounts_of_two_currencies_differ() -> None:
    assert Money(100, "INR") != Money(100, "USD")


@pytest.mark.parametrize(
    ("typed", "currency", "amount"),
    [
        ("1500", "INR", 150_000),
        ("1,500", "INR", 150_000),
        ("1,50,000", "INR", 15_000_000),
        ("150,000.5", "INR", 15_000_050),
        ("1 500", "INR", 150_000),
        ("1’500.50", "CHF", 150_050),
        ("₹ 1,500/-", "INR", 150_000),
        ("Rs. 1500", "INR", 150_000),
        ("1500 inr", "INR", 150_000),
        ("A$40", "AUD", 4_000),
        ("१,५००.५०", "INR", 150_050),
        ("0", "INR", 0),
        ("40", "JPY", 40),
        ("1.234", "KWD", 1_234),
    ],
)
def test_an_amount_is_read_as_people_type_it(typed: str, currency: str, amount: int) -> None:
    assert read_amount(typed, currency) == amount


@pytest.mark.parametrize(
    "typed",
    ["", " ", "-5", "+5", "1e3", "1,50", "0,500", "1,2,3", ".5", "5.", "$5", "²", "inf", "0x10", "1.500,50", "1_000"],
)
def test_what_is_no_amount_is_refused(typed: str) -> None:
    with pytest.raises(NotAnAmount):
        read_amount(typed, "INR")


@pytest.mark.parametrize(("typed", "currency"), [("1.500", "INR"), ("1.0", "JPY"), ("1.2345", "KWD")])
def test_more_decimals_than_the_currency_knows_are_refused(typed: str, currency: str) -> None:
    with pytest.raises(TooFine):
        read_amount(typed, currency)


@given(st.integers(0, 10**12), st.sampled_from(currencies()))
def test_every_amount_can_be_edited_and_read_again(amount: int, currency: str) -> None:
    money = Money(amount, currency)

    assert read_amount(amount_to_edit(money), currency) == amount
    assert read_amount(format_money(money), currency) == amount
