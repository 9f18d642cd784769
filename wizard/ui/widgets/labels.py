"""Text: single lines that are cheap to update or elide, wrapped paragraphs, step numbers."""

import re
from collections.abc import Sequence
from html import escape
from math import ceil

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QGuiApplication,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QStaticText,
    QTextOption,
)
from PySide6.QtWidgets import QLabel, QLayout, QSizePolicy, QWidget

from wizard.ui.theme.colors import Ink
from wizard.ui.theme.current import theme
from wizard.ui.theme.fonts import TypeKind, fitted, font_of, px, set_type, wrapped_tip
from wizard.ui.theme.stylesheet import set_ink

_LINE_HEIGHTS: dict[TypeKind, int] = {
    "title": 28,
    "health": 24,
    "question": 24,
    "big": 32,
    "strip": 24,
    "small": 16,
    "small-medium": 16,
}
_DIRECTIONS = {code: f"\\u{code:04x}" for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}
"""Marks in a name that would turn round the rest of the sentence are shown as escapes."""
_LONG_WORD = re.compile(r"[^\s\u2e80-\ua4cf\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]{28,}")
"""East Asian text has no spaces, and its own rules for the beginning of a line."""
_BREAKS = re.compile(r"(?<=[./@_:\-])|(?<=[a-z])(?=[A-Z])")
"""Where a long word is broken first: after signs, and where the next part of AName begins."""
_LONG_PART = 40
_LETTERS_TOGETHER = 14
_NO_WRAP = QTextOption()
_NO_WRAP.setWrapMode(QTextOption.WrapMode.NoWrap)


def label(text: str, kind: TypeKind = "body", ink: Ink = "text") -> QLabel:
    """Return a label with one line of plain text."""
    made = QLabel(text)
    if made.isRightToLeft():  # Qt would begin a number or a Latin name at the left
        made.setAlignment(
            Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter
        )
    made.setTextFormat(Qt.TextFormat.PlainText)
    set_type(made, kind)
    set_ink(made, ink)
    return made


def heading(text: str) -> QLabel:
    """Return the heading of a section."""
    return label(text, "section")


def indent(part: QWidget | QLayout, below: int = 0) -> None:
    """Let a part begin where the words of a check box above it do; Qt does not mirror margins."""
    lead = px(24)
    mirrored = QGuiApplication.layoutDirection() == Qt.LayoutDirection.RightToLeft
    part.setContentsMargins(*((0, 0, lead) if mirrored else (lead, 0, 0)), px(below))


class LineLabel(QLabel):
    """One line of text that changes often or may lack room; `text()` is the whole text, also while it is elided.

    QLabel lays out its page again for every new text. This label paints the line itself and asks for a new layout only
    when its size changes; figures are tabular, so counters mostly keep their width.
    """

    def __init__(
        self,
        kind: TypeKind = "body",
        ink: Ink = "text",
        text_format: Qt.TextFormat = Qt.TextFormat.PlainText,
        *,
        elide: bool = False,
        middle: bool = True,
    ) -> None:
        """`elide`: take any width and lose the middle of the text (plain text only), else be as wide as the text.

        middle False: lose the end instead, for sentences.
        """
        super().__init__()
        self._kind, self._elide, self._middle = kind, elide, middle
        self._text = self._offered = ""
        self._line = QStaticText()
        self._line.setTextFormat(text_format)
        self._line.setTextOption(_NO_WRAP)
        self._size = QSize()
        across = QSizePolicy.Policy.Ignored if elide else QSizePolicy.Policy.Fixed
        self.setSizePolicy(across, QSizePolicy.Policy.Preferred if elide else QSizePolicy.Policy.Fixed)
        set_type(self, kind)
        set_ink(self, ink)
        self._lay_out()

    def setText(self, text: str) -> None:
        """Set the text."""
        if text == self._text:
            return
        self._text = text
        if self._line.textFormat() == Qt.TextFormat.PlainText:
            self.setAccessibleName(text)
        self._lay_out()

    def text(self) -> str:
        """Return the whole text."""
        return self._text

    def sizeHint(self) -> QSize:
        """Return the size of the whole text."""
        margins = self.contentsMargins()
        return self._size + QSize(margins.left() + margins.right(), margins.top() + margins.bottom())

    def minimumSizeHint(self) -> QSize:
        """Return the same, so that nothing is clipped; no width where the text may be elided."""
        hint = self.sizeHint()
        return QSize(0, hint.height()) if self._elide else hint

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Offer the whole text where it is cut."""
        super().resizeEvent(event)
        self._offer_whole()

    def changeEvent(self, event: QEvent) -> None:
        """Measure the text again with a new font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._lay_out()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the line, vertically centred."""
        room = self.contentsRect()
        painter = QPainter(self)
        painter.setFont(self.font())
        painter.setPen(self.palette().color(self.foregroundRole()))
        if self._elide:
            line = " ".join(self._text.translate(_DIRECTIONS).splitlines())
            shown, _width = fitted(line, self._kind, room.width(), middle=self._middle)
            painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
        else:
            top = room.top() + (room.height() - self._line.size().height()) / 2
            left = room.left() + (room.width() - self._line.size().width() if self.isRightToLeft() else 0)
            painter.drawStaticText(QPointF(left, top), self._line)
        painter.end()

    def _lay_out(self) -> None:
        self._line.setText(" ".join(self._text.translate(_DIRECTIONS).splitlines()))
        self._line.prepare(font=self.font())
        line = self._line.size()
        size = QSize(ceil(line.width()), max(ceil(line.height()), self.fontMetrics().height()))
        if size != self._size:
            self._size = size
            self.updateGeometry()
        self._offer_whole()
        self.update()

    def _offer_whole(self) -> None:
        """Show the whole text as tooltip while it is cut, unless the caller has set another one."""
        if not self._elide or self.toolTip() not in ("", self._offered):
            return
        self._offered = self._text if self.sizeHint().width() > self.width() else ""
        if self.toolTip() != self._offered:
            self.setToolTip(wrapped_tip(self._offered))


class Paragraph(QLabel):
    """Wrapped text with the line height of the design. `text()` returns it without the markup that sets the height.

    Words between `**` are bold; nothing else in the text is markup.
    """

    def __init__(
        self, text: str = "", kind: TypeKind = "body", ink: Ink = "text", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._plain = ""
        self._line = px(_LINE_HEIGHTS.get(kind, 20))
        self.setWordWrap(True)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.setTextFormat(Qt.TextFormat.RichText)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        set_type(self, kind)
        set_ink(self, ink)
        self.setText(text)

    def setText(self, text: str) -> None:
        """Set the text: plain, except for `**bold**` words."""
        self._plain = text
        self._show([(part, bool(turn % 2)) for turn, part in enumerate(text.split("**"))])

    def set_runs(self, runs: Sequence[tuple[str, bool]]) -> None:
        """Set plain texts, each with whether it is bold; `**` in them is no markup."""
        self._plain = "".join(text for text, _bold in runs)
        self._show(runs)

    def _show(self, runs: Sequence[tuple[str, bool]]) -> None:
        plain = "".join(text for text, _bold in runs)
        self.setAccessibleName(plain)
        words = "".join(
            f"<b>{escape(shown)}</b>" if bold else escape(shown)
            for shown, bold in ((_breakable(text.translate(_DIRECTIONS)), bold) for text, bold in runs)
        )
        lines = words.replace("\n", "<br>")
        super().setText(f'<p style="line-height:{self._line}px;margin:0">{lines}</p>' if plain else "")

    def text(self) -> str:
        """Return the text as it was set."""
        return self._plain


def _breakable(text: str) -> str:
    """Let words wrap that are too long for any line, such as a host or a name without spaces."""
    return _LONG_WORD.sub(
        lambda word: "\u200b".join(bit for part in _BREAKS.split(word[0]) for bit in _bits(part)), text
    )


def _bits(part: str) -> list[str]:
    step = _LETTERS_TOGETHER if len(part) > _LONG_PART else len(part) or 1
    return [part[start : start + step] for start in range(0, len(part), step)]


class StepNumber(QWidget):
    """A number in a ring, before the text of a step; the ring is centred on the first line of the text."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = str(number)
        self.setFixedSize(self.sizeHint())

    def sizeHint(self) -> QSize:
        """Return the ring's width and the height of a line."""
        return QSize(px(20), px(24))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint ring and number."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme().ctl), 1))
        ring = QRectF(0, px(4), px(20), px(20)).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawEllipse(ring)
        painter.setFont(font_of("small-medium"))
        painter.setPen(QColor(theme().text2))
        painter.drawText(ring, Qt.AlignmentFlag.AlignCenter, self._number)
        painter.end()
