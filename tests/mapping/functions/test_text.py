"""Pieces of text, their length, and what NULL gives."""

import pytest

from tests.mapping.functions.asking import value


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('Append([n], ".x")', None),
        ('Append("", ".x")', ".x"),
        ("Append([x], [n])", "The quick"),
        ('Prepend("a-", [x])', "a-The quick"),
        ('Prepend("a-", [n])', None),
        ("Left([x], 99)", "The quick"),
        ("Left([n], 3)", ""),
        ('Left([x], "3")', "The"),
        ('Mid([x],"5","1")', "q"),
        ("Mid([x], 0, 3)", "The"),
        ("Mid([x], 5, -1)", ""),
        ("Mid([n], 1, 1)", ""),
        ("Len([x])", "9"),
        ("Len(&HF)", "2"),
        ('InStr([x], "q", 6)', "0"),
        ('InStr([x], "QUICK")', "0"),
        ('InStr([x], "QUICK", 1, vbTextCompare)', "5"),
        ('InStr([x], "QUICK", , vbBinaryCompare)', "0"),
        ('InStr([n], "a")', "0"),
        ('Word("a,b;;c", 3, ",;")', "c"),
        ('Word("a b", 2)', "b"),
        ('Word([n], 1, " ")', ""),
        ("StripSpaces([s])", "ab\tc\u00a0d"),
        ("StripSpaces([n])", None),
        ("CStr([n])", None),
        ("Redact([n])", None),
    ],
)
def test_pieces(expression: str, expected: str | None) -> None:
    assert value(expression, x="The quick", s=" a b\tc\u00a0d ") == expected


def test_an_emoji_is_one_character() -> None:
    assert value("Left([x], 1)", x="\U0001f600a") == "\U0001f600"
    assert value("Len([x])", x="\U0001f600a") == "2"
