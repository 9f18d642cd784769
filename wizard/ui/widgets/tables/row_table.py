"""A table of rows in a card: fixed heights, no grid, columns by width and share."""

from collections.abc import Sequence

from PySide6.QtCore import QAbstractTableModel, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from wizard.ui.theme.fonts import px
from wizard.ui.widgets.tables.columns import Column
from wizard.ui.widgets.tables.head_corner import HeadCorner
from wizard.ui.widgets.tables.row_behavior import RowManners, framed
from wizard.ui.widgets.tables.row_delegate import RowDelegate

HEADER = 32


class RowTable(QTableView):
    """What DataTable and LogView share. Put `frame` into a layout, not the table."""

    def __init__(
        self, name: str, words: str, model: QAbstractTableModel, columns: Sequence[Column], row_height: int
    ) -> None:
        super().__init__()
        self._columns = tuple(columns)
        self._by_hand = False
        self._sharing = False
        self.setModel(model)
        self.delegate = RowDelegate(self, row_height)
        self.manners = RowManners(self, self.delegate, name, words)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(px(row_height))
        head = self.horizontalHeader()
        head.setFixedHeight(px(HEADER))
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        head.setHighlightSections(False)
        head.setMinimumSectionSize(px(40))
        head.setStretchLastSection(True)
        head.setAccessibleName(f"{words}: columns")
        HeadCorner(self, head, px(HEADER))
        head.sectionResized.connect(self._resized)
        self.frame = framed(self)
        """The card around the table: what a layout takes."""

    @property
    def export_asked(self) -> object:
        """The signal of Export… in the menu; set `manners.exportable` to offer it."""
        return self.manners.export_asked

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the width out anew, unless a person has set the columns by hand."""
        super().resizeEvent(event)
        if not self._by_hand:
            self.share_width()

    def sizeHint(self) -> QSize:
        """Header and six rows; a layout that has more room gives more."""
        return QSize(px(480), px(HEADER) + 6 * self.verticalHeader().defaultSectionSize() + 2)

    def minimumSizeHint(self) -> QSize:
        """Header and three rows."""
        return QSize(px(240), px(HEADER) + 3 * self.verticalHeader().defaultSectionSize() + 2)

    def share_width(self) -> None:
        """Give each column its width, and the rest to those without one, by their shares."""
        shares = sum(column.share for column in self._columns if not column.width)
        rest = self.viewport().width() - sum(px(column.width) for column in self._columns)
        self._sharing = True
        for at, column in enumerate(self._columns):
            self.setColumnWidth(
                at, px(column.width) if column.width else max(px(80), rest * column.share // max(1, shares))
            )
        self._sharing = False

    def _resized(self, section: int, _old: int, _new: int) -> None:
        if not self._sharing and self.isVisible() and section != len(self._columns) - 1:
            self._by_hand = True
