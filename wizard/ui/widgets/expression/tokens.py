"""A tolerant tokenizer for expressions that are being typed: colours, brackets, and what can be completed.

It also accepts incomplete text and does not use the grammar.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QPointF, QRect
from PySide6.QtGui import QColor, QPainter, QSyntaxHighlighter, QTextCharFormat, QTextDocument, QTextLayout

from wizard.ui.theme.colors import Ink
from wizard.ui.theme.current import current_theme, theme
from wizard.ui.theme.fonts import fitted, font_of, metrics_of

TokenKind = Literal["attribute", "string", "function", "open", "close", "word", "number", "other"]

_PATTERN = re.compile(
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
_INKS: dict[str, Ink] = {"attribute": "attribute", "string": "string", "function": "function"}
_NAME_BEFORE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


@dataclass(frozen=True, slots=True)
class Token:
    """One token: `length` characters from `start`."""

    start: int
    length: int
    kind: TokenKind

    @property
    def end(self) -> int:
        """Offset after its last character."""
        return self.start + self.length


@dataclass(frozen=True, slots=True)
class Completable:
    """What can be completed at a position."""

    what: Literal["attribute", "function"]
    prefix: str
    """The part that is typed already."""
    start: int
    """Offset of that part."""


def tokens(text: str) -> Iterator[Token]:
    """Yield every token except white space, in order."""
    for found in _PATTERN.finditer(text):
        kind: TokenKind = found.lastgroup  # type: ignore[assignment]  # each group is named by its kind
        yield Token(found.start(), found.end() - found.start(), kind)


def token_at(text: str, position: int) -> Token | None:
    """Return the token at a position, or the last one before it; None if the text is empty."""
    last = None
    for token in tokens(text):
        if token.start > position and last is not None:
            break
        last = token
        if position < token.end:
            break
    return last


def brackets_at(text: str, position: int) -> tuple[int, ...]:
    """Return the offsets of the bracket at the cursor and of its counterpart.

    One offset: the bracket is unmatched. Empty: there is no bracket.
    """
    opened: list[int] = []
    pairs: dict[int, int] = {}
    alone: set[int] = set()
    for token in tokens(text):
        if token.kind == "open":
            opened.append(token.start)
        elif token.kind == "close" and opened:
            pairs[token.start] = opened.pop()
        elif token.kind == "close":
            alone.add(token.start)
        elif token.kind == "attribute":
            if text[token.end - 1] == "]":
                pairs[token.end - 1] = token.start
            else:
                alone.add(token.start)
    alone.update(opened)
    both = pairs | {opening: closing for closing, opening in pairs.items()}
    for at in (position - 1, position):  # the bracket before the cursor wins
        if at in both:
            return (at, both[at])
        if at in alone:
            return (at,)
    return ()


def call_at(text: str, position: int) -> str:
    """Return the function whose name or parentheses contain the cursor, or ""."""
    around: list[str] = []
    name = ""
    for token in tokens(text):
        if token.start >= position:
            break
        if token.kind == "function":
            name = text[token.start : token.end]
            if position <= token.end:
                return name
        elif token.kind == "open":
            around.append(name)
        elif token.kind == "close" and around and token.start < position - 1:
            around.pop()
    return around[-1] if around else ""


def completable_at(text: str, position: int) -> Completable | None:
    """Return what can be completed at the cursor; None inside a string and after a number."""
    before = text[:position]
    last = None
    for token in tokens(before):
        last = token
    if last is not None and last.end == position:
        written = before[last.start :]
        if last.kind == "attribute" and not (written.endswith("]")):
            return Completable("attribute", written[1:], last.start + 1)
        closed = len(written) > 1 and written.endswith('"') and not _escaped_end(written)
        if last.kind == "string" and not closed:
            return None
        if last.kind == "number":
            return None
    name = _NAME_BEFORE.search(before)
    return Completable("function", name.group() if name else "", name.start() if name else position)


def _escaped_end(written: str) -> bool:
    inner = written[:-1]
    return (len(inner) - len(inner.rstrip("\\"))) % 2 == 1


# --- colours ---------------------------------------------------------------------------------------------------------


def _coloured(text: str) -> list[Token]:
    """Return the tokens that are coloured."""
    return [token for token in tokens(text) if token.kind in _INKS]


def _format_of(token: Token) -> QTextCharFormat:
    """Return the format of a token in the current theme."""
    made = QTextCharFormat()
    made.setForeground(QColor(theme().ink(_INKS[token.kind])))
    return made


class ExpressionHighlighter(QSyntaxHighlighter):
    """Colours the tokens of a document."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self._whole = ""
        self._tokens: list[Token] = []
        self._ends: list[int] = []
        current_theme().changed.connect(self.rehighlight)

    def highlightBlock(self, text: str) -> None:
        """Colour one line; a string may have started on a line before."""
        whole = self.document().toPlainText()
        if whole != self._whole:  # tokenize once for all lines
            self._whole, self._tokens = whole, _coloured(whole)
            self._ends = [token.end for token in self._tokens]
        start = self.currentBlock().position()
        end = start + len(text)
        within = 0
        for token in self._tokens[bisect_right(self._ends, start) :]:
            if token.start > end:
                break
            first = max(token.start, start)
            self.setFormat(first - start, min(token.end, end) - first, _format_of(token))
            within |= token.kind == "string" and token.start < end < token.end
        self.setCurrentBlockState(int(within))


def paint_expression(painter: QPainter, room: QRect, text: str, tail: str = "") -> None:
    """Paint an expression in one line, elided at its end; `tail` follows in the secondary ink."""
    metrics = metrics_of("code")
    line = " ".join(text.split("\n"))
    shown, _width = fitted(line + tail, "code", room.width())
    layout = QTextLayout(shown, font_of("code"))
    formats = [
        _range(token.start, min(token.length, len(shown) - token.start), _format_of(token))
        for token in _coloured(line)
        if token.start < len(shown)
    ]
    if tail and len(shown) > len(line):
        plain = QTextCharFormat()
        plain.setForeground(QColor(theme().text2))
        formats.append(_range(len(line), len(shown) - len(line), plain))
    layout.setFormats(formats)
    layout.beginLayout()
    row = layout.createLine()
    if row.isValid():
        row.setLineWidth(room.width() + metrics.averageCharWidth())
    layout.endLayout()
    painter.setPen(QColor(theme().text))
    top = room.top() + (room.height() - metrics.height()) / 2
    layout.draw(painter, QPointF(room.left(), top))


def _range(start: int, length: int, text_format: QTextCharFormat) -> QTextLayout.FormatRange:
    made = QTextLayout.FormatRange()
    made.start, made.length, made.format = start, length, text_format
    return made
