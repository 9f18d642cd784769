"""The one form of text, and the one comparison of names: user names, e-mail addresses, display names, headings."""

import re
import unicodedata

_SURROGATES = re.compile("[\ud800-\udfff]")
_MAIL_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_LONGEST_MAIL_ADDRESS = 254
"""RFC 5321, 4.5.3.1.3, without the angle brackets."""


def composed(text: str) -> str:
    """The text in the form that the program keeps: NFC, and U+FFFD for half a character (a lone surrogate).

    Every source gives its text this form where it is read, so nothing behind it meets two spellings of one name.
    """
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", _SURROGATES.sub("\ufffd", text))


def name_key(text: object) -> str:
    """A name in the form in which equal names are equal; "" for a value that is not a string.

    NFC, then each character lowered on its own where that gives one character. Never `casefold`, which takes ß for ss
    and would give one account to two people; never `str.lower` of the whole text, whose result for Σ depends on its
    neighbours.
    """
    if not isinstance(text, str):
        return ""
    if text.isascii():
        return text.lower()
    return "".join(map(_lowered, unicodedata.normalize("NFC", text)))


def same_name(one: object, other: object) -> bool:
    """Whether two names are the same to AWS and to a person; False for values that are not strings."""
    return isinstance(one, str) and isinstance(other, str) and name_key(one) == name_key(other)


def is_mail_address(text: str) -> bool:
    """Whether a text can be one e-mail address to which Microsoft sends something."""
    return len(text) <= _LONGEST_MAIL_ADDRESS and bool(_MAIL_ADDRESS.fullmatch(text))


def _lowered(character: str) -> str:
    lowered = character.lower()
    return lowered if len(lowered) == 1 else character
