"""Alerts: a dialog beside the window with the events a job reports, when, and through which channels."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import Qt, QTimer, QTimeZone, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from wizard import messages
from wizard.errors import WizardError
from wizard.flow.services import Services
from wizard.flow.steps.steps import shown_name
from wizard.messages.formats import comma_list
from wizard.messages.row import as_sentence, sentences
from wizard.messages.translation import _, ngettext, pgettext
from wizard.provisioning.job import Job
from wizard.ui.formats import day_and_time
from wizard.ui.screen import ScreenFit
from wizard.ui.step_list import window_title
from wizard.ui.tasks import Emit, Slot, TaskRunner
from wizard.ui.theme.colors import Tone
from wizard.ui.theme.fonts import px
from wizard.ui.theme.icons import TONE_ICONS, set_icon
from wizard.ui.theme.stylesheet import set_ink
from wizard.ui.tray import has_tray, how_to_quit, no_tray
from wizard.ui.widgets.buttons import Button, flat, primary, secondary, small
from wizard.ui.widgets.cards import Card, discard_all, line
from wizard.ui.widgets.choices import CheckBox
from wizard.ui.widgets.fields import (
    ChoiceField,
    LabelledField,
    NumberField,
    PasswordField,
    TextField,
    TimeField,
)
from wizard.ui.widgets.labels import LineLabel, Paragraph, heading, label
from wizard.ui.widgets.tab_order import TabByLayout, keeping_focus

if TYPE_CHECKING:
    from wizard.flow.alerts.alerts import Channel, JobAlerts, LastMessage
    from wizard.ui.tray import Background

SIZE = (880, 720)
SMALLEST = (680, 480)
_NUMBER_WIDTH = 64
_NOT_ALLOWED = "more-permissions-needed"


def _event_texts() -> dict[str, str]:
    """Event -> its text; `{number}` is the place of a field, whose text depends on the number: see `_numbered`."""
    return {
        "failed": _("A run fails or stops early"),
        "attention": "",
        "approval": _("A change is waiting for approval"),
        "overdue": "",
        "other-program": _("Another program writes to the same SCIM endpoint"),
        "secrets": _("A token or certificate expires soon"),
        "quarantine": _("The job is in quarantine"),
        "channel": _("An alert channel fails"),
        "recovered": _("A problem is resolved"),
        "complete": _("A run is complete"),
    }


_OF_OWN_RUNS = ("other-program", "complete")
"""Events that jobs of Microsoft's service do not have."""


def _numbered(event: str, number: int, by_cycles: bool) -> str:
    """The text around the field of an event."""
    if event == "attention":
        return ngettext(
            "More than {number} person needs attention", "More than {number} people need attention", number
        )
    if by_cycles:
        return ngettext("No cycle for {number} hour", "No cycle for {number} hours", number)
    return ngettext("No run for {number} hour", "No run for {number} hours", number)


def _hint(event: str, number: int, by_cycles: bool) -> str:
    """What is said small behind an event; "" = nothing."""
    if event == "secrets":
        return _("30, 14, 7, and 1 day before")
    if event != "overdue":
        return ""
    if by_cycles:
        return _("or for three intervals of the service") if number else _("three intervals of the service")
    if number:
        return _("or 1.5 times the schedule interval")
    return _("1.5 times the schedule interval")


def _kinds() -> dict[str, tuple[str, str]]:
    """Kind -> (name, icon)."""
    return {
        "mail": (_("Email"), "mail"),
        "microsoft": (_("Email through Microsoft 365"), "mail"),
        "webhook": (_("Webhook"), "link"),
        "ping": (_("Ping after each run"), "pulse"),
        "desktop": (_("Desktop notification"), "desktop"),
        "command": (_("Command"), "bolt"),
    }


def _short_name(channel: "Channel") -> str:
    """A channel's name in a sentence."""
    return _("Ping") if channel.kind == "ping" else _kinds()[channel.kind][0]


def _summaries() -> tuple[tuple[str, str], ...]:
    """(value, text) of each choice: "", daily, or weekly with the number of its day."""
    days = (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"))
    weekly = tuple((f"weekly {day}", _("Every {day}").format(day=name)) for day, name in enumerate(days))
    return ("", _("Never")), ("daily", _("Every day")), *weekly


@dataclass(frozen=True, slots=True)
class _Shown:
    """The alerts of a job, the last message through each channel, and when the last alert of each event was sent."""

    alerts: "JobAlerts"
    results: "dict[str, LastMessage]"
    last_alerts: dict[str, str]

    def failing(self) -> "tuple[list[Channel], int]":
        """(channels that are on and failed last time, how many others are on)."""
        on = [channel for channel in self.alerts.channels if channel.on]
        failed = [one for one in on if one.id in self.results and not self.results[one.id].worked]
        return failed, len(on) - len(failed)


class AlertsWindow(TabByLayout, QDialog):
    """Not modal; everything is saved as it is changed. Esc closes it."""

    def __init__(self, tasks: TaskRunner, beside: QWidget, background: "Background | None" = None) -> None:
        super().__init__(beside)
        self._background = background
        self.setObjectName("alerts")
        self._fit = ScreenFit(self, SIZE, SMALLEST)
        self._title = LineLabel("title", elide=True)
        self._tasks = tasks
        self._job: Job | None = None
        self._shown: _Shown | None = None
        self._showing = False
        self.rows = {event: EventRow(event, words) for event, words in _event_texts().items()}
        self.events = {event: row.box for event, row in self.rows.items()}
        self.daily = CheckBox(_("Repeat every day until resolved"))
        self.daily.setObjectName("repeatsDaily")
        self.names = CheckBox(_("Include names of people"))
        self.names.setObjectName("namesPeople")
        self.times = TimesCard()
        self.keeps_running = CheckBox(_("Keep running in the notification area"))
        self.keeps_running.setObjectName("keepRunning")
        self.at_sign_in = CheckBox(_("Start when I sign in"))
        self.at_sign_in.setObjectName("startAtSignIn")
        self.tray_note = Paragraph(kind="small", ink="text2")
        self.tray_note.setObjectName("trayNote")
        self.channels = QVBoxLayout()
        self.add = flat(_("Add a channel…"), "addChannel", icon="plus")
        self.form = ChannelForm()
        self.form.hide()
        self.test_all = secondary(_("Send a test to all"), "testAllChannels", busy=_("Sending…"))
        self.close_button = primary(pgettext("button", "Done"), "alertsDone")
        self._notice_mark = QLabel()
        self.notice = Paragraph(ink="text2")
        self.notice.setObjectName("alertsNotice")
        self.notice.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._lay_out()
        self._connect()

    def open_for(self, job: Job) -> None:
        """Show the alerts of a job; a channel of the same job that is being typed stays."""
        if self.form.isHidden() or self._job is None or self._job.id != job.id:
            self.form.offer_microsoft(job.source.kind == "entra")
            self.form.hide()
        self._job = job
        title = _("{name}: {text}").format(name=_("Alerts"), text=shown_name(job.name))
        self._title.setText(title)
        self.setWindowTitle(window_title(title))
        for event, row in self.rows.items():
            row.show_engine(job.engine == "entra")
            cast(QWidget, row.parentWidget()).setVisible(job.engine != "entra" or event not in _OF_OWN_RUNS)
        self._say("")
        self._read()
        self._show_background()
        self.show()
        self.raise_()
        self.activateWindow()

    def showEvent(self, event: QShowEvent) -> None:
        """Keep within the screen from now on."""
        super().showEvent(event)
        self._fit.watch()

    # --- tasks ---------------------------------------------------------------------------------------------------

    def _run(
        self,
        work: Callable[[Services, Job], Any],
        done: Callable[[Any], None] | None = None,
        button: Button | None = None,
    ) -> None:
        """Do something with the job's alerts, then show them again; `button` is busy meanwhile."""
        job = self._job
        if job is None:
            return

        async def whole(services: Services, _emit: Emit) -> tuple[Any, _Shown]:
            from wizard.flow.alerts import alerts

            result = await work(services, job)
            found = await alerts.alerts_of(services, job)
            results = await alerts.last_results(services, job)
            return result, _Shown(found, results, await alerts.last_alerts(services, job))

        def is_shown() -> bool:
            if button is not None:
                button.set_busy(False)
            return self._job is not None and self._job.id == job.id

        def ended(both: tuple[Any, _Shown]) -> None:
            if is_shown():
                self._show(both[1])
                if done is not None:
                    done(both[0])

        def failed(error: WizardError) -> None:
            if is_shown():
                if self._shown is not None:
                    self._show(self._shown)  # not what was chosen and could not be stored
                self._say(messages.text(error), bad=True)

        if button is not None:
            button.set_busy(True)
        self._tasks.run(Slot.ALERTS, whole, on_done=ended, on_error=failed)

    def _read(self) -> None:
        async def nothing(_services: Services, _job: Job) -> None:
            return

        self._run(nothing)

    def _change(self, change: "Callable[[JobAlerts], JobAlerts]") -> None:
        async def work(services: Services, job: Job) -> None:
            from wizard.flow.alerts import alerts

            await alerts.change_alerts(services, job, change)

        self._run(work)

    def _take(self) -> None:
        if self._showing or self._shown is None:
            return
        on = {event: box.isChecked() for event, box in self.events.items()}
        people, hours = self.rows["attention"].chosen, self.rows["overdue"].chosen
        daily, names, times = self.daily.isChecked(), self.names.isChecked(), self.times.chosen()

        def change(before: "JobAlerts") -> "JobAlerts":
            for event, chosen in on.items():
                if chosen != before.is_on(event):
                    before = before.switched(event, chosen, datetime.now(UTC))
            if hours != before.silent_hours:
                before = before.overdue_after(hours, datetime.now(UTC))
            return times(
                replace(
                    before,
                    attention_over=people,
                    repeats_daily=daily,
                    names_people=names,
                )
            )

        self._change(change)

    def _show_background(self) -> None:
        possible = self._background is not None and has_tray()
        self.tray_note.setText(how_to_quit() if possible else no_tray())
        for box in (self.keeps_running, self.at_sign_in):
            box.setEnabled(possible)
        if self._background is not None:
            self.keeps_running.setChecked(possible and self._background.is_on)

        async def work(services: Services, _emit: Emit) -> bool:
            from wizard.flow.alerts.background import starts_at_sign_in

            return await starts_at_sign_in(services)

        def failed(_error: WizardError) -> None:
            return

        self._tasks.run(Slot.BACKGROUND, work, on_done=self.at_sign_in.setChecked, on_error=failed)

    def _keep_running(self) -> None:
        if self._background is not None:
            self._background.choose(self.keeps_running.isChecked())

    def _start_at_sign_in(self) -> None:
        if self._background is not None:
            self._background.choose_start(self.at_sign_in.isChecked())

    def _switch(self, channel_id: str, on: bool) -> None:
        self._change(
            lambda before: replace(
                before,
                channels=tuple(replace(one, on=on) if one.id == channel_id else one for one in before.channels),
            )
        )

    def _remove(self, channel_id: str) -> None:
        async def work(services: Services, job: Job) -> None:
            from wizard.flow.alerts import alerts

            await alerts.remove_channel(services, job, channel_id)

        self._run(work, lambda _nothing: self.form.hide())

    def _test(self, channel_id: str = "") -> None:
        async def work(services: Services, job: Job) -> None:
            from wizard.flow.alerts import alerts

            await alerts.send_tests(services, job, channel_id)

        self._say("")
        self._run(work, button=None if channel_id else self.test_all)

    def _allow(self) -> None:
        """Ask Microsoft for the permission to send mail; then repeat the test."""

        async def work(services: Services, emit: Emit) -> None:
            job = self._job
            if job is not None:
                await services.entra.sign_in(job, emit, need="mail")

        def shown(events: tuple[Any, ...]) -> None:
            from wizard.flow.directory.entra_models import CodeToEnter, PageToOpen

            for event in events:
                if isinstance(event, PageToOpen):
                    QDesktopServices.openUrl(QUrl(event.url))
                    self._say(_("Sign in with your browser to allow email."))
                elif isinstance(event, CodeToEnter):
                    text = _("Open {address} and enter the code {code}.")
                    self._say(text.format(address=event.address, code=event.code))

        def done(_result: object) -> None:
            self._say("")
            self._test()

        def failed(error: WizardError) -> None:
            self._say(messages.text(error), bad=True)

        self._tasks.run(Slot.ALERTS, work, on_done=done, on_error=failed, on_event=shown)

    def _open_form(self, channel_id: str = "") -> None:
        """Show the form for a new channel, or to change one."""
        channels = self._shown.alerts.channels if self._shown is not None else ()
        self.form.begin(next((one for one in channels if one.id == channel_id), None))
        self.form.show()
        self.form.focus_first()
        # Its height is known after the next layout.
        QTimer.singleShot(0, self.form, lambda: self._scroll.ensureWidgetVisible(self.form))

    def _add(self) -> None:
        made = self.form.made() if not self.form.add.is_busy else None
        if made is None:
            return
        (channel, secret), changed = made, self.form.changed

        async def work(services: Services, job: Job) -> None:
            from wizard.flow.alerts import alerts

            if changed is None:
                await alerts.add_channel(services, job, channel(), secret)
            else:
                await alerts.change_channel(services, job, channel(), secret)

        def done(_nothing: object) -> None:
            self.form.clear()
            self.form.hide()
            self._say(
                _("Channel added. Send a test to check it.")
                if changed is None
                else _("Channel changed. Send a test to check it.")
            )

        self._run(work, done, self.form.add)

    # --- what it shows -------------------------------------------------------------------------------------------

    def _show(self, shown: _Shown) -> None:
        self._shown, self._showing = shown, True
        numbers = {"attention": shown.alerts.attention_over, "overdue": shown.alerts.silent_hours}
        for event, about in self.rows.items():
            about.show_event(shown.alerts.is_on(event), shown.last_alerts.get(event, ""), numbers.get(event, 0))
        self.daily.setChecked(shown.alerts.repeats_daily)
        self.names.setChecked(shown.alerts.names_people)
        self.times.show_times(shown.alerts)
        with keeping_focus(self):
            self._show_channels(shown)
        self.test_all.setEnabled(any(channel.on for channel in shown.alerts.channels))
        self._say_failing(shown)
        self._showing = False

    def _show_channels(self, shown: _Shown) -> None:
        discard_all(self.channels)
        for number, channel in enumerate(shown.alerts.channels):
            if number:
                self.channels.addWidget(line())
            row = ChannelRow(channel, shown.results.get(channel.id))
            row.switched.connect(self._switch)
            row.test_asked.connect(self._test)
            row.remove_asked.connect(self._remove)
            row.edit_asked.connect(self._open_form)
            row.allow_asked.connect(self._allow)
            self.channels.addWidget(row)
            row.show()  # now, not in the next turn of the event loop
        if not shown.alerts.channels:
            empty = Paragraph(_("Add a channel to receive alerts."), ink="text2")
            empty.setContentsMargins(px(16), px(12), px(16), px(12))
            self.channels.addWidget(empty)

    def _say(self, text: str, *, bad: bool = False) -> None:
        """Show a sentence in the foot."""
        self._notice_mark.setVisible(bad and bool(text))
        self.notice.setText(text)

    def _say_failing(self, shown: _Shown) -> None:
        """Say which channels failed, and whether alerts reach a person all the same."""
        failed, others = shown.failing()
        if not failed:
            self._say("")
            return
        if len(failed) > 1:
            what = ngettext("{n:,} channel failed.", "{n:,} channels failed.", len(failed)).format(n=len(failed))
        elif shown.results[failed[0].id].is_test:
            what = _("{channel} failed its test.").format(channel=_short_name(failed[0]))
        else:
            what = _("{channel} did not deliver the last alert.").format(channel=_short_name(failed[0]))
        rest = ngettext(
            "Alerts go to the other channel.", "Alerts go to the other {n:,} channels.", others
        ).format(n=others)
        self._say(sentences(what, rest if others else _("No other channel is on.")), bad=True)

    def _remove_changed(self) -> None:
        if self.form.changed is not None:
            self._remove(self.form.changed.id)

    def _connect(self) -> None:
        for row in self.rows.values():
            row.changed.connect(self._take)
        for box in (self.daily, self.names):
            box.toggled.connect(lambda _on: self._take())
        self.times.changed.connect(self._take)
        self.keeps_running.clicked.connect(self._keep_running)
        self.at_sign_in.clicked.connect(self._start_at_sign_in)
        for box in (self.keeps_running, self.at_sign_in):
            box.setAccessibleName(box.text())
        for box in (self.daily, self.names):
            box.setAccessibleName(box.text())
        self.add.clicked.connect(lambda: self._open_form())
        self.form.remove.clicked.connect(self._remove_changed)
        self.form.add.clicked.connect(self._add)
        self.form.cancel.clicked.connect(self.form.hide)
        self.test_all.clicked.connect(lambda: self._test())
        self.close_button.clicked.connect(self.accept)

    def _lay_out(self) -> None:
        channels = Card(padded=False)
        self.channels.setContentsMargins(0, 0, 0, 0)
        self.channels.setSpacing(0)
        channels.column.addLayout(self.channels)
        head = QHBoxLayout()
        head.addWidget(heading(_("Channels")))
        head.addStretch(1)
        head.addWidget(self.add)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(px(24), px(20), px(24), px(16))
        column.setSpacing(px(8))
        column.addWidget(self._title)
        column.addWidget(
            Paragraph(
                _("Choose what to be alerted about, when, and where. Scheduled runs send alerts too."), ink="text2"
            )
        )
        column.addSpacing(px(8))
        about = QHBoxLayout()
        about.setContentsMargins(0, 0, px(16), 0)
        about.addWidget(heading(_("Alert me when")))
        about.addStretch(1)
        about.addWidget(label(_("Last alert"), "small", "text2"))
        column.addLayout(about)
        column.addWidget(_rows(*self.rows.values()))
        column.addSpacing(px(8))
        column.addLayout(head)
        column.addWidget(channels)
        column.addWidget(self.form)
        column.addSpacing(px(8))
        column.addWidget(heading(_("Timing and content")))
        column.addWidget(self.times)
        column.addWidget(_rows(self.daily, self.names))
        column.addSpacing(px(8))
        column.addWidget(heading(_("This computer")))
        column.addWidget(_rows(self.keeps_running, self.at_sign_in))
        column.addWidget(self.tray_note)
        column.addStretch(1)
        self._wrap(content)

    def _wrap(self, content: QWidget) -> None:
        """Let the content scroll above the foot."""
        scroll = self._scroll = QScrollArea()
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setWidget(content)
        scroll.viewport().setAutoFillBackground(False)
        content.setAutoFillBackground(False)
        foot = QHBoxLayout()
        foot.setContentsMargins(px(24), px(12), px(24), px(12))
        foot.setSpacing(px(8))
        set_icon(self._notice_mark, TONE_ICONS["bad"], "bad")
        self._notice_mark.hide()
        foot.addWidget(self._notice_mark)
        foot.addWidget(self.notice, 1)
        foot.addWidget(self.test_all)
        foot.addWidget(self.close_button)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(scroll, 1)
        whole.addWidget(line())
        whole.addLayout(foot)


def _rows(*parts: QWidget) -> Card:
    """A card with one row for each part."""
    card = Card(padded=False)
    for number, part in enumerate(parts):
        holder = QWidget()  # hidden together with its line
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        if number:
            column.addWidget(line())
        row = QHBoxLayout()
        row.setContentsMargins(px(16), px(6), px(16), px(6))
        part.setMinimumHeight(px(28))
        row.addWidget(part)
        column.addLayout(row)
        card.column.addWidget(holder)
    return card


class EventRow(QWidget):
    """One event: on or off, with a number or a hint for some, and when its last alert was sent."""

    changed = Signal()

    def __init__(self, event: str, words: str) -> None:
        super().__init__()
        self._event, self._by_cycles = event, False
        self.setObjectName(f"eventRow.{event}")
        self.box = CheckBox(words)
        self.box.setObjectName(f"event.{event}")
        self.number: NumberField | None = None
        self._after = label("")
        self._hint = LineLabel("small", "text2", elide=True, middle=False)
        self._last = label("", "small", "text2")
        self._last.setObjectName(f"lastAlert.{event}")
        self._sent = ""
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(px(8))
        row.addWidget(self.box)
        if event in _RANGES:
            self.number = NumberField(f"number.{event}", 0, _RANGES[event], compact=True)
            self.number.setProperty("arrows", "false")
            self.number.lineEdit().setTextMargins(px(8), 0, px(10), 0)
            self.number.setKeyboardTracking(False)
            self.number.setAlignment(Qt.AlignmentFlag.AlignRight)
            self.number.setMinimumWidth(px(_NUMBER_WIDTH))
            if event == "overdue":
                self.number.setSpecialValueText(_("Auto"))
            self.number.valueChanged.connect(lambda _number: self._answered())
            row.addWidget(self.number)
            row.addWidget(self._after)
        row.addWidget(self._hint, 1)
        row.addWidget(self._last)
        self.box.toggled.connect(lambda _on: self._answered())
        self._write()

    @property
    def chosen(self) -> int:
        """The number; 0 = it has none."""
        return self.number.value() if self.number is not None else 0

    def show_engine(self, by_cycles: bool) -> None:
        """Write it for jobs of Microsoft's service, or for those of this program."""
        self._by_cycles = by_cycles
        self._write()

    def show_event(self, on: bool, sent: str, number: int) -> None:
        """Show whether it is on, and when its last alert was sent (ISO time, "" = never)."""
        self._sent = sent
        self.box.setChecked(on)
        if self.number is not None and self.number.value() != number:
            self.number.setValue(number)
        self._write()

    def _answered(self) -> None:
        self._write()
        self.changed.emit()

    def _write(self) -> None:
        on, number = self.box.isChecked(), self.chosen
        if self.number is not None:
            sentence = _numbered(self._event, number, self._by_cycles)
            before, _field, after = sentence.partition("{number}")
            self.box.setText(before.strip())
            self._after.setText(after.strip())
            self.number.setEnabled(on)
            self.number.setAccessibleName(sentence.format(number="…"))
            self.box.setAccessibleName(sentence.format(number=self.number.text()))
        else:
            self.box.setAccessibleName(self.box.text())
        self._hint.setText(_hint(self._event, number, self._by_cycles))
        last = day_and_time(self._sent) if self._sent else _("Never")
        self._last.setText(last if on else pgettext("an event without alerts", "Off"))
        self.box.setAccessibleDescription(_("Last alert: {time}").format(time=self._last.text()) if on else "")


_RANGES = {"attention": 100_000, "overdue": 999}
"""Highest numbers of the events that have one: those that can be stored, without importing their module here."""


class TimesCard(Card):
    """Quiet hours and summaries."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__(padded=False)
        self.setObjectName("alertTimes")
        self.quiet = CheckBox(_("Quiet hours"))
        self.quiet.setObjectName("quietHours")
        self.begins = TimeField("quietFrom", _("Quiet hours begin at"), "22:00")
        self.ends = TimeField("quietTo", _("Quiet hours end at"), "07:00")
        self.urgent = CheckBox(_("Send urgent alerts at once"))
        self.urgent.setObjectName("urgentAtOnce")
        self.summary = _choice("summary", _summaries())
        self.summary.setAccessibleName(_("Summary"))
        self.summary_at = TimeField("summaryAt", _("Summary time"), "08:00")
        self._zone = Paragraph(kind="small", ink="text2")
        self._zone.setObjectName("alertTimeZone")
        for box in (self.quiet, self.urgent):
            box.setAccessibleName(box.text())
            box.toggled.connect(lambda _on: self._answered())
        for field in (self.begins, self.ends, self.summary_at):
            field.timeChanged.connect(lambda _time: self._answered())
        self.summary.currentIndexChanged.connect(lambda _index: self._answered())
        self._showing = False
        quiet = self._row(self.quiet)
        quiet.addWidget(self.begins)
        quiet.addWidget(label(_("to")))
        quiet.addWidget(self.ends)
        quiet.addStretch(1)
        self.column.addWidget(line())
        urgent = Paragraph(_("Quarantine, failed runs, and expired tokens"), kind="small", ink="text2")
        urgent.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._row(self.urgent, urgent)
        self.column.addWidget(line())
        summary = self._row(label(_("Summary")))
        summary.addWidget(self.summary)
        summary.addWidget(self.summary_at)
        summary.addStretch(1)
        self.column.addWidget(line())
        self._row(self._zone)

    def show_times(self, alerts: "JobAlerts") -> None:
        """Show the stored times and options."""
        self._showing = True
        self.quiet.setChecked(bool(alerts.quiet_from))
        times = (alerts.quiet_from, alerts.quiet_to, alerts.summary_at)
        for field, text in zip((self.begins, self.ends, self.summary_at), times, strict=True):
            if text:
                field.set_time(text)
        self.urgent.setChecked(alerts.urgent_at_once)
        chosen = f"weekly {alerts.summary_day}" if alerts.summary == "weekly" else alerts.summary
        self.summary.setCurrentIndex(max(0, self.summary.findData(chosen)))
        zone = alerts.time_zone or bytes(QTimeZone.systemTimeZoneId().data()).decode("ascii", "replace")
        self._zone.setText(_("Time zone: {zone}").format(zone=zone))
        self._showing = False
        self._settle()

    def chosen(self) -> "Callable[[JobAlerts], JobAlerts]":
        """Return what puts the choices into the alerts."""
        quiet, urgent = self.quiet.isChecked(), self.urgent.isChecked()
        begins, ends = (field.text_of_time if quiet else "" for field in (self.begins, self.ends))
        kind, _blank, day = str(self.summary.currentData()).partition(" ")
        moment = self.summary_at.text_of_time

        def change(before: "JobAlerts") -> "JobAlerts":
            return replace(
                before,
                quiet_from=begins,
                quiet_to=ends,
                urgent_at_once=urgent,
                summary=cast(Any, kind),
                summary_at=moment,
                summary_day=int(day) if day else before.summary_day,
            )

        return change

    def _answered(self) -> None:
        self._settle()
        if not self._showing:
            self.changed.emit()

    def _settle(self) -> None:
        for part in (self.begins, self.ends, self.urgent):
            part.setEnabled(self.quiet.isChecked())
        self.summary_at.setEnabled(bool(self.summary.currentData()))

    def _row(self, *parts: QWidget) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(px(16), px(8), px(16), px(8))
        row.setSpacing(px(8))
        for part in parts:
            row.addWidget(part, 1 if isinstance(part, Paragraph) else 0)
        self.column.addLayout(row)
        return row


class ChannelRow(QWidget):
    """One channel: on or off, where it goes, the result of the last message."""

    switched = Signal(str, bool)
    test_asked = Signal(str)
    edit_asked = Signal(str)
    remove_asked = Signal(str)
    allow_asked = Signal()
    """The sign-in lacks a permission that a person can give."""

    def __init__(self, channel: "Channel", result: "LastMessage | None") -> None:
        super().__init__()
        self.setObjectName(f"channel.{channel.id}")
        title, icon = _kinds()[channel.kind]
        on = CheckBox()
        on.setObjectName(f"channelOn.{channel.id}")
        on.setAccessibleName(_("{channel} is on").format(channel=title))
        on.setChecked(channel.on)
        on.toggled.connect(lambda checked: self.switched.emit(channel.id, checked))
        mark = QLabel()
        set_icon(mark, icon, "text2")
        place = LineLabel("small", "text2", elide=True)
        on_desktop = _("This computer, while you are signed in") if channel.kind == "desktop" else ""
        place.setText(comma_list(channel.recipients) or channel.host or " ".join(channel.arguments) or on_desktop)
        self.result = LineLabel(elide=True)
        self.result.setObjectName(f"channelResult.{channel.id}")
        self._when = LineLabel("small", "text2", elide=True, middle=False)
        self._state = QLabel()
        self._show_result(result)
        row = QHBoxLayout(self)
        row.setContentsMargins(px(16), px(8), px(16), px(8))
        row.setSpacing(px(8))
        row.addWidget(on)
        row.addWidget(mark)
        row.addLayout(_above(label(title, "medium"), place), 2)
        row.addWidget(self._state)
        row.addLayout(_above(self.result, self._when), 3)
        if result is not None and result.message.code == _NOT_ALLOWED:
            allow = small(_("Allow…"), f"allowChannel.{channel.id}")
            allow.setAccessibleName(_("Allow email through Microsoft 365"))
            allow.clicked.connect(self.allow_asked)
            row.addWidget(allow)
        row.addWidget(_in_column(self._change_button(channel, title)))
        test = small(_("Send test"), f"testChannel.{channel.id}")
        test.setAccessibleName(_("Send a test: {channel}").format(channel=title))
        test.clicked.connect(lambda: self.test_asked.emit(channel.id))
        row.addWidget(test)

    def _show_result(self, last: "LastMessage | None") -> None:
        if last is None:
            self.result.setText(_("Not tested yet"))
            set_ink(self.result, "text2")
            set_icon(self._state, "minus-circle", "text3")
            return
        is_allowed = last.message.code != _NOT_ALLOWED
        self.result.setText(messages.title(last.message) if is_allowed else _("Permission to send is missing"))
        tone: Tone = "ok" if last.worked else "bad"
        set_icon(self._state, TONE_ICONS[tone], tone)
        sent = _("Test sent {time}") if last.is_test else _("Alert sent {time}")
        sent = sent.format(time=day_and_time(last.at, place="when"))
        self._when.setText(sent if last.worked else sentences(as_sentence(sent), messages.advice(last.message)))

    def _change_button(self, channel: "Channel", title: str) -> QWidget:
        """Edit, or remove a channel that has nothing to edit in the window."""
        if channel.kind in ("desktop", "command"):
            button = flat(_("Remove"), f"removeChannel.{channel.id}", size="small")
            button.setAccessibleName(_("Remove {channel}").format(channel=title))
            button.clicked.connect(lambda: self.remove_asked.emit(channel.id))
        else:
            button = flat(_("Edit…"), f"editChannel.{channel.id}", size="small")
            button.setAccessibleName(_("Edit {channel}").format(channel=title))
            button.clicked.connect(lambda: self.edit_asked.emit(channel.id))
        return button


def _in_column(button: QWidget) -> QWidget:
    """A cell as wide as the widest of the buttons that rows have in this place."""
    cell = QWidget()
    widest = max(flat(words, "", size="small").sizeHint().width() for words in (_("Edit…"), _("Remove")))
    cell.setMinimumWidth(widest)
    row = QHBoxLayout(cell)
    row.setContentsMargins(0, 0, 0, 0)
    row.addStretch(1)
    row.addWidget(button)
    return cell


def _above(*parts: QWidget) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(0)
    for part in parts:
        column.addWidget(part)
    return column


class ChannelForm(Card):
    """A new channel. Passwords and addresses are stored in the keyring; only the host of an address is shown later."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("channelForm")
        self.kind = ChoiceField("channelKind")
        self.address = PasswordField("channelAddress")
        self.template = _choice(
            "channelTemplate", (("json", "JSON"), ("slack", "Slack"), ("teams", "Microsoft Teams"))
        )
        self.server = TextField("mailServer", "smtp.example.com:587")
        self.security = _choice("mailSecurity", (("starttls", "STARTTLS"), ("tls", "TLS")))
        self.from_address = TextField("mailSender", "wizard@example.com")
        self.recipients = TextField("mailRecipients", "cloud-team@example.com")
        self.user = TextField("mailUser", _("Leave empty for no sign-in."))
        self.password = PasswordField("mailPassword")
        self.add = secondary(_("Add channel"), "saveChannel")
        self.cancel = flat(_("Cancel"), "cancelChannel")
        self.remove = flat(_("Remove channel"), "removeChannel", icon="trash")
        self.changed: Channel | None = None
        """The channel that is edited; None = a new one."""
        secret = _("Stored in your system keyring. Only its host is shown.")
        self._from = LabelledField(_("&From"), self.from_address)
        self._to = LabelledField(_("&To"), self.recipients, _("Separate several addresses with commas."))
        self._of: dict[str, tuple[LabelledField, ...]] = {
            "mail": (
                LabelledField(_("&Server"), self.server),
                LabelledField(_("Se&curity"), self.security),
                self._from,
                self._to,
                LabelledField(_("&User name"), self.user),
                LabelledField(_("&Password"), self.password, _("Stored in your system keyring.")),
            ),
            "microsoft": (self._to, self._from),
            "webhook": (LabelledField(_("&Format"), self.template),),
        }
        self._address = LabelledField(_("&Address"), self.address, secret)
        self._kind = LabelledField(_("Chan&nel"), self.kind)
        self.column.addWidget(self._kind)
        self.column.addWidget(self._address)
        for field in dict.fromkeys(field for fields in self._of.values() for field in fields):
            self.column.addWidget(field)
        row = QHBoxLayout()
        row.setSpacing(px(8))
        row.addWidget(self.add)
        row.addWidget(self.cancel)
        row.addStretch(1)
        row.addWidget(self.remove)
        self.column.addLayout(row)
        self.kind.currentIndexChanged.connect(lambda _index: self._show_kind())
        self.offer_microsoft(False)

    def offer_microsoft(self, possible: bool) -> None:
        """Offer the channels; `possible`: the job signs in to Microsoft."""
        kinds = _kinds()
        self.kind.clear()
        for kind in ("mail", "microsoft", "webhook", "ping", "desktop"):
            if kind != "microsoft" or possible:
                self.kind.addItem(kinds[kind][0], kind)
        self._show_kind()

    def begin(self, channel: "Channel | None") -> None:
        """Show the fields of a channel, or empty ones for a new one. Secrets are not shown."""
        self.clear()
        self.changed = channel
        self.add.change_text(_("Add channel") if channel is None else _("Save channel"))
        self.remove.setVisible(channel is not None)
        self._kind.setVisible(channel is None)
        for field in (self.address, self.password):
            field.setPlaceholderText(_("Unchanged") if channel is not None and channel.has_secret else "")
        if channel is None:
            return
        self.kind.setCurrentIndex(self.kind.findData(channel.kind))
        self.server.setText(channel.host)
        self.security.setCurrentIndex(self.security.findData(channel.security))
        self.template.setCurrentIndex(self.template.findData(channel.template))
        self.user.setText(channel.user)
        self.from_address.setText(channel.sender)
        self.recipients.setText(", ".join(channel.recipients))

    def focus_first(self) -> None:
        """Put the keyboard focus on the first field."""
        fields = (self.kind, self.address, self.server, self.recipients)
        next(field for field in fields if field.isVisibleTo(self)).setFocus()

    def made(self) -> "tuple[Callable[[], Channel], str] | None":
        """(makes the channel, its secret); None = something is missing, and is marked."""
        kind = str(self.kind.currentData())
        needed = {
            "mail": [self.server, self.from_address, self.recipients],
            "microsoft": [self.recipients],
            "desktop": [],
        }.get(kind, [self.address])
        before = self.changed
        if before is not None:
            needed = [field for field in needed if field is not self.address]
        if kind == "mail" and self.user.text().strip() and self._needs_password(before):
            needed = [*needed, self.password]
        missing = [field for field in needed if not field.text().strip()]
        for field in (*self._of_mail(), self.address):
            self._mark(field, field in missing)
        if missing:
            missing[0].setFocus()
            return None
        recipients = tuple(each.strip() for each in self.recipients.text().split(",") if each.strip())
        template, security = self.template.currentData(), self.security.currentData()
        server, user, sender = (
            self.server.text().strip(),
            self.user.text().strip(),
            self.from_address.text().strip(),
        )

        def make() -> "Channel":
            from wizard.flow.alerts.alerts import Channel

            made = before or Channel("", cast(Any, kind))
            if kind == "mail":
                return replace(
                    made, host=server, security=security, user=user, sender=sender, recipients=recipients
                )
            if kind == "microsoft":
                return replace(made, sender=sender, recipients=recipients)
            return replace(made, template=template) if kind == "webhook" else made

        secret = self.address.text().strip() if kind in ("webhook", "ping") else ""
        return make, self.password.text() if kind == "mail" else secret

    def clear(self) -> None:
        """Empty every field."""
        for field in (self.address, self.server, self.from_address, self.recipients, self.user, self.password):
            field.clear()

    def _needs_password(self, before: "Channel | None") -> bool:
        """Whether no password is stored for this server."""
        return before is None or not before.user or before.host != self.server.text().strip()

    def _of_mail(self) -> tuple[TextField, ...]:
        return (self.server, self.from_address, self.recipients, self.password)

    def _mark(self, field: TextField, missing: bool) -> None:
        for labelled in (self._address, *self._of["mail"]):
            if labelled.control is field:
                labelled.set_wrong(_("Enter a value.") if missing else "")

    def _show_kind(self) -> None:
        kind = self.kind.currentData()
        self._address.setVisible(kind in ("webhook", "ping"))
        shown = self._of.get(kind, ())
        for field in (field for fields in self._of.values() for field in fields):
            field.setVisible(field in shown)
        hint = (
            _("Leave empty to use your own mailbox. Required if the job signs in as an application.")
            if kind == "microsoft"
            else ""
        )
        self._from.set_hint(hint)


def _choice(name: str, choices: tuple[tuple[str, str], ...]) -> ChoiceField:
    made = ChoiceField(name)
    for choice, words in choices:
        made.addItem(words, choice)
    return made
