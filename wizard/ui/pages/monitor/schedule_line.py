"""At the foot of Monitor's card: whether the job runs by itself, when next, and the way to change that."""

from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from wizard.flow.schedules.texts import Installed, every, problems
from wizard.ui.formats import clock, day_and_time, is_today
from wizard.ui.theme.fonts import px
from wizard.ui.theme.icons import TONE_ICONS, set_icon
from wizard.ui.theme.stylesheet import set_ink
from wizard.ui.widgets.buttons import flat
from wizard.ui.widgets.labels import LineLabel


class ScheduleLine(QWidget):
    """One line; what does not fit is its tool tip."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("scheduleLine")
        self._icon = QLabel()
        self._words = LineLabel(elide=True)
        self._words.setObjectName("scheduleWords")
        self.change = flat("Schedule…", "changeSchedule")
        row = QHBoxLayout(self)
        row.setSpacing(px(8))
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._words, 1)
        row.addWidget(self.change)
        self.set_narrow(False)
        self.show_waiting()

    @property
    def words(self) -> str:
        """All that it says."""
        return self._words.text()

    def set_narrow(self, narrow: bool) -> None:
        """Less room for a narrow window."""
        pad = px(0 if narrow else 4)
        layout = self.layout()
        assert layout is not None
        layout.setContentsMargins(px(16), pad, px(10), pad)

    def show_waiting(self) -> None:
        """The system is being asked."""
        self._say("Looking for a schedule…")
        self.change.hide()

    def show_none(self) -> None:
        """There is no schedule."""
        self._say("Runs by hand only")
        self._offer("Schedule…", "Run this job on a schedule")

    def show_impossible(self, why: str) -> None:
        """This computer has no scheduler that we know."""
        self._say(f"Runs by hand only. {why}")
        self.change.hide()

    def show_installed(self, found: Installed) -> None:
        """How often, when next, and the gravest of what is wrong."""
        schedule = found.schedule
        often = every(schedule.minutes) if schedule.minutes else "On a schedule"
        wrong = problems(schedule, found.job_file)
        if wrong:
            self._say(f"{often}. {' '.join(wrong)}", wrong=True)
        else:
            self._say(f"{often}{f', next {_at(schedule.next_run)}' if schedule.next_run else ''}")
        self._offer("Change…", "Change the schedule of this job")

    def _say(self, words: str, wrong: bool = False) -> None:
        set_icon(self._icon, TONE_ICONS["warn"] if wrong else "clock", "warn" if wrong else "text2")
        self._icon.setAccessibleName("Warning" if wrong else "Schedule")
        set_ink(self._words, "text" if wrong else "text2")
        self._words.setText(words)
        self._words.setToolTip(words if wrong else "")

    def _offer(self, words: str, name: str) -> None:
        self.change.change_text(words)
        self.change.setAccessibleName(name)
        self.change.show()


def _at(moment: datetime) -> str:
    return f"at {clock(moment.astimezone())}" if is_today(moment) else day_and_time(moment, within=True)
