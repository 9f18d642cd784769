"""A day, typed or picked from a calendar in the look of the house."""

from datetime import date

from PySide6.QtCore import QDate, Qt
from PySide6.QtGui import QTextCharFormat
from PySide6.QtWidgets import QCalendarWidget, QDateEdit, QToolButton, QWidget

from wizard.ui.theme.apply import set_icon


class DateField(QDateEdit):
    """A day, shown as 12 Oct 2026."""

    def __init__(self, name: str, *, compact: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setDisplayFormat("d MMM yyyy")
        self.setCalendarPopup(True)
        if compact:
            self.setProperty("fit", "compact")
        self._dress(self.calendarWidget())

    @property
    def day(self) -> date:
        """The day that is shown."""
        shown = self.date()
        return date(shown.year(), shown.month(), shown.day())

    def set_day(self, day: date) -> None:
        """Show a day."""
        self.setDate(QDate(day.year, day.month, day.day))

    def _dress(self, calendar: QCalendarWidget) -> None:
        calendar.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
        plain = QTextCharFormat()
        for weekend in (Qt.DayOfWeek.Saturday, Qt.DayOfWeek.Sunday):
            calendar.setWeekdayTextFormat(
                weekend, plain
            )  # Qt draws them red, which here would mean something is wrong
        for part, icon, words in (
            ("qt_calendar_prevmonth", "chevron-left", "The month before"),
            ("qt_calendar_nextmonth", "chevron-right", "The month after"),
        ):
            button = calendar.findChild(QToolButton, part)
            if button is not None:
                set_icon(button, icon, "text2")
                button.setAccessibleName(words)
