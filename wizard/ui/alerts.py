"""Alerts: a dialog beside the window with the events a job reports, when, and through which channels."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import Qt, QTime, QTimer, QTimeZone, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QTimeEdit,
    QVBoxLayout,
    QWidget,
)

from wizard import messages
from wizard.errors import Message, WizardError
from wizard.flow.services import Services
from wizard.messages.formats import comma_list
from wizard.messages.translation import _, ngettext, pgettext
from wizard.provisioning.job import Job
from wizard.ui.formats import day_and_time
from wizard.ui.step_list import PRODUCT
from wizard.ui.tasks import Emit, Slot, TaskRunner
from wizard.ui.theme.fonts import px
from wizard.ui.theme.icons import set_icon
from wizard.ui.theme.stylesheet import set_ink
from wizard.ui.tray import has_tray, no_tray
from wizard.ui.widgets.buttons import flat, primary, secondary, small
from wizard.ui.widgets.cards import Card, discard_all, line
from wizard.ui.widgets.fields import LabelledField, PasswordField, TextField
from wizard.ui.widgets.labels import LineLabel, Paragraph, heading, label

if TYPE_CHECKING:
    from wizard.flow.alerts.alerts import Channel, JobAlerts
    from wizard.ui.tray import Background

SIZE = (760, 680)
_TIME = "HH:mm"
"""As times are stored; Qt's format."""


def _event_texts() -> dict[str, str]:
    return {
        "failed": _("A run fails or stops early"),
        "attention": _("People or groups need attention"),
        "approval": _("A change waits for approval"),
        "overdue": _("A run is overdue, or the schedule stopped"),
        "quarantine": _("The job is in quarantine"),
        "secrets": _("A token or certificate expires soon"),
        "channel": _("An alert channel fails"),
        "recovered": _("A problem is resolved"),
    }


def _kinds() -> dict[str, tuple[str, str]]:
    """Kind -> (name, icon)."""
    return {
        "mail": (_("Email"), "mail"),
        "microsoft": (_("Email through Microsoft 365"), "mail"),
        "webhook": (_("Webhook"), "link"),
        "ping": (_("Ping after each run"), "refresh"),
        "desktop": (_("Desktop notification"), "desktop"),
        "command": (_("Command"), "bolt"),
    }


def _summaries() -> tuple[tuple[str, str], ...]:
    """(value, text) of each choice: "", daily, or weekly with the number of its day."""
    days = (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"))
    weekly = tuple((f"weekly {day}", _("Each {day}").format(day=name)) for day, name in enumerate(days))
    return ("", _("Never")), ("daily", _("Each day")), *weekly


@dataclass(frozen=True, slots=True)
class _Shown:
    """The alerts of a job, with the last result of each channel: (time, whether it worked, details)."""

    alerts: "JobAlerts"
    results: dict[str, tuple[str, bool, Message]]


class AlertsWindow(QDialog):
    """Not modal; everything is saved as it is changed. Esc closes it."""

    def __init__(self, tasks: TaskRunner, beside: QWidget, background: "Background | None" = None) -> None:
        super().__init__(beside)
        self._background = background
        self.setObjectName("alerts")
        self.setWindowTitle(_("Alerts - {product}").format(product=PRODUCT))
        self.resize(px(SIZE[0]), px(SIZE[1]))
        self._tasks = tasks
        self._job: Job | None = None
        self._shown: _Shown | None = None
        self._showing = False
        self.events = {event: QCheckBox(words) for event, words in _event_texts().items()}
        self.daily = QCheckBox(_("Repeat each day while it lasts"))
        self.daily.setObjectName("repeatsDaily")
        self.names = QCheckBox(_("Name people in alerts"))
        self.names.setObjectName("namesPeople")
        self.times = TimesCard()
        self.keeps_running = QCheckBox(_("Keep running in the notification area"))
        self.keeps_running.setObjectName("keepRunning")
        self.at_sign_in = QCheckBox(_("Start when I sign in"))
        self.at_sign_in.setObjectName("startAtSignIn")
        self.no_tray = Paragraph(kind="small", ink="text2")
        self.no_tray.setObjectName("noTray")
        self.channels = QVBoxLayout()
        self.add = flat(_("Add a channel…"), "addChannel", icon="plus")
        self.form = ChannelForm()
        self.form.hide()
        self.test_all = secondary(_("Send a test to all"), "testAllChannels", busy=_("Sending…"))
        self.close_button = primary(pgettext("button", "Done"), "alertsDone")
        self.notice = Paragraph(ink="text2")
        self.notice.setObjectName("alertsNotice")
        self._lay_out()
        self._connect()

    def open_for(self, job: Job) -> None:
        """Show the alerts of a job."""
        self._job = job
        self.form.offer_microsoft(job.source.kind == "entra")
        self.form.hide()
        self.notice.setText("")
        self._read()
        self._show_background()
        self.show()
        self.raise_()
        self.activateWindow()

    # --- tasks ---------------------------------------------------------------------------------------------------

    def _run(self, work: Callable[[Services, Job], Any], done: Callable[[Any], None] | None = None) -> None:
        """Do something with the job's alerts, then show them again."""
        job = self._job
        if job is None:
            return

        async def whole(services: Services, _emit: Emit) -> tuple[Any, _Shown]:
            from wizard.flow.alerts import alerts

            result = await work(services, job)
            found = await alerts.alerts_of(services, job)
            return result, _Shown(found, await alerts.last_results(services, job))

        def ended(both: tuple[Any, _Shown]) -> None:
            self.test_all.set_busy(False)
            if self._job is job:
                self._show(both[1])
                if done is not None:
                    done(both[0])

        def failed(error: WizardError) -> None:
            self.test_all.set_busy(False)
            self.notice.setText(messages.text(error))

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
        muted = tuple(event for event, box in self.events.items() if not box.isChecked())
        kept = tuple(event for event in self._shown.alerts.muted if event not in self.events)
        daily, names, times = self.daily.isChecked(), self.names.isChecked(), self.times.chosen()
        self._change(
            lambda before: times(replace(before, muted=(*kept, *muted), repeats_daily=daily, names_people=names))
        )

    def _show_background(self) -> None:
        possible = self._background is not None and has_tray()
        self.no_tray.setText("" if possible else no_tray())
        self.no_tray.setVisible(not possible)
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

        self._run(work)

    def _test(self, channel_id: str = "") -> None:
        async def work(services: Services, job: Job) -> int:
            from wizard.flow.alerts import alerts

            outcomes = await alerts.send_tests(services, job, channel_id)
            return sum(not outcome.worked for outcome in outcomes)

        def done(failed: int) -> None:
            self.notice.setText(
                ngettext("{n} channel failed its test.", "{n} channels failed their test.", failed).format(
                    n=failed
                )
                if failed
                else ""
            )

        self.test_all.set_busy(True)
        self.notice.setText("")
        self._run(work, done)

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
                    self.notice.setText(_("Sign in in your browser to allow email."))
                elif isinstance(event, CodeToEnter):
                    text = _("Open {address} and enter the code {code}.")
                    self.notice.setText(text.format(address=event.address, code=event.code))

        def done(_result: object) -> None:
            self.notice.setText("")
            self._test()

        def failed(error: WizardError) -> None:
            self.notice.setText(messages.text(error))

        self._tasks.run(Slot.ALERTS, work, on_done=done, on_error=failed, on_event=shown)

    def _open_form(self) -> None:
        self.form.show()
        self.form.kind.setFocus()
        # Its height is known after the next layout.
        QTimer.singleShot(0, self.form, lambda: self._scroll.ensureWidgetVisible(self.form))

    def _add(self) -> None:
        made = self.form.made()
        if made is None:
            return
        channel, secret = made

        async def work(services: Services, job: Job) -> None:
            from wizard.flow.alerts import alerts

            await alerts.add_channel(services, job, channel(), secret)

        def done(_nothing: object) -> None:
            self.form.clear()
            self.form.hide()
            self.notice.setText(_("Channel added. Send a test to check it."))

        self._run(work, done)

    # --- what it shows -------------------------------------------------------------------------------------------

    def _show(self, shown: _Shown) -> None:
        self._shown, self._showing = shown, True
        for event, box in self.events.items():
            box.setChecked(event not in shown.alerts.muted)
        self.daily.setChecked(shown.alerts.repeats_daily)
        self.names.setChecked(shown.alerts.names_people)
        self.times.show_times(shown.alerts)
        discard_all(self.channels)
        for channel in shown.alerts.channels:
            row = ChannelRow(channel, shown.results.get(channel.id))
            row.switched.connect(self._switch)
            row.test_asked.connect(self._test)
            row.remove_asked.connect(self._remove)
            row.allow_asked.connect(self._allow)
            self.channels.addWidget(row)
            row.show()  # now, not in the next turn of the event loop
        if not shown.alerts.channels:
            empty = Paragraph(_("Add a channel to receive alerts."), ink="text2")
            empty.setContentsMargins(px(16), px(12), px(16), px(12))
            self.channels.addWidget(empty)
        self.test_all.setEnabled(any(channel.on for channel in shown.alerts.channels))
        self._showing = False

    def _connect(self) -> None:
        for event, box in self.events.items():
            box.setObjectName(f"event.{event}")
            box.toggled.connect(lambda _on: self._take())
        for box in (self.daily, self.names):
            box.toggled.connect(lambda _on: self._take())
        self.times.changed.connect(self._take)
        self.keeps_running.clicked.connect(self._keep_running)
        self.at_sign_in.clicked.connect(self._start_at_sign_in)
        for box in (self.keeps_running, self.at_sign_in):
            box.setAccessibleName(box.text())
        for box in (*self.events.values(), self.daily, self.names):
            box.setAccessibleName(box.text())
        self.add.clicked.connect(self._open_form)
        self.form.add.clicked.connect(self._add)
        self.form.cancel.clicked.connect(self.form.hide)
        self.test_all.clicked.connect(lambda: self._test())
        self.close_button.clicked.connect(self.accept)

    def _lay_out(self) -> None:
        told = _rows(*self.events.values(), self.daily, self.names)
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
        column.addWidget(label(_("Alerts"), "title"))
        column.addWidget(
            Paragraph(
                _("Choose what to be alerted about, when, and where. Scheduled runs send alerts too."), ink="text2"
            )
        )
        column.addSpacing(px(8))
        column.addWidget(heading(_("Alert me when")))
        column.addWidget(told)
        column.addSpacing(px(8))
        column.addWidget(heading(_("Times")))
        column.addWidget(self.times)
        column.addSpacing(px(8))
        column.addLayout(head)
        column.addWidget(channels)
        column.addWidget(self.form)
        column.addSpacing(px(8))
        column.addWidget(heading(_("This computer")))
        column.addWidget(_rows(self.keeps_running, self.at_sign_in))
        column.addWidget(self.no_tray)
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
        if number:
            card.column.addWidget(line())
        row = QHBoxLayout()
        row.setContentsMargins(px(16), px(8), px(16), px(8))
        row.addWidget(part)
        card.column.addLayout(row)
    return card


class TimesCard(Card):
    """Quiet hours and summaries."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__(padded=False)
        self.setObjectName("alertTimes")
        self.quiet = QCheckBox(_("Quiet hours"))
        self.quiet.setObjectName("quietHours")
        self.begins = _time("quietFrom", _("Quiet hours begin at"), "22:00")
        self.ends = _time("quietTo", _("Quiet hours end at"), "07:00")
        self.urgent = QCheckBox(_("Send urgent alerts at once"))
        self.urgent.setObjectName("urgentAtOnce")
        self.summary = _choice("summary", _summaries())
        self.summary.setAccessibleName(_("Summary"))
        self.summary_at = _time("summaryAt", _("Time of the summary"), "08:00")
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
        self._row(
            self.urgent, Paragraph(_("Quarantine, failed runs, and expired tokens"), kind="small", ink="text2")
        )
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
                field.setTime(QTime.fromString(text, _TIME))
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
        begins, ends = (field.time().toString(_TIME) if quiet else "" for field in (self.begins, self.ends))
        kind, _blank, day = str(self.summary.currentData()).partition(" ")
        moment = self.summary_at.time().toString(_TIME)

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


def _time(name: str, words: str, text: str) -> QTimeEdit:
    made = QTimeEdit(QTime.fromString(text, _TIME))
    made.setObjectName(name)
    made.setAccessibleName(words)
    made.setDisplayFormat(_TIME)
    made.setKeyboardTracking(False)
    made.setButtonSymbols(QTimeEdit.ButtonSymbols.NoButtons)
    made.setMinimumHeight(px(32))
    return made


class ChannelRow(QWidget):
    """One channel: on or off, where it goes, the result of the last message."""

    switched = Signal(str, bool)
    test_asked = Signal(str)
    remove_asked = Signal(str)
    allow_asked = Signal()
    """The sign-in lacks a permission that a person can give."""

    def __init__(self, channel: "Channel", result: tuple[str, bool, Message] | None) -> None:
        super().__init__()
        self.setObjectName(f"channel.{channel.id}")
        title, icon = _kinds()[channel.kind]
        on = QCheckBox()
        on.setObjectName(f"channelOn.{channel.id}")
        on.setAccessibleName(_("{channel} is on").format(channel=title))
        on.setChecked(channel.on)
        on.toggled.connect(lambda checked: self.switched.emit(channel.id, checked))
        mark = QLabel()
        set_icon(mark, icon, "text2")
        where = comma_list(channel.recipients) or channel.host or " ".join(channel.arguments)
        is_allowed = True
        self.result = LineLabel(elide=True)
        self.result.setObjectName(f"channelResult.{channel.id}")
        when = LineLabel("small", "text2", elide=True)
        if result is None:
            self.result.setText(_("Not tested yet"))
            set_ink(self.result, "text2")
        else:
            at, worked, message = result
            is_allowed = message.code != "more-permissions-needed"
            self.result.setText(messages.title(message) if is_allowed else _("Permission to send is missing"))
            set_ink(self.result, "text" if worked else "bad")
            when.setText(day_and_time(at, within=False) if worked else messages.advice(message))
        place = LineLabel("small", "text2", elide=True)
        place.setText(where)
        test = small(_("Send test"), f"testChannel.{channel.id}")
        test.setAccessibleName(_("Send a test: {channel}").format(channel=title))
        test.clicked.connect(lambda: self.test_asked.emit(channel.id))
        remove = flat(_("Remove"), f"removeChannel.{channel.id}", size="small")
        remove.setAccessibleName(_("Remove {channel}").format(channel=title))
        remove.clicked.connect(lambda: self.remove_asked.emit(channel.id))
        row = QHBoxLayout(self)
        row.setContentsMargins(px(16), px(8), px(16), px(8))
        row.setSpacing(px(8))
        row.addWidget(on)
        row.addWidget(mark)
        row.addLayout(_above(label(title, "medium"), place), 2)
        row.addLayout(_above(self.result, when), 3)
        if not is_allowed:
            allow = small(_("Allow…"), f"allowChannel.{channel.id}")
            allow.setAccessibleName(_("Allow email through Microsoft 365"))
            allow.clicked.connect(self.allow_asked)
            row.addWidget(allow)
        row.addWidget(remove)
        row.addWidget(test)


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
        self.kind = QComboBox()
        self.kind.setObjectName("channelKind")
        self.address = PasswordField("channelAddress")
        self.template = _choice(
            "channelTemplate", (("json", "JSON"), ("slack", "Slack"), ("teams", "Microsoft Teams"))
        )
        self.server = TextField("mailServer", "smtp.example.com:587")
        self.security = _choice("mailSecurity", (("starttls", "STARTTLS"), ("tls", "TLS")))
        self.from_address = TextField("mailSender", "wizard@example.com")
        self.recipients = TextField("mailRecipients", "cloud-team@example.com")
        self.user = TextField("mailUser", _("Empty: no sign-in"))
        self.password = PasswordField("mailPassword")
        self.add = secondary(_("Add channel"), "saveChannel")
        self.cancel = flat(_("Cancel"), "cancelChannel")
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
        self.column.addWidget(LabelledField(_("&Channel"), self.kind))
        self.column.addWidget(self._address)
        for field in dict.fromkeys(field for fields in self._of.values() for field in fields):
            self.column.addWidget(field)
        row = QHBoxLayout()
        row.setSpacing(px(8))
        row.addWidget(self.add)
        row.addWidget(self.cancel)
        row.addStretch(1)
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

    def made(self) -> "tuple[Callable[[], Channel], str] | None":
        """(makes the channel, its secret); None = something is missing, and is marked."""
        kind = str(self.kind.currentData())
        needed = {
            "mail": [self.server, self.from_address, self.recipients],
            "microsoft": [self.recipients],
            "desktop": [],
        }.get(kind, [self.address])
        missing = [field for field in needed if not field.text().strip()]
        for field in needed:
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

            if kind == "mail":
                return Channel("", "mail", server, security, user, sender, recipients)
            if kind == "microsoft":
                return Channel("", "microsoft", sender=sender, recipients=recipients)
            if kind == "desktop":
                return Channel("", "desktop")
            if kind == "webhook":
                return Channel("", "webhook", template=template)
            return Channel("", "ping")

        secret = self.address.text().strip() if kind in ("webhook", "ping") else ""
        return make, self.password.text() if kind == "mail" else secret

    def clear(self) -> None:
        """Empty every field."""
        for field in (self.address, self.server, self.from_address, self.recipients, self.user, self.password):
            field.clear()

    def _mark(self, field: TextField, missing: bool) -> None:
        for labelled in (self._address, *self._of["mail"]):
            if labelled.control is field:
                labelled.set_wrong(_("Fill this in.") if missing else "")

    def _show_kind(self) -> None:
        kind = self.kind.currentData()
        self._address.setVisible(kind in ("webhook", "ping"))
        shown = self._of.get(kind, ())
        for field in (field for fields in self._of.values() for field in fields):
            field.setVisible(field in shown)
        hint = _("Empty: your own mailbox. An application names a mailbox.") if kind == "microsoft" else ""
        self._from.set_hint(hint)


def _choice(name: str, choices: tuple[tuple[str, str], ...]) -> QComboBox:
    made = QComboBox()
    made.setObjectName(name)
    for choice, words in choices:
        made.addItem(words, choice)
    return made
