"""Replace in its five ways, and what is left alone."""

import pytest

from tests.mapping.functions.asking import problem, value


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('Replace([x], "a", , , "b", , )', "bnbnbs"),
        ('Replace([x], "A", , , "b", , )', "ananas"),
        ('Replace([x], "a", , , "", , )', "nns"),
        ('Replace([x], "a", , , [n], , )', "ananas"),
        ('Replace([n], "a", , , "b", , )', None),
        ('Replace([x], "<u>", , , , , "<u>@<u>")', "ananas@ananas"),
        ('Replace([x], , "n(?<v>.)", , "${v}n", , )', "aanans"),
        ('Replace([x], , "(a)(n)", , "$2$1$$$9", , )', "na$$9na$$9as"),
        ('Replace([x], , "z", , "y", , )', "ananas"),
        ('Replace([x], , "A", , "b", , )', "ananas"),
        ('Replace([x], , "(?i)A", , "b", , )', "bnbnbs"),
        ('Replace([x], , "a(?<v>n)(?<w>q)?", "v", "-", , )', "a-a-as"),
        ('Replace([x], , "a(?<v>n)(?<w>q)?", "w", "-", , )', "ananas"),
        ('Replace([x], , "(?<n>.*)@.*", "n", , [mail], )', "ananas"),
        ('Replace([n], , "(?<n>.*)@.*", "n", , [mail], )', "kim"),
        ('Replace([n], , "(?<n>.*)@.*", "n", , [several], )', "lee"),
        ('Replace([n], , "(?<n>.*)@.*", "n", , [x], )', None),
        ("Replace([x])", "ananas"),
    ],
)
def test_ways(expression: str, expected: str | None) -> None:
    assert value(expression, x="ananas", mail="kim@x.org", several=("none", "lee@x.org")) == expected


def test_a_pattern_from_an_attribute_is_told_when_it_is_none() -> None:
    assert "no closing parenthesis" in problem('Replace([x], , [p], , "", , )', x="a", p="(")
    assert "has no group v; its groups: w" in problem('Replace([x], , "(?<w>a)", "v", "", , )', x="a")
