"""Functions on text: parts of it, letters, Replace, encodings, random text.

Characters are counted by code point, as people see them in most scripts; .NET counts a character outside the basic
plane (an emoji) as two and may cut it in half.
"""

import base64
import secrets
import string
import unicodedata
from typing import Annotated
from uuid import uuid4

from wizard.errors import Message
from wizard.mapping.dotnet.patterns import PatternProblem, group_found, group_replaced, pattern_problem, replaced
from wizard.mapping.expression.errors import EvaluationError
from wizard.mapping.expression.functions.registry import function
from wizard.mapping.expression.values import (
    LONGEST_VALUE,
    Anything,
    Context,
    Result,
    Slot,
    Text,
    Whole,
    as_text,
    as_values,
)


@function("Append")
def append(source: Text, suffix: Text) -> str | None:
    """Adds a suffix to the source. NULL returns NULL."""
    return None if source is None else source + (suffix or "")


@function("Prepend")
def prepend(prefix: Text, source: Text) -> str | None:
    """Adds a prefix to the source. NULL returns NULL. Listed in Microsoft Graph only."""
    return None if source is None else (prefix or "") + source


@function("CStr")
def c_str(value: Text) -> str | None:
    """The value as text. NULL returns NULL."""
    return value


@function("Left")
def left(source: Text, num_chars: Whole) -> str:
    """The first characters of the text; all of it if the number is negative or too large."""
    if source is None:
        return ""
    return source if num_chars < 0 else source[:num_chars]


@function("Mid")
def mid(source: Text, start: Whole, length: Whole) -> str:
    """Characters from a position on, starting at 1. Positions beyond the end are ignored. NULL returns ""."""
    if source is None or length <= 0:
        return ""
    begin = max(start, 1) - 1
    return source[begin : begin + length]


@function("Len")
def length(value: Anything) -> int:
    """The number of characters of the value as text. 0 for NULL."""
    return len(as_text(value) or "")


@function("InStr")
def in_str(source: Text, find: Text, start: Whole = 1, compare_type: Text = "vbBinaryCompare") -> int:
    """The position of the first occurrence of a text, starting at 1. 0 if not found. `vbTextCompare` ignores case."""
    if not source or find is None:
        return 0
    if compare_type == "vbTextCompare":
        source, find = source.casefold(), find.casefold()
    return source.find(find, max(start, 1) - 1) + 1


@function("Word")
def word(source: Text, word_number: Whole, delimiters: Text = " ") -> str:
    """A word by its number, starting at 1. Each character of the delimiters separates words; several in a row count as one.

    "" where there is no such word, or nothing at all.
    """
    if not source or word_number < 1:
        return ""
    separators = set(delimiters or " ")
    spaced = "".join("\0" if letter in separators else letter for letter in source)
    words = [part for part in spaced.split("\0") if part]
    return words[word_number - 1] if word_number <= len(words) else ""


@function("StripSpaces")
def strip_spaces(source: Text) -> str | None:
    """Removes spaces. Other white space, such as tabs, is kept."""
    return None if source is None else source.replace(" ", "")


@function("Redact")
def redact(value: Anything) -> Result:
    """The value itself. AWS receives it, but the log and the journal contain `[Redact]`."""
    return value


# --- letters: case and accents ----------------------------------------------------------------------------------------


@function("ToLower")
def to_lower(source: Text, culture: Text = None) -> str | None:
    """Lower case as in .NET. In Turkish and Azeri (culture `tr-TR`, `az`), I becomes ı."""
    if source is None:
        return None
    if _turkic(culture):
        source = source.replace("I", "ı").replace("İ", "i")
    return source.lower() if source.isascii() else "".join(map(_lower, source))


@function("ToUpper")
def to_upper(source: Text, culture: Text = None) -> str | None:
    """Upper case as in .NET, so ß stays ß. In Turkish and Azeri, i becomes İ."""
    if source is None:
        return None
    if _turkic(culture):
        source = source.replace("i", "İ").replace("ı", "I")
    return source.upper() if source.isascii() else "".join(map(_upper, source))


@function("PCase")
def p_case(source: Text, word_separators: Text = None) -> str | None:
    """Capitalizes each word, the rest in lower case.

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
    """Removes accents: ö becomes o (not oe), ß ss, æ ae, ø oe, ł l, ı i.

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


# --- Replace ----------------------------------------------------------------------------------------------------------


RegexPattern = Annotated[str | None, Slot(as_text, check=pattern_problem)]


@function("Replace")
def replace(
    context: Context,
    source: Text,
    old_value: Text = None,
    regex_pattern: RegexPattern = None,
    regex_group_name: Text = None,
    replacement_value: Text = None,
    replacement_attribute_name: Anything = None,
    template: Text = None,
) -> str | None:
    """Replaces text in one of five ways. Case-sensitive. Without a match, the source is unchanged.

    oldValue + replacementValue: each occurrence in the source. oldValue + template: each occurrence in the template
    becomes the source. regexPattern + replacementValue: each match; `${group}` inserts a group.
    regexPattern + regexGroupName + replacementValue: that group of each match alone. regexPattern +
    regexGroupName + replacementAttributeName: the source, or where it is empty the group found in that attribute.

    NULL stays NULL. A replacement that is NULL counts as left out, so nothing is replaced by it (Microsoft does not
    say); write "" to take something away. Patterns are .NET's.
    """
    try:
        if regex_pattern:
            return _by_pattern(
                context, source, regex_pattern, regex_group_name, replacement_value, replacement_attribute_name
            )
    except PatternProblem as problem:
        raise EvaluationError(problem.reason) from None
    if source is None or not old_value:
        return source
    if template is not None:
        return _exchanged(template, old_value, source)
    return source if replacement_value is None else _exchanged(source, old_value, replacement_value)


def _by_pattern(
    context: Context,
    source: str | None,
    pattern: str,
    group: str | None,
    replacement: str | None,
    attribute: Anything,
) -> str | None:
    if group and replacement is None and attribute is not None:
        return source or _from_attribute(context, pattern, group, as_values(attribute)) or source
    if source is None or replacement is None:
        return source
    if group:
        return group_replaced(pattern, group, source, replacement, context.patience)
    return replaced(pattern, source, replacement, context.patience)


def _from_attribute(context: Context, pattern: str, group: str, values: tuple[str, ...]) -> str | None:
    """The group in the first value that matches."""
    texts = (group_found(pattern, group, value, context.patience) for value in values)
    return next((text for text in texts if text), None)


def _exchanged(text: str, old: str, new: str) -> str:
    if len(text) + text.count(old) * (len(new) - len(old)) > LONGEST_VALUE:
        raise EvaluationError(Message("replacement-too-long", limit=LONGEST_VALUE))
    return text.replace(old, new)


# --- text as bytes ----------------------------------------------------------------------------------------------------


@function("ConvertToBase64")
def convert_to_base64(source: Text) -> str | None:
    """The text in UTF-16 (little-endian) as Base64. NULL returns NULL."""
    return None if source is None else base64.b64encode(_sound(source).encode("utf-16-le")).decode()


@function("ConvertToUTF8Hex")
def convert_to_utf8_hex(source: Text) -> str | None:
    """The text in UTF-8 as upper-case hexadecimal. NULL returns NULL."""
    return None if source is None else _sound(source).encode("utf-8").hex().upper()


def _sound(text: str) -> str:
    """The text without halves of characters, which no encoding can write; raises where it is too long."""
    if len(text) > LONGEST_VALUE // 4:
        raise EvaluationError(Message("encoding-too-long", limit=LONGEST_VALUE // 4, length=len(text)))
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


# --- random text: with the flow "always" it changes in every run ------------------------------------------------------


_LONGEST_RANDOM = 256
_SPECIALS = "!@#$%^&*()-_=+[]{};:,.?/|~<>"


@function("Guid")
def guid() -> str:
    """A new random GUID."""
    return str(uuid4())


@function("RandomString")
def random_string(
    length: Whole,
    minimum_numbers: Whole,
    minimum_special_characters: Whole,
    minimum_capital_letters: Whole,
    minimum_lowercase_letters: Whole,
    characters_to_avoid: Text = "",
) -> str:
    """Random characters, up to 256, with a minimum of each class and without those to avoid.

    A class with 0 does not occur, unless all have 0 (Microsoft's samples leave it open).
    """
    classes = (string.digits, _SPECIALS, string.ascii_uppercase, string.ascii_lowercase)
    fewest = (minimum_numbers, minimum_special_characters, minimum_capital_letters, minimum_lowercase_letters)
    if not 1 <= length <= _LONGEST_RANDOM or min(fewest) < 0 or sum(fewest) > length:
        raise EvaluationError(Message("random-text-length", limit=_LONGEST_RANDOM))
    avoided = set(characters_to_avoid or "")
    allowed = ["".join(letter for letter in letters if letter not in avoided) for letters in classes]
    used = [letters for letters, least in zip(allowed, fewest, strict=True) if least] or allowed
    if not all(letters for letters, least in zip(allowed, fewest, strict=True) if least) or not "".join(used):
        raise EvaluationError(Message("random-text-without-characters"))
    letters = [secrets.choice(allowed[n]) for n, least in enumerate(fewest) for _ in range(least)]
    letters += [secrets.choice("".join(used)) for _ in range(length - len(letters))]
    secrets.SystemRandom().shuffle(letters)
    return "".join(letters)
