"""The list of steps on the left: which is shown, which are done, which can be clicked; the job below."""

from collections.abc import Collection, Sequence
from typing import Literal, Protocol

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QStyle,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from wizard.messages.formats import comma_list
from wizard.messages.translation import Np_, _, pgettext
from wizard.ui.theme.colors import Ink, Tone
from wizard.ui.theme.current import colour, current_theme, theme
from wizard.ui.theme.fonts import font_of, metrics_of, px, wrapped_tip
from wizard.ui.theme.icons import pixmap, set_icon
from wizard.ui.theme.palette import rail_palette
from wizard.ui.theme.stylesheet import set_ink
from wizard.ui.widgets.buttons import AppearanceButton
from wizard.ui.widgets.labels import label

PRODUCT = "Identity Center Wizard"
WIDTH, WIDEST = 232, 288
"""Width of the list, and how wide longer labels may make it."""
_GROUPS = {"5": Np_("step", "Provision")}
"""Step number -> label of a step that has parts."""

StepState = Literal["done", "now", "ahead", "within"]
"""within: one of its parts is the current step."""


def window_title(title: str = "") -> str:
    """The title of a window: what it shows, and the product."""
    return _("{title} — {product}").format(title=title, product=PRODUCT) if title else PRODUCT


class ListedStep(Protocol):
    """What the list shows of a step; `wizard.flow.steps.steps.Step` fits."""

    @property
    def id(self) -> str:
        """The step's id."""

    @property
    def number(self) -> str:
        """ "1" to "6"; the parts of a step share its number."""

    @property
    def label(self) -> str:
        """Its text."""

    @property
    def part(self) -> int:
        """1 and up within a step that has parts; 0 = a step of its own."""


class StepButton(QToolButton):
    """One step (36 high) or one part of a step (28), painted."""

    def __init__(self, name: str, text: str, number: str, part: int, words: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setText(text)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.number, self.part = number, part
        self.state: StepState = "ahead"
        self.edited = False
        """Whether it shows the mark of an edit that was not reviewed."""
        self._words = words
        self._tip = ""
        """Tooltip in the place of the text."""
        self._folded = False

    def set_folded(self, folded: bool) -> None:
        """Show only the mark; the words move to the tooltip."""
        self._folded = folded
        self._offer_whole()
        self.updateGeometry()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Offer the whole text where it is cut."""
        super().resizeEvent(event)
        self._offer_whole()

    def _offer_whole(self) -> None:
        cut = self._folded or self.width() < self.width_needed()
        self.setToolTip(wrapped_tip(self._tip or (self.text() if cut else "")))

    def width_needed(self) -> int:
        """Mark, gap and words."""
        return px(42) + metrics_of("section").horizontalAdvance(self.text()) + px(4)

    def show_state(self, state: StepState, reachable: bool, edited: bool = False) -> None:
        """Show its state; a step that is not reachable is disabled."""
        on = reachable or state == "now"
        if (state, on, edited) == (self.state, self.isEnabled(), self.edited) and self.accessibleName():
            return  # called with each percent of a run: repainting the list costs more than the rest
        self.state, self.edited = state, edited
        self.setEnabled(on)
        words = {
            "done": _("done"),
            "now": _("current step"),
            "ahead": _("not done yet"),
            "within": _("contains the current step"),
        }[state]
        parts = (self._words, self.text(), words, _("edited, not yet reviewed") if edited else "")
        self.setAccessibleName(comma_list([part for part in parts if part]))
        self.update()

    def sizeHint(self) -> QSize:
        """The list's width less 8 on both sides."""
        return QSize(px(40 if self._folded else WIDTH - 17), px(28 if self.part else 36))

    def minimumSizeHint(self) -> QSize:
        """Mark, gap and words."""
        if self._folded:
            return QSize(px(40), self.sizeHint().height())
        return QSize(min(self.width_needed(), px(WIDEST - 17)), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint background, mark and text."""
        t = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.state == "now" or (self.underMouse() and self.isEnabled()):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour(t.railsel if self.state == "now" else t.hover))
            painter.drawRoundedRect(QRectF(self.rect()), px(6), px(6))
        middle = self.height() / 2
        if self.part:
            self._paint_dot(painter, self._visual(QRect(0, 0, px(40), 1)).center().x() + 0.5, middle)
        else:
            self._paint_circle(painter, self._visual(QRect(0, 0, px(40), 1)).center().x() + 0.5, middle)
        if self._folded:
            if self.edited:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(colour(t.warn))
                painter.drawEllipse(QRectF(self._visual(QRect(px(30), px(4), px(7), px(7)))))
            painter.end()
            return
        strong = self.state in ("now", "within")
        painter.setFont(font_of("section" if strong else "body"))
        painter.setPen(colour(t.text2 if self.state == "ahead" else t.text))
        left = px(42)
        right = self._paint_edited(painter) if self.edited else self.width() - px(4)
        room = self._visual(QRect(left, 0, right - left, self.height()))
        text = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
        painter.end()

    def _visual(self, place: QRect) -> QRect:
        """A place counted from the side where a line begins: the right one in Arabic or Hebrew."""
        return QStyle.visualRect(self.layoutDirection(), self.rect(), place)

    def _paint_edited(self, painter: QPainter) -> int:
        """Paint pencil and word at the right edge; returns where they begin."""
        painter.save()
        t = theme()
        text = pgettext("step", "Edited")
        words = metrics_of("small").horizontalAdvance(text)
        left = self.width() - px(8) - words
        painter.setFont(font_of("small"))
        painter.setPen(colour(t.ink("warn")))
        room = self._visual(QRect(left, 0, words + px(4), self.height()))
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
        side = px(14)
        left -= side + px(4)
        picture = pixmap("pencil", t.ink("warn"), side, self.devicePixelRatioF())
        painter.drawPixmap(
            self._visual(QRect(left, round((self.height() - side) / 2), side, side)).topLeft(), picture
        )
        painter.restore()
        return left - px(4)

    def _paint_circle(self, painter: QPainter, x: float, y: float) -> None:
        t = theme()
        radius = px(24) / 2 - 0.5
        circle = QRectF(x - radius, y - radius, 2 * radius, 2 * radius)
        ok = t.tone("ok")
        ground, edge, ink = {
            "done": (ok.ground, ok.edge, t.ok),
            "now": (t.accent, t.accent, t.onaccent),
            "within": ("", t.ring, t.link),
            "ahead": ("", t.ctl, t.text2),
        }[self.state]
        painter.setPen(QPen(colour(edge), 1))
        painter.setBrush(colour(ground) if ground else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(circle)
        if self.state == "done":
            side = px(14)
            painter.drawPixmap(
                round(x - side / 2), round(y - side / 2), pixmap("check", t.ok, side, self.devicePixelRatioF())
            )
            return
        painter.setFont(font_of("small-medium"))
        painter.setPen(colour(ink))
        painter.drawText(circle, Qt.AlignmentFlag.AlignCenter, self.number)

    def _paint_dot(self, painter: QPainter, x: float, y: float) -> None:
        t = theme()
        if self.state == "done":
            side = px(14)
            painter.drawPixmap(
                round(x - side / 2), round(y - side / 2), pixmap("check", t.ok, side, self.devicePixelRatioF())
            )
            return
        radius = px(8 if self.state == "now" else 7) / 2
        painter.setPen(Qt.PenStyle.NoPen if self.state == "now" else QPen(colour(t.ctl), 1))
        painter.setBrush(colour(t.ring) if self.state == "now" else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(QRectF(x - radius, y - radius, 2 * radius, 2 * radius))


class HelpButton(StepButton):
    """Opens Help and about; looks like a step that is still to come."""

    def __init__(self) -> None:
        super().__init__("helpAndAbout", _("Help and about"), "", 1, "")
        self.setAccessibleName(self.text())
        self._tip = _("Help and about ({key})").format(key="F1")

    def _paint_dot(self, painter: QPainter, x: float, y: float) -> None:
        side = px(16)
        picture = pixmap("info", theme().text2, side, self.devicePixelRatioF())
        painter.drawPixmap(round(x - side / 2), round(y - side / 2), picture)


class StepList(QWidget):
    """All steps, the product's name above them and the job below."""

    asked = Signal(str)
    """Id of the step that was clicked."""

    def __init__(self, steps: Sequence[ListedStep], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("stepList")
        self.setAccessibleName(_("Steps"))
        self.setAutoFillBackground(True)
        self._steps = tuple(steps)
        self._buttons: dict[str, StepButton] = {}
        self._heads: dict[str, StepButton] = {}
        self._job = label("", "medium")
        self._job.setObjectName("jobName")
        self._state = label("", "small", "text2")
        self._state.setObjectName("jobState")
        self._icon = QLabel()
        self._icon.hide()
        self._shown_icon: tuple[str, Ink] = ("", "text2")
        self.appearance = AppearanceButton()
        """Chooses light, dark or the system's theme."""
        self.help = HelpButton()
        self._product = label(PRODUCT, "section")
        self._folded = False
        self._lay_out()
        self._set_width()
        current_theme().changed.connect(self._dress)
        self._dress()

    def set_folded(self, folded: bool) -> None:
        """Show only the marks of the steps, where the window has little room."""
        if folded == self._folded:
            return
        self._folded = folded
        for button in (*self._buttons.values(), *self._heads.values(), self.help):
            button.set_folded(folded)
        for words in (self._product, self._job_words):
            words.setVisible(not folded)
        self._set_foot_margins()
        self._set_width()

    def button(self, step_id: str) -> StepButton:
        """The button of a step."""
        return self._buttons[step_id]

    def hide_steps(self, hidden: Collection[str]) -> None:
        """Show all steps but these."""
        for step_id, button in self._buttons.items():
            if button.isHidden() != (step_id in hidden):
                button.setVisible(step_id not in hidden)

    def show_steps(
        self, current: str, done: Collection[str], reachable: Collection[str], edited: Collection[str] = ()
    ) -> None:
        """Show the current step, the done ones, the reachable ones and those with an edit that was not reviewed."""
        for step in self._steps:
            state: StepState = "now" if step.id == current else "done" if step.id in done else "ahead"
            self._buttons[step.id].show_state(state, step.id in reachable, step.id in edited)
        for number, head in self._heads.items():
            parts = [step.id for step in self._steps if step.number == number]
            state = "within" if current in parts else "done" if set(parts) <= set(done) else "ahead"
            head.show_state(state, parts[0] in reachable)

    def show_job(self, name: str, state: str, icon: str = "", tone: Tone | None = None) -> None:
        """Show the job's name and state: "Saved 14:31", "Running, 66 %"; icon and colour of the state."""
        ink: Ink = tone if tone in ("warn", "bad", "ok") else "text2"
        if (icon, ink) != self._shown_icon:
            self._shown_icon = (icon, ink)
            set_icon(self._icon, icon, ink, 14)
            self._icon.setVisible(bool(icon))
            set_ink(self._state, ink)
        for words, text in ((self._job, name), (self._state, state)):
            if text == words.accessibleName():
                continue
            room = self._wide() - px(36 + 32 + (18 if icon and words is self._state else 0))
            words.setText(words.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, room))
            words.setToolTip(wrapped_tip(text))
            words.setAccessibleName(text)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the lines at the right and above the foot."""
        painter = QPainter(self)
        edge = colour(theme().line)
        painter.fillRect(0 if self.isRightToLeft() else self.width() - 1, 0, 1, self.height(), edge)
        painter.fillRect(0, self.height() - px(63) - 1, self.width(), 1, edge)
        painter.end()

    def _set_width(self) -> None:
        """Be as wide as the steps, and a scroll bar where they do not fit the height."""
        bar = self._scroll.verticalScrollBar()
        taken = bar.sizeHint().width() if self._folded and bar.maximum() > 0 else 0
        self.setFixedWidth((px(40) + 2 * px(8) + 1 if self._folded else self._wide()) + taken)

    def _wide(self) -> int:
        """Width with words: that of the design, or more for the longest label."""
        buttons = (*self._buttons.values(), *self._heads.values(), self.help)
        needed = max(button.width_needed() for button in buttons) + 2 * px(8) + 1
        return min(max(px(WIDTH), needed), px(WIDEST))

    def _set_foot_margins(self) -> None:
        left, right = (14, 14) if self._folded else (18, 12)
        self._foot_row.setContentsMargins(px(left), px(13), px(right), px(13))

    def _dress(self) -> None:
        self.setPalette(rail_palette(theme()))

    def _lay_out(self) -> None:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(px(8), px(16), px(8), px(8))
        column.setSpacing(0)
        column.addLayout(self._brand())
        column.addSpacing(px(16))
        for step in self._steps:
            if step.part == 1:
                head = StepButton(
                    f"step{step.number}",
                    _(_GROUPS[step.number]) if step.number in _GROUPS else step.label,
                    step.number,
                    0,
                    _("Step {number}").format(number=step.number),
                )
                head.clicked.connect(lambda _on=False, first=step.id: self._ask(first))
                self._heads[step.number] = head
                column.addWidget(head)
                column.addSpacing(px(4))
            button = self._made(step)
            column.addWidget(button)
            column.addSpacing(px(2 if step.part else 4))
        column.addStretch(1)
        column.addWidget(self.help)
        self._scroll = QScrollArea()
        self._scroll.setObjectName("stepScroll")
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidgetResizable(True)
        self._scroll.setWidget(content)
        self._scroll.viewport().setAutoFillBackground(False)
        content.setAutoFillBackground(False)
        self._scroll.verticalScrollBar().rangeChanged.connect(lambda _low, _high: self._set_width())
        whole = QVBoxLayout(self)
        whole.setContentsMargins(*((1, 0, 0, 0) if self.isRightToLeft() else (0, 0, 1, 0)))
        whole.setSpacing(0)
        whole.addWidget(self._scroll, 1)
        whole.addWidget(self._foot())

    def _made(self, step: ListedStep) -> StepButton:
        words = _("Step {number}").format(number=step.number)
        if step.part:
            of = max(other.part for other in self._steps if other.number == step.number)
            words = _("Step {number}, part {part} of {parts}").format(number=step.number, part=step.part, parts=of)
        button = StepButton(f"step.{step.id}", step.label, step.number, step.part, words)
        button.clicked.connect(lambda _on=False: self._ask(step.id))
        self._buttons[step.id] = button
        return button

    def _ask(self, step_id: str) -> None:
        self.asked.emit(step_id)

    def _brand(self) -> QHBoxLayout:
        mark = QLabel()
        set_icon(mark, "mark", "link", 20)
        row = QHBoxLayout()
        row.setContentsMargins(px(10), px(2), 0, px(2))
        row.setSpacing(px(8))
        row.addWidget(mark)
        row.addWidget(self._product, 1)
        return row

    def _foot(self) -> QWidget:
        foot = QWidget()
        foot.setFixedHeight(px(63))
        self._job_words = QWidget()
        words = QVBoxLayout(self._job_words)
        words.setContentsMargins(0, 0, 0, 0)
        words.setSpacing(px(2))
        words.addWidget(self._job)
        state = QHBoxLayout()
        state.setSpacing(px(4))
        state.addWidget(self._icon)
        state.addWidget(self._state, 1)
        words.addLayout(state)
        row = QHBoxLayout(foot)
        row.setSpacing(px(4))
        row.addWidget(self._job_words, 1)
        row.addWidget(self.appearance)
        self._foot_row = row
        self._set_foot_margins()
        return foot
