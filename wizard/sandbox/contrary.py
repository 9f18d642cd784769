"""Ways in which an Identity Center may differ from AWS's guide, chosen with `--contrary`."""

import unicodedata
from collections.abc import Mapping
from typing import Any

DROPPED = ("profileUrl", "nickName")
"""What `drop` neither keeps nor returns; AWS's own examples leave profileUrl out."""
LATE_LISTS = 2
"""With `late`, how many lists may begin before a new resource is in them."""

CONTRARY = {
    "drop": f"accept {' and '.join(DROPPED)}, but neither keep nor return them",
    "case": "keep user names and e-mail addresses in lower case",
    "unicode": "keep texts in decomposed form (NFD)",
    "trim": "keep texts without the spaces around them and with single spaces inside",
    "late": f"show a new person or group only from the list number {LATE_LISTS + 1} after its creation",
    "exact": "compare names by the character: Ann and ann are two people",
    "absent-member": "accept the removal of a member who does not exist",
}
"""Name -> what it does."""


def name_key(text: str) -> str:
    """A text as AWS is believed to compare it: composed, each character in lower case where that is one character."""
    composed = unicodedata.normalize("NFC", text)
    return "".join(lower if len(lower := character.lower()) == 1 else character for character in composed)


def kept(attributes: Mapping[str, Any], contrary: frozenset[str]) -> Mapping[str, Any]:
    """The attributes of a person or group as they are kept."""
    if not contrary & {"drop", "case", "unicode", "trim"}:
        return attributes
    found = {name: _text(value, contrary) for name, value in attributes.items()}
    if "drop" in contrary:
        found = {name: value for name, value in found.items() if name not in DROPPED}
    if "case" in contrary:
        if "userName" in found:
            found["userName"] = found["userName"].lower()
        if "emails" in found:
            found["emails"] = [{**email, "value": email["value"].lower()} for email in found["emails"]]
    return found


def _text(value: Any, contrary: frozenset[str]) -> Any:
    match value:
        case str():
            text = unicodedata.normalize("NFD", value) if "unicode" in contrary else value
            return " ".join(text.split()) if "trim" in contrary else text
        case dict():
            return {name: _text(each, contrary) for name, each in value.items()}
        case list():
            return [_text(each, contrary) for each in value]
        case _:
            return value
