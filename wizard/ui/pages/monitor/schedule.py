"""The job's schedule on Monitor: a line in the health card, and a panel that installs, changes and removes it."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from wizard import messages
from wizard.aws.endpoint import Endpoint, endpoint
from wizard.errors import Message, WizardError
from wizard.flow.schedules.texts import (
    INTERVALS,
    USUAL,
    Installed,
    NoScheduler,
    Offer,
    TokenPlace,
    every,
    problems,
)
from wizard.messages.row import as_sentence, sentences
from wizard.messages.translation import N_, _
from wizard.ui.formats import clock, day_and_time, is_today
from wizard.ui.page import WizardPage
from wizard.ui.tasks import Emit, Slot, Work
from wizard.ui.theme.fonts import px, set_type, wrapped_tip
from wizard.ui.theme.icons import TONE_ICONS, set_icon
from wizard.ui.theme.stylesheet import set_ink
from wizard.ui.widgets.buttons import danger, flat, icon_button, primary, secondary
from wizard.ui.widgets.cards import Card, MessageAction, MessageCard, OpenedPanel
from wizard.ui.widgets.choices import CheckBox, RadioGroup, RadioOption, SegmentedSwitch
from wizard.ui.widgets.fields import ChoiceField
from wizard.ui.widgets.labels import LineLabel, Paragraph, label

if TYPE_CHECKING:
    from wizard.flow.schedules.schedules import KeptJob
    from wizard.flow.services import Services


T = TypeVar("T")
_WIDTH = 320
_COMMANDS, _MISSING = N_("Commands"), N_("Missing")


class Schedule:
    """Reads and changes the schedule for the page; `opened` and `closed` make room for the panel and take it back."""

    def __init__(self, page: WizardPage, opened: Callable[[], None], closed: Callable[[], None]) -> None:
        self._page = page
        self._opened, self._closed = opened, closed
        self._found: Installed | None = None
        self.line = ScheduleLine()
        self.panel = SchedulePanel()
        self.panel.hide()
        self.line.change.clicked.connect(self.open)
        self.panel.closed.connect(self.close)
        self.panel.answered.connect(self._ask_offer)
        self.panel.install_asked.connect(self._install)
        self.panel.remove_asked.connect(self._remove)

    @property
    def is_open(self) -> bool:
        """Whether the panel is shown."""
        return not self.panel.isHidden()

    @property
    def is_possible(self) -> bool:
        """Whether the job outlives this window: a sandbox of the program ends with it."""
        session, place = self._page.session, endpoint(self._page.session.draft.target.tenant_url)
        ends = session.is_session_only and isinstance(place, Endpoint) and place.kind == "loopback"
        return not (self._page.context.trial or ends)

    def read(self) -> None:
        """Read the installed schedule."""
        possible = self.is_possible
        self.line.setVisible(possible)
        if not possible or self._page.tasks.is_running(Slot.SCHEDULE_CHANGE):
            return  # its result is shown when it ends
        job_id = self._page.session.draft.id

        async def work(services: "Services", _emit: Emit) -> Any:
            from wizard.flow.schedules import schedules

            return await schedules.installed(services, job_id)

        self._page.tasks.run(Slot.SCHEDULE_READ, work, on_done=self._show, on_error=self._cannot)

    def forget(self) -> None:
        """Reset for another job."""
        self._page.tasks.cancel(Slot.SCHEDULE_READ)
        self._found = None
        self.line.show_waiting()
        self.panel.hide()

    def resume(self) -> None:
        """Work out the offer again when the page is shown again."""
        if self.is_open and not self._page.tasks.is_running(Slot.SCHEDULE_CHANGE):
            self._ask_offer()

    def open(self) -> None:
        """Show the panel, starting from the installed schedule."""
        self._page.clear_message("schedule")
        self.panel.begin(self._found)
        self.panel.show()
        self._opened()
        self.panel.interval.setFocus()
        self._ask_offer()

    def close(self) -> None:
        """Hide the panel."""
        self._page.clear_message("schedule")
        for slot in (Slot.SCHEDULE_OFFER, Slot.SCHEDULE_TOKEN):
            self._page.tasks.cancel(slot)
        self.panel.hide()
        self._closed()
        self.line.change.setFocus()

    def _show(self, found: Installed | None) -> None:
        self._found = found
        if found is None:
            self.line.show_none()
        else:
            self.line.show_installed(found)

    def _cannot(self, error: WizardError) -> None:
        self.line.show_impossible(
            as_sentence(messages.title(error)) if isinstance(error, NoScheduler) else messages.text(error)
        )

    def _ask_offer(self) -> None:
        job, minutes, token = self._page.session.draft, self.panel.minutes, self.panel.token
        watch = self.panel.watch
        self.panel.show_waiting()

        async def work(services: "Services", _emit: Emit) -> Any:
            from wizard.flow.schedules import schedules

            return await schedules.offer(services, job, minutes, token, watch)

        async def look(services: "Services", _emit: Emit) -> Any:
            from wizard.flow.schedules import schedules

            return await schedules.token_note(services, job, token)

        def show(offer: Offer) -> None:
            self.panel.show_offer(offer)
            self._page.tasks.run(
                Slot.SCHEDULE_TOKEN, look, on_done=self.panel.show_token_note, on_error=self._failed
            )

        self._page.tasks.run(Slot.SCHEDULE_OFFER, work, on_done=show, on_error=self._failed)

    def _install(self) -> None:
        job, minutes, token = self._page.session.draft, self.panel.minutes, self.panel.token
        watch = self.panel.watch

        async def work(services: "Services", _emit: Emit) -> Any:
            from wizard.flow.schedules import schedules

            return await schedules.install(services, job, minutes, token, watch)

        def done(found: Installed | None) -> None:
            self._show(found)
            self.close()

        self._change(work, done, _("Schedule installed."))

    def _remove(self) -> None:
        job_id = self._page.session.draft.id

        async def work(services: "Services", _emit: Emit) -> Any:
            from wizard.flow.schedules import schedules

            await schedules.remove(services, job_id)
            return await schedules.left_behind(services, job_id)

        def done(left: Message | None) -> None:
            self._show(None)
            self.close()
            if left is not None:
                self._page.show_message("info", _("Schedule removed"), messages.text(left), cause="schedule")

        self._change(work, done, _("Schedule removed."), removing=True)

    def _change(self, work: Work[T], done: Callable[[T], None], sentence: str, removing: bool = False) -> None:
        """Install or remove. Leaving the page or opening another job does not cancel it."""
        job_id = self._page.session.draft.id

        def ended(value: T) -> None:
            self.panel.show_working(False, removing)
            self._page.shell.notify(sentence)
            if self._page.session.draft.id == job_id:
                done(value)

        def failed(error: WizardError) -> None:
            self.panel.show_working(False, removing)
            if self._page.session.draft.id == job_id:
                self._failed(error)

        self._page.clear_message("schedule")
        self.panel.show_working(True, removing)
        self._page.tasks.run(Slot.SCHEDULE_CHANGE, work, on_done=ended, on_error=failed)

    def _failed(self, error: WizardError) -> None:
        actions: tuple[MessageAction, ...] = ()
        if error.message.code == "job-not-saved":
            self.panel.text.clear()
            actions = (MessageAction(_("Save the job"), "saveForSchedule", self._save, flat=False),)
        self._page.show_error(error, actions, cause="schedule")

    def _save(self) -> None:
        """Save a job that was for this session only, then work out the offer."""
        session = self._page.session
        job = session.reviewed or session.draft

        async def work(services: "Services", _emit: Emit) -> "KeptJob":
            from wizard.flow.schedules import schedules

            return await schedules.keep_session_job(services, job)

        def saved(kept: "KeptJob") -> None:
            if session.draft.id != kept.job.id:
                return
            session.saved_at = time.time()
            if kept.token == "keyring":
                session.found.token_kept = "keyring"
            self._page.clear_message("schedule")
            self._page.shell.notify(_("“{job}” is saved.").format(job=kept.job.name))
            if self.is_open:
                self._ask_offer()

        self._page.tasks.run(Slot.JOB_SAVE, work, on_done=saved, on_error=self._failed)


class ScheduleLine(QWidget):
    """One line about the schedule and a button that opens the panel."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("scheduleLine")
        self._icon = QLabel()
        self._words = LineLabel(elide=True)
        self._words.setObjectName("scheduleWords")
        self.change = flat(_("Schedule…"), "changeSchedule")
        row = QHBoxLayout(self)
        row.setSpacing(px(8))
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._words, 1)
        row.addWidget(self.change)
        self.set_narrow(False)
        self.show_waiting()

    @property
    def words(self) -> str:
        """The whole text, elided or not."""
        return self._words.text()

    def set_narrow(self, narrow: bool) -> None:
        """Use less width in a narrow window."""
        pad = px(0 if narrow else 4)
        layout = self.layout()
        assert layout is not None
        layout.setContentsMargins(px(16), pad, px(10), pad)

    def show_waiting(self) -> None:
        """Show that the schedule is being read."""
        self._say(_("Reading the schedule…"))
        self.change.hide()

    def show_none(self) -> None:
        """Show that no schedule is installed."""
        self._say(_("Not scheduled"))
        self._offer(_("Schedule…"), _("Run this job on a schedule"))

    def show_impossible(self, why: str) -> None:
        """Show that this computer has no supported scheduler."""
        self._say(_("Not scheduled. {reason}").format(reason=why))
        self.change.hide()

    def show_installed(self, found: Installed) -> None:
        """Show interval and next run, or the problems."""
        schedule = found.schedule
        often = every(schedule.minutes) if schedule.minutes else _("On a schedule")
        wrong = [messages.text(problem) for problem in problems(schedule, found.job_file)]
        if wrong:
            self._say(sentences(as_sentence(often), *wrong), wrong=True)
        else:
            self._say(_with_next_run(often, schedule.next_run))
        self._offer(_("Change…"), _("Change the schedule of this job"))

    def _say(self, words: str, wrong: bool = False) -> None:
        set_icon(self._icon, TONE_ICONS["warn"] if wrong else "clock", "warn" if wrong else "text2")
        self._icon.setAccessibleName(_("Warning") if wrong else _("Schedule"))
        set_ink(self._words, "text" if wrong else "text2")
        self._words.setText(words)
        self._words.setToolTip(wrapped_tip(words if wrong else ""))

    def _offer(self, words: str, name: str) -> None:
        self.change.change_text(words)
        self.change.setAccessibleName(name)
        self.change.show()


def _with_next_run(often: str, moment: datetime | None) -> str:
    """ "Every 40 minutes, next run at 14:40"."""
    if moment is None:
        return often
    if is_today(moment):
        return _("{interval}, next run at {time}").format(interval=often, time=clock(moment.astimezone()))
    return _("{interval}, next run {day}").format(interval=often, day=day_and_time(moment, place="when"))


class SchedulePanel(OpenedPanel):
    """Interval, place of the token, and the files and commands that would be written. `Schedule` acts on its signals."""

    answered = Signal()
    """Another interval or place of the token was chosen."""
    install_asked = Signal()
    remove_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("schedule")
        self._offer: Offer | None = None
        self.interval = ChoiceField("scheduleEvery")
        self.interval.setAccessibleName(_("Interval"))
        for minutes in INTERVALS:
            self.interval.addItem(every(minutes), minutes)
        self.tokens = RadioGroup("scheduleToken", _("Access token"), _token_places())
        self.watcher = CheckBox(_("Alert me when a schedule stops"))
        self.watcher.setObjectName("scheduleWatcher")
        self.watcher.setAccessibleName(_("Alert me when a schedule stops"))
        self._chose_watcher = False
        self.missing = MessageCard("warn")
        self.missing.setObjectName("scheduleMissing")
        self._notes = Paragraph(kind="small", ink="text2")
        self._notes.setObjectName("scheduleNotes")
        self._token_note = Paragraph(kind="small", ink="warn")
        self._token_note.setObjectName("scheduleTokenNote")
        self.install = primary(_("Install schedule"), "installSchedule", busy=_("Installing…"))
        self.remove = danger(_("Remove"), "removeSchedule", busy=_("Removing…"))
        self.back = icon_button("cross", _("Back to the log"), "closeSchedule")
        self.text = ScheduleText()
        self.text.hide()
        self.details = flat(_("Show details"), "scheduleDetails")
        """Shows the files that are written and the commands that are run."""
        self.details.clicked.connect(lambda: self._show_details(self.text.isHidden()))
        self._fill()

    @property
    def minutes(self) -> int:
        """The chosen interval."""
        return int(self.interval.currentData())

    @property
    def token(self) -> TokenPlace:
        """The chosen place of the access token."""
        return "credential" if self.tokens.choice == "credential" else "keyring"

    @property
    def watch(self) -> bool | None:
        """Whether a watcher is wanted; None = as it is, and one with the first schedule."""
        return self.watcher.isChecked() if self._chose_watcher else None

    @property
    def notes(self) -> str:
        """The notes below the choices."""
        return f"{self._token_note.text()}\n{self._notes.text()}".strip()

    def begin(self, found: Installed | None) -> None:
        """Start from the installed schedule, or from the defaults."""
        schedule = found.schedule if found is not None else None
        minutes = schedule.minutes if schedule is not None else 0
        self.interval.setCurrentIndex(INTERVALS.index(minutes or USUAL))
        self.tokens.choose(schedule.token if schedule is not None else "keyring")
        self.remove.setVisible(schedule is not None)
        self._chose_watcher = False
        for removing in (False, True):  # another job may have left it busy
            self.show_working(False, removing)
        self.text.clear()
        self._show_details(False)
        self.show_token_note(None)
        self.show_waiting()

    def show_waiting(self) -> None:
        """Disable installing until the offer is shown."""
        self._offer = None
        self._settle()

    def show_offer(self, offer: Offer) -> None:
        """Show what would be written and run."""
        self._offer = offer
        self.watcher.setChecked(bool(offer.watcher))
        self.text.show_offer(offer)
        if offer.obstacle is not None:
            self._show_details(True)  # the command to run first
        self._settle()
        self.tokens.setVisible(len(offer.token_places) > 1)
        self.missing.setVisible(offer.obstacle is not None)
        if offer.obstacle is not None:
            again = MessageAction(_("Check again"), "scheduleLookAgain", self.answered.emit)
            self.missing.show_text("warn", messages.title(offer.obstacle), actions=(again,))
        self._notes.setText("\n".join(map(messages.text, offer.notes)))

    def show_token_note(self, note: Message | None) -> None:
        """Show why a scheduled run would find no token; None = it would."""
        self._token_note.setText(messages.text(note) if note is not None else "")
        self._token_note.setVisible(note is not None)

    def show_working(self, on: bool, removing: bool = False) -> None:
        """Disable the panel while it installs or removes."""
        (self.remove if removing else self.install).set_busy(on)
        for part in (self.interval, self.tokens, self.watcher, self.back):
            part.setEnabled(not on)
        if on:
            (self.install if removing else self.remove).setEnabled(False)
        else:
            self.remove.setEnabled(True)
            self._settle()

    def _choose_watcher(self) -> None:
        self._chose_watcher = True
        self.answered.emit()

    def _show_details(self, on: bool) -> None:
        self.text.setVisible(on)
        self.details.change_text(_("Hide details") if on else _("Show details"))

    def _settle(self) -> None:
        if not self.install.is_busy:
            self.install.setEnabled(self._offer is not None and self._offer.obstacle is None)

    def _fill(self) -> None:
        self.interval.activated.connect(lambda _index: self.answered.emit())
        self.watcher.clicked.connect(self._choose_watcher)
        self.tokens.chosen.connect(lambda _choice: self.answered.emit())
        self.install.clicked.connect(self.install_asked)
        self.remove.clicked.connect(self.remove_asked)
        self.back.clicked.connect(self.closed)
        side = Card()
        side.setFixedWidth(px(_WIDTH))
        column = side.column
        often = label(_("&Run"), "section")
        often.setTextFormat(Qt.TextFormat.AutoText)
        often.setBuddy(self.interval)
        column.addWidget(often)
        column.addWidget(self.interval)
        column.addSpacing(px(8))
        column.addWidget(self.tokens)
        column.addSpacing(px(4))
        column.addWidget(self.watcher)
        column.addWidget(
            Paragraph(_("Checks all schedules on this computer every 15 minutes."), kind="small", ink="text2")
        )
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
        head.addWidget(label(_("Schedule"), "health"), 1)
        head.addWidget(self.details)
        head.addWidget(self.back)
        both = QHBoxLayout()
        both.setSpacing(px(16))
        both.addWidget(side)
        both.addWidget(self.text, 1)
        both.addStretch(0)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(px(12))
        whole.addLayout(head)
        whole.addLayout(both, 1)
        self.missing.hide()
        self._token_note.hide()
        self.begin(None)


class ScheduleText(QWidget):
    """The text of a file, of the commands, or of what must be done before; with a switch and Copy."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("scheduleText")
        self._parts: dict[str, tuple[str, str]] = {}
        self._switch: SegmentedSwitch | None = None
        self._about = LineLabel("small", "text2", elide=True)
        self._about.setObjectName("scheduleTextAbout")
        self.text = QPlainTextEdit()
        self.text.setObjectName("scheduleTextView")
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        set_type(self.text, "code")
        self.copy = secondary(_("Copy"), "copySchedule", icon="copy", size="compact")
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.text.toPlainText()))
        self._row = QHBoxLayout()
        self._row.setSpacing(px(8))
        self._row.addStretch(1)
        self._row.addWidget(self.copy)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(8))
        column.addLayout(self._row)
        column.addWidget(self._about)
        column.addWidget(self.text, 1)

    @property
    def part(self) -> str:
        """The part shown; "" = none yet."""
        return self._switch.choice if self._switch is not None else ""

    def clear(self) -> None:
        """Show no text."""
        self.text.setPlainText("")
        self.copy.setEnabled(False)

    def show_offer(self, offer: Offer) -> None:
        """Show the parts of an offer; missing prerequisites first."""
        before, self._parts = tuple(self._parts), _parts_of(offer)
        part = self.part
        if before != tuple(self._parts):
            self._make_switch()
            if _MISSING in self._parts or part not in self._parts:
                part = _MISSING if _MISSING in self._parts else next(iter(self._parts))
        self.copy.setEnabled(True)
        self.choose(part)

    def choose(self, part: str) -> None:
        """Show one part."""
        if self._switch is not None:
            self._switch.choose(part)
        about, text = self._parts[part]
        self._about.setText(about)
        self._about.setToolTip(wrapped_tip(about))
        wraps = QPlainTextEdit.LineWrapMode.WidgetWidth  # commands are long; lines of a file stay as they are
        self.text.setLineWrapMode(wraps if part in (_MISSING, _COMMANDS) else QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setPlainText(text)
        self.text.setAccessibleName(_("{part}: {about}").format(part=_part_name(part), about=about))

    def _make_switch(self) -> None:
        if self._switch is not None:
            self._row.removeWidget(self._switch)
            self._switch.setObjectName("")  # deleted later: findChild must not find it instead of its successor
            self._switch.hide()
            self._switch.deleteLater()
        choices = [(part, _part_name(part)) for part in self._parts]
        self._switch = SegmentedSwitch("scheduleParts", choices, _("Files and commands"))
        self._switch.chosen.connect(self.choose)
        self._row.insertWidget(0, self._switch)


def _part_name(part: str) -> str:
    return _(part) if part in (_COMMANDS, _MISSING) else part


def _token_places() -> tuple[RadioOption, ...]:
    return (
        RadioOption("keyring", _("System keyring"), _("Only available while you are signed in.")),
        RadioOption("credential", _("systemd credential"), _("Also available while you are signed out.")),
    )


def _parts_of(offer: Offer) -> dict[str, tuple[str, str]]:
    """Return part -> (heading, text)."""
    parts = {}
    if offer.obstacle is not None:
        parts[_MISSING] = (
            _("Run this in a terminal, then install the schedule"),
            offer.obstacle.command,
        )
    parts |= {messages.title(file.kind): (str(file.path), file.text) for file in offer.files}
    if offer.watcher:
        folder = str(offer.watcher[0].path.parent)
        texts = (f"{file.path.name}:\n\n{file.text}" for file in offer.watcher)
        parts[_("Watcher")] = (folder, "\n".join(texts))
    parts[_COMMANDS] = (_("Run after the files are written"), "\n".join(offer.commands))
    return parts
