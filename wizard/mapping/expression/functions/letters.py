"""Functions on letters: upper, lower and proper case, and letters without their accents."""

import unicodedata

from wizard.mapping.expression.functions.registry import function
from wizard.mapping.expression.functions.values import Text


@function("ToLower")
def to_lower(source: Text, culture: Text = None) -> str | None:
    """Lower case, letter by letter as .NET does; in Turkish and Azeri (culture `tr-TR`, `az`) I becomes ı."""
    if source is None:
        return None
    if _turkic(culture):
        source = source.replace("I", "ı").replace("İ", "i")
    return source.lower() if source.isascii() else "".join(map(_lower, source))


@function("ToUpper")
def to_upper(source: Text, culture: Text = None) -> str | None:
    """Upper case, letter by letter as .NET does, so ß stays ß; in Turkish and Azeri i becomes İ."""
    if source is None:
        return None
    if _turkic(culture):
        source = source.replace("i", "İ").replace("ı", "I")
    return source.upper() if source.isascii() else "".join(map(_upper, source))


@function("PCase")
def p_case(source: Text, word_separators: Text = None) -> str | None:
    """Every word with one capital, the rest in lower case.

    With separators a word begins behind each of those characters only. Without, as .NET's title case: words are
    letters, digits and marks; an apostrophe is part of a word, so "JOHN'S" becomes "John's".
    """
    if source is None:
        return None
    text = "".join(map(_lower, source))
    if word_separators:
        separators = set(word_separators)
        return "".join(
            _upper(letter) if at == 0 or text[at - 1] in separators else letter for at, letter in enumerate(text)
        )
    return _title(text)


@function("NormalizeDiacritics")
def normalize_diacritics(source: Text) -> str | None:
    """Letters without accents: ö becomes o (not oe), ß ss, æ ae, ø oe, ł l, ı i.

    Microsoft's table names the letters a c d e g i l n o r s t u y z. What it does not name stays as it is: œ
    without a macron, đ, þ, ð, ħ, ŋ and every other script; an accent is taken from the letters of the table only.
    """
    if source is None or source.isascii():
        return source
    out: list[str] = []
    for letter in unicodedata.normalize("NFC", source):
        if unicodedata.combining(letter):
            _take_away(out, letter)
        else:
            out.append(_PLAIN.get(letter) or _without_accent(letter))
    return "".join(out)


_BARE = frozenset("acdegilnorstuyzACDEGILNORSTUYZ")
_PLAIN = {
    "æ": "ae",
    "ǣ": "ae",
    "ǽ": "ae",
    "Æ": "AE",
    "Ǣ": "AE",
    "Ǽ": "AE",
    "ø": "oe",
    "ǿ": "oe",
    "Ø": "OE",
    "Ǿ": "OE",
    "ß": "ss",
    "ł": "l",
    "Ł": "L",
    "ı": "i",
}
_MACRON = "\u0304"
_WITH_MACRON = {"œ": "oe", "Œ": "OE"}


def _take_away(out: list[str], mark: str) -> None:
    """Drop a combining mark behind a letter of the table; keep it behind any other."""
    before = out[-1] if out else ""
    if mark == _MACRON and before in _WITH_MACRON:
        out[-1] = _WITH_MACRON[before]
    elif before not in _BARE and before not in _PLAIN.values():
        out.append(mark)


def _without_accent(letter: str) -> str:
    base = unicodedata.normalize("NFD", letter)[0]
    return base if base in _BARE else letter


def _turkic(culture: str | None) -> bool:
    return bool(culture) and (culture or "").lower().split("-")[0] in ("tr", "az")


def _lower(letter: str) -> str:
    # One letter stays one letter, as in .NET; Python would turn some into two.
    changed = letter.lower()
    return changed if len(changed) == 1 else letter


def _upper(letter: str) -> str:
    changed = letter.upper()
    return changed if len(changed) == 1 else letter


def _title(text: str) -> str:
    out: list[str] = []
    inside = False
    for letter in text:
        kind = unicodedata.category(letter)
        if inside:
            inside = kind[0] in "LMN" or kind in ("Co", "Cs", "Cn") or letter == "'"
            out.append(letter)
        else:
            inside = kind[0] == "L"
            out.append(_upper(letter) if inside else letter)
    return "".join(out)
