"""The last runs as bars: done, skipped, failed on top of each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QTableView, QToolTip, QVBoxLayout, QWidget

from wizard.ui.formats import grouped
from wizard.ui.theme.colors import Tone
from wizard.ui.theme.current import current_theme, theme
from wizard.ui.theme.fonts import px
from wizard.ui.widgets.labels import label

Index = QModelIndex | QPersistentModelIndex

BARS = 14
BAR, BETWEEN, HEIGHT = 14, 7, 76
_KINDS: tuple[tuple[str, Tone], ...] = (("Done", "info"), ("Skipped", "warn"), ("Failed", "bad"))


@dataclass(frozen=True, slots=True)
class RunBar:
    """One run."""

    label: str
    """"10 Nov", "Today"."""
    done: int
    skipped: int
    failed: int

    @property
    def total(self) -> int:
        """Everything that was looked at."""
        return self.done + self.skipped + self.failed

    def words(self) -> str:
        """The bar as words."""
        return f"{self.label}: {grouped(self.done)} done, {grouped(self.skipped)} skipped, {grouped(self.failed)} failed"


class _Runs(QAbstractTableModel):
    """One run in each row: its label and how many were done, skipped and failed."""

    def __init__(self) -> None:
        super().__init__()
        self.runs: tuple[RunBar, ...] = ()

    def show_runs(self, runs: tuple[RunBar, ...]) -> None:
        """Replace the runs."""
        self.beginResetModel()
        self.runs = runs
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return the number of runs."""
        return 0 if parent.isValid() else len(self.runs)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return the number of columns."""
        return 0 if parent.isValid() else len(_KINDS) + 1

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a label or a number."""
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        run = self.runs[index.row()]
        return (run.label, *(grouped(number) for number in (run.done, run.skipped, run.failed)))[index.column()]

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return the name of a column."""
        if role != Qt.ItemDataRole.DisplayRole or orientation != Qt.Orientation.Horizontal:
            return None
        return ("Run", *(word for word, _tone in _KINDS))[section]


class _Bars(QTableView):
    """The bars, one of which is chosen; arrow keys move the choice. Announced as the table of numbers that it is."""

    chosen = Signal(int)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.table = _Runs()
        self.setModel(self.table)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        self.horizontalHeader().hide()
        self.verticalHeader().hide()
        self.viewport().setAutoFillBackground(False)
        self.current = -1

    @property
    def runs(self) -> tuple[RunBar, ...]:
        """The runs, oldest first."""
        return self.table.runs

    def sizeHint(self) -> QSize:
        """14 bars and what is between them."""
        return QSize(px(BARS * (BAR + BETWEEN)) + px(4), px(HEIGHT) + px(4))

    def minimumSizeHint(self) -> QSize:
        """Bars are not squeezed."""
        return self.sizeHint()

    def choose(self, at: int) -> None:
        """Choose a bar, and say so."""
        if 0 <= at < len(self.runs) and at != self.current:
            self.current = at
            self.tell()
            self.chosen.emit(at)

    def tell(self) -> None:
        """Show the chosen bar and put it into the accessible name."""
        if 0 <= self.current < len(self.runs):
            self.selectRow(self.current)
        chosen = self.runs[self.current].words() if 0 <= self.current < len(self.runs) else "none"
        self.setAccessibleName(f"Last {len(self.runs)} runs, {chosen}")
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right, first and last."""
        step = {
            Qt.Key.Key_Left: self.current - 1,
            Qt.Key.Key_Right: self.current + 1,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: len(self.runs) - 1,
        }.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
            return
        self.choose(step)
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the bar under the pointer."""
        self.choose(self._at(event.position().x()))

    def viewportEvent(self, event: QEvent) -> bool:
        """Tell a bar's numbers where the pointer rests on it."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            at = self._at(event.pos().x())
            QToolTip.showText(event.globalPos(), self.runs[at].words() if 0 <= at < len(self.runs) else "", self)
            return True
        return super().viewportEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the bars and the frame of the chosen one."""
        t = theme()
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = self.height() - px(3)
        painter.fillRect(0, ground, self.width(), 1, QColor(t.line))
        highest = max((run.total for run in self.runs), default=0) or 1
        for at, run in enumerate(self.runs):
            left = float(self._left(at))
            bottom = float(ground)
            for amount, (_word, tone) in zip((run.done, run.skipped, run.failed), _KINDS, strict=True):
                if not amount:
                    continue
                height = max(2.0, px(HEIGHT - 6) * amount / highest)
                painter.fillRect(QRectF(left, bottom - height, px(BAR), height), QColor(t.tone(tone).fill))
                bottom -= height + 1
            if at == self.current:
                painter.setPen(QPen(QColor(t.ring if self.hasFocus() else t.text2), 2 if self.hasFocus() else 1))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                frame = QRectF(left - px(3), 1, px(BAR) + px(6), self.height() - 2)
                painter.drawRoundedRect(frame, px(4), px(4))
        painter.end()

    def _left(self, at: int) -> int:
        return px(4) + (BARS - len(self.runs) + at) * px(BAR + BETWEEN)

    def _at(self, x: float) -> int:
        for at in range(len(self.runs)):
            if self._left(at) - px(3) <= x <= self._left(at) + px(BAR + 4):
                return at
        return -1


class RunChart(QWidget):
    """Title, legend, up to 14 bars, the first and the last label."""

    chosen = Signal(int)
    """Position of the run that was chosen, 0 = the oldest shown."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bars = _Bars(name)
        self.bars.chosen.connect(self.chosen)
        self._title = label("", "small-medium")
        self._first = label("", "small", "text2")
        self._last = label("", "small", "text2")
        self._lay_out()
        current_theme().changed.connect(self._paint_legend)
        self._paint_legend()
        self.show_runs(())

    def show_runs(self, runs: Sequence[RunBar], chosen: int | None = None) -> None:
        """Show runs, oldest first, the last 14 of them; the newest is chosen unless told otherwise."""
        self.bars.table.show_runs(tuple(runs)[-BARS:])
        count = len(self.bars.runs)
        self.bars.current = count - 1 if chosen is None else chosen
        self._title.setText(f"Last {count} runs" if count != 1 else "Last run")
        self._first.setText(self.bars.runs[0].label if count > 1 else "")
        self._last.setText(self.bars.runs[-1].label if count else "")
        self.bars.tell()

    def _paint_legend(self) -> None:
        for swatch, (_word, tone) in zip(self._swatches, _KINDS, strict=True):
            swatch.setStyleSheet(f"background: {theme().tone(tone).fill}; border-radius: {px(2)}px;")

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(px(5))
        head.addWidget(self._title, 1)
        self._swatches: list[QLabel] = []
        for word, _tone in _KINDS:
            swatch = QLabel()
            swatch.setFixedSize(px(8), px(8))
            self._swatches.append(swatch)
            head.addSpacing(px(6))
            head.addWidget(swatch)
            head.addWidget(label(word, "small", "text2"))
        foot = QHBoxLayout()
        foot.addWidget(self._first)
        foot.addStretch(1)
        foot.addWidget(self._last)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(6))
        column.addLayout(head)
        column.addWidget(self.bars)
        column.addLayout(foot)
