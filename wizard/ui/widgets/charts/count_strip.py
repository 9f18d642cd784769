"""A strip of counts side by side, in as few rows as the width allows; each filters the table below."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QGridLayout, QHBoxLayout, QSizePolicy, QStyle, QWidget

from wizard.ui.formats import grouped
from wizard.ui.theme.colors import Ink
from wizard.ui.theme.current import colour, theme
from wizard.ui.theme.fonts import font_of, metrics_of, px
from wizard.ui.theme.icons import pixmap
from wizard.ui.widgets.cards import Card, line
from wizard.ui.widgets.labels import label


@dataclass(frozen=True, slots=True)
class Count:
    """One count of a strip."""

    id: str
    label: str
    """"Create"."""
    icon: str
    ink: Ink = "text2"
    """Of the icon."""
    number_ink: Ink = "text"
    """Of the number where it is not 0."""


class _CountButton(QAbstractButton):
    """One count, painted: the number over icon and word."""

    def __init__(self, count: Count, compact: bool, large: bool) -> None:
        super().__init__()
        self.count = count
        self._large = large
        self.number = 0
        self.round_left = self.round_right = False
        self._compact = compact
        self.setCheckable(True)
        self.setText(count.label)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def shown(self) -> str:
        """The number with the grouping of this desktop."""
        return grouped(self.number)

    def sizeHint(self) -> QSize:
        """64 high; 56 inside a card, 52 below a title."""
        return QSize(px(110), px((52 if self._large else 56) if self._compact else 64))

    def minimumSizeHint(self) -> QSize:
        """Room for the number and the word."""
        number = self._number_metrics_width()
        word = self._word_width()
        return QSize(px(20 if self._compact and self._large else 32) + max(number, word), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint ground, number, icon and word."""
        t = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.isChecked() or (self.underMouse() and self.isEnabled()):
            painter.fillPath(self._ground(), colour(t.sel if self.isChecked() else t.hover))
        left, top = px(16), px((2 if self._large else 8) if self._compact else 10)
        painter.setFont(font_of("strip" if self._large else "health"))
        painter.setPen(colour(t.ink(self.count.number_ink) if self.number else t.text2))
        number_height = px(24 if self._large else 22)
        align = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(self._visual(QRect(left, top, self.width() - left, number_height)), align, self.shown())
        side, row = px(14), top + number_height
        picture = pixmap(
            self.count.icon,
            t.ink(self.count.ink if self.isEnabled() else "distext"),
            side,
            self.devicePixelRatioF(),
        )
        painter.drawPixmap(self._visual(QRect(left, row + (px(18) - side) // 2, side, side)).topLeft(), picture)
        painter.setFont(font_of("small"))
        painter.setPen(colour(t.text2))
        word = QRect(left + side + px(6), row, self.width() - left - side - px(6), px(18))
        painter.drawText(self._visual(word), align, self.text())
        painter.end()

    def _visual(self, place: QRect) -> QRect:
        """A place counted from the side where a line begins."""
        return QStyle.visualRect(self.layoutDirection(), self.rect(), place)

    def _ground(self) -> QPainterPath:
        """Its whole place, round where the strip ends."""
        path = QPainterPath()
        radius = px(8) - 1
        left, right = 0 if self.round_left else radius, 0 if self.round_right else radius
        if self.isRightToLeft():
            left, right = right, left
        path.addRoundedRect(QRectF(self.rect()).adjusted(-left, 0, right, 0), radius, radius)
        return path.intersected(_rectangle(QRectF(self.rect())))

    def _number_metrics_width(self) -> int:
        return metrics_of("strip").horizontalAdvance(self.shown())

    def _word_width(self) -> int:
        return metrics_of("small").horizontalAdvance(self.text()) + px(20)


def _rectangle(rect: QRectF) -> QPainterPath:
    path = QPainterPath()
    path.addRect(rect)
    return path


class CountStrip(QWidget):
    """Counts with a line between them; pressing one filters by it, pressing it again shows everything."""

    chosen = Signal(str)
    """Id of the count that filters now, or ""."""

    def __init__(
        self,
        name: str,
        counts: Sequence[Count],
        words: str,
        *,
        framed: bool = True,
        titled: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        """`words` is the accessible name ("Changes by kind"); `framed` False inside a card of the caller's.

        `titled`: with a line above the counts, set by `set_title`, and without lines between them.
        """
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(words)
        self._buttons: dict[str, _CountButton] = {}
        self._unseen: frozenset[str] = frozenset()
        self._frame = 2 if framed else 0
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self._grid = QGridLayout()
        self._grid.setSpacing(0)
        self._lines: list[QWidget] = []
        """One before each count but the first."""
        self._placed: tuple[int, ...] = ()
        """The columns in use and the positions of the counts shown."""
        self._title = label("", "small", "text2")
        self._title.setContentsMargins(px(16), px(8), px(16), 0)
        if framed:
            frame = Card(padded=False)
            if titled:
                frame.column.addWidget(self._title)
            frame.column.addLayout(self._grid)
            outer.addWidget(frame)
        else:
            outer.addLayout(self._grid)
        self._lined = not titled
        for count in counts:
            if self._buttons:
                self._lines.append(line(upright=True))
            button = _CountButton(count, titled or not framed, titled or framed)
            button.setObjectName(f"{name}.{count.id}")
            button.clicked.connect(lambda on=False, chosen=count.id: self._choose(chosen if on else ""))
            self._buttons[count.id] = button
            self.set_number(count.id, 0)
        self._place(len(self._buttons))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def row_width(self) -> int:
        """Return the width that the counts shown need in one row, in pixels."""
        return self._needed(self.shown_count) + self._frame

    def minimumSizeHint(self) -> QSize:
        """Return the width of two counts: there may be several rows."""
        return QSize(self._needed(min(2, self.shown_count)) + self._frame, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Use as few rows as the width allows."""
        super().resizeEvent(event)
        self.arrange()

    def arrange(self) -> None:
        """Place the counts shown in as few rows as the width allows, each as full as the others."""
        shown = max(1, self.shown_count)
        rows = next(
            (n for n in range(1, shown + 1) if self._needed(-(-shown // n)) + self._frame <= self.width()), shown
        )
        self._place(-(-shown // rows))

    def _needed(self, columns: int) -> int:
        """The width of so many columns: of all counts in one row, else of the widest count in each."""
        widths = [button.minimumSizeHint().width() for button in self._shown()]
        across = sum(widths) if columns >= len(widths) else columns * max(widths, default=0)
        return across + max(0, columns - 1) * self._lined

    def _shown(self) -> list[_CountButton]:
        return [button for count, button in self._buttons.items() if count not in self._unseen]

    def _place(self, columns: int) -> None:
        shown, buttons = self._shown(), list(self._buttons.values())
        placed = (columns, *(buttons.index(button) for button in shown))
        if placed == self._placed:
            return
        self._placed = placed
        while self._grid.takeAt(0) is not None:
            pass
        for column in range(self._grid.columnCount()):
            self._grid.setColumnStretch(column, 0)
        for before in self._lines:
            before.hide()
        one_row = columns >= len(shown)
        for at, button in enumerate(shown):
            row, column = divmod(at, columns)
            self._grid.addWidget(button, row, 2 * column)
            self._grid.setColumnStretch(2 * column, 1)
            if column and self._lined:
                before = self._lines[buttons.index(button) - 1]
                self._grid.addWidget(before, row, 2 * column - 1)
                before.show()
            button.round_left, button.round_right = one_row and at == 0, one_row and at == len(shown) - 1
        self.updateGeometry()

    @property
    def choice(self) -> str:
        """Id of the count that filters, or ""."""
        return next((count for count, button in self._buttons.items() if button.isChecked()), "")

    @property
    def title(self) -> str:
        """The line above the counts."""
        return self._title.text()

    @property
    def shown_count(self) -> int:
        """How many counts are shown."""
        return len(self._shown())

    def set_title(self, title: str) -> None:
        """Set the line above the counts."""
        self._title.setText(title)

    def set_shown(self, count: str, shown: bool) -> None:
        """Show or hide a count of a strip with a title, if it has this count; a hidden one does not filter."""
        button = self._buttons.get(count)
        if button is not None:
            self._unseen = self._unseen - {count} if shown else self._unseen | {count}
            button.setVisible(shown)
            button.setChecked(button.isChecked() and shown)
            self.arrange()

    def number(self, count: str) -> int:
        """The number a count shows; 0 where the strip does not have it."""
        button = self._buttons.get(count)
        return button.number if button is not None else 0

    def set_number(self, count: str, number: int) -> None:
        """Show a number."""
        button = self._buttons[count]
        needed = button.minimumSizeHint()
        button.number = number
        if button.minimumSizeHint() != needed:
            button.updateGeometry()
            self.arrange()
        button.setAccessibleName(f"{button.shown()} {button.text()}")
        button.update()

    def choose(self, count: str) -> None:
        """Let a count filter ("" for none), without a signal."""
        for each, button in self._buttons.items():
            button.setChecked(each == count)

    def _choose(self, count: str) -> None:
        self.choose(count)
        self.chosen.emit(count)
