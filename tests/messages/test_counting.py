"""Numbers with nouns, and lists of words."""

import pytest

from wizard.messages import Noun, counted, listed


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0 people"), (1, "1 person"), (2, "2 people"), (1_234, "1234 people")]
)
def test_counted(number: int, text: str) -> None:
    assert counted(number, Noun.PERSON) == text


def test_listed() -> None:
    assert [listed(("a", "b", "c")[:n]) for n in range(4)] == ["", "a", "a and b", "a, b, and c"]
