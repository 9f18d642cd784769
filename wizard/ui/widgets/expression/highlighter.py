"""The colours of an expression: for the editor as one types, and for one line in a table's cell."""

from bisect import bisect_right

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QPainter,
    QSyntaxHighlighter,
    QTextCharFormat,
    QTextDocument,
    QTextLayout,
)

from wizard.ui.theme.colors import Ink
from wizard.ui.theme.current import current_theme, theme
from wizard.ui.theme.fonts import font_of
from wizard.ui.widgets.expression.tokens import Span, spans

_INKS: dict[str, Ink] = {"attribute": "attribute", "string": "string", "function": "function"}


def coloured(text: str) -> list[Span]:
    """The spans that have a colour of their own."""
    return [span for span in spans(text) if span.kind in _INKS]


def format_of(span: Span) -> QTextCharFormat:
    """How a span is drawn in the theme in force."""
    made = QTextCharFormat()
    made.setForeground(QColor(theme().ink(_INKS[span.kind])))
    return made


class ExpressionColours(QSyntaxHighlighter):
    """Colours a document as it is written, and anew when the theme changes."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self._whole = ""
        self._spans: list[Span] = []
        self._ends: list[int] = []
        current_theme().changed.connect(self.rehighlight)

    def highlightBlock(self, text: str) -> None:
        """Colour one line; a text in quotes may have begun on a line before."""
        whole = self.document().toPlainText()
        if whole != self._whole:  # looked at once for all lines of a long text
            self._whole, self._spans = whole, coloured(whole)
            self._ends = [span.end for span in self._spans]
        start = self.currentBlock().position()
        end = start + len(text)
        within = 0
        for span in self._spans[bisect_right(self._ends, start) :]:
            if span.start > end:
                break
            first = max(span.start, start)
            self.setFormat(first - start, min(span.end, end) - first, format_of(span))
            within |= span.kind == "string" and span.start < end < span.end
        self.setCurrentBlockState(int(within))


def paint_expression(painter: QPainter, room: QRect, text: str, tail: str = "") -> None:
    """Paint an expression in one line, elided at its end; `tail` follows it in plain words of the second ink."""
    font = font_of("code")
    metrics = QFontMetrics(font)
    line = " ".join(text.split("\n"))
    shown = metrics.elidedText(line + tail, Qt.TextElideMode.ElideRight, room.width())
    layout = QTextLayout(shown, font)
    formats = [
        _range(span.start, min(span.length, len(shown) - span.start), format_of(span))
        for span in coloured(line)
        if span.start < len(shown)
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


def _range(start: int, length: int, look_of_it: QTextCharFormat) -> QTextLayout.FormatRange:
    made = QTextLayout.FormatRange()
    made.start, made.length, made.format = start, length, look_of_it
    return made
