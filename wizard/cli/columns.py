"""Text in columns of a terminal: width, padding and line breaks by cells, of which an East Asian letter takes two."""

import argparse
import re
import unicodedata
from collections.abc import Iterable, Iterator

_NO_WIDTH = frozenset({"Mn", "Me", "Cf"})
_NOT_FIRST = frozenset(
    "、。，．・：；？！゛゜ー々ゝゞヽヾ）〕］｝〉》」』】…‥%％,.:;?!)]}ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ"
)
"""Letters that begin no line."""
_NOT_LAST = frozenset("（〔［｛〈《「『【([{")
"""Letters that end no line."""


def display_width(text: str) -> int:
    """Return how many cells of a terminal the text takes."""
    return sum(map(_cells, text))


def padded(text: str, width: int) -> str:
    """Return the text with spaces up to a width in cells."""
    return text + " " * (width - display_width(text))


def shortened(text: str, width: int) -> str:
    """Return the text, cut to a width in cells with "…" at its end."""
    if display_width(text) <= width:
        return text
    return f"{_split(text, max(0, width - 1))[0]}…"


def wrapped(text: str, width: int) -> list[str]:
    """Return the text in lines of at most so many cells, broken at spaces and between East Asian letters."""
    lines: list[str] = []
    line = ""
    for space, part in _parts(text):
        joined = f"{line}{space}{part}" if line else part
        if not line or display_width(joined) <= width:
            line = joined
        else:
            lines.append(line)
            line = part
        while display_width(line) > width:  # one word that is longer than a line
            head, line = _split(line, max(2, width))
            lines.append(head)
    return [*lines, line] if line else lines


class HelpFormatter(argparse.HelpFormatter):
    """argparse's own formatter counts letters; this one counts cells."""

    def _split_lines(self, text: str, width: int) -> list[str]:
        return wrapped(text, width)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return "\n".join(f"{indent}{line}" for line in wrapped(text, width - len(indent)))

    def _format_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: "Iterable[argparse._MutuallyExclusiveGroup]",
        prefix: str | None,
    ) -> str:
        """Indent further lines by the cells of the prefix."""
        prefix = argparse._("usage: ") if prefix is None else prefix  # type: ignore[attr-defined]
        stand_in = "-" * display_width(prefix)
        return super()._format_usage(usage, actions, groups, stand_in).replace(stand_in, prefix, 1)


def _cells(char: str) -> int:
    if char.isascii():
        return 1
    if unicodedata.category(char) in _NO_WIDTH:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _parts(text: str) -> Iterator[tuple[str, str]]:
    """The pieces that stay on one line, each with the space before it."""
    for match in re.finditer(r"(\s*)(\S+)", text.replace("\u00a0", "\ue000").replace("\u202f", "\ue001")):
        space = " " if match[1] else ""
        for piece in _pieces(match[2].replace("\ue000", "\u00a0").replace("\ue001", "\u202f")):
            yield space, piece
            space = ""


def _pieces(word: str) -> Iterator[str]:
    piece = ""
    for char in word:
        may_break = piece and (_cells(char) == 2 or _cells(piece[-1]) == 2)
        if may_break and char not in _NOT_FIRST and piece[-1] not in _NOT_LAST:
            yield piece
            piece = ""
        piece += char
    yield piece


def _split(text: str, width: int) -> tuple[str, str]:
    """The longest beginning of at most so many cells, and the rest."""
    used = 0
    for at, char in enumerate(text):
        used += _cells(char)
        if used > width:
            return text[:at], text[at:]
    return text, ""
