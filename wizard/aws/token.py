"""The access token as a person pastes it: what surrounds it taken off, and what cannot be one told."""

import re
from dataclasses import dataclass

from wizard.aws.endpoint import Problem
from wizard.secret import Secret

ONE_YEAR_DAYS = 365
"""How long AWS lets a token live (AWS User Guide, automatic provisioning)."""


@dataclass(frozen=True, slots=True)
class Token:
    """A text that can be an access token."""

    secret: Secret
    """Hidden in every repr; `reveal()` gives the text."""


def clean_token(text: str) -> Token | Problem:
    """The token in what was pasted; no sentence ever repeats any part of it.

    Taken off: a leading `Bearer` (or a whole header line), quotes, line breaks and spaces of a wrapped paste,
    invisible marks. How AWS's tokens look is not documented, so any printable ASCII of a sensible length passes.
    """
    bare = re.sub(r"[\u200b-\u200f\u2060\ufeff]", "", text).strip().strip("\"'`“”‘’")
    bare = re.sub(r"^(?:authorization\s*:\s*)?bearer(?:\s+|\s*:\s*|$)", "", bare, flags=re.IGNORECASE)
    bare = re.sub(r"\s+", "", bare).strip("\"'`“”‘’")
    if not bare:
        return Problem("Paste the access token. AWS shows it a single time, when you generate it.")
    if "://" in bare or bare.lower().startswith("http"):
        return Problem("This is an address, not a token. The address belongs in the field Tenant URL.")
    if set(bare) <= set("•●*·…."):
        return Problem("These are the dots that hide a token, not the token. Copy it where AWS shows it.")
    if not bare.isascii() or not bare.isprintable():
        return Problem("The token holds characters that no token has. Copy it again from AWS.")
    if len(bare) < 8:
        return Problem("The token is too short. Copy it again from AWS, from its first to its last character.")
    if len(bare) > 8192:
        return Problem("This is too long for a token. Copy only the token from AWS.")
    return Token(Secret(bare))
