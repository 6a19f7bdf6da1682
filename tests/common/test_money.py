import pytest

from common.money import Money, format_money


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
