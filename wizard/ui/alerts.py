"""Alerts: a dialog beside the window with what a person is told about a job, and through which channels."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from wizard import messages
from wizard.errors import Message, WizardError
from wizard.flow.services import Services
from wizard.provisioning.job import Job
from wizard.ui.formats import day_and_time
from wizard.ui.step_list import PRODUCT
from wizard.ui.tasks import Emit, Slot, TaskRunner
from wizard.ui.theme.fonts import px
from wizard.ui.theme.icons import set_icon
from wizard.ui.theme.stylesheet import set_ink
from wizard.ui.widgets.buttons import flat, primary, secondary, small
from wizard.ui.widgets.cards import Card, discard_all, line
from wizard.ui.widgets.fields import LabelledField, PasswordField, TextField
from wizard.ui.widgets.labels import LineLabel, Paragraph, heading, label

if TYPE_CHECKING:
    from wizard.flow.alerts.alerts import Channel, JobAlerts

SIZE = (720, 620)
_EVENTS = (
    ("failed", "A run fails or stops early"),
    ("attention", "People or groups need attention"),
    ("approval", "A warning needs approval"),
    ("overdue", "A run is overdue"),
    ("quarantine", "The job is in quarantine"),
    ("secrets", "The access token expires soon"),
    ("recovered", "A problem is over"),
)
_KINDS = {
    "mail": ("E-mail", "copy"),
    "webhook": ("Webhook", "external"),
    "ping": ("Ping after each run", "refresh"),
    "command": ("Command", "bolt"),
}
_TEMPLATES = (("json", "JSON"), ("slack", "Slack"), ("teams", "Microsoft Teams"))
_SECURITIES = (("starttls", "STARTTLS"), ("tls", "TLS"))


@dataclass(frozen=True, slots=True)
class _Shown:
    """The alerts of a job, with the last result of each channel: (time, whether it worked, what is known)."""

    alerts: "JobAlerts"
    results: dict[str, tuple[str, bool, Message]]


class AlertsWindow(QDialog):
    """Not modal; everything is saved as it is changed. Esc closes it."""

    def __init__(self, tasks: TaskRunner, beside: QWidget) -> None:
        super().__init__(beside)
        self.setObjectName("alerts")
        self.setWindowTitle(f"Alerts - {PRODUCT}")
        self.resize(px(SIZE[0]), px(SIZE[1]))
        self._tasks = tasks
        self._job: Job | None = None
        self._shown: _Shown | None = None
        self._showing = False
        self.events = {event: QCheckBox(words) for event, words in _EVENTS}
        self.daily = QCheckBox("Tell again once a day while it lasts")
        self.daily.setObjectName("repeatsDaily")
        self.names = QCheckBox("Name people in alerts")
        self.names.setObjectName("namesPeople")
        self.channels = QVBoxLayout()
        self.add = flat("Add a channel…", "addChannel", icon="plus")
        self.form = ChannelForm()
        self.form.hide()
        self.test_all = secondary("Send a test to all", "testAllChannels", busy="Sending…")
        self.close_button = primary("Done", "alertsDone")
        self.notice = Paragraph(ink="text2")
        self.notice.setObjectName("alertsNotice")
        self._lay_out()
        self._connect()

    def open_for(self, job: Job) -> None:
        """Show the alerts of a job."""
        self._job = job
        self.form.hide()
        self.notice.setText("")
        self._read()
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
        daily, names = self.daily.isChecked(), self.names.isChecked()
        self._change(
            lambda before: replace(before, muted=(*kept, *muted), repeats_daily=daily, names_people=names)
        )

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
            self.notice.setText("A test did not get through. Its row says why." if failed else "")

        self.test_all.set_busy(True)
        self.notice.setText("")
        self._run(work, done)

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
            self.notice.setText("Send a test to see whether it works.")

        self._run(work, done)

    # --- what it shows -------------------------------------------------------------------------------------------

    def _show(self, shown: _Shown) -> None:
        self._shown, self._showing = shown, True
        for event, box in self.events.items():
            box.setChecked(event not in shown.alerts.muted)
        self.daily.setChecked(shown.alerts.repeats_daily)
        self.names.setChecked(shown.alerts.names_people)
        discard_all(self.channels)
        for channel in shown.alerts.channels:
            row = ChannelRow(channel, shown.results.get(channel.id))
            row.switched.connect(self._switch)
            row.test_asked.connect(self._test)
            row.remove_asked.connect(self._remove)
            self.channels.addWidget(row)
            row.show()  # now, not in the next turn of the event loop
        if not shown.alerts.channels:
            empty = Paragraph("Nobody is told yet. Add a channel.", ink="text2")
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
        for box in (*self.events.values(), self.daily, self.names):
            box.setAccessibleName(box.text())
        self.add.clicked.connect(self._open_form)
        self.form.add.clicked.connect(self._add)
        self.form.cancel.clicked.connect(self.form.hide)
        self.test_all.clicked.connect(lambda: self._test())
        self.close_button.clicked.connect(self.accept)

    def _lay_out(self) -> None:
        told = Card(padded=False)
        for number, box in enumerate((*self.events.values(), self.daily, self.names)):
            if number:
                told.column.addWidget(line())
            row = QHBoxLayout()
            row.setContentsMargins(px(16), px(8), px(16), px(8))
            row.addWidget(box)
            told.column.addLayout(row)
        channels = Card(padded=False)
        self.channels.setContentsMargins(0, 0, 0, 0)
        self.channels.setSpacing(0)
        channels.column.addLayout(self.channels)
        head = QHBoxLayout()
        head.addWidget(heading("Channels"))
        head.addStretch(1)
        head.addWidget(self.add)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(px(24), px(20), px(24), px(16))
        column.setSpacing(px(8))
        column.addWidget(label("Alerts", "title"))
        column.addWidget(
            Paragraph("Choose what to hear about and where. Every run of this job sends alerts, scheduled runs too.",
                      ink="text2")
        )  # fmt: skip
        column.addSpacing(px(8))
        column.addWidget(heading("Tell me when"))
        column.addWidget(told)
        column.addSpacing(px(8))
        column.addLayout(head)
        column.addWidget(channels)
        column.addWidget(self.form)
        column.addStretch(1)
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


class ChannelRow(QWidget):
    """One channel: on or off, where it goes, what came of the last message."""

    switched = Signal(str, bool)
    test_asked = Signal(str)
    remove_asked = Signal(str)

    def __init__(self, channel: "Channel", result: tuple[str, bool, Message] | None) -> None:
        super().__init__()
        self.setObjectName(f"channel.{channel.id}")
        title, icon = _KINDS[channel.kind]
        on = QCheckBox()
        on.setObjectName(f"channelOn.{channel.id}")
        on.setAccessibleName(f"{title} is on")
        on.setChecked(channel.on)
        on.toggled.connect(lambda checked: self.switched.emit(channel.id, checked))
        mark = QLabel()
        set_icon(mark, icon, "text2")
        where = ", ".join(channel.recipients) or channel.host or " ".join(channel.arguments)
        self.result = LineLabel(elide=True)
        self.result.setObjectName(f"channelResult.{channel.id}")
        when = LineLabel("small", "text2", elide=True)
        if result is None:
            self.result.setText("Not tested yet")
            set_ink(self.result, "text2")
        else:
            at, worked, message = result
            self.result.setText(messages.title(message))
            set_ink(self.result, "text" if worked else "bad")
            when.setText(day_and_time(at, within=False) if worked else messages.advice(message))
        place = LineLabel("small", "text2", elide=True)
        place.setText(where)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(label(title, "medium"))
        words.addWidget(place)
        results = QVBoxLayout()
        results.setSpacing(0)
        results.addWidget(self.result)
        results.addWidget(when)
        test = small("Send test", f"testChannel.{channel.id}")
        test.setAccessibleName(f"Send a test by {title}")
        test.clicked.connect(lambda: self.test_asked.emit(channel.id))
        remove = flat("Remove", f"removeChannel.{channel.id}", size="small")
        remove.setAccessibleName(f"Remove {title}")
        remove.clicked.connect(lambda: self.remove_asked.emit(channel.id))
        row = QHBoxLayout(self)
        row.setContentsMargins(px(16), px(8), px(16), px(8))
        row.setSpacing(px(8))
        row.addWidget(on)
        row.addWidget(mark)
        row.addLayout(words, 2)
        row.addLayout(results, 3)
        row.addWidget(remove)
        row.addWidget(test)


class ChannelForm(Card):
    """A new channel. Passwords and addresses go to the keyring; only the host of an address is shown later."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("channelForm")
        self.kind = QComboBox()
        self.kind.setObjectName("channelKind")
        for kind in ("mail", "webhook", "ping"):
            self.kind.addItem(_KINDS[kind][0], kind)
        self.address = PasswordField("channelAddress")
        self.template = _choice("channelTemplate", _TEMPLATES)
        self.server = TextField("mailServer", "smtp.example.com:587")
        self.security = _choice("mailSecurity", _SECURITIES)
        self.from_address = TextField("mailSender", "wizard@example.com")
        self.recipients = TextField("mailRecipients", "cloud-team@example.com")
        self.user = TextField("mailUser", "Leave empty if the server needs no sign-in")
        self.password = PasswordField("mailPassword")
        self.add = secondary("Add channel", "saveChannel")
        self.cancel = flat("Cancel", "cancelChannel")
        secret = "Stored in your system keyring; only its host is shown."
        self._of: dict[str, tuple[LabelledField, ...]] = {
            "mail": (
                LabelledField("&Server", self.server),
                LabelledField("Se&curity", self.security),
                LabelledField("&From", self.from_address),
                LabelledField("&To", self.recipients, "Several addresses: separate them with commas."),
                LabelledField("&User name", self.user),
                LabelledField("&Password", self.password, "Stored in your system keyring."),
            ),
            "webhook": (LabelledField("&Template", self.template),),
            "ping": (),
        }
        self._address = LabelledField("&Address", self.address, secret)
        self.column.addWidget(LabelledField("&Channel", self.kind))
        self.column.addWidget(self._address)
        for fields in self._of.values():
            for field in fields:
                self.column.addWidget(field)
        row = QHBoxLayout()
        row.setSpacing(px(8))
        row.addWidget(self.add)
        row.addWidget(self.cancel)
        row.addStretch(1)
        self.column.addLayout(row)
        self.kind.currentIndexChanged.connect(lambda _index: self._show_kind())
        self._show_kind()

    def made(self) -> "tuple[Callable[[], Channel], str] | None":
        """(makes the channel, its secret); None = something is missing, and is marked."""
        kind = str(self.kind.currentData())
        needed = [self.server, self.from_address, self.recipients] if kind == "mail" else [self.address]
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
            if kind == "webhook":
                return Channel("", "webhook", template=template)
            return Channel("", "ping")

        return make, self.password.text() if kind == "mail" else self.address.text().strip()

    def clear(self) -> None:
        """Empty every field."""
        for field in (self.address, self.server, self.from_address, self.recipients, self.user, self.password):
            field.clear()

    def _mark(self, field: TextField, missing: bool) -> None:
        for labelled in (self._address, *self._of["mail"]):
            if labelled.control is field:
                labelled.set_wrong("Fill this in." if missing else "")

    def _show_kind(self) -> None:
        kind = self.kind.currentData()
        self._address.setVisible(kind in ("webhook", "ping"))
        for each, fields in self._of.items():
            for field in fields:
                field.setVisible(each == kind)


def _choice(name: str, choices: tuple[tuple[str, str], ...]) -> QComboBox:
    made = QComboBox()
    made.setObjectName(name)
    for choice, words in choices:
        made.addItem(words, choice)
    return made
