"""Parts of text, letters, Replace, encodings and random text."""

import string
import unicodedata

import pytest

from tests.mapping.expression.evaluation import problem, value


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


@pytest.mark.parametrize(
    ("function", "text", "expected"),
    [
        ("ToLower([x])", "ÄÖÜ ΣΑΣ", "äöü σασ"),
        ("ToUpper([x])", "straße", "STRAßE"),
        ('ToLower([x], "tr-TR")', "ISTANBUL İ", "ıstanbul i"),
        ('ToUpper([x], "tr-TR")', "istanbul ı", "İSTANBUL I"),
        ('ToUpper([x], "en-US")', "istanbul", "ISTANBUL"),
        ("PCase([x])", "JOHN'S 1ST (two) o_k", "John's 1St (Two) O_K"),
        ("PCase([x])", "ÉMILE-ANNE", "Émile-Anne"),
        ('PCase([x], "-")', "ANNA-LENA VON X", "Anna-Lena von x"),
        ('PCase([x], " ")', "ANNA-LENA VON X", "Anna-lena Von X"),
    ],
)
def test_case(function: str, text: str, expected: str) -> None:
    assert value(function, x=text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("öäüÖÄÜ", "oauOAU"),
        ("ąęłőűğıİșțżŁ", "aelougiIstzL"),
        ("æǣÆǢøØß", "aeaeAEAEoeOEss"),
        ("ø\u0304Ø\u0304œ\u0304Œ\u0304", "oeOEoeOE"),
        ("œŒđĐþÐħŋ", "œŒđĐþÐħŋ"),
        ("Ćemal Šaža", "Cemal Saza"),
        ("Москва й 東京", "Москва й 東京"),
        ("ḿ", "ḿ"),
        ("plain", "plain"),
    ],
)
def test_accents(text: str, expected: str) -> None:
    assert value("NormalizeDiacritics([x])", x=text) == expected
    assert value("NormalizeDiacritics([x])", x=unicodedata.normalize("NFD", text)) == expected


@pytest.mark.parametrize("function", ["ToLower", "ToUpper", "PCase", "NormalizeDiacritics"])
def test_null_stays_null(function: str) -> None:
    assert value(f"{function}([x])") is None
    assert value(f"{function}([x])", x="") == ""


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
def test_replace(expression: str, expected: str | None) -> None:
    assert value(expression, x="ananas", mail="kim@x.org", several=("none", "lee@x.org")) == expected


def test_an_attribute_that_is_not_a_pattern_is_reported() -> None:
    assert problem('Replace([x], , [p], , "", , )', x="a", p="(") == "pattern-without-closing-parenthesis"
    assert problem('Replace([x], , "(?<w>a)", "v", "", , )', x="a") == "pattern-group-missing"


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("ConvertToUTF8Hex([e])", "C3A9"),
        ("ConvertToUTF8Hex([n])", None),
        ("ConvertToBase64([n])", None),
        ('ConvertToBase64("é")', "6QA="),
        ('Append("", 1.50)', "1.50"),
    ],
)
def test_encodings(expression: str, expected: str | None) -> None:
    assert value(expression, e="é") == expected


def test_half_a_character_is_written_as_a_replacement() -> None:
    assert value("ConvertToUTF8Hex([x])", x="\ud800") == "EFBFBD"


@pytest.mark.parametrize("_", range(20))
def test_a_random_text_keeps_its_minima_and_excluded_characters(_: int) -> None:
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


def test_an_impossible_random_text_is_reported() -> None:
    assert problem("RandomString(257, 0, 0, 0, 0)") == "random-text-length"
    assert problem("RandomString(3, 2, 2, 0, 0)") == "random-text-length"
    assert problem("RandomString(3, -1, 0, 0, 0)") == "random-text-length"
    assert problem('RandomString(3, 1, 0, 0, 0, "0123456789")') == "random-text-without-characters"


def test_guids_differ() -> None:
    first, second = value("Guid()"), value("Guid()")
    assert first != second
    assert isinstance(first, str)
    assert [len(part) for part in first.split("-")] == [8, 4, 4, 4, 12]
