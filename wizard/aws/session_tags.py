"""Attributes for access control: AWS takes claims with a certain name as tags of the session, and has rules for them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from wizard.errors import Message

CLAIM = "https://aws.amazon.com/SAML/Attributes/AccessControl:"
"""What a claim's name begins with; its key follows (AWS IAM Identity Center, attributes for access control)."""
MOST_ATTRIBUTES = 50
LONGEST_KEY = 128
LONGEST_VALUE = 256
_TAG = re.compile(r"[\w\s.:/=+\-@]*")
"""AWS STS, Tag: letters, digits, white space and `_.:/=+-@`."""


@dataclass(frozen=True, slots=True)
class AccessAttribute:
    """An attribute for access control: AWS gets it with each sign-in, as a tag of the session."""

    key: str
    """Name of the tag, as policies in AWS write it: `aws:PrincipalTag/Department`."""
    attribute: str
    """Entra's name of the attribute."""


def key_problem(key: str, others: Iterable[str] = ()) -> Message | None:
    """What AWS would refuse about a key; None = nothing. `others` are the keys it must differ from."""
    if not key.strip():
        return Message("attribute-key-empty")
    if len(key) > LONGEST_KEY:
        return Message("attribute-key-too-long", key=key[:40], most=LONGEST_KEY)
    if key != key.strip() or not _TAG.fullmatch(key) or not key.isprintable():
        return Message("attribute-key-refused", key=key)
    if key.lower().startswith("aws:"):
        return Message("attribute-key-reserved", key=key)
    if any(key.casefold() == other.casefold() for other in others):
        return Message("attribute-key-twice", key=key)
    return None


ValueProblem = Literal["", "empty", "several", "too-long", "refused"]


def value_problem(value: object) -> ValueProblem:
    """What AWS would refuse about the value of a tag; "" = nothing."""
    if isinstance(value, list | tuple):
        return "several" if len(value) > 1 else value_problem(value[0] if value else "")
    text = "" if value is None else str(value)
    if not text.strip():
        return "empty"
    if len(text) > LONGEST_VALUE:
        return "too-long"
    return "" if _TAG.fullmatch(text) and text.isprintable() else "refused"
