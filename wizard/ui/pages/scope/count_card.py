"""The count card of Scope: numbers in scope, reasons of the others, and the explanation for a single person."""

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QSizePolicy,
    QSpacerItem,
    QStyle,
    QVBoxLayout,
    QWidget,
)

from wizard.flow.scope.scope import Reason, ScopeCounts, short_reason
from wizard.messages.translation import _, ngettext
from wizard.ui.formats import grouped
from wizard.ui.theme.current import theme
from wizard.ui.theme.fonts import font_of, px
from wizard.ui.theme.icons import pixmap, set_icon
from wizard.ui.theme.stylesheet import set_ink
from wizard.ui.widgets.buttons import FLAT_PADDING, flat
from wizard.ui.widgets.cards import Card, line
from wizard.ui.widgets.fields import SearchField
from wizard.ui.widgets.labels import Paragraph, label

ANSWERS = 5
"""People a search explains at most."""


class ReasonRow(QAbstractButton):
    """A reason with its number and a chevron, 32 high."""

    def __init__(self, reason: str, number: int) -> None:
        super().__init__()
        self.reason, self.number = reason, number
        self.setText(short_reason(reason))
        self.setObjectName(f"reason.{reason}")
        name = _("{reason}: {number}. Show them").format(reason=short_reason(reason), number=grouped(number))
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Return 200 x 32."""
        return QSize(px(200), px(32))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint line, reason, number and chevron."""
        t, painter = theme(), QPainter(self)
        if self.underMouse() or self.hasFocus():
            painter.fillRect(self.rect(), QColor(t.hover))
        painter.fillRect(0, 0, self.width(), 1, QColor(t.line))
        painter.setFont(font_of("body"))
        painter.setPen(QColor(t.text))
        room = self.rect().adjusted(px(16), 0, -px(14), 0)
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self.text())
        side = px(16)
        chevron = pixmap("chevron-right", t.text2, side, self.devicePixelRatioF())
        place = QRect(room.right() - side, room.top() + (room.height() - side) // 2, side, side)
        painter.drawPixmap(QStyle.visualRect(self.layoutDirection(), room, place).topLeft(), chevron)
        painter.setPen(QColor(t.text2))
        number = QRect(room.left(), room.top(), room.width() - side - px(10), room.height())
        number = QStyle.visualRect(self.layoutDirection(), room, number)
        painter.drawText(number, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, grouped(self.number))
        painter.end()


class CountCard(Card):
    """240 wide; shows outdated numbers in a paler ink while counting."""

    reason_asked = Signal(str)
    all_asked = Signal()
    who_asked = Signal(str)
    """The searched text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(padded=False, parent=parent)
        self.setObjectName("scopeCount")
        self.setFixedWidth(px(240))
        self._number = label("", "big")
        self._of = label("", ink="text2")
        self._bar = QProgressBar()
        self._bar.setObjectName("scopeShare")
        self._bar.setTextVisible(False)
        self._groups = Paragraph(ink="text2")
        self.show_all = flat(_("Show all"), "scopeShowAll", size="small")
        self.show_all.setAccessibleName(_("Show everyone in scope"))
        self.show_all.clicked.connect(self.all_asked)
        self._reasons = QVBoxLayout()
        self._reasons.setSpacing(0)
        self.reasons: tuple[ReasonRow, ...] = ()
        self.names_of_microsoft = False
        """Add the code of Microsoft's provisioning log to each reason."""
        self.search = SearchField("whySearch", _("Name or user name"))
        self.search.setAccessibleName(_("Is someone in scope?"))
        self._answers = QVBoxLayout()
        self._answers.setSpacing(px(8))
        self._shown: list[QWidget] = []
        self._fill()
        self.search.searched.connect(self.who_asked)

    def show_counts(self, counts: ScopeCounts, with_groups: bool) -> None:
        """Show new numbers."""
        self.set_counting(False)
        people, total = counts.people, counts.people_total
        self._number.setText(grouped(people))
        self._of.setText(ngettext("of {total:,} person", "of {total:,} people", total).format(total=total))
        self._bar.setRange(0, max(1, total))
        self._bar.setValue(people)
        name = ngettext("In scope: {n:,} of {total:,} person", "In scope: {n:,} of {total:,} people", total)
        self._bar.setAccessibleName(name.format(n=people, total=total))
        groups = ngettext("{n:,} of {total:,} group", "{n:,} of {total:,} groups", counts.groups_total)
        groups = groups.format(n=counts.groups, total=counts.groups_total)
        self._groups.setText(groups if with_groups else _("Groups are not provisioned"))
        for old in self.reasons:
            self._reasons.removeWidget(old)
            old.hide()
            old.deleteLater()
        self.reasons = tuple(ReasonRow(reason, number) for reason, number in counts.reasons)
        for row in self.reasons:
            row.clicked.connect(lambda _on=False, reason=row.reason: self.reason_asked.emit(reason))
            self._reasons.addWidget(row)

    def set_narrow(self, narrow: bool) -> None:
        """Use less width in a narrow window."""
        self.setFixedWidth(px(224 if narrow else 240))

    def set_counting(self, counting: bool) -> None:
        """Show whether the numbers are outdated."""
        set_ink(self._number, "text3" if counting else "text")

    def show_answers(self, answers: tuple[Reason, ...], more: int, sought: str) -> None:
        """Show why each person found is in or out of scope; `more`: number of others that match."""
        self._clear()
        if not answers and sought:
            self._add("search", _("No one matches “{text}”.").format(text=sought))
        for reason in answers:
            lines = [reason.sentence]
            if reason.word and self.names_of_microsoft:
                lines.append(_("In Microsoft's provisioning log: {code}").format(code=reason.word))
            self._add("check" if reason.inside else "minus", "\n".join(lines), reason.inside)
        if more > 0:
            text = ngettext("{n:,} more. Type more of the name.", "{n:,} more. Type more of the name.", more)
            self._add("", text.format(n=more))

    def texts(self) -> tuple[str, ...]:
        """The explanations shown."""
        return tuple(part.text() for row in self._shown for part in row.findChildren(Paragraph))

    def _add(self, icon: str, text: str, inside: bool | None = None) -> None:
        row = QWidget()
        picture = QLabel()
        picture.setFixedWidth(px(16))
        set_icon(picture, icon, "text2" if inside is None else "ok" if inside else "warn")
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(px(8))
        layout.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(Paragraph(text, "small", "text2"), 1)
        self._answers.addWidget(row)
        self._shown.append(row)

    def _clear(self) -> None:
        for row in self._shown:
            self._answers.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._shown = []

    def _fill(self) -> None:
        top = QVBoxLayout()
        top.setContentsMargins(px(16), px(14), px(16), px(12))
        top.setSpacing(px(8))
        numbers = QHBoxLayout()
        numbers.setSpacing(px(8))
        numbers.addWidget(self._number, 0, Qt.AlignmentFlag.AlignBottom)
        numbers.addWidget(self._of, 1, Qt.AlignmentFlag.AlignBottom)
        top.addLayout(numbers)
        top.addWidget(self._bar)
        groups = QHBoxLayout()
        groups.setSpacing(0)
        groups.addWidget(self._groups, 1, Qt.AlignmentFlag.AlignVCenter)
        groups.addWidget(self.show_all)
        groups.addItem(QSpacerItem(-px(FLAT_PADDING), 0, QSizePolicy.Policy.Fixed))
        top.addLayout(groups)
        self.column.addLayout(top)
        self.column.addLayout(self._reasons)
        self.column.addWidget(line())
        below = QVBoxLayout()
        below.setContentsMargins(px(16), px(12), px(16), px(14))
        below.setSpacing(px(8))
        question = label(_("Is someone in scope?"), "medium")
        question.setWordWrap(True)
        question.setBuddy(self.search)
        below.addWidget(question)
        below.addWidget(self.search)
        below.addLayout(self._answers)
        self.column.addLayout(below)
