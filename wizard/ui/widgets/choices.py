"""Controls to choose one of several: choice cards, radio groups, segmented switches; a check box whose words wrap."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QRadioButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from wizard.messages.formats import comma_list
from wizard.messages.row import sentences
from wizard.messages.translation import _
from wizard.ui.formats import grouped
from wizard.ui.theme.current import colour, theme
from wizard.ui.theme.fonts import font_of, px
from wizard.ui.theme.icons import set_icon
from wizard.ui.widgets.labels import LineLabel, Paragraph, indent


class AssistedToggle:
    """Makes a button's `clicked` hold for assistive tools too: Qt lets them toggle it, and then emits `toggled` only.

    A mixin before a class of checkable buttons. What the program sets by `setChecked` emits no `clicked`.
    """

    _is_expected = False
    """The program or a click changes the button now."""

    def heed_tools(self) -> None:
        """Call it once the button is made."""
        cast(QAbstractButton, self).toggled.connect(self._toggled)

    def setChecked(self, on: bool) -> None:
        """Set the state, without `clicked`."""
        with self._expected():
            super().setChecked(on)  # type: ignore[misc]

    def nextCheckState(self) -> None:
        """Change the state by a click, which emits `clicked` itself."""
        with self._expected():
            super().nextCheckState()  # type: ignore[misc]

    @contextmanager
    def _expected(self) -> Iterator[None]:
        before, self._is_expected = self._is_expected, True
        try:
            yield
        finally:
            self._is_expected = before

    def _toggled(self, on: bool) -> None:
        button = cast(QAbstractButton, self)
        group = button.group()
        is_one_of_several = button.autoExclusive() or (group is not None and group.exclusive())
        if self._is_expected or (is_one_of_several and not on):
            return
        if not is_one_of_several:  # one of several stays checked, and its click changes nothing but says so
            button.blockSignals(True)
            self.setChecked(not on)
            button.blockSignals(False)
        button.click()


class CheckBox(AssistedToggle, QCheckBox):
    """A check box whose `clicked` is emitted for every change by a person."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.heed_tools()


class RadioButton(AssistedToggle, QRadioButton):
    """A radio button whose `clicked` is emitted for every choice by a person."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.heed_tools()


class WrappedCheckBox(QWidget):
    """A check box with words that wrap; a click on the words toggles it."""

    def __init__(self, name: str, words: str, description: str = "", parent: QWidget | None = None) -> None:
        """`description` is read after the words."""
        super().__init__(parent)
        self.box = CheckBox()
        self.box.setObjectName(name)
        self.box.setAccessibleName(words)
        self.box.setAccessibleDescription(description)
        self.words = Paragraph(words)
        self.setFocusProxy(self.box)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)  # the box ends with the space before its own, empty text
        row.addWidget(self.box, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.words, 1)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Toggle the box when its words are clicked."""
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.box.setFocus(Qt.FocusReason.MouseFocusReason)
            self.box.click()


class ChoiceCard(AssistedToggle, QAbstractButton):
    """One of several cards, each with icon, title, text and a radio mark; cards of one parent are exclusive."""

    def __init__(self, name: str, icon: str, title: str, text: str, note: str = "") -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setAccessibleDescription(sentences(text, note))
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setProperty("ringRadius", 8)
        self._laid_out_for = px(264)
        self.heed_tools()
        self._lay_out(icon, title, text, note)

    def sizeHint(self) -> QSize:
        """Return 264 x 120, higher where the text needs it."""
        layout = self.layout()
        needed = layout.totalHeightForWidth(min(px(264), self._laid_out_for)) if layout is not None else 0
        return QSize(px(264), max(px(120), needed))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Be as high as the text needs in a narrower card."""
        super().resizeEvent(event)
        if event.size().width() != self._laid_out_for:
            self._laid_out_for = event.size().width()
            self.updateGeometry()

    def minimumSizeHint(self) -> QSize:
        """Return a third of the narrowest page."""
        return QSize(px(200), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the card and its radio mark."""
        t = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = 2 if self.isChecked() else 1
        painter.setPen(QPen(QColor(t.ring if self.isChecked() else t.line), width))
        hovered = self.underMouse() and self.isEnabled()
        painter.setBrush(QColor(t.hover if hovered and not self.isChecked() else t.base))
        inset = width / 2
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(inset, inset, -inset, -inset), px(8), px(8))
        self._paint_mark(painter)
        painter.end()

    def _paint_mark(self, painter: QPainter) -> None:
        t = theme()
        side = px(16)
        place = QRectF(self.width() - px(14) - side, px(14), side, side).adjusted(0.5, 0.5, -0.5, -0.5)
        if self.isChecked():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(t.accent))
            painter.drawEllipse(place)
            painter.setBrush(QColor(t.onaccent))
            painter.drawEllipse(place.center(), px(6) / 2, px(6) / 2)
        else:
            painter.setPen(QPen(QColor(t.ctl), 1))
            painter.setBrush(QColor(t.base))
            painter.drawEllipse(place)

    def _lay_out(self, icon: str, title: str, text: str, note: str) -> None:
        head = QHBoxLayout()
        head.setSpacing(px(8))
        picture = QLabel()
        set_icon(picture, icon, "text2")
        head.addWidget(picture)
        name = LineLabel("section", elide=True)
        name.setText(title)
        head.addWidget(name, 1)
        head.addSpacing(px(18))  # the radio mark
        column = QVBoxLayout(self)
        column.setContentsMargins(px(16), px(14), px(16), px(12))
        column.setSpacing(px(6))
        column.addLayout(head)
        column.addWidget(Paragraph(text, "small", "text2"))
        column.addStretch(1)
        if note:
            below = LineLabel("small", "text2", elide=True)
            below.setText(note)
            column.addWidget(below)
        for child in self.findChildren(QLabel):
            child.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)


@dataclass(frozen=True, slots=True)
class RadioOption:
    """One option of a RadioGroup."""

    id: str
    text: str
    hint: str = ""
    """One sentence below the option."""


class RadioGroup(QWidget):
    """A heading with exclusive options below each other; arrow keys move between them."""

    chosen = Signal(str)
    """Id of the option the user chose."""

    def __init__(
        self, name: str, question: str, options: Sequence[RadioOption], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(question)
        self._buttons: dict[str, QRadioButton] = {}
        self._hints: dict[str, Paragraph] = {}
        self._group = QButtonGroup(self)
        keep_tab_stop_on_checked(self._group)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(4))
        column.addWidget(Paragraph(question, "section"))
        for option in options:
            column.addLayout(self._row(name, question, option))

    @property
    def choice(self) -> str:
        """Id of the checked option, or ""."""
        return next((choice for choice, button in self._buttons.items() if button.isChecked()), "")

    def choose(self, choice: str) -> None:
        """Check an option, without a signal."""
        self._buttons[choice].setChecked(True)

    def reword(self, choice: str, text: str) -> None:
        """Change the text of an option."""
        self._buttons[choice].setText(text.replace("&", "&&"))
        self._buttons[choice].setAccessibleName(_("{name}: {text}").format(name=self.accessibleName(), text=text))

    def rehint(self, choice: str, hint: str) -> None:
        """Change the sentence below an option."""
        self._hints[choice].setText(hint)
        self._hints[choice].setVisible(bool(hint))
        self._buttons[choice].setAccessibleDescription(hint)

    def _row(self, name: str, question: str, option: RadioOption) -> QVBoxLayout:
        button = RadioButton(option.text)
        button.setObjectName(f"{name}.{option.id}")
        button.setAccessibleName(f"{question}: {option.text}")
        button.setAccessibleDescription(option.hint)
        button.clicked.connect(lambda _on=False: self.chosen.emit(option.id))
        self._group.addButton(button)
        self._buttons[option.id] = button
        row = QVBoxLayout()
        row.setSpacing(0)
        row.addWidget(button)
        hint = self._hints[option.id] = Paragraph(option.hint, "small", "text2")
        indent(hint)
        if not option.hint:
            hint.hide()  # never shown here: without a parent yet, it would be a window
        row.addWidget(hint)
        return row


class _Segment(AssistedToggle, QAbstractButton):
    """One segment, with an optional number beside its text."""

    def __init__(self, text: str, first: bool, last: bool) -> None:
        super().__init__()
        self.setText(text)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.heed_tools()
        self.count: int | None = None
        self._first, self._last = first, last
        self.setFont(font_of("small-medium"))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_ends(self, first: bool, last: bool) -> None:
        """Set whether it is the first and the last segment."""
        self._first, self._last = first, last
        self.update()

    def number(self) -> str:
        """Return the number as text."""
        return "" if self.count is None else grouped(self.count)

    def sizeHint(self) -> QSize:
        """Return the size of text and number with padding."""
        metrics = self.fontMetrics()
        number = self.number()
        width = (
            metrics.horizontalAdvance(self.text())
            + px(24)
            + (metrics.horizontalAdvance(number) + px(8) if number else 0)
        )
        return QSize(width, px(28))

    def minimumSizeHint(self) -> QSize:
        """Return the size hint."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint background, border, text and number."""
        t = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        first, last = (self._last, self._first) if self.isRightToLeft() else (self._first, self._last)
        rect = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5 if last else 0.5, -0.5)
        path = _rounded(rect, px(6), first, last)
        ground = t.sel if self.isChecked() else t.btn_hover if self.underMouse() else t.btn
        painter.fillPath(path, colour(ground if self.isEnabled() else t.dis))
        painter.setPen(QPen(colour(t.btn_line), 1))
        painter.drawPath(path)
        painter.setFont(self.font())
        ink = t.distext if not self.isEnabled() else t.text if self.isChecked() else t.text2
        painter.setPen(colour(ink))
        room = self.rect().adjusted(px(12), 0, -px(12), 0)
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self.shown_text())
        painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self.number())
        painter.end()

    def shown_text(self) -> str:
        """Return the text as it is painted: cut where the segment is narrower than its size hint."""
        lacks = self.sizeHint().width() - self.width()
        if lacks <= 0:  # `elidedText` measures in fractions: it cuts a text that has just its room
            return self.text()
        room = self.fontMetrics().horizontalAdvance(self.text()) - lacks
        return self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room)


class SegmentedSwitch(QWidget):
    """Exclusive choices side by side, such as All | People | Groups; arrow keys move between them."""

    chosen = Signal(str)
    """Id of the choice the user made."""

    def __init__(
        self, name: str, choices: Sequence[tuple[str, str]], words: str, parent: QWidget | None = None
    ) -> None:
        """`choices` are (id, label) pairs; `words` is the accessible name of the whole ("What to show")."""
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(words)
        self._segments: dict[str, _Segment] = {}
        group = QButtonGroup(self)
        keep_tab_stop_on_checked(group)
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
        """Id of the current choice."""
        return next((choice for choice, segment in self._segments.items() if segment.isChecked()), "")

    def choose(self, choice: str) -> None:
        """Set the choice, without a signal."""
        self._segments[choice].setChecked(True)

    def set_shown(self, choice: str, shown: bool) -> None:
        """Show or hide a choice; the first and the last shown one have round corners."""
        self._segments[choice].setVisible(shown)
        seen = [segment for segment in self._segments.values() if not segment.isHidden()]
        for segment in seen:
            segment.set_ends(segment is seen[0], segment is seen[-1])

    def reword(self, choice: str, text: str) -> None:
        """Change the label of a choice."""
        segment = self._segments[choice]
        if segment.text() == text:
            return
        segment.setText(text)
        count, segment.count = segment.count, None
        segment.setAccessibleName(_("{name}: {text}").format(name=self.accessibleName(), text=text))
        segment.updateGeometry()
        self.set_count(choice, count)

    def set_count(self, choice: str, count: int | None) -> None:
        """Set the number beside a choice; None for none."""
        segment = self._segments[choice]
        if segment.count == count:
            return
        room = segment.sizeHint()
        segment.count = count
        words = _("{name}: {text}").format(name=self.accessibleName(), text=segment.text())
        segment.setAccessibleName(words if count is None else comma_list([words, segment.number()]))
        if segment.sizeHint() != room:
            segment.updateGeometry()
        segment.update()


def _rounded(rect: QRectF, radius: int, left: bool, right: bool) -> QPainterPath:
    path = QPainterPath()
    path.addRoundedRect(rect, radius, radius)
    square = QPainterPath()
    if not left:
        square.addRect(QRectF(rect.left(), rect.top(), radius, rect.height()))
    if not right:
        square.addRect(QRectF(rect.right() - radius, rect.top(), radius, rect.height()))
    return path.united(square)


def keep_tab_stop_on_checked(group: QButtonGroup) -> None:
    """Make the checked button of a group its only tab stop; Qt does so only for a button that had the focus."""

    def move_tab_stop(button: QAbstractButton, on: bool) -> None:
        for other in group.buttons() if on else ():
            policy = Qt.FocusPolicy.StrongFocus if other is button else Qt.FocusPolicy.ClickFocus
            other.setFocusPolicy(policy)

    group.buttonToggled.connect(move_tab_stop)
