"""Runs without the window, in the log's place on Monitor: how often, where the token is, and what would be written."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from wizard import messages
from wizard.flow.schedules.texts import INTERVALS, USUAL, Installed, Offer, TokenPlace, every
from wizard.ui.pages.monitor.schedule_text import ScheduleText
from wizard.ui.theme.fonts import px
from wizard.ui.widgets.buttons import danger, icon_button, primary
from wizard.ui.widgets.cards import Card, MessageAction, MessageCard
from wizard.ui.widgets.choices import RadioGroup, RadioOption
from wizard.ui.widgets.labels import Paragraph, label

_WIDTH = 320
_ANSWERS = (
    RadioOption("keyring", "The keyring of this computer", "Locked while nobody is signed in."),
    RadioOption("credential", "A systemd credential", "For runs while nobody is signed in."),
)


class SchedulePart(QWidget):
    """Asks; whoever made it works out the offer, installs and removes."""

    answered = Signal()
    """Another interval, or another place of the token."""
    install_asked = Signal()
    remove_asked = Signal()
    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("schedule")
        self._offer: Offer | None = None
        self.interval = QComboBox()
        self.interval.setObjectName("scheduleEvery")
        self.interval.setAccessibleName("How often it runs")
        for minutes in INTERVALS:
            self.interval.addItem(every(minutes), minutes)
        self.tokens = RadioGroup("scheduleToken", "Where a run finds the access token", _ANSWERS)
        self.missing = MessageCard("warn")
        self.missing.setObjectName("scheduleMissing")
        self._notes = Paragraph(kind="small", ink="text2")
        self._notes.setObjectName("scheduleNotes")
        self._token_note = Paragraph(kind="small", ink="warn")
        self._token_note.setObjectName("scheduleTokenNote")
        self.install = primary("Install the schedule", "installSchedule", busy="Installing…")
        self.remove = danger("Remove", "removeSchedule", busy="Removing…")
        self.back = icon_button("cross", "Back to the log", "closeSchedule")
        self.text = ScheduleText()
        self._fill()

    @property
    def minutes(self) -> int:
        """How often."""
        return int(self.interval.currentData())

    @property
    def token(self) -> TokenPlace:
        """Where a run finds the token."""
        return "credential" if self.tokens.choice == "credential" else "keyring"

    @property
    def notes(self) -> str:
        """What it says below the answers."""
        return f"{self._token_note.text()}\n{self._notes.text()}".strip()

    def begin(self, found: Installed | None) -> None:
        """Start from what stands, or from the usual."""
        schedule = found.schedule if found is not None else None
        minutes = schedule.minutes if schedule is not None else 0
        self.interval.setCurrentIndex(INTERVALS.index(minutes or USUAL))
        self.tokens.choose(schedule.token if schedule is not None else "keyring")
        self.remove.setVisible(schedule is not None)
        for removing in (False, True):  # what another job waited for
            self.show_working(False, removing)
        self.text.clear()
        self.show_token_note("")
        self.show_waiting()

    def show_waiting(self) -> None:
        """An offer is being worked out: nothing is installed that was not shown."""
        self._offer = None
        self._settle()

    def show_offer(self, offer: Offer) -> None:
        """What would be written and run."""
        self._offer = offer
        self.text.show_offer(offer)
        self._settle()
        self.tokens.setVisible(len(offer.token_places) > 1)
        self.missing.setVisible(offer.obstacle is not None)
        if offer.obstacle is not None:
            again = MessageAction("Look again", "scheduleLookAgain", self.answered.emit)
            self.missing.show_text("warn", messages.title(offer.obstacle), actions=(again,))
        self._notes.setText("\n".join(offer.notes))

    def show_token_note(self, note: str) -> None:
        """Why a run would find no token; "" = it will."""
        self._token_note.setText(note)
        self._token_note.setVisible(bool(note))

    def show_working(self, on: bool, removing: bool = False) -> None:
        """It is being installed or removed: nothing else can be asked for meanwhile."""
        (self.remove if removing else self.install).set_busy(on)
        for part in (self.interval, self.tokens, self.back):
            part.setEnabled(not on)
        if on:
            (self.install if removing else self.remove).setEnabled(False)
        else:
            self.remove.setEnabled(True)
            self._settle()

    def _settle(self) -> None:
        if not self.install.is_busy:
            self.install.setEnabled(self._offer is not None and self._offer.obstacle is None)

    def _fill(self) -> None:
        self.interval.activated.connect(lambda _index: self.answered.emit())
        self.tokens.chosen.connect(lambda _choice: self.answered.emit())
        self.install.clicked.connect(self.install_asked)
        self.remove.clicked.connect(self.remove_asked)
        self.back.clicked.connect(self.closed)
        side = Card()
        side.setFixedWidth(px(_WIDTH))
        column = side.column
        often = label("&Run", "section")
        often.setTextFormat(Qt.TextFormat.AutoText)
        often.setBuddy(self.interval)
        column.addWidget(often)
        column.addWidget(self.interval)
        column.addSpacing(px(8))
        column.addWidget(self.tokens)
        column.addSpacing(px(4))
        column.addWidget(self.missing)
        column.addWidget(self._token_note)
        column.addWidget(self._notes)
        column.addStretch(1)
        buttons = QHBoxLayout()
        buttons.setSpacing(px(8))
        buttons.addWidget(self.install)
        buttons.addWidget(self.remove)
        buttons.addStretch(1)
        column.addLayout(buttons)
        head = QHBoxLayout()
        head.addWidget(label("Run this job without the window", "health"), 1)
        head.addWidget(self.back)
        both = QHBoxLayout()
        both.setSpacing(px(16))
        both.addWidget(side)
        both.addWidget(self.text, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(px(12))
        whole.addLayout(head)
        whole.addLayout(both, 1)
        self.missing.hide()
        self._token_note.hide()
        self.begin(None)
