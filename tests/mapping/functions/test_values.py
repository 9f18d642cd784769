"""Several values, numbers, bytes, chance, and how arguments are read."""

import string

import pytest

from tests.mapping.functions.asking import problem, value
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
        ("ConvertToUTF8Hex([e])", "C3A9"),
        ("ConvertToUTF8Hex([n])", None),
        ("ConvertToBase64([n])", None),
        ('ConvertToBase64("é")', "6QA="),
        ('Append("", 1.50)', "1.50"),
    ],
)
def test_functions(expression: str, expected: AttributeValue | None) -> None:
    assert value(expression, x="15", p=("a", "b", "c"), e="é") == expected


def test_half_a_character_is_written_as_a_replacement() -> None:
    assert value("ConvertToUTF8Hex([x])", x="\ud800") == "EFBFBD"


@pytest.mark.parametrize("text", ["", "abc", "1e999", "NaN", "inf", "1_0", "&HG", "9" * 50, "٣"])
def test_what_is_no_number_is_told(text: str) -> None:
    assert "A number is needed" in problem("BitAnd([x], 1)", x=text)


def test_a_truth_value_is_neither_text_nor_number() -> None:
    assert "A number is needed" in problem("CBool([x])", x="maybe")
    assert "A number is needed" in problem("BitAnd([x], 1)", x=True)


@pytest.mark.parametrize("_", range(20))
def test_a_random_text_keeps_its_minima_and_what_is_to_be_avoided(_: int) -> None:
    text = value('RandomString(10, 2, 2, 2, 1, "?,ABCDEFGHIJKLMNOPQRSTUVWX")')
    assert isinstance(text, str)
    assert len(text) == 10
    assert sum(letter in string.digits for letter in text) >= 2
    assert sum(not letter.isalnum() for letter in text) >= 2
    assert sum(letter in "YZ" for letter in text) >= 2
    assert any(letter in string.ascii_lowercase for letter in text)
    assert not set(text) & set("?,ABC")
    plain = value("RandomString(6,3,0,0,3)")
    assert isinstance(plain, str)
    assert sorted(letter.isdigit() for letter in plain) == [False] * 3 + [True] * 3
    assert len(str(value("RandomString(8, 0, 0, 0, 0)"))) == 8


def test_a_random_text_that_cannot_be_is_told() -> None:
    assert "1 to 256" in problem("RandomString(257, 0, 0, 0, 0)")
    assert "1 to 256" in problem("RandomString(3, 2, 2, 0, 0)")
    assert "1 to 256" in problem("RandomString(3, -1, 0, 0, 0)")
    assert "avoided" in problem('RandomString(3, 1, 0, 0, 0, "0123456789")')


def test_guids_differ() -> None:
    first, second = value("Guid()"), value("Guid()")
    assert first != second
    assert isinstance(first, str)
    assert [len(part) for part in first.split("-")] == [8, 4, 4, 4, 12]


def test_the_domain_is_the_tenants() -> None:
    assert value("DefaultDomain()") == "contoso.com"
