"""Case by .NET's rules and letters without accents by Microsoft's table."""

import unicodedata

import pytest

from tests.mapping.functions.asking import value


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
