"""Functions on one text: pieces of it, its length, and putting something behind it.

Characters are counted as people see them in most scripts, by code point; .NET counts a character outside the basic
plane (an emoji) as two and may cut it in half.
"""

from wizard.mapping.expression.functions.registry import function
from wizard.mapping.expression.functions.values import Anything, Result, Text, Whole, as_text


@function("Append")
def append(source: Text, suffix: Text) -> str | None:
    """The source with the suffix behind it. NULL stays NULL: a suffix alone never flows (Microsoft does not say)."""
    return None if source is None else source + (suffix or "")


@function("Prepend")
def prepend(prefix: Text, source: Text) -> str | None:
    """The source with the prefix before it; NULL stays NULL. Only in Graph's own list of functions."""
    return None if source is None else (prefix or "") + source


@function("CStr")
def c_str(value: Text) -> str | None:
    """The value as text; NULL stays NULL."""
    return value


@function("Left")
def left(source: Text, num_chars: Whole) -> str:
    """The first characters. None of NULL; the whole text where the number is negative or more than it has."""
    if source is None:
        return ""
    return source if num_chars < 0 else source[:num_chars]


@function("Mid")
def mid(source: Text, start: Whole, length: Whole) -> str:
    """Characters from a place on, the first is 1; what is beyond the end is not there. NULL gives ""."""
    if source is None or length <= 0:
        return ""
    begin = max(start, 1) - 1
    return source[begin : begin + length]


@function("Len")
def length(value: Anything) -> int:
    """How many characters the value has as text; NULL has 0."""
    return len(as_text(value) or "")


@function("InStr")
def in_str(source: Text, find: Text, start: Whole = 1, compare_type: Text = "vbBinaryCompare") -> int:
    """Where a text first stands in another, 1 = at its beginning, 0 = nowhere. `vbTextCompare` ignores case."""
    if not source or find is None:
        return 0
    if compare_type == "vbTextCompare":
        source, find = source.casefold(), find.casefold()
    return source.find(find, max(start, 1) - 1) + 1


@function("Word")
def word(source: Text, word_number: Whole, delimiters: Text = " ") -> str:
    """A word by its number, the first is 1. Each character of the delimiters separates; several in a row are one.

    "" where there is no such word, or nothing at all.
    """
    if not source or word_number < 1:
        return ""
    separators = set(delimiters or " ")
    spaced = "".join("\0" if letter in separators else letter for letter in source)
    words = [found for found in spaced.split("\0") if found]
    return words[word_number - 1] if word_number <= len(words) else ""


@function("StripSpaces")
def strip_spaces(source: Text) -> str | None:
    """The text without its blanks; other white space (tabs, no-break spaces) stays."""
    return None if source is None else source.replace(" ", "")


@function("Redact")
def redact(value: Anything) -> Result:
    """The value itself; it flows to AWS, but in the log and the journal stands `[Redact]`."""
    return value
