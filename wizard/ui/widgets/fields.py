"""Fields: text, secrets, files, searches, numbers, dates and times; with a label above and a hint or error below."""

from datetime import date
from typing import cast

from PySide6.QtCore import QDate, QEvent, QLocale, QObject, Qt, QTime, Signal
from PySide6.QtGui import QAction, QFocusEvent, QHelpEvent, QKeyEvent, QPaintEvent, QTextCharFormat, QWheelEvent
from PySide6.QtWidgets import (
    QCalendarWidget,
    QComboBox,
    QDateEdit,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QSpacerItem,
    QSpinBox,
    QStyle,
    QStyleOptionComboBox,
    QStylePainter,
    QTimeEdit,
    QToolButton,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from wizard.messages.translation import _, current_language, pgettext
from wizard.ui.theme.colors import Ink, Tone
from wizard.ui.theme.current import current_theme
from wizard.ui.theme.fonts import fitted, px, wrapped_tip
from wizard.ui.theme.icons import TONE_ICONS, icon, set_icon
from wizard.ui.theme.stylesheet import set_ink, set_property
from wizard.ui.timers import single_shot
from wizard.ui.widgets.announcing import announce
from wizard.ui.widgets.labels import Paragraph

SEARCH_MILLISECONDS = 100
"""Pause in typing after which a search starts."""


class LabelledField(QWidget):
    """A control with its label above and one line below: a hint or an error."""

    def __init__(self, text: str, control: QWidget, hint: str = "", *, parent: QWidget | None = None) -> None:
        """`text` may contain a mnemonic (`SCIM &endpoint`); `control` has its object name already."""
        super().__init__(parent)
        self.control = control
        self.label = QLabel(text)
        self.label.setBuddy(getattr(control, "focus_target", control))
        self.label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._hint = hint
        self._hint_icon = ""
        self._mark = QLabel()
        self._words = Paragraph(kind="small", ink="text2")
        self._below = QWidget()
        self._lay_out()
        self._plain_name = text.replace("&", "")
        for target in {control, self.label.buddy()}:
            if not target.accessibleName():
                target.setAccessibleName(self._plain_name)
        self.set_hint(hint)

    @property
    def hint(self) -> str:
        """The line below the control."""
        return self._words.text()

    @property
    def is_wrong(self) -> bool:
        """Whether the line below is an error."""
        return bool(self.control.property("wrong"))

    def set_hint(self, hint: str, *, icon: str = "", tone: Tone | None = None) -> None:
        """Set the hint below the control, with an optional icon in a tone; clears an error."""
        self._hint, self._hint_icon = hint, icon
        self._mark_wrong(False)
        self._say(hint, icon, tone or "text2", "text2")

    def set_wrong(self, sentence: str) -> None:
        """Show an error of one sentence below the control; "" shows the hint again."""
        if not sentence:
            self.set_hint(self._hint, icon=self._hint_icon)
            return
        if sentence != self.hint and self.isVisible():
            announce(self.control, sentence)
        self._mark_wrong(True)
        self._say(sentence, TONE_ICONS["bad"], "bad", "bad")

    def _say(self, words: str, icon_name: str, mark: Ink, ink: Ink) -> None:
        self._below.setVisible(bool(words))
        self._words.setText(words)
        set_ink(self._words, ink)
        self._mark.setVisible(bool(icon_name))
        set_icon(self._mark, icon_name, mark, 14)
        target = self.label.buddy() or self.control
        target.setAccessibleDescription(words.replace("**", "").replace("\u200b", ""))

    def _mark_wrong(self, wrong: bool) -> None:
        for target in {self.control, self.label.buddy()}:
            set_property(target, "wrong", wrong)

    def _lay_out(self) -> None:
        below = QHBoxLayout(self._below)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(px(6))
        self._mark.setFixedSize(px(14), px(16))
        below.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        below.addWidget(self._words, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(6))
        column.addWidget(self.label)
        column.addWidget(self.control)
        column.addWidget(self._below)
        column.addItem(QSpacerItem(0, 0, QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Preferred))


class _WholeText(QObject):
    """Shows the text of a combo box, or the placeholder of a field, as tooltip while it is cut."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Answer the request for a tooltip where the control has none."""
        if not isinstance(event, QHelpEvent) or event.type() != QEvent.Type.ToolTip:
            return False
        text, room = "", 0
        if isinstance(watched, ChoiceField):
            text, room = watched.currentText(), watched.text_room()
        elif isinstance(watched, QLineEdit) and not watched.text():
            text, room = watched.placeholderText(), watched.width() - px(16)
        if not (text and isinstance(watched, QWidget) and not watched.toolTip()):
            return False
        if watched.fontMetrics().horizontalAdvance(text) <= room:
            return False
        QToolTip.showText(event.globalPos(), wrapped_tip(text), watched)
        return True


def offer_whole_text(control: "ChoiceField | QLineEdit") -> None:
    """Show the control's text as tooltip while it is cut: in other languages it may need more room."""
    control.setProperty("offersWholeText", True)
    control.installEventFilter(_WholeText(control))


class TextField(QLineEdit):
    """A single-line text field; a placeholder that is cut is its tooltip."""

    def __init__(
        self, name: str, placeholder: str = "", *, compact: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setPlaceholderText(placeholder)
        offer_whole_text(self)
        if compact:
            self.setProperty("fit", "compact")


class PasswordField(TextField):
    """A field for a secret: shows bullets, or the text while its eye button is checked and it has the focus."""

    def __init__(self, name: str, placeholder: str = "", parent: QWidget | None = None) -> None:
        super().__init__(name, placeholder, parent=parent)
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self.setInputMethodHints(Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText)
        self.eye = QAction(self)
        self.eye.setCheckable(True)
        self.eye.setObjectName(f"{name}Eye")
        self.eye.toggled.connect(self._show)
        self.addAction(self.eye, QLineEdit.ActionPosition.TrailingPosition)
        current_theme().changed.connect(self._draw)
        self._draw()

    def clear(self) -> None:
        """Empty the field and its undo history: Qt's own `clear` can be undone, and the eye would show the secret."""
        self.setText("")

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide the text again, except for the menu that a right click opens."""
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.eye.setChecked(False)

    def _show(self, shown: bool) -> None:
        self.setEchoMode(QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password)
        self._draw()

    def _draw(self) -> None:
        shown = self.eye.isChecked()
        self.eye.setIcon(icon("eye-off" if shown else "eye", "text2", px(16)))
        self.eye.setText(_("Hide") if shown else _("Show"))


class SearchField(TextField):
    """A search field: `searched` carries the text after a pause in typing; Escape clears it."""

    searched = Signal(str)

    def __init__(self, name: str, placeholder: str, parent: QWidget | None = None) -> None:
        super().__init__(name, placeholder, compact=True, parent=parent)
        self.setAccessibleName(placeholder)
        self.setProperty("search", True)
        self.setMinimumWidth(px(160))
        self.setClearButtonEnabled(False)
        self._glass, self._cross = QAction(self), QAction(self)  # PySide loses actions that addAction creates
        self.addAction(self._glass, QLineEdit.ActionPosition.LeadingPosition)
        self.addAction(self._cross, QLineEdit.ActionPosition.TrailingPosition)
        self._draw()
        self._cross.setText(_("Clear search"))
        self._cross.setVisible(False)
        self._cross.triggered.connect(self.clear)
        self._pause = single_shot(self, SEARCH_MILLISECONDS, lambda: self.searched.emit(self.text().strip()))
        self.textChanged.connect(self._typed)
        current_theme().changed.connect(self._draw)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Search at once on Enter, clear on Escape; neither reaches the page."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._pause.stop()
            self.searched.emit(self.text().strip())
            event.accept()
        elif event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
            event.accept()
        else:
            super().keyPressEvent(event)

    def _typed(self, text: str) -> None:
        self._cross.setVisible(bool(text))
        self._pause.start()

    def _draw(self) -> None:
        self._glass.setIcon(icon("search", "text2", px(16)))
        self._cross.setIcon(icon("cross", "text2", px(14)))


class EnterStays(QObject):
    """Event filter that keeps Enter inside a control, so that it does not press the page's primary button."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Consume Enter; a line edit emits returnPressed first."""
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        ):
            if isinstance(watched, QLineEdit):
                watched.returnPressed.emit()
            return True
        return False


class _StillWheel:
    """Lets the wheel scroll the page unless the field has the focus. A mixin before a class of fields with values."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Change the value only with the focus."""
        if cast(QWidget, self).hasFocus():
            super().wheelEvent(event)  # type: ignore[misc]
        else:
            event.ignore()


class ChoiceField(_StillWheel, QComboBox):
    """A field to choose from a list. Text that is too long loses its end and is whole in the tooltip."""

    def __init__(self, name: str, *, compact: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        if compact:
            self.setProperty("fit", "compact")
        offer_whole_text(self)

    def fit(self, least: int, most: int) -> None:
        """Be as wide as the longest entry, within two measures of the design (see `fonts.px`)."""
        self.ensurePolished()
        longest = max(
            (self.fontMetrics().horizontalAdvance(self.itemText(at)) for at in range(self.count())), default=0
        )
        chrome = self.width() - self.text_room()  # more than Qt adds to the text for this style sheet
        self.setFixedWidth(min(max(px(least), longest + chrome + px(2)), px(most)))

    def text_room(self) -> int:
        """Return the width of the text's place, in pixels."""
        shown = QStyleOptionComboBox()
        self.initStyleOption(shown)
        field = QStyle.SubControl.SC_ComboBoxEditField
        return self.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, shown, field, self).width() - px(2)

    def shown_text(self) -> str:
        """Return the current text as painted: whole, or without its end."""
        return self._as_shown().currentText

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the text without its end where it is too long."""
        if self.isEditable():
            super().paintEvent(event)
            return
        shown = self._as_shown()
        painter = QStylePainter(self)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, shown)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, shown)
        painter.end()

    def _as_shown(self) -> QStyleOptionComboBox:
        shown = QStyleOptionComboBox()
        self.initStyleOption(shown)
        shown.currentText = fitted(self.currentText(), "body", self.text_room())[0]
        return shown


class NumberField(_StillWheel, QSpinBox):
    """A field for a whole number within a range, with its unit."""

    def __init__(
        self,
        name: str,
        lowest: int,
        highest: int,
        suffix: str = "",
        *,
        compact: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setRange(lowest, highest)
        self.setSuffix(suffix)
        if compact:
            self.setProperty("fit", "compact")
        # The style sheet's left padding does not reach the inner line edit.
        self.lineEdit().setTextMargins(px(8), 0, 0, 0)


class DateField(_StillWheel, QDateEdit):
    """A field for a day, typed or picked from a calendar; shown as Oct 12, 2026."""

    def __init__(self, name: str, *, compact: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setDisplayFormat(pgettext("format of a date in Qt's letters", "MMM d, yyyy"))
        self.setLocale(QLocale(current_language()))
        self.setCalendarPopup(True)
        if compact:
            self.setProperty("fit", "compact")
        self._style_calendar(self.calendarWidget())
        self._order_heading(self.calendarWidget())

    @property
    def day(self) -> date:
        """The day."""
        shown = self.date()
        return date(shown.year(), shown.month(), shown.day())

    def set_day(self, day: date) -> None:
        """Set the day."""
        self.setDate(QDate(day.year, day.month, day.day))

    def _order_heading(self, calendar: QCalendarWidget) -> None:
        """Put the year before the month where the language writes dates so; Qt always begins with the month."""
        calendar.setFirstDayOfWeek(QLocale().firstDayOfWeek())
        pattern = self.displayFormat()
        month, year = (calendar.findChild(QToolButton, f"qt_calendar_{part}button") for part in ("month", "year"))
        bar = calendar.findChild(QWidget, "qt_calendar_navigationbar")
        heading = bar.layout() if bar is not None else None
        if month is None or year is None or not isinstance(heading, QHBoxLayout):
            return
        if pattern.index("y") < pattern.index("M"):
            at = heading.indexOf(month)
            heading.removeWidget(year)
            heading.insertWidget(at, year)

        def write_year() -> None:
            day = QDate(calendar.yearShown(), calendar.monthShown(), 1)
            year.setText(self.locale().toString(day, pgettext("format of a year, as Qt writes it", "yyyy")))

        calendar.currentPageChanged.connect(write_year)
        write_year()

    def _style_calendar(self, calendar: QCalendarWidget) -> None:
        calendar.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
        plain = QTextCharFormat()
        for weekend in (Qt.DayOfWeek.Saturday, Qt.DayOfWeek.Sunday):
            calendar.setWeekdayTextFormat(weekend, plain)  # Qt draws weekends red, which here would mean an error
        for part, icon_name, words in (
            ("qt_calendar_prevmonth", "chevron-left", _("Previous month")),
            ("qt_calendar_nextmonth", "chevron-right", _("Next month")),
        ):
            button = calendar.findChild(QToolButton, part)
            if button is not None:
                set_icon(button, icon_name, "text2")
                button.setAccessibleName(words)


class TimeField(_StillWheel, QTimeEdit):
    """A field for a time of day, as 22:00 in every language."""

    FORMAT = "HH:mm"
    """Qt's; as times are stored."""

    def __init__(self, name: str, words: str, text: str) -> None:
        """`words` is the accessible name, `text` the time shown at first."""
        super().__init__(QTime.fromString(text, self.FORMAT))
        self.setObjectName(name)
        self.setAccessibleName(words)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        # First: where layouts are mirrored, Qt writes the minutes before the hours.
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.setDisplayFormat(self.FORMAT)
        self.setKeyboardTracking(False)
        self.setProperty("arrows", "false")
        self.lineEdit().setTextMargins(px(8), 0, px(8), 0)

    @property
    def text_of_time(self) -> str:
        """The time as it is stored."""
        return self.time().toString(self.FORMAT)

    def set_time(self, text: str) -> None:
        """Set the time from its stored text."""
        self.setTime(QTime.fromString(text, self.FORMAT))
