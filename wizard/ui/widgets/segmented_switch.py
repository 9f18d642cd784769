"""A switch of a few choices side by side: All | People | Groups, with their numbers."""

from collections.abc import Sequence

from PySide6.QtCore import QLocale, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QSizePolicy, QWidget

from wizard.ui.theme.apply import colour, font_of, px, theme
from wizard.ui.widgets.radio_group import tab_stops_at_the_checked


class _Segment(QAbstractButton):
    """One choice, painted: chosen on `sel`, with the number beside the word."""

    def __init__(self, text: str, first: bool, last: bool) -> None:
        super().__init__()
        self.setText(text)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.count: int | None = None
        self._first, self._last = first, last
        self.setFont(font_of("small-medium"))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def number(self) -> str:
        """The number as it is shown."""
        return "" if self.count is None else QLocale().toString(self.count)

    def sizeHint(self) -> QSize:
        """Padding 12 at both sides."""
        metrics = self.fontMetrics()
        number = self.number()
        width = (
            metrics.horizontalAdvance(self.text())
            + px(24)
            + (metrics.horizontalAdvance(number) + px(8) if number else 0)
        )
        return QSize(width, px(28))

    def minimumSizeHint(self) -> QSize:
        """Never clipped."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint ground, edge, word and number."""
        t = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5 if self._last else 0.5, -0.5)
        path = _rounded(rect, px(6), self._first, self._last)
        ground = t.sel if self.isChecked() else t.btn_hover if self.underMouse() else t.btn
        painter.fillPath(path, colour(ground if self.isEnabled() else t.dis))
        painter.setPen(QPen(colour(t.btn_line), 1))
        painter.drawPath(path)
        if self.hasFocus():
            painter.setPen(QPen(colour(t.ring), 2))
            painter.drawPath(
                _rounded(
                    rect.adjusted(0.5, 0.5, -0.5 if self._last else -1.5, -0.5), px(6), self._first, self._last
                )
            )
        painter.setFont(self.font())
        ink = t.distext if not self.isEnabled() else t.text if self.isChecked() else t.text2
        painter.setPen(colour(ink))
        room = self.rect().adjusted(px(12), 0, -px(12), 0)
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self.text())
        painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self.number())
        painter.end()


def _rounded(rect: QRectF, radius: int, left: bool, right: bool) -> QPainterPath:
    path = QPainterPath()
    path.addRoundedRect(rect, radius, radius)
    square = QPainterPath()
    if not left:
        square.addRect(QRectF(rect.left(), rect.top(), radius, rect.height()))
    if not right:
        square.addRect(QRectF(rect.right() - radius, rect.top(), radius, rect.height()))
    return path.united(square)


class SegmentedSwitch(QWidget):
    """Choices of which exactly one holds; arrow keys move between them."""

    chosen = Signal(str)
    """Id of the choice that a person made."""

    def __init__(
        self, name: str, choices: Sequence[tuple[str, str]], words: str, parent: QWidget | None = None
    ) -> None:
        """`choices` are (id, label) pairs; `words` is the accessible name of the whole ("What to show")."""
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(words)
        self._segments: dict[str, _Segment] = {}
        group = QButtonGroup(self)
        tab_stops_at_the_checked(group)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for position, (choice, text) in enumerate(choices):
            segment = _Segment(text, position == 0, position == len(choices) - 1)
            segment.setObjectName(f"{name}.{choice}")
            segment.setAccessibleName(f"{words}: {text}")
            segment.clicked.connect(lambda _on=False, choice=choice: self.chosen.emit(choice))
            group.addButton(segment)
            row.addWidget(segment)
            self._segments[choice] = segment
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        if choices:
            self.choose(choices[0][0])

    @property
    def choice(self) -> str:
        """Id of the choice that holds."""
        return next((choice for choice, segment in self._segments.items() if segment.isChecked()), "")

    def choose(self, choice: str) -> None:
        """Let a choice hold, without a signal."""
        self._segments[choice].setChecked(True)

    def set_count(self, choice: str, count: int | None) -> None:
        """The number beside a choice; None for none."""
        segment = self._segments[choice]
        if segment.count == count:
            return
        room = segment.sizeHint()
        segment.count = count
        words = f"{self.accessibleName()}: {segment.text()}"
        segment.setAccessibleName(words if count is None else f"{words}, {segment.number()}")
        if segment.sizeHint() != room:
            segment.updateGeometry()
        segment.update()
