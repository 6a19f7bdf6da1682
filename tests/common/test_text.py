import pytest

from common.text import folded, one_line


@pytest.mark.parametrize(("typed", "kept"), [("  Asha \n Rao ", "Asha Rao"), ("\x1c", ""), ("ज्योति", "ज्योति")])
def test_a_name_stands_on_one_line(typed: str, kept: str) -> None:
    assert one_line(typed) == kept


@pytest.mark.parametrize("typed", ["A\0B", "A\x07B", "\ud800"])
def test_what_is_not_text_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="not text"):
        one_line(typed)


@pytest.mark.parametrize(
    ("typed", "found_as"),
    [
        ("José NUÑEZ", "jose nunez"),
        ("Jose\u0301", "jose"),
        ("O’Brien", "obrien"),
        ("O'Brien-Smith, Dr.", "obrien smith dr"),
        ("Łukasz Sørensen Æon", "lukasz sorensen aeon"),
        ("Weiß", "weiss"),
        ("ＡＢＣ １２", "abc 12"),
        ("हिन्दी", "हिन्दी"),
        ("தமிழ்", "தமிழ்"),
        ("!!! … %_", ""),
        ("", ""),
    ],
)
def test_letters_are_found_as_they_are_typed_in_a_hurry(typed: str, found_as: str) -> None:
    assert folded(typed) == found_as
    assert folded(folded(typed)) == folded(typed)
