"""Functions that write text as bytes: base64 and hexadecimal."""

import base64

from wizard.mapping.expression.errors import EvaluationError
from wizard.mapping.expression.functions.registry import function
from wizard.mapping.expression.functions.values import LONGEST_VALUE, Text


@function("ConvertToBase64")
def convert_to_base64(source: Text) -> str | None:
    """The text as base64 of its UTF-16 (little-endian), as .NET holds text. NULL stays NULL."""
    return None if source is None else base64.b64encode(_sound(source).encode("utf-16-le")).decode()


@function("ConvertToUTF8Hex")
def convert_to_utf8_hex(source: Text) -> str | None:
    """The text's UTF-8 in upper-case hexadecimal. NULL stays NULL."""
    return None if source is None else _sound(source).encode("utf-8").hex().upper()


def _sound(text: str) -> str:
    """The text without halves of characters, which no encoding can write; raises where it is too long."""
    if len(text) > LONGEST_VALUE // 4:
        raise EvaluationError(
            f"Only {LONGEST_VALUE // 4:,} characters can be written so, and there are {len(text):,}."
        )
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
