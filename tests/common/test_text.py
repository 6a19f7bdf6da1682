import pytest

from common.text import one_line


@pytest.mark.parametrize(("typed", "kept"), [("  Asha \n Rao ", "Asha Rao"), ("\x1c", ""), ("ज्योति", "ज्योति")])
def test_a_name_stands_on_one_line(typed: str, kept: str) -> None:
    assert one_line(typed) == kept


@pytest.mark.parametrize("typed", ["A\0B", "A\x07B", "\ud800"])
def test_what_is_not_text_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="not text"):
        one_line(typed)
