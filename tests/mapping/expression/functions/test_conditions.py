"""Is there a value, truth values, and their opposites."""

import pytest

from tests.mapping.expression.evaluation import problem, value
from wizard.directory import AttributeValue


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("CBool([x])", "True"),
        ("CBool(0)", "False"),
        ('CBool("True")', "True"),
        ("CBool([n])", "False"),
        ("CBool([n] = [m])", "False"),
        ('CBool([x] <> "a")', "True"),
        ('Not("True")', "False"),
        ('Not("true")', "True"),
        ("Not([n])", "True"),
        ("IsNull([n])", "True"),
        ('IsNull("")', "False"),
        ("IsNothing([n])", "True"),
        ('IsNullOrEmpty("")', "True"),
        ("IsPresent([n])", "False"),
        ("IsPresent([p])", "True"),
        ("IsString([x])", "True"),
        ("IsString(5)", "False"),
        ("IsString([p])", "False"),
        ("IsString(Now())", "False"),
    ],
)
def test_conditions(expression: str, expected: AttributeValue | None) -> None:
    assert value(expression, x="15", p=("a", "b", "c")) == expected


def test_a_truth_value_is_neither_text_nor_number() -> None:
    assert problem("CBool([x])", x="maybe") == "number-needed"
    assert problem("BitAnd([x], 1)", x=True) == "number-needed"
