"""Long values without a space, given places where a line may end."""

import re

_MARK = "\u200b"


def breakable(text: str) -> str:
    """The text to show, with a zero-width space after each mark inside a long word; never to be copied."""
    return re.sub(r"(?<=[^\s])([@._/:-])(?=[^\s])", rf"\1{_MARK}", text)
