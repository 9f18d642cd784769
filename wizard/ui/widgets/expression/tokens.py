"""What stands where in a text that is being written as an expression: spans to colour, brackets, what to complete.

A reader for the eyes only: it takes every text, whole or not, and asks no grammar.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

SpanKind = Literal["attribute", "string", "function", "open", "close", "word", "number", "other"]

_TOKEN = re.compile(
    r"""(?P<attribute>\[[^\[\]\r\n]*\]?)
    |(?P<string>"(?:[^"\\]|\\.)*(?:"|\\?\Z))
    |(?P<function>[A-Za-z_][A-Za-z0-9_]*(?=\s*\())
    |(?P<word>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<number>&[Hh][0-9A-Fa-f]+|-?[0-9]+(?:\.[0-9]+)?)
    |(?P<open>\()
    |(?P<close>\))
    |(?P<other>[^\s])""",
    re.VERBOSE | re.DOTALL,
)
_NAME_BEFORE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


@dataclass(frozen=True, slots=True)
class Span:
    """One piece of the text: from `start`, `length` characters."""

    start: int
    length: int
    kind: SpanKind

    @property
    def end(self) -> int:
        """Offset behind its last character."""
        return self.start + self.length


@dataclass(frozen=True, slots=True)
class Wanted:
    """What can be completed at a place."""

    what: Literal["attribute", "function"]
    prefix: str
    """What is written of it already."""
    start: int
    """Where that begins."""


def spans(text: str) -> Iterator[Span]:
    """Every piece that is no white space, in the order of the text."""
    for found in _TOKEN.finditer(text):
        kind: SpanKind = found.lastgroup  # type: ignore[assignment]  # each group is named by its kind
        yield Span(found.start(), found.end() - found.start(), kind)


def span_at(text: str, position: int) -> Span | None:
    """The piece a place lies in, or the last one before it; None = the text is empty."""
    last = None
    for span in spans(text):
        if span.start > position and last is not None:
            break
        last = span
        if position < span.end:
            break
    return last


def brackets_at(text: str, position: int) -> tuple[int, ...]:
    """Offsets of the bracket beside the cursor and of the one it belongs to; one only = it has none; () = no bracket."""
    opened: list[int] = []
    pairs: dict[int, int] = {}
    alone: set[int] = set()
    for span in spans(text):
        if span.kind == "open":
            opened.append(span.start)
        elif span.kind == "close" and opened:
            pairs[span.start] = opened.pop()
        elif span.kind == "close":
            alone.add(span.start)
        elif span.kind == "attribute":
            if text[span.end - 1] == "]":
                pairs[span.end - 1] = span.start
            else:
                alone.add(span.start)
    alone.update(opened)
    both = pairs | {opening: closing for closing, opening in pairs.items()}
    for at in (position - 1, position):  # the one just written counts before the one that follows
        if at in both:
            return (at, both[at])
        if at in alone:
            return (at,)
    return ()


def call_at(text: str, position: int) -> str:
    """The function whose parentheses the cursor stands in, or on whose name it stands; "" = in none."""
    around: list[str] = []
    name = ""
    for span in spans(text):
        if span.start >= position:
            break
        if span.kind == "function":
            name = text[span.start : span.end]
            if position <= span.end:
                return name
        elif span.kind == "open":
            around.append(name)
        elif span.kind == "close" and around and span.start < position - 1:
            around.pop()
    return around[-1] if around else ""


def wanted_at(text: str, position: int) -> Wanted | None:
    """What can be completed at the cursor; None inside of text in quotes and behind a number."""
    before = text[:position]
    last = None
    for span in spans(before):
        last = span
    if last is not None and last.end == position:
        written = before[last.start :]
        if last.kind == "attribute" and not (written.endswith("]")):
            return Wanted("attribute", written[1:], last.start + 1)
        closed = len(written) > 1 and written.endswith('"') and not _escaped_end(written)
        if last.kind == "string" and not closed:
            return None
        if last.kind == "number":
            return None
    name = _NAME_BEFORE.search(before)
    return Wanted("function", name.group() if name else "", name.start() if name else position)


def _escaped_end(written: str) -> bool:
    inner = written[:-1]
    return (len(inner) - len(inner.rstrip("\\"))) % 2 == 1
