"""The notes of a plan: a list with its own scroll bar beside the table; one line that opens in a narrow window."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from wizard import messages
from wizard.messages.translation import _, ngettext
from wizard.provisioning.plan import Plan
from wizard.ui.formats import grouped
from wizard.ui.theme.current import colour, theme
from wizard.ui.theme.fonts import px
from wizard.ui.widgets.buttons import flat
from wizard.ui.widgets.cards import Card, line
from wizard.ui.widgets.labels import Paragraph, label

MOST_SHOWN = 100
"""Notes shown at most; all are in the export."""
_WIDTH = 224


class Notes(Card):
    """A heading with the number of notes, and the notes below it."""

    def __init__(self) -> None:
        super().__init__(padded=False)
        self.setObjectName("planRemarks")
        self.setAccessibleName(_("Notes"))
        self._sentences: tuple[str, ...] = ()
        self._folding = False
        self._heading = QWidget()
        self._number = label("", "small", "text2")
        self.more = flat("", "planRemarksMore")
        self.more.clicked.connect(self._toggle)
        self._line = line()
        self._scroll = QScrollArea()
        self._scroll.setObjectName("planRemarksScroll")
        self._fill()
        self.hide()

    @property
    def sentences(self) -> tuple[str, ...]:
        """All notes."""
        return self._sentences

    @property
    def is_open(self) -> bool:
        """Whether the notes are shown."""
        return not self._scroll.isHidden()

    def show_plan(self, plan: Plan) -> None:
        """Show notes and warnings of a plan; hidden without any."""
        notes = tuple(messages.as_sentence(messages.text(note)) for note in plan.notes)
        warnings = tuple(
            _("{name}: {warning}").format(name=warning.label, warning=messages.text(warning))
            for warning in plan.warnings
        )
        self._sentences = (*notes, *warnings)
        shown = list(self._sentences[:MOST_SHOWN])
        more = len(self._sentences) - MOST_SHOWN
        if more > 0:
            words = ngettext("{n} more note is in the export.", "{n} more notes are in the export.", more)
            shown.append(words.format(n=grouped(more)))
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(px(12), px(8), px(12), px(12))
        column.setSpacing(px(8))
        for sentence in shown:
            column.addWidget(_Bullet(sentence))
        column.addStretch(1)
        self._scroll.setWidget(content)
        content.setAutoFillBackground(False)  # setWidget turns it on
        number = len(self._sentences)
        self._number.setText(grouped(number))
        self.more.change_text(ngettext("{n} note", "{n} notes", number).format(n=grouped(number)))
        self.setVisible(bool(self._sentences))

    def set_folding(self, folding: bool) -> None:
        """Show one line that opens, or the whole list."""
        self._folding = folding
        self._heading.setVisible(not folding)
        self.more.setVisible(folding)
        self._show_list(not folding)
        self.setSizePolicy(
            QSizePolicy.Policy.Preferred if folding else QSizePolicy.Policy.Fixed,
            QSizePolicy.Policy.Fixed if folding else QSizePolicy.Policy.Expanding,
        )
        self.setMinimumWidth(0 if folding else px(_WIDTH))
        self.setMaximumWidth(16_777_215 if folding else px(_WIDTH))

    def sizeHint(self) -> QSize:
        """Return the height of the list where it is folded together."""
        hint = super().sizeHint()
        return QSize(hint.width(), min(hint.height(), px(180))) if self._folding else hint

    def _toggle(self) -> None:
        self._show_list(self._scroll.isHidden())

    def _show_list(self, shown: bool) -> None:
        self._line.setVisible(shown)
        self._scroll.setVisible(shown)
        self.more.change_icon("chevron-down" if shown else "chevron-right")
        self.updateGeometry()

    def _fill(self) -> None:
        head = QHBoxLayout(self._heading)
        head.setContentsMargins(px(16), px(7), px(16), px(8))
        head.addWidget(label(_("Notes"), "small-medium", "text2"), 1)
        head.addWidget(self._number)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setAccessibleName(_("Notes"))
        self._scroll.viewport().setAutoFillBackground(False)
        self.column.addWidget(self._heading)
        self.column.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)
        self.column.addWidget(self._line)
        self.column.addWidget(self._scroll, 1)
        self.set_folding(False)


class _Bullet(QWidget):
    """One note with a dot before its first line."""

    def __init__(self, text: str) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(px(16), 0, 0, 0)
        row.addWidget(Paragraph(text.replace("**", "* *"), "small"))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the dot."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour(theme().text2))
        painter.drawEllipse(QRectF(px(4), px(6), px(4), px(4)))
        painter.end()
