"""The last runs as bars: done, skipped or held, failed on top of each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QTableView, QToolTip, QVBoxLayout, QWidget

from wizard.messages.translation import Nn_, Np_, _, ngettext
from wizard.ui.formats import grouped
from wizard.ui.theme.colors import Tone
from wizard.ui.theme.current import current_theme, theme
from wizard.ui.theme.fonts import px
from wizard.ui.widgets.labels import label

Index = QModelIndex | QPersistentModelIndex

BARS = 14
BAR, BETWEEN, HEIGHT = 14, 7, 76
_TONES: tuple[Tone, ...] = ("info", "warn", "bad")


@dataclass(frozen=True, slots=True)
class ChartTexts:
    """The words of a chart, marked with `N_` and `Nn_`."""

    kinds: tuple[str, str, str]
    """The parts of a bar, from below."""
    headers: tuple[str, ...]
    """Of the table that a screen reader finds: the label, then the cells of a bar."""
    title: tuple[str, str]
    """"Last run", "Last {n:,} runs"."""
    spoken: tuple[str, str]
    """As `title`, with the chosen run."""
    none: str
    """In place of a chosen run."""


RUNS = ChartTexts(
    (Np_("count", "Done"), Np_("count", "Skipped"), Np_("count", "Failed")),
    (Np_("noun", "Run"), Np_("count", "Done"), Np_("count", "Skipped"), Np_("count", "Failed")),
    Nn_("Last run", "Last {n:,} runs"),
    Nn_("Last run, {chosen}", "Last {n:,} runs, {chosen}"),
    Np_("chosen run", "none"),
)


@dataclass(frozen=True, slots=True)
class RunBar:
    """One run."""

    label: str
    """"Nov 10", "Today"."""
    done: int
    skipped: int
    """Of Microsoft's cycles: how many are held."""
    failed: int
    text: str = ""
    """The bar as words; "" = those of a run."""
    cells: tuple[str, ...] = ()
    """The bar in the table that a screen reader finds; () = the three numbers."""
    broke_off: bool = False
    """It failed as a whole: shown with a cross."""

    @property
    def total(self) -> int:
        """Everything that was looked at."""
        return self.done + self.skipped + self.failed

    def words(self) -> str:
        """The bar as words."""
        return self.text or _("{label}: {done:,} done, {skipped:,} skipped, {failed:,} failed").format(
            label=self.label, done=self.done, skipped=self.skipped, failed=self.failed
        )


class _Runs(QAbstractTableModel):
    """One run in each row: its label and its numbers."""

    def __init__(self, headers: tuple[str, ...]) -> None:
        super().__init__()
        self._headers = headers
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
        return 0 if parent.isValid() else len(self._headers)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a label or a number."""
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        run = self.runs[index.row()]
        cells = run.cells or tuple(grouped(number) for number in (run.done, run.skipped, run.failed))
        return (run.label, *cells)[index.column()]

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return the name of a column."""
        if role != Qt.ItemDataRole.DisplayRole or orientation != Qt.Orientation.Horizontal:
            return None
        return _(self._headers[section])


class _Bars(QTableView):
    """The bars, one of which is chosen; arrow keys move the choice. Announced as the table of numbers that it is."""

    chosen = Signal(int)

    def __init__(self, name: str, texts: ChartTexts) -> None:
        super().__init__()
        self.setObjectName(name)
        self._texts = texts
        self.table = _Runs(texts.headers)
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
        """14 bars and the gaps between them."""
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
        chosen = self.runs[self.current].words() if 0 <= self.current < len(self.runs) else _(self._texts.none)
        count = len(self.runs)
        self.setAccessibleName(ngettext(*self._texts.spoken, count).format(n=count, chosen=chosen))
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
            for amount, tone in zip((run.done, run.skipped, run.failed), _TONES, strict=True):
                if not amount:
                    continue
                height = max(2.0, px(HEIGHT - 6) * amount / highest)
                painter.fillRect(QRectF(left, bottom - height, px(BAR), height), QColor(t.tone(tone).fill))
                bottom -= height + 1
            if run.broke_off:
                self._paint_cross(painter, left, bottom)
            if at == self.current:
                painter.setPen(QPen(QColor(t.ring if self.hasFocus() else t.text2), 2 if self.hasFocus() else 1))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                frame = QRectF(left - px(3), 1, px(BAR) + px(6), self.height() - 2)
                painter.drawRoundedRect(frame, px(4), px(4))
        painter.end()

    @staticmethod
    def _paint_cross(painter: QPainter, left: float, bottom: float) -> None:
        """Paint a stub with a cross above it."""
        t = theme()
        painter.fillRect(QRectF(left, bottom - px(5), px(BAR), px(5)), QColor(t.tone("bad").fill))
        painter.setPen(QPen(QColor(t.ink("bad")), px(2) * 0.8))
        middle, base, arm = left + px(BAR) / 2, bottom - px(13), px(3)
        painter.drawLine(QPointF(middle - arm, base - arm), QPointF(middle + arm, base + arm))
        painter.drawLine(QPointF(middle - arm, base + arm), QPointF(middle + arm, base - arm))

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

    def __init__(self, name: str, texts: ChartTexts = RUNS, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._texts = texts
        self.bars = _Bars(name, texts)
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
        self._title.setText(ngettext(*self._texts.title, count).format(n=count))
        self._first.setText(self.bars.runs[0].label if count > 1 else "")
        self._last.setText(self.bars.runs[-1].label if count else "")
        self.bars.tell()

    def _paint_legend(self) -> None:
        for swatch, tone in zip(self._swatches, _TONES, strict=True):
            swatch.setStyleSheet(f"background: {theme().tone(tone).fill}; border-radius: {px(2)}px;")

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(px(5))
        head.addWidget(self._title, 1)
        self._swatches: list[QLabel] = []
        for word in self._texts.kinds:
            swatch = QLabel()
            swatch.setFixedSize(px(8), px(8))
            self._swatches.append(swatch)
            head.addSpacing(px(6))
            head.addWidget(swatch)
            head.addWidget(label(_(word), "small", "text2"))
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
