"""Several values, whole numbers, and the syntax of numbers."""

import pytest

from tests.mapping.expression.evaluation import problem, value
from wizard.directory import AttributeValue


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("Count([p])", "3"),
        ("Count([n])", "0"),
        ("Count([x])", "1"),
        ("Item([p], 3)", "c"),
        ("Item([p], 0)", None),
        ("Item([p], 4)", None),
        ("Item([x], 1)", "15"),
        ('Join("-", [p], [n], "", "d")', "a-b-c-d"),
        ("Join(, [p])", "abc"),
        ('Join(", ", [n])', ""),
        ('Split("a; b;;c", ";")', ("a", "b", "", "c")),
        ('Split("a--b", "--")', ("a", "b")),
        ('Split("a,b")', ("a", "b")),
        ('Split([n], ",")', None),
        ("BitAnd([x], &H7)", "7"),
        ("BitAnd(-1, [x])", "15"),
        ('BitAnd("&HFF", 15)', "15"),
    ],
)
def test_lists_and_numbers(expression: str, expected: AttributeValue | None) -> None:
    assert value(expression, x="15", p=("a", "b", "c")) == expected


@pytest.mark.parametrize("text", ["", "abc", "1e999", "NaN", "inf", "1_0", "&HG", "9" * 50, "٣"])
def test_a_text_that_is_not_a_number_is_reported(text: str) -> None:
    assert problem("BitAnd([x], 1)", x=text) == "number-needed"
